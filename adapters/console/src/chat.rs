//! The workspace: its rooms, who is in them, and everything that was said.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::change::{Change, Deed, Did, Said};

/// A room as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomView {
    /// What it is about.
    pub topic: String,
    /// Whether only its members see it.
    pub private: bool,
    /// Who is in it, where that matters.
    pub members: BTreeSet<String>,
    /// Its pinned messages, the first one first.
    pub pinned: Vec<usize>,
    /// Whether sitrep was removed from it.
    pub without_sitrep: bool,
    /// Whether people can't write in it any more.
    pub archived: bool,
}

/// Why somebody can't speak in a room, or do something in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// There is no such room.
    #[error("there is no room #{0}")]
    NoSuchRoom(String),
    /// It is private.
    #[error("{person} is not in #{room}, which is private")]
    NotIn {
        /// Who.
        person: String,
        /// Where.
        room: String,
    },
    /// It is archived.
    #[error("#{0} is archived: nobody writes there any more")]
    Archived(String),
    /// There is no message of theirs to change.
    #[error("{person} has said nothing in #{room} that is still there")]
    NothingSaid {
        /// Who.
        person: String,
        /// Where.
        room: String,
    },
    /// There is nothing to press.
    #[error("nothing in #{0} can be pressed")]
    NothingToPress(String),
    /// There is no message that is meant.
    #[error("there is no such message in #{0}")]
    NoSuchMessage(String),
    /// The message is marked.
    #[error("{0} has marked that message already")]
    MarkedAlready(String),
    /// sitrep is not there.
    #[error("sitrep is not in #{0}")]
    WithoutSitrep(String),
    /// sitrep is there.
    #[error("sitrep is in #{0} already")]
    WithSitrep(String),
    /// The room is a direct one, which is nothing without sitrep.
    #[error("#{0} is between sitrep and you")]
    Direct(String),
}

/// The workspace.
#[derive(Clone, Debug, Default)]
pub struct Chat {
    log: Vec<Change>,
    rooms: BTreeMap<String, RoomView>,
    /// Messages that were taken back.
    taken_back: BTreeSet<usize>,
    /// Messages with signs to press on them.
    signs: BTreeMap<usize, Vec<String>>,
    /// Where the log tells of rooms in which sitrep was not at that time.
    unheard: BTreeSet<usize>,
    /// Rooms by the key that made them, for ever.
    addresses: BTreeMap<String, String>,
    /// Messages by the key that said them, as long as the workspace remembers keys.
    keys: BTreeMap<String, usize>,
}

impl Chat {
    /// An empty workspace with these rooms.
    #[must_use]
    pub fn new(rooms: &[&str]) -> Self {
        let mut chat = Self::default();
        for room in rooms {
            chat.rooms.insert((*room).to_owned(), RoomView::public());
        }
        chat
    }

    /// Applies a change and puts it into the log.
    pub fn apply(&mut self, change: Change) {
        let index = self.log.len();
        match &change {
            Change::Said(said) => {
                if said.person.as_ref() == Some(&said.room) || !self.rooms.contains_key(&said.room) {
                    self.rooms.entry(said.room.clone()).or_insert_with(|| RoomView::direct(&said.room));
                }
                if let Some(key) = &said.key {
                    self.keys.insert(key.clone(), index);
                }
                if self.is_without_sitrep(&said.room) {
                    self.unheard.insert(index);
                }
            }
            Change::Did(did) => self.apply_deed(index, did),
            Change::Edited { .. } => {}
            Change::Signed { message, keys } => {
                self.signs.insert(*message, keys.clone());
            }
            Change::Retitled { room, topic } => {
                if let Some(view) = self.rooms.get_mut(room) {
                    view.topic.clone_from(topic);
                }
            }
            Change::Archived { room, archived } => {
                if let Some(view) = self.rooms.get_mut(room) {
                    view.archived = *archived;
                }
            }
            Change::Pinned { message } => {
                let room = self.room_of(*message).and_then(|room| self.rooms.get_mut(&room));
                if let Some(room) = room {
                    room.pinned.push(*message);
                }
            }
            Change::RoomMade { room, topic, private, members, address } => {
                self.addresses.insert(address.clone(), room.clone());
                let made = RoomView {
                    topic: topic.clone(),
                    private: *private,
                    members: members.iter().cloned().collect(),
                    ..RoomView::public()
                };
                self.rooms.insert(room.clone(), made);
            }
            Change::Joined { room, people } => {
                if let Some(room) = self.rooms.get_mut(room) {
                    room.members.extend(people.iter().cloned());
                }
            }
        }
        self.log.push(change);
    }

