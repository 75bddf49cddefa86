//! What Synapse lets somebody say at its default limits: ten at a blow, and then one every five seconds (`rc_message`).

use std::time::Duration;

const BURST: f64 = 10.0;
const A_SECOND: f64 = 0.2;

/// How soon after a moment the last of so many events could come, if nothing else came before them, given when others
/// were sent before that moment.
pub(super) fn earliest(sent: &[Duration], moment: Duration, events: usize) -> Duration {
    let (mut level, mut at) = (0.0_f64, Duration::ZERO);
    let mut sent: Vec<Duration> = sent.iter().copied().filter(|sent| *sent < moment).collect();
    sent.sort();
    for one in sent {
        level = (level - A_SECOND * (one - at).as_secs_f64()).max(0.0) + 1.0;
        at = one;
    }
    level = (level - A_SECOND * (moment - at).as_secs_f64()).max(0.0);
    let over = level + events as f64 - BURST;
    Duration::from_secs_f64((over / A_SECOND).max(0.0))
}
