//! The workspace: its rooms, who is in them, and everything that was said.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::change::{Change, Said};

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
}

/// Why somebody can't speak in a room.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// There is no such room.
    #[error("there is no room {0}")]
    NoSuchRoom(String),
    /// It is private.
    #[error("{person} is not in {room}, which is private")]
    NotIn {
        /// Who.
        person: String,
        /// Where.
        room: String,
    },
}

/// A line for the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The room.
    pub room: String,
    /// Who said it; `None` is sitrep.
    pub person: Option<String>,
    /// What is shown.
    pub text: String,
}

/// The workspace.
#[derive(Clone, Debug, Default)]
pub struct Chat {
    log: Vec<Change>,
    rooms: BTreeMap<String, RoomView>,
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
            }
            Change::Edited { .. } => {}
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
                    pinned: Vec::new(),
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
        let speakers = self.log.iter().filter_map(|change| match change {
            Change::Said(said) => said.person.as_deref(),
            Change::Edited { .. }
            | Change::Pinned { .. }
            | Change::RoomMade { .. }
            | Change::Joined { .. } => None,
        });
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
        match self.log.get(message)? {
            Change::Said(said) => Some(said.room.clone()),
            Change::Edited { .. }
            | Change::Pinned { .. }
            | Change::RoomMade { .. }
            | Change::Joined { .. } => None,
        }
    }

    /// What a message says now.
    #[must_use]
    pub fn text_of(&self, message: usize) -> Option<&str> {
        self.text_before(message, self.log.len())
    }

    /// What a message said before the entry at a place.
    fn text_before(&self, message: usize, place: usize) -> Option<&str> {
        let edited = self.log.iter().take(place).rev().find_map(|change| match change {
            Change::Edited { message: edited, text } if *edited == message => Some(text.as_str()),
            Change::Edited { .. }
            | Change::Said(_)
            | Change::Pinned { .. }
            | Change::RoomMade { .. }
            | Change::Joined { .. } => None,
        });
        edited.or_else(|| match self.log.get(message)? {
            Change::Said(said) => Some(said.text.as_str()),
            Change::Edited { .. }
            | Change::Pinned { .. }
            | Change::RoomMade { .. }
            | Change::Joined { .. } => None,
        })
    }

    /// A message as it stands now.
    #[must_use]
    pub fn line(&self, message: usize) -> Option<Line> {
        let Change::Said(Said { room, person, .. }) = self.log.get(message)? else { return None };
        let text = self.text_of(message)?.to_owned();
        Some(Line { room: room.clone(), person: person.clone(), text })
    }

    /// The last messages of a room, the oldest first.
    #[must_use]
    pub fn last_in(&self, room: &str, count: usize) -> Vec<usize> {
        let is_in = |change: &Change| matches!(change, Change::Said(said) if said.room == room);
        let newest_first = self.log.iter().enumerate().rev().filter(|(_, change)| is_in(change));
        let mut last: Vec<usize> = newest_first.map(|(index, _)| index).take(count).collect();
        last.reverse();
        last
    }

    /// What the screen shows of the log from a place on: a line a message. Of an edited message it is what has
    /// changed, marked `*` as people mark corrections.
    pub fn lines_from(&self, from: usize) -> impl Iterator<Item = Line> {
        self.log.iter().enumerate().skip(from).filter_map(|(index, change)| match change {
            Change::Said(said) => {
                Some(Line { room: said.room.clone(), person: said.person.clone(), text: said.text.clone() })
            }
            Change::Edited { message, text } => {
                let news = changed_lines(self.text_before(*message, index).unwrap_or_default(), text);
                Some(Line { room: self.room_of(*message)?, person: None, text: format!("* {news}") })
            }
            Change::Pinned { .. } | Change::RoomMade { .. } | Change::Joined { .. } => None,
        })
    }
}

/// The lines that weren't there before; all of them, if lines have only gone.
fn changed_lines(before: &str, after: &str) -> String {
    let known: BTreeSet<&str> = before.lines().collect();
    let changed: Vec<&str> = after.lines().filter(|line| !known.contains(line)).collect();
    if changed.is_empty() { after.to_owned() } else { changed.join("\n") }
}

impl RoomView {
    fn public() -> Self {
        Self { topic: String::new(), private: false, members: BTreeSet::new(), pinned: Vec::new() }
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

    #[test]
    fn edits_are_shown_by_what_they_change() {
        let mut chat = Chat::new(&["ops"]);
        let first = chat.say("alice", "ops", "first", at(0)).expect("alice may speak");
        chat.apply(first);
        chat.apply(Change::Edited { message: 0, text: "first\nsecond\nthird".into() });
        chat.apply(Change::Edited { message: 0, text: "first\n2nd\nthird".into() });
        chat.apply(Change::Edited { message: 0, text: "first\nthird".into() });
        assert_eq!(chat.text_of(0), Some("first\nthird"));
        let lines: Vec<String> = chat.lines_from(0).map(|line| line.text).collect();
        assert_eq!(lines, ["first", "* second\nthird", "* 2nd", "* first\nthird"]);
        assert_eq!(chat.line(0).map(|line| line.text).as_deref(), Some("first\nthird"));
    }

    #[test]
    fn the_last_messages_of_a_room_are_its_own() {
        let mut chat = Chat::new(&["ops", "status"]);
        for room in ["ops", "status", "ops", "ops"] {
            let said = chat.say("alice", room, "hello", at(0)).expect("alice may speak");
            chat.apply(said);
        }
        assert_eq!((chat.last_in("ops", 2), chat.last_in("ops", 9)), (vec![2, 3], vec![0, 2, 3]));
    }
}