    fn apply_deed(&mut self, index: usize, did: &Did) {
        if self.is_without_sitrep(&did.room) {
            self.unheard.insert(index);
        }
        match &did.deed {
            Deed::Corrected { .. } | Deed::Pressed { .. } | Deed::Unpressed { .. } => {}
            Deed::TookBack { message } => {
                self.taken_back.insert(*message);
            }
            Deed::RemovedSitrep | Deed::InvitedSitrep => {
                if let Some(room) = self.rooms.get_mut(&did.room) {
                    room.without_sitrep = did.deed == Deed::RemovedSitrep;
                }
            }
        }
    }

    /// The change that a person's message makes. A room named after the speaker is their direct room with sitrep.
    ///
    /// # Errors
    /// When there is no such room, or the person may not be in it.
    pub fn say(&self, person: &str, room: &str, text: &str, at: DateTime<Utc>) -> Result<Change, Denied> {
        self.may_speak(person, room)?;
        let (person, room, text) = (Some(person.to_owned()), room.to_owned(), text.to_owned());
        Ok(Change::Said(Said { room, person, text, at, answers: None, mentions: Vec::new(), key: None }))
    }

    /// Whether a person may speak in a room.
    ///
    /// # Errors
    /// When there is no such room, or the person may not be in it.
    pub fn may_speak(&self, person: &str, room: &str) -> Result<(), Denied> {
        if person == room {
            return Ok(());
        }
        match self.rooms.get(room) {
            None => Err(Denied::NoSuchRoom(room.to_owned())),
            Some(view) if view.private && !view.members.contains(person) => {
                Err(Denied::NotIn { person: person.to_owned(), room: room.to_owned() })
            }
            Some(view) if view.archived => Err(Denied::Archived(room.to_owned())),
            Some(_) => Ok(()),
        }
    }

    /// Every room with its name.
    pub fn rooms(&self) -> impl Iterator<Item = (&str, &RoomView)> {
        self.rooms.iter().map(|(name, room)| (name.as_str(), room))
    }

    /// One room.
    #[must_use]
    pub fn room(&self, name: &str) -> Option<&RoomView> {
        self.rooms.get(name)
    }

    /// Everybody who ever spoke or was asked in.
    #[must_use]
    pub fn people(&self) -> BTreeSet<&str> {
        let speakers = self.log.iter().filter_map(|change| change.said()?.person.as_deref());
        let members = self.rooms.values().flat_map(|room| room.members.iter().map(String::as_str));
        speakers.chain(members).collect()
    }

    /// A name for a new room. Here a room's name is also its handle, and it may be what a person is called, whose
    /// direct room then has that name.
    #[must_use]
    pub fn free_name(&self, wanted: &str) -> String {
        let people = self.people();
        let is_free = |name: &String| !self.rooms.contains_key(name) && !people.contains(name.as_str());
        let numbered = (2_u64..).map(|number| format!("{wanted}-{number}"));
        std::iter::once(wanted.to_owned()).chain(numbered).find(is_free).unwrap_or_else(|| wanted.to_owned())
    }

    /// The room made under an address.
    #[must_use]
    pub fn room_at(&self, address: &str) -> Option<&str> {
        self.addresses.get(address).map(String::as_str)
    }

    /// The message said under a key, if the key is still remembered.
    #[must_use]
    pub fn message_by_key(&self, key: &str) -> Option<usize> {
        self.keys.get(key).copied()
    }

    /// The message said under a key, by reading the room's history.
    #[must_use]
    pub fn message_in_history(&self, room: &str, key: &str) -> Option<usize> {
        self.log.iter().position(|change| {
            matches!(change, Change::Said(said) if said.room == room && said.key.as_deref() == Some(key))
        })
    }

    /// Forgets keys of messages from before a moment, as servers do.
    pub fn forget_keys_before(&mut self, moment: DateTime<Utc>) {
        let log = &self.log;
        self.keys.retain(|_, index| matches!(&log[*index], Change::Said(said) if said.at >= moment));
    }

