//! The messages of ours that the gateway brought back, by their nonce: whether a lost answer was a lost message is
//! known from here before any history is read.

use std::collections::{BTreeMap, VecDeque};

use serenity::all::{ChannelId, MessageId};

/// How many are remembered: attempts in doubt are minutes old at most.
const REMEMBERED: usize = 1000;

/// Our own messages, the last ones.
#[derive(Debug, Default)]
pub(crate) struct Nonces {
    by_nonce: BTreeMap<String, (ChannelId, MessageId)>,
    in_order: VecDeque<String>,
}

impl Nonces {
    /// A message of ours was heard.
    pub(crate) fn put(&mut self, nonce: &str, channel: ChannelId, message: MessageId) {
        if self.by_nonce.insert(nonce.to_owned(), (channel, message)).is_none() {
            self.in_order.push_back(nonce.to_owned());
        }
        while self.in_order.len() > REMEMBERED {
            let Some(oldest) = self.in_order.pop_front() else { return };
            self.by_nonce.remove(&oldest);
        }
    }

    /// The message with this nonce.
    pub(crate) fn get(&self, nonce: &str) -> Option<(ChannelId, MessageId)> {
        self.by_nonce.get(nonce).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_remembered() {
        let mut nonces = Nonces::default();
        for id in 1..=REMEMBERED as u64 + 1 {
            nonces.put(&format!("k-{id}"), ChannelId::new(5), MessageId::new(id));
        }
        assert_eq!(nonces.get("k-1"), None);
        assert_eq!(nonces.get("k-2"), Some((ChannelId::new(5), MessageId::new(2))));
    }
}
