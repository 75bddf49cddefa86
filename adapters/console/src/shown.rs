//! What people read of the workspace: messages as they stand, and a line for everything that happens.
//!
//! - Of an edited message the screen shows what has changed, marked `*` as people mark corrections.
//! - What somebody does without words stands in parentheses.
//! - Signs that sitrep puts on a message, pins and topics make no line: they are part of how a room looks.

use std::collections::BTreeSet;

use crate::{
    change::{Change, Deed, Did, Said},
    chat::Chat,
};

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

impl Chat {
    /// What a message says now.
    #[must_use]
    pub fn text_of(&self, message: usize) -> Option<&str> {
        self.text_before(message, self.log().len())
    }

    /// What a message said before the entry at a place.
    fn text_before(&self, message: usize, place: usize) -> Option<&str> {
        let edits = self.log().iter().take(place).skip(message).rev().filter_map(edit);
        let edited = edits.into_iter().find_map(|(edited, text)| (edited == message).then_some(text));
        edited.or_else(|| Some(self.log().get(message)?.said()?.text.as_str()))
    }

    /// A message as it stands now.
    #[must_use]
    pub fn line(&self, message: usize) -> Option<Line> {
        let Said { room, person, .. } = self.log().get(message)?.said()?;
        let text = self.text_of(message)?.to_owned();
        Some(Line { room: room.clone(), person: person.clone(), text })
    }

    /// The last messages of a room, the oldest first, without those that were taken back.
    #[must_use]
    pub fn last_in(&self, room: &str, count: usize) -> Vec<usize> {
        let is_in = |(index, change): &(usize, &Change)| {
            change.said().is_some_and(|said| said.room == room) && !self.is_taken_back(*index)
        };
        let newest_first = self.log().iter().enumerate().rev().filter(is_in);
        let mut last: Vec<usize> = newest_first.map(|(index, _)| index).take(count).collect();
        last.reverse();
        last
    }

    /// What the screen shows of the log from a place on.
    pub fn lines_from(&self, from: usize) -> impl Iterator<Item = Line> {
        self.log().iter().enumerate().skip(from).filter_map(|(index, change)| match change {
            Change::Said(said) => {
                Some(Line { room: said.room.clone(), person: said.person.clone(), text: said.text.clone() })
            }
            Change::Did(did) => {
                let (room, person) = (did.room.clone(), Some(did.person.clone()));
                Some(Line { room, person, text: self.words_for(index, did) })
            }
            Change::Edited { message, text } => {
                let text = self.changed(index, *message, text);
                Some(Line { room: self.room_of(*message)?, person: None, text })
            }
            Change::Pinned { .. }
            | Change::Signed { .. }
            | Change::Retitled { .. }
            | Change::Archived { .. }
            | Change::RoomMade { .. }
            | Change::Joined { .. } => None,
        })
    }

    fn words_for(&self, index: usize, did: &Did) -> String {
        match &did.deed {
            Deed::Corrected { message, text } => self.changed(index, *message, text),
            Deed::TookBack { .. } => "(takes a message back)".to_owned(),
            Deed::Pressed { message, key } if self.signs_on(*message).is_empty() => {
                format!("(puts {key} on: {})", self.beginning_of(*message))
            }
            Deed::Pressed { key, .. } => format!("(presses {key})"),
            Deed::Unpressed { message, key } => format!("(takes {key} off: {})", self.beginning_of(*message)),
            Deed::RemovedSitrep => "(removes sitrep)".to_owned(),
            Deed::InvitedSitrep => "(invites sitrep)".to_owned(),
        }
    }

    /// The first words of a message.
    fn beginning_of(&self, message: usize) -> String {
        let text = self.text_of(message).unwrap_or_default();
        text.lines().next().unwrap_or_default().chars().take(40).collect()
    }

    fn changed(&self, index: usize, message: usize, text: &str) -> String {
        let news = changed_lines(self.text_before(message, index).unwrap_or_default(), text);
        format!("* {news}")
    }
}

/// The message that an entry edits, and what it says then.
fn edit(change: &Change) -> Option<(usize, &str)> {
    match change {
        Change::Edited { message, text }
        | Change::Did(Did { deed: Deed::Corrected { message, text }, .. }) => Some((*message, text)),
        Change::Said(_)
        | Change::Did(_)
        | Change::Pinned { .. }
        | Change::Signed { .. }
        | Change::Retitled { .. }
        | Change::Archived { .. }
        | Change::RoomMade { .. }
        | Change::Joined { .. } => None,
    }
}

/// The lines that weren't there before; all of them, if lines have only gone.
fn changed_lines(before: &str, after: &str) -> String {
    let known: BTreeSet<&str> = before.lines().collect();
    let changed: Vec<&str> = after.lines().filter(|line| !known.contains(line)).collect();
    if changed.is_empty() { after.to_owned() } else { changed.join("\n") }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::deed::Gesture;

    const AT: DateTime<Utc> = DateTime::<Utc>::UNIX_EPOCH;

    #[test]
    fn edits_are_shown_by_what_they_change() {
        let mut chat = Chat::new(&["ops"]);
        let first = chat.say("alice", "ops", "first", AT).expect("alice may speak");
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
    fn what_people_do_is_a_line_and_what_is_taken_back_is_gone() {
        let mut chat = Chat::new(&["ops"]);
        let said = chat.say("alice", "ops", "hello", AT).expect("alice may speak");
        chat.apply(said);
        for gesture in [Gesture::Edit("good morning".into()), Gesture::TakeBack, Gesture::Kick] {
            let change = chat.deed("alice", "ops", &gesture, AT).expect("alice may");
            chat.apply(change);
        }
        let lines: Vec<String> = chat.lines_from(1).map(|line| line.text).collect();
        assert_eq!(lines, ["* good morning", "(takes a message back)", "(removes sitrep)"]);
        assert_eq!(chat.last_in("ops", 9), Vec::<usize>::new());
    }

    #[test]
    fn the_last_messages_of_a_room_are_its_own() {
        let mut chat = Chat::new(&["ops", "status"]);
        for room in ["ops", "status", "ops", "ops"] {
            let said = chat.say("alice", room, "hello", AT).expect("alice may speak");
            chat.apply(said);
        }
        assert_eq!((chat.last_in("ops", 2), chat.last_in("ops", 9)), (vec![2, 3], vec![0, 2, 3]));
    }
}
