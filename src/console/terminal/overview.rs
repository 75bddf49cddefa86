//! What there is: rooms, people, words. For whoever asks the console itself.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sitrep_console::{Chat, RoomView};

use crate::console::{PEOPLE, input::WORDS, seat::Seat, workspace::Workspace};

/// The rooms that somebody sees, the configured ones first, incidents with their titles.
pub(crate) fn visible<'a>(chat: &'a Chat, person: &str) -> Vec<(&'a str, &'a RoomView)> {
    chat.rooms().filter(|(_, room)| !room.private || room.members.contains(person)).collect()
}

/// The rooms, a line each.
pub(crate) fn rooms(chat: &Chat, seat: &Seat) -> String {
    let mut text = String::new();
    for (name, room) in visible(chat, &seat.person) {
        let _ = writeln!(text, "#{name} {}", room.topic);
    }
    text
}

/// Everybody who is known.
pub(crate) fn known_people(workspace: &Workspace) -> BTreeSet<String> {
    let configured = workspace.policy().people.keys().cloned();
    let present = workspace.read(|chat| chat.people().into_iter().map(str::to_owned).collect::<Vec<_>>());
    configured.chain(present).chain(PEOPLE.map(str::to_owned)).collect()
}

/// Everybody, in a line.
pub(crate) fn people(workspace: &Workspace) -> String {
    let names: Vec<String> = known_people(workspace).into_iter().collect();
    format!("{}\n", names.join(", "))
}

/// What can be typed.
pub(crate) fn help(prefix: &str) -> String {
    let mut text = String::new();
    for (word, argument, help) in WORDS {
        let _ = writeln!(text, "{word} {argument}  {help}");
    }
    let _ = writeln!(text, "{prefix}help  asks sitrep what it can do");
    text
}
