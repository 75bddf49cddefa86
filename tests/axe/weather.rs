//! What a homeserver, and whatever stands in front of it, does to requests on its worst day.
//!
//! Nothing is spared: the log-in after a restart, the sync that waits, the room being made.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::support::dice::Dice;
use crate::support::proxy::{Asked, Fate, answer};

/// How often what happens, in a thousand requests.
const CHANCES: [(&str, u64); 10] = [
    ("cut before", 35),
    ("502 before", 30),
    ("500 before", 20),
    ("404 of a proxy", 15),
    ("429", 30),
    ("cut after it was done", 45),
    ("half an answer", 20),
    ("502 after it was done", 45),
    ("slow", 40),
    ("slow after it was done", 40),
];

/// The weather, and what it has done so far.
pub(super) struct Weather {
    dice: Dice,
    counts: BTreeMap<&'static str, usize>,
}

impl Weather {
    pub(super) fn new(dice: Dice) -> Weather {
        Weather { dice, counts: BTreeMap::new() }
    }

    pub(super) fn counts(&self) -> BTreeMap<&'static str, usize> {
        self.counts.clone()
    }

    /// What becomes of a request.
    pub(super) fn fate(&mut self, asked: &Asked) -> Fate {
        let mut thrown = self.dice.below(1000);
        let struck = CHANCES.iter().find(|(_, chance)| {
            let strikes = thrown < *chance;
            thrown = thrown.saturating_sub(*chance);
            strikes
        });
        let kind = if asked.path.contains("/sync") { "requests to sync" } else { "requests" };
        *self.counts.entry(kind).or_default() += 1;
        let Some((what, _)) = struck else { return Fate::Pass };
        *self.counts.entry(what).or_default() += 1;
        let page = |status: &str| answer(status, "text/html", "<html>nobody is here</html>");
        match *what {
            "cut before" => Fate::Cut,
            "502 before" => Fate::Instead(page("502 Bad Gateway")),
            "500 before" => {
                let words = r#"{"errcode":"M_UNKNOWN","error":"Internal server error"}"#;
                Fate::Instead(answer("500 Internal Server Error", "application/json", words))
            }
            "404 of a proxy" => Fate::Instead(page("404 Not Found")),
            "429" => {
                let wait = 200 + self.dice.below(2000);
                let words = format!(
                    r#"{{"errcode":"M_LIMIT_EXCEEDED","error":"Too Many Requests","retry_after_ms":{wait}}}"#
                );
                Fate::Instead(answer("429 Too Many Requests", "application/json", &words))
            }
            "cut after it was done" => Fate::CutAfter,
            "half an answer" => Fate::HalfAfter,
            "502 after it was done" => Fate::InsteadAfter(page("502 Bad Gateway")),
            "slow" => Fate::Slow(self.slow()),
            _ => Fate::SlowAfter(self.slow()),
        }
    }

    /// Now and then longer than anybody waits.
    fn slow(&mut self) -> Duration {
        if self.dice.chance(60) { Duration::from_secs(22) } else { self.dice.millis(100, 2500) }
    }
}
