//! What Synapse lets somebody say at its default limits: ten at a blow, and then one every five seconds (`rc_message`).
//!
//! What sitrep did before the incident counts as well, and is not known here. But whoever is refused is told how long to
//! wait, and that says how full the bucket is.

use std::time::Duration;

const BURST: f64 = 10.0;
const A_SECOND: f64 = 0.2;

/// Something that Synapse has counted, or refused to, since the beginning.
#[derive(Clone, Copy)]
pub(super) struct Counted {
    pub(super) at: Duration,
    /// How long it asked to wait, if it was refused.
    pub(super) refused: Option<Duration>,
}

/// How soon after a moment the last of so many events could come, if nothing else came before them, after what was sent
/// before that moment.
pub(super) fn earliest(counted: &[Counted], moment: Duration, events: usize) -> Duration {
    let (mut level, mut at) = (0.0_f64, Duration::ZERO);
    let mut counted: Vec<Counted> = counted.iter().copied().filter(|one| one.at < moment).collect();
    counted.sort_by_key(|one| one.at);
    for one in counted {
        level = (level - A_SECOND * (one.at - at).as_secs_f64()).max(0.0);
        level = match one.refused {
            None => (level + 1.0).min(BURST),
            Some(wait) => BURST - 1.0 + A_SECOND * wait.as_secs_f64(),
        };
        at = one.at;
    }
    level = (level - A_SECOND * (moment - at).as_secs_f64()).max(0.0);
    let over = level + events as f64 - BURST;
    Duration::from_secs_f64((over / A_SECOND).max(0.0))
}
