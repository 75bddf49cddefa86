//! Who speaks, and where: the one person and the one room that typed lines belong to.

use sitrep_console::{CONFIGURED_ROOMS, Chat};

/// How long a person's name may be, in characters.
const LONGEST_NAME: usize = 40;

/// The name that sitrep has itself.
pub(crate) const SITREP: &str = "sitrep";

/// A person in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    pub(crate) person: String,
    pub(crate) room: String,
}

impl Default for Seat {
    fn default() -> Self {
        Self { person: super::PEOPLE[0].to_owned(), room: CONFIGURED_ROOMS[0].to_owned() }
    }
}

impl Seat {
    /// Whether what is typed here would be heard.
    ///
    /// # Errors
    /// When it would not, worded.
    pub(crate) fn check(&self, chat: &Chat) -> Result<(), String> {
        chat.may_speak(&self.person, &self.room).map_err(|denied| denied.to_string())
    }
}

/// The room that a typed name means: a room's name, or an incident's number for the room of that incident, if the
/// person sees it.
pub(crate) fn room_named(chat: &Chat, person: &str, typed: &str) -> String {
    if chat.room(typed).is_some() {
        return typed.to_owned();
    }
    let lower = typed.to_lowercase();
    let of_incident = || {
        let is_it = |topic: &str| incident_of(topic).is_some_and(|id| id.eq_ignore_ascii_case(typed));
        let found =
            chat.rooms().find(|(name, room)| is_it(&room.topic) && chat.may_speak(person, name).is_ok());
        found.map(|(name, _)| name.to_owned())
    };
    let by_case = || chat.room(&lower).map(|_| lower.clone());
    by_case().or_else(of_incident).unwrap_or_else(|| typed.to_owned())
}

/// The incident whose room has this topic: `INC-1 · checkout is down`.
pub(crate) fn incident_of(topic: &str) -> Option<&str> {
    topic.split(" · ").next().filter(|id| id.starts_with("INC-"))
}

/// Whether somebody may be called this: a name that is a room's, or sitrep's own, would be taken for it.
///
/// # Errors
/// When not, worded.
pub(crate) fn check_name(chat: &Chat, name: &str) -> Result<(), String> {
    let is_fine = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.chars().count() > LONGEST_NAME || !name.chars().all(is_fine) {
        return Err(format!(
            "{name} is not a name. Letters, digits, `-`, `_` and `.` are, up to {LONGEST_NAME} of them"
        ));
    }
    if name.eq_ignore_ascii_case(SITREP) {
        return Err(format!("{SITREP} speaks for itself"));
    }
    let is_own = |members: &std::collections::BTreeSet<String>| members.len() == 1 && members.contains(name);
    match chat.room(name) {
        Some(room) if !(room.private && room.topic.is_empty() && is_own(&room.members)) => {
            Err(format!("#{name} is a room, and nobody is called like a room"))
        }
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use sitrep_console::Change;

    use super::*;

    fn chat() -> Chat {
        let mut chat = Chat::new(&CONFIGURED_ROOMS);
        chat.apply(Change::RoomMade {
            room: "2026-11-22-1053-data-leak".to_owned(),
            topic: "INC-1 · data leak".to_owned(),
            private: true,
            members: vec!["alice".to_owned()],
            address: "k".to_owned(),
        });
        let spoken =
            chat.say("bob", "bob", "hello", chrono::DateTime::UNIX_EPOCH).expect("bob's direct room");
        chat.apply(spoken);
        chat
    }

    #[test]
    fn rooms_have_names_and_numbers() {
        let chat = chat();
        let cases = [
            ("ops", "ops"),
            ("OPS", "ops"),
            ("INC-1", "2026-11-22-1053-data-leak"),
            ("inc-1", "2026-11-22-1053-data-leak"),
            ("inc-12", "inc-12"),
            ("nowhere", "nowhere"),
        ];
        for (typed, room) in cases {
            assert_eq!(room_named(&chat, "alice", typed), room, "{typed}");
        }
        assert_eq!(room_named(&chat, "mallory", "INC-1"), "INC-1", "a private room is named to nobody else");
    }

    #[test]
    fn a_seat_says_why_it_is_not_heard() {
        let chat = chat();
        let check = |person: &str, room: &str| Seat { person: person.into(), room: room.into() }.check(&chat);
        assert_eq!(Seat::default().check(&chat), Ok(()));
        assert_eq!(check("alice", "2026-11-22-1053-data-leak"), Ok(()));
        assert_eq!(check("carol", "carol"), Ok(()));
        assert_eq!(check("alice", "nowhere"), Err("there is no room #nowhere".to_owned()));
        assert_eq!(check("alice", "bob"), Err("alice is not in #bob, which is private".to_owned()));
    }

    #[test]
    fn nobody_is_called_like_a_room_or_like_sitrep() {
        let chat = chat();
        for name in ["alice", "bob", "Zoë", "支付", "o.k_-1"] {
            assert_eq!(check_name(&chat, name), Ok(()), "{name}");
        }
        for name in
            ["ops", "2026-11-22-1053-data-leak", "sitrep", "SitRep", "bob smith", "a]b", "", &"x".repeat(41)]
        {
            let refused = check_name(&chat, name);
            assert!(refused.is_err() || name.is_empty(), "{name}");
        }
    }
}