    /// The whole log.
    #[must_use]
    pub fn log(&self) -> &[Change] {
        &self.log
    }

    /// The room that a message is in.
    #[must_use]
    pub fn room_of(&self, message: usize) -> Option<String> {
        Some(self.log.get(message)?.said()?.room.clone())
    }

    /// Whether sitrep was removed from a room.
    #[must_use]
    pub fn is_without_sitrep(&self, room: &str) -> bool {
        self.rooms.get(room).is_some_and(|room| room.without_sitrep)
    }

    /// Whether what an entry tells of happened where sitrep was not.
    #[must_use]
    pub fn is_unheard(&self, index: usize) -> bool {
        self.unheard.contains(&index)
    }

    /// Whether a message was taken back.
    #[must_use]
    pub fn is_taken_back(&self, message: usize) -> bool {
        self.taken_back.contains(&message)
    }

    /// The signs on a message.
    #[must_use]
    pub fn signs_on(&self, message: usize) -> &[String] {
        self.signs.get(&message).map_or(&[], Vec::as_slice)
    }
}

impl RoomView {
    fn public() -> Self {
        Self {
            topic: String::new(),
            private: false,
            members: BTreeSet::new(),
            pinned: Vec::new(),
            without_sitrep: false,
            archived: false,
        }
    }

    /// A person's direct room with sitrep.
    fn direct(person: &str) -> Self {
        Self { private: true, members: BTreeSet::from([person.to_owned()]), ..Self::public() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(minute * 60, 0).unwrap_or_default()
    }

    #[test]
    fn people_speak_where_they_may() {
        let mut chat = Chat::new(&["ops"]);
        let secret = Change::RoomMade {
            room: "secret".into(),
            topic: String::new(),
            private: true,
            members: vec!["alice".into()],
            address: "k".into(),
        };
        chat.apply(secret);
        assert!(chat.say("mallory", "ops", "hello", at(0)).is_ok());
        assert!(chat.say("alice", "secret", "hello", at(0)).is_ok());
        assert!(matches!(chat.say("mallory", "secret", "hello", at(0)), Err(Denied::NotIn { .. })));
        assert!(matches!(chat.say("mallory", "nowhere", "hello", at(0)), Err(Denied::NoSuchRoom(_))));
        assert!(chat.say("bob", "bob", "hello", at(0)).is_ok(), "everybody has a direct room");
        chat.apply(Change::Joined { room: "secret".into(), people: vec!["bob".into()] });
        assert!(chat.say("bob", "secret", "hello", at(0)).is_ok());
        assert_eq!(chat.room_at("k"), Some("secret"));
        let archived = |archived| Change::Archived { room: "secret".into(), archived };
        chat.apply(archived(true));
        assert_eq!(chat.say("bob", "secret", "hello", at(0)), Err(Denied::Archived("secret".into())));
        assert!(matches!(chat.say("mallory", "secret", "hello", at(0)), Err(Denied::NotIn { .. })));
        chat.apply(archived(false));
        assert!(chat.say("bob", "secret", "hello", at(0)).is_ok());
    }

    #[test]
    fn a_new_room_takes_nobodys_name() {
        let mut chat = Chat::new(&["ops"]);
        let said = chat.say("bob", "ops", "hello", at(0)).expect("bob may speak");
        chat.apply(said);
        for (wanted, free) in [("checkout", "checkout"), ("ops", "ops-2"), ("bob", "bob-2")] {
            assert_eq!(chat.free_name(wanted), free);
        }
    }

    #[test]
    fn keys_are_forgotten_and_history_is_not() {
        let mut chat = Chat::new(&["ops"]);
        let said = |minute, key: &str| {
            let (room, text, key) = ("ops".into(), "hello".into(), Some(key.into()));
            Change::Said(Said {
                room,
                person: None,
                text,
                at: at(minute),
                answers: None,
                mentions: vec![],
                key,
            })
        };
        chat.apply(said(0, "old"));
        chat.apply(said(10, "new"));
        chat.forget_keys_before(at(5));
        assert_eq!((chat.message_by_key("old"), chat.message_by_key("new")), (None, Some(1)));
        assert_eq!(chat.message_in_history("ops", "old"), Some(0));
    }
}
