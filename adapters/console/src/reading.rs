//! One message as it stands now, for whoever wants to know what it says.

use chrono::{DateTime, Utc};

use crate::{Change, Chat};

/// A message with who said it, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Who; `None` is sitrep.
    pub person: Option<&'a str>,
    /// What it says now.
    pub text: &'a str,
    /// When it was said.
    pub at: DateTime<Utc>,
}

impl Chat {
    /// A message in a room; `None` if it isn't there, or was taken back.
    #[must_use]
    pub fn message(&self, room: &str, message: usize) -> Option<Message<'_>> {
        let said = self.log().get(message).and_then(Change::said).filter(|said| said.room == room)?;
        if self.is_taken_back(message) {
            return None;
        }
        Some(Message { person: said.person.as_deref(), text: self.text_of(message)?, at: said.at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Gesture;

    #[test]
    fn a_message_says_what_it_says_now() {
        let mut chat = Chat::new(&["ops"]);
        let at = DateTime::<Utc>::UNIX_EPOCH;
        let said = chat.say("alice", "ops", "the disk is fool", at).expect("alice may");
        chat.apply(said);
        let corrected = Gesture::Edit("the disk is full".to_owned());
        let corrected = chat.deed("alice", "ops", &corrected, at).expect("alice may");
        chat.apply(corrected);
        let read = Message { person: Some("alice"), text: "the disk is full", at };
        assert_eq!(chat.message("ops", 0), Some(read));
        assert_eq!(chat.message("status", 0), None);
        assert_eq!(chat.message("ops", 1), None, "that is no message");
        let gone = chat.deed("alice", "ops", &Gesture::TakeBack, at).expect("alice may");
        chat.apply(gone);
        assert_eq!(chat.message("ops", 0), None);
    }
}
