//! What the rooms look like to those in them, and where two looks differ.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::Failed;

/// The rooms by their names, which are reduced like any text.
pub(super) type View = BTreeMap<String, Room>;

/// One room.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    /// What is known of a room that sitrep has made.
    pub(super) made: Option<Made>,
    /// The oldest first.
    pub(super) messages: Vec<Message>,
    /// Places among the messages, from 0; the first pinned message first.
    pub(super) pinned: Vec<usize>,
}

/// What only rooms of sitrep's have, or where only theirs is its doing.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) topic: String,
    /// Everybody but sitrep.
    pub(super) members: BTreeSet<String>,
}

/// A message as it stands now.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) person: String,
    pub(super) text: String,
    /// Who is notified.
    pub(super) mentions: BTreeSet<String>,
    /// The message that it answers, by its place in the room.
    pub(super) answers: Option<usize>,
    /// Who has put which sign on it.
    pub(super) signs: BTreeSet<(String, String)>,
}

impl Room {
    /// Everything there is to see, line by line.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(Made { topic, members }) = &self.made {
            lines.push(format!("about: {topic}"));
            lines.push(format!("members: {}", listed(members)));
        }
        for (place, message) in self.messages.iter().enumerate() {
            let Message { person, text, mentions, answers, signs } = message;
            let answers = answers.map(|answered| format!(", answering {answered}")).unwrap_or_default();
            let calls =
                if mentions.is_empty() { String::new() } else { format!(", calling {}", listed(mentions)) };
            let mut text = text.split('\n');
            lines.push(format!("{place} {person}{answers}{calls}: {}", text.next().unwrap_or_default()));
            lines.extend(text.map(|line| format!("  {line}")));
            lines.extend(signs.iter().map(|(person, key)| format!("  with {key} of {person}")));
        }
        if !self.pinned.is_empty() {
            lines.push(format!("pinned: {:?}", self.pinned));
        }
        lines
    }
}

fn listed(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Where a room on a platform differs from what it should be: `-` is missing, `+` is too much. `None` when it doesn't.
pub(super) fn difference((name, platform): (&str, &str), expected: &Room, found: &Room) -> Option<String> {
    let (expected, found) = (expected.lines(), found.lines());
    if expected == found {
        return None;
    }
    let common = common_tails(&expected, &found);
    let (mut left, mut right) = (0, 0);
    let mut shown = vec![format!("#{name}, on the console (-) and on {platform} (+):")];
    while left < expected.len() || right < found.len() {
        let (line, other) = (expected.get(left), found.get(right));
        match (line, other) {
            (Some(line), Some(other)) if line == other => {
                shown.push(format!("    {line}"));
                (left, right) = (left + 1, right + 1);
            }
            (Some(line), _) if other.is_none() || common[left + 1][right] >= common[left][right + 1] => {
                shown.push(format!("  - {line}"));
                left += 1;
            }
            (_, Some(other)) => {
                shown.push(format!("  + {other}"));
                right += 1;
            }
            (_, None) => break,
        }
    }
    Some(shown.join("\n"))
}

/// The length of the longest common subsequence of every two tails.
fn common_tails(one: &[String], other: &[String]) -> Vec<Vec<usize>> {
    let mut common = vec![vec![0; other.len() + 1]; one.len() + 1];
    for left in (0..one.len()).rev() {
        for right in (0..other.len()).rev() {
            common[left][right] = if one[left] == other[right] {
                common[left + 1][right + 1] + 1
            } else {
                common[left + 1][right].max(common[left][right + 1])
            };
        }
    }
    common
}

/// What [`difference`] does, by example.
pub(super) fn shows_where_rooms_differ() -> Result<(), Failed> {
    let message = |text: &str| Message {
        person: "sitrep".to_owned(),
        text: text.to_owned(),
        mentions: BTreeSet::new(),
        answers: None,
        signs: BTreeSet::new(),
    };
    let room = |texts: &[&str]| Room {
        messages: texts.iter().map(|text| message(text)).collect(),
        ..Room::default()
    };
    let (one, other) = (room(&["first", "second\nline"]), room(&["first", "second\nrow"]));
    assert_eq!(difference(("ops", "Matrix"), &one, &one.clone()), None);
    let expected = "#ops, on the console (-) and on Matrix (+):\n    0 sitrep: first\n    1 sitrep: second\n  -   line\n  +   row";
    assert_eq!(difference(("ops", "Matrix"), &one, &other).as_deref(), Some(expected));
    let calls = |name: &str| {
        let mut room = room(&["an update is due"]);
        room.messages[0].mentions.insert(name.to_owned());
        room
    };
    assert!(difference(("ops", "Matrix"), &calls("alice"), &calls("bob")).is_some());
    assert!(difference(("ops", "Matrix"), &room(&["one"]), &room(&["one", "one"])).is_some());
    Ok(())
}
