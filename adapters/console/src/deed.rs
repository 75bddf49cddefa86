//! What people do other than to speak: correct, take back, press, remove, invite.
//!
//! A [`Gesture`] names no message: whoever sits at a console means the last one that fits. It becomes a [`Deed`],
//! which does, if it may.

use chrono::{DateTime, Utc};

use crate::{
    change::{Change, Deed, Did},
    chat::{Chat, Denied},
};

/// The sign that puts a message on an incident's timeline.
const MARK: &str = "📌";

/// What somebody wants to do in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// Have their last message there say this.
    Edit(String),
    /// Take their last message there back.
    TakeBack,
    /// Press this sign on the last message there that carries it, or that carries any if none does.
    Press(String),
    /// Put the last message there that has these words in it on the timeline; without any, the last that somebody said.
    Mark(String),
    /// Put this sign on the last message there that has these words in it; without any, on the last that somebody said.
    Put(String, String),
    /// Take it off the timeline again: the last one they have marked that has these words in it.
    Unmark(String),
    /// Remove sitrep.
    Kick,
    /// Invite sitrep again.
    Invite,
}

impl Chat {
    /// The change that a gesture makes.
    ///
    /// # Errors
    /// When they may not be there, or there is nothing that fits.
    pub fn deed(
        &self,
        person: &str,
        room: &str,
        gesture: &Gesture,
        at: DateTime<Utc>,
    ) -> Result<Change, Denied> {
        self.may_speak(person, room)?;
        let deed = match gesture {
            Gesture::Edit(text) => {
                Deed::Corrected { message: self.last_of(person, room)?, text: text.clone() }
            }
            Gesture::TakeBack => Deed::TookBack { message: self.last_of(person, room)? },
            Gesture::Press(key) => Deed::Pressed { message: self.with_sign(room, key)?, key: key.clone() },
            Gesture::Mark(words) => {
                let message =
                    self.meant(room, words, |index| !words.is_empty() || self.is_somebodys(index))?;
                if self.has_marked(person, message) {
                    return Err(Denied::MarkedAlready(person.to_owned()));
                }
                Deed::Pressed { message, key: MARK.to_owned() }
            }
            Gesture::Put(key, words) => {
                let message =
                    self.meant(room, words, |index| !words.is_empty() || self.is_somebodys(index))?;
                Deed::Pressed { message, key: key.clone() }
            }
            Gesture::Unmark(words) => {
                let message = self.meant(room, words, |index| self.has_marked(person, index))?;
                Deed::Unpressed { message, key: MARK.to_owned() }
            }
            Gesture::Kick | Gesture::Invite if person == room => {
                return Err(Denied::Direct(room.to_owned()));
            }
            Gesture::Kick if self.is_without_sitrep(room) => {
                return Err(Denied::WithoutSitrep(room.to_owned()));
            }
            Gesture::Kick => Deed::RemovedSitrep,
            Gesture::Invite if !self.is_without_sitrep(room) => {
                return Err(Denied::WithSitrep(room.to_owned()));
            }
            Gesture::Invite => Deed::InvitedSitrep,
        };
        Ok(Change::Did(Did { room: room.to_owned(), person: person.to_owned(), at, deed }))
    }

    /// The last message in a room that has these words in it and is of the kind that is meant.
    fn meant(&self, room: &str, words: &str, is_meant: impl Fn(usize) -> bool) -> Result<usize, Denied> {
        let words = words.to_lowercase();
        let has_them = |index: &usize| {
            is_meant(*index) && self.text_of(*index).is_some_and(|text| text.to_lowercase().contains(&words))
        };
        let found = self.last_in(room, usize::MAX).into_iter().rev().find(has_them);
        found.ok_or_else(|| Denied::NoSuchMessage(room.to_owned()))
    }

    fn is_somebodys(&self, message: usize) -> bool {
        self.log().get(message).and_then(Change::said).is_some_and(|said| said.person.is_some())
    }

    /// Whether somebody's mark is on a message.
    fn has_marked(&self, person: &str, message: usize) -> bool {
        let put = |change: &Change| match change.did() {
            Some(Did { person: who, deed: Deed::Pressed { message: on, key }, .. }) => {
                (who == person && *on == message && key == MARK).then_some(true)
            }
            Some(Did { person: who, deed: Deed::Unpressed { message: on, key }, .. }) => {
                (who == person && *on == message && key == MARK).then_some(false)
            }
            Some(_) | None => None,
        };
        self.log().iter().rev().find_map(put).unwrap_or(false)
    }

    /// Somebody's last message in a room.
    fn last_of(&self, person: &str, room: &str) -> Result<usize, Denied> {
        let is_theirs = |(index, change): &(usize, &Change)| {
            let said = change.said().filter(|said| said.room == room);
            said.is_some_and(|said| said.person.as_deref() == Some(person)) && !self.is_taken_back(*index)
        };
        let last = self.log().iter().enumerate().rev().find(is_theirs);
        last.map(|(index, _)| index)
            .ok_or_else(|| Denied::NothingSaid { person: person.to_owned(), room: room.to_owned() })
    }

