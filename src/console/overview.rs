//! What there is: rooms, people, words. For whoever asks the console itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use sitrep_console::{CONFIGURED_ROOMS, Chat, STAKEHOLDER_ROOM, SUPPORT_ROOM};
use sitrep_core::policy::Policy;

use super::{PEOPLE, input::WORDS, seat::Seat};

/// The rooms that somebody sees: those that are there from the start, their direct room, and those of incidents, the
/// newest first, as far as they are named by date.
pub(crate) fn rooms_of(chat: &Chat, person: &str) -> Vec<String> {
    let first = CONFIGURED_ROOMS.into_iter().chain([person]).map(str::to_owned);
    let is_other = |name: &str| name != person && !CONFIGURED_ROOMS.contains(&name);
    let others: Vec<&str> = chat
        .rooms()
        .filter(|(name, room)| is_other(name) && (!room.private || room.members.contains(person)))
        .map(|(name, _)| name)
        .collect();
    first.chain(others.into_iter().rev().map(str::to_owned)).collect()
}

/// The rooms, a line each, with what has been missed in them.
pub(crate) fn rooms(chat: &Chat, seat: &Seat, unread: &BTreeMap<String, usize>) -> String {
    let rooms = rooms_of(chat, &seat.person);
    let width = rooms.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (number, name) in (1..).zip(&rooms) {
        let here = if *name == seat.room { '*' } else { ' ' };
        let about = about_room(chat, seat, name);
        let missed = unread.get(name).map(|count| format!("  {count} unread")).unwrap_or_default();
        let line = format!("{here}{number:>2} #{name:width$}  {about}{missed}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// What a room is about, in a few words.
pub(crate) fn about_room(chat: &Chat, seat: &Seat, name: &str) -> String {
    if name == seat.person {
        return "between sitrep and you".to_owned();
    }
    if name == STAKEHOLDER_ROOM {
        return "where stakeholders are told".to_owned();
    }
    if name == SUPPORT_ROOM {
        return "where support is told".to_owned();
    }
    chat.room(name).map(|room| room.topic.clone()).unwrap_or_default()
}

/// Everybody who is known: from the configuration, or from the start, and whoever has spoken or been asked in.
pub(crate) fn people_of(chat: &Chat, policy: &Policy) -> BTreeSet<String> {
    let configured = policy.people.keys().map(String::as_str);
    configured.chain(PEOPLE).chain(chat.people()).map(str::to_owned).collect()
}

/// Everybody, in a line.
pub(crate) fn people(chat: &Chat, policy: &Policy) -> String {
    let names: Vec<String> = people_of(chat, policy).into_iter().collect();
    format!("{}\n", names.join(", "))
}

/// What can be typed here.
pub(crate) fn help(prefix: &str) -> String {
    let mut text =
        format!("A line is a message. Those that begin with {prefix} are for sitrep; try {prefix}help.\n");
    for (word, argument, help) in WORDS {
        let typed = format!("{word} {argument}");
        let _ = writeln!(text, "  {typed:<12} {help}");
    }
    text.push_str("A line that ends in a backslash goes on in the next; // begins one with a slash.\n");
    text
}

#[cfg(test)]
mod tests {
    use sitrep_console::Change;

    use super::*;

    fn chat() -> Chat {
        let mut chat = Chat::new(&CONFIGURED_ROOMS);
        for (number, name, private) in [(1, "2026-11-22-1053-a", false), (2, "2026-11-22-1054-b", true)] {
            chat.apply(Change::RoomMade {
                room: name.to_owned(),
                topic: format!("INC-{number} · it is down"),
                private,
                members: vec!["alice".to_owned()],
                address: name.to_owned(),
            });
        }
        chat
    }

    #[test]
    fn everybody_sees_their_rooms() {
        let chat = chat();
        let fixed = ["ops", "support", "status"];
        assert_eq!(rooms_of(&chat, "alice")[..3], fixed);
        assert_eq!(rooms_of(&chat, "alice")[3..], ["alice", "2026-11-22-1054-b", "2026-11-22-1053-a"]);
        assert_eq!(rooms_of(&chat, "bob")[3..], ["bob", "2026-11-22-1053-a"]);
    }

    #[test]
    fn rooms_are_listed_with_what_was_missed() {
        let unread = BTreeMap::from([("2026-11-22-1053-a".to_owned(), 3)]);
        let seat = Seat { person: "bob".to_owned(), room: "ops".to_owned() };
        let expected = "\
* 1 #ops
  2 #support            where support is told
  3 #status             where stakeholders are told
  4 #bob                between sitrep and you
  5 #2026-11-22-1053-a  INC-1 · it is down  3 unread
";
        assert_eq!(rooms(&chat(), &seat, &unread), expected);
    }

    #[test]
    fn people_are_those_from_the_start_and_whoever_came() {
        let mut chat = chat();
        let spoken = chat.say("mallory", "ops", "hello", chrono::DateTime::UNIX_EPOCH).expect("anybody may");
        chat.apply(spoken);
        assert_eq!(people(&chat, &Policy::default()), "alice, bob, carol, mallory\n");
    }
}
