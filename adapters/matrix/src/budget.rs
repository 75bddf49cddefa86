//! How much talk is held in memory at once.
//!
//! A batch is handed over as a whole, and after weeks of downtime it holds everything that was said in every room.
//! Nearly all of it is talk among people. So beyond a share of memory only what looks like a command is kept, and
//! beyond all of it nothing: history is read backwards, so what is given up is the oldest. It is said in the log.

use crate::inbound::Heard;

/// Half for everything, half for what looks like a command. A message takes about 300 bytes: this is what a busy
/// organisation says in months, on the smallest machine on sale.
const BYTES: usize = 64 * 1024 * 1024;

/// What a message takes besides its text.
const OVERHEAD_BYTES: usize = 256;

/// What is left of the memory for one answer of the homeserver.
pub(crate) struct Budget {
    left: usize,
    for_commands: usize,
    gave_up: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self::of(BYTES)
    }
}

impl Budget {
    fn of(bytes: usize) -> Self {
        Self { left: bytes, for_commands: bytes / 2, gave_up: false }
    }

    /// Whether this can be kept, which is then taken off.
    pub(crate) fn allows(&mut self, heard: &Heard) -> bool {
        let bytes = heard.text().len() + OVERHEAD_BYTES;
        let reserved =
            if !heard.is_speech() || looks_like_a_command(heard.text()) { 0 } else { self.for_commands };
        if self.left >= bytes + reserved {
            self.left -= bytes;
            return true;
        }
        if !self.gave_up {
            self.gave_up = true;
            tracing::error!(
                "More was said while sitrep was away than it can hold. Of what was said until {}, only what begins \
                 with a sign such as ! is heard, as long as there is room.",
                heard.sent_at
            );
        }
        false
    }
}

/// Which prefix commands have is not known here; that it is a sign is likely.
fn looks_like_a_command(text: &str) -> bool {
    text.trim_start().chars().next().is_some_and(|first| !first.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::inbound::What;

    fn said(text: &str) -> Heard {
        Heard {
            event_id: String::new(),
            sender: String::new(),
            sent_at: DateTime::UNIX_EPOCH,
            thread: None,
            what: What::Said(text.to_owned()),
        }
    }

    #[test]
    fn commands_are_given_up_last() {
        let mut budget = Budget::of(10 * (OVERHEAD_BYTES + 10));
        let mut kept = |text: &str| (0..20).filter(|_| budget.allows(&said(text))).count();
        assert_eq!((kept("ten letter"), kept("!incident "), kept("ten letter")), (5, 5, 0));
    }
}
