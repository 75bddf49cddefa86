//! What is offered while somebody types an incident.

use sitrep_core::{
    person::Person,
    port::{Offer, Overview},
    room::RoomRef,
};

/// Discord's limits: how many are shown, and how long a name may be.
const MOST: usize = 25;
const LONGEST_CHARACTERS: usize = 100;

/// Who is typing, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker<'a> {
    pub(crate) person: &'a Person,
    pub(crate) room: &'a RoomRef,
    /// Whether they are alone there with sitrep.
    pub(crate) is_direct: bool,
    /// Whether they may command. Nothing is offered to anybody else: not even titles are for them.
    pub(crate) may_command: bool,
}

/// Something to pick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// What is shown.
    pub(crate) name: String,
    /// What is sent.
    pub(crate) value: String,
}

/// The incidents that fit what was typed, and that the asker may know of: for verbs about the time after it those first that are over,
/// otherwise those that are open.
pub(crate) fn choices(overview: &Overview, asker: Asker<'_>, verb: &str, typed: &str) -> Vec<Choice> {
    if !asker.may_command {
        return Vec::new();
    }
    let typed = typed.trim().to_lowercase();
    let fits = |offer: &&Offer| {
        let number = offer.id.0.to_string();
        offer.may_be_named(asker.person, asker.room, asker.is_direct)
            && (number.starts_with(&typed) || offer.label.to_lowercase().contains(&typed))
    };
    let wants_over = matches!(verb, "retro" | "reopen" | "close");
    let mut fitting: Vec<&Offer> = overview.incidents.iter().filter(fits).collect();
    // Stable: the newest stay first.
    fitting.sort_by_key(|offer| offer.is_over != wants_over);
    fitting.into_iter().take(MOST).map(choice).collect()
}

fn choice(offer: &Offer) -> Choice {
    Choice { name: shortened(&offer.label), value: offer.id.to_string() }
}

fn shortened(label: &str) -> String {
    if label.chars().count() <= LONGEST_CHARACTERS {
        return label.to_owned();
    }
    label.chars().take(LONGEST_CHARACTERS - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use sitrep_core::{incident::IncidentId, room::PlatformName};

    use super::*;

    fn platform() -> PlatformName {
        PlatformName::new("discord")
    }

    fn room(name: &str) -> RoomRef {
        RoomRef::new(&platform(), name)
    }

    fn alice() -> Person {
        Person::new(&platform(), "15")
    }

    fn offer(number: u64, title: &str) -> Offer {
        let id = IncidentId(number);
        let label = format!("{id} · declared · {title}");
        Offer { id, label, room: Some(room(&format!("room{number}"))), is_over: false, only_for: None }
    }

    fn overview() -> Overview {
        let over = Offer { is_over: true, ..offer(3, "search is slow") };
        let private = Offer { only_for: Some(vec![alice()]), ..offer(12, "a leak") };
        Overview { incidents: vec![offer(21, "checkout is down"), private, over, offer(2, "Login fails")] }
    }

    fn values(asker: Asker<'_>, verb: &str, typed: &str) -> Vec<String> {
        choices(&overview(), asker, verb, typed).into_iter().map(|choice| choice.value).collect()
    }

    #[test]
    fn what_fits_is_offered_open_ones_first() {
        let (person, room) = (alice(), room("ops"));
        let asker = Asker { person: &person, room: &room, is_direct: false, may_command: true };
        for (verb, typed, expected) in [
            ("update", "", &["INC-21", "INC-2", "INC-3"] as &[&str]),
            ("retro", "", &["INC-3", "INC-21", "INC-2"]),
            ("update", "2", &["INC-21", "INC-2"]),
            ("update", "inc-2", &["INC-21", "INC-2"]),
            ("update", " LOGIN", &["INC-2"]),
            ("update", "nothing of the kind", &[]),
        ] {
            assert_eq!(values(asker, verb, typed), expected, "{verb} {typed:?}");
        }
    }

    #[test]
    fn a_private_one_is_offered_only_where_it_may_be_named() {
        let (alice, bob) = (alice(), Person::new(&platform(), "16"));
        let (ops, own) = (room("ops"), room("room12"));
        let offered = |person, room, is_direct| {
            let asker = Asker { person, room, is_direct, may_command: true };
            values(asker, "update", "").contains(&"INC-12".to_owned())
        };
        assert!(!offered(&alice, &ops, false), "others look on");
        assert!(offered(&alice, &own, false), "in its own room");
        assert!(offered(&alice, &ops, true) && !offered(&bob, &ops, true), "alone with who belongs to it");
    }

    #[test]
    fn nothing_is_offered_to_who_may_not_command() {
        let (person, room) = (alice(), room("room12"));
        let asker = Asker { person: &person, room: &room, is_direct: false, may_command: false };
        assert!(values(asker, "update", "").is_empty());
    }

    #[test]
    fn they_are_within_discords_limits() {
        let (person, room) = (alice(), room("ops"));
        let asker = Asker { person: &person, room: &room, is_direct: false, may_command: true };
        let incidents = (1..60).map(|number| offer(number, &"größe ".repeat(30))).collect();
        let offered = choices(&Overview { incidents }, asker, "update", "");
        assert_eq!(offered.len(), 25);
        assert!(offered.iter().all(|choice| choice.name.chars().count() == 100));
    }
}