    /// The last message in a room that carries a sign.
    fn with_sign(&self, room: &str, key: &str) -> Result<usize, Denied> {
        let signed: Vec<usize> = self
            .last_in(room, usize::MAX)
            .into_iter()
            .filter(|index| !self.signs_on(*index).is_empty())
            .collect();
        let carries_it =
            |index: &&usize| self.signs_on(**index).iter().any(|sign| key.starts_with(sign.as_str()));
        let found = signed.iter().rev().find(carries_it).or_else(|| signed.last());
        found.copied().ok_or_else(|| Denied::NothingToPress(room.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: DateTime<Utc> = DateTime::<Utc>::UNIX_EPOCH;

    fn said(chat: &mut Chat, person: &str, text: &str) {
        let change = chat.say(person, "ops", text, AT).expect("they may speak");
        chat.apply(change);
    }

    #[test]
    fn the_last_message_of_ones_own_is_meant() {
        let mut chat = Chat::new(&["ops"]);
        said(&mut chat, "alice", "first");
        said(&mut chat, "alice", "second");
        said(&mut chat, "bob", "third");
        let meant = |chat: &Chat, person: &str| chat.deed(person, "ops", &Gesture::TakeBack, AT);
        let took_back = |change: &Change| change.did().map(|did| did.deed.clone());
        let change = meant(&chat, "alice").expect("alice has said something");
        assert_eq!(took_back(&change), Some(Deed::TookBack { message: 1 }));
        chat.apply(change);
        let change = meant(&chat, "alice").expect("the first is still there");
        assert_eq!(took_back(&change), Some(Deed::TookBack { message: 0 }));
        assert!(matches!(meant(&chat, "carol"), Err(Denied::NothingSaid { .. })));
    }

    #[test]
    fn what_carries_the_sign_is_pressed() {
        let mut chat = Chat::new(&["ops"]);
        for text in ["card", "question", "talk"] {
            said(&mut chat, "alice", text);
        }
        let press = |chat: &Chat, key: &str| {
            chat.deed("bob", "ops", &Gesture::Press(key.to_owned()), AT).map(|change| change.did().cloned())
        };
        assert_eq!(press(&chat, "✅"), Err(Denied::NothingToPress("ops".to_owned())));
        let signs = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        chat.apply(Change::Signed { message: 0, keys: signs(&["✅", "🙋"]) });
        chat.apply(Change::Signed { message: 1, keys: signs(&["🙋", "💤"]) });
        for (key, expected) in [("✅", 0), ("🙋", 1), ("🙋🏽", 1), ("💤", 1), ("👍", 1)] {
            let pressed = press(&chat, key).expect("there are signs").map(|did| did.deed);
            assert_eq!(pressed, Some(Deed::Pressed { message: expected, key: key.to_owned() }), "{key}");
        }
    }

    #[test]
    fn any_message_is_marked_by_its_words_and_once() {
        let mut chat = Chat::new(&["ops"]);
        for (person, text) in [("alice", "the disk is full"), ("bob", "The Disk again"), ("bob", "ok")] {
            said(&mut chat, person, text);
        }
        let does = |chat: &mut Chat, gesture: Gesture| {
            let change = chat.deed("carol", "ops", &gesture, AT)?;
            chat.apply(change.clone());
            Ok(change.did().map(|did| did.deed.clone()))
        };
        let mark = |words: &str| Gesture::Mark(words.to_owned());
        let put = |message| Ok(Some(Deed::Pressed { message, key: MARK.to_owned() }));
        let off = |message| Ok(Some(Deed::Unpressed { message, key: MARK.to_owned() }));
        assert_eq!(does(&mut chat, mark("")), put(2));
        assert_eq!(does(&mut chat, mark("disk")), put(1));
        assert_eq!(does(&mut chat, mark("is full")), put(0));
        assert_eq!(does(&mut chat, mark("full")), Err(Denied::MarkedAlready("carol".to_owned())));
        assert_eq!(does(&mut chat, mark("coffee")), Err(Denied::NoSuchMessage("ops".to_owned())));
        assert_eq!(does(&mut chat, Gesture::Unmark("full".to_owned())), off(0));
        assert_eq!(does(&mut chat, Gesture::Unmark(String::new())), off(2));
        assert_eq!(does(&mut chat, mark("full")), put(0));
    }

    #[test]
    fn sitrep_leaves_and_comes_back() {
        let mut chat = Chat::new(&["ops"]);
        let does = |chat: &Chat, gesture: Gesture| chat.deed("alice", "ops", &gesture, AT);
        assert_eq!(does(&chat, Gesture::Invite), Err(Denied::WithSitrep("ops".to_owned())));
        let kick = does(&chat, Gesture::Kick).expect("alice may");
        chat.apply(kick);
        assert_eq!(does(&chat, Gesture::Kick), Err(Denied::WithoutSitrep("ops".to_owned())));
        said(&mut chat, "alice", "among ourselves");
        let invite = does(&chat, Gesture::Invite).expect("alice may");
        chat.apply(invite);
        said(&mut chat, "alice", "together");
        let unheard: Vec<usize> = (0..4).filter(|index| chat.is_unheard(*index)).collect();
        assert_eq!(unheard, [1, 2]);
        assert_eq!(chat.deed("alice", "alice", &Gesture::Kick, AT), Err(Denied::Direct("alice".to_owned())));
    }
}
