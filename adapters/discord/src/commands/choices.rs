//! What is offered while somebody types: incidents, services, and the names of teams and people.

use sitrep_core::{
    command::{SlotKind, VERBS},
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

/// What is being typed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Typing<'a> {
    pub(crate) verb: &'a str,
    /// The slot that it goes into.
    pub(crate) slot: &'a str,
    pub(crate) text: &'a str,
}

/// What fits what was typed, and what the asker may know of.
pub(crate) fn choices(overview: &Overview, asker: Asker<'_>, typing: Typing<'_>) -> Vec<Choice> {
    let verb = VERBS.iter().find(|verb| verb.name == typing.verb);
    let slot = verb.and_then(|verb| verb.slots.iter().find(|slot| slot.name == typing.slot));
    let Some(slot) = slot.filter(|_| asker.may_command) else { return Vec::new() };
    let mut choices = match slot.kind {
        SlotKind::Incident => incidents(overview, asker, typing),
        SlotKind::Service => names(&[&overview.services], "", typing.text),
        SlotKind::Names => {
            // Several, one after the other: what stands before the last one stays.
            let end = typing.text.rfind(|c: char| c.is_whitespace() || c == ',').map_or(0, |at| at + 1);
            let (before, last) = typing.text.split_at(end);
            names(&[&overview.names, &overview.services], before, last)
        }
        SlotKind::Text | SlotKind::Report | SlotKind::Person | SlotKind::Severity | SlotKind::Flag => {
            Vec::new()
        }
    };
    choices.truncate(MOST);
    choices
}

/// The incidents that fit: for what is said after the end those first that are over, otherwise those that are open.
fn incidents(overview: &Overview, asker: Asker<'_>, typing: Typing<'_>) -> Vec<Choice> {
    let typed = typing.text.trim().to_lowercase();
    let fits = |offer: &&Offer| {
        let number = offer.id.0.to_string();
        offer.may_be_named(asker.person, asker.room, asker.is_direct)
            && (number.starts_with(&typed) || offer.label.to_lowercase().contains(&typed))
    };
    let wants_over = matches!(typing.verb, "retro" | "reopen" | "close");
    let mut fitting: Vec<&Offer> = overview.incidents.iter().filter(fits).collect();
    // Stable: the newest stay first.
    fitting.sort_by_key(|offer| offer.is_over != wants_over);
    fitting.into_iter().map(choice).collect()
}

/// The names that fit, behind what was typed before. Those first that begin so.
fn names(known: &[&Vec<String>], before: &str, typed: &str) -> Vec<Choice> {
    let typed = typed.trim().trim_start_matches('@').to_lowercase();
    let fits = |name: &&String| name.to_lowercase().contains(&typed);
    let mut fitting: Vec<&String> = known.iter().flat_map(|names| names.iter()).filter(fits).collect();
    fitting.sort_by_key(|name| !name.to_lowercase().starts_with(&typed));
    let whole = fitting.into_iter().map(|name| format!("{before}{name}"));
    // What is too long to be sent can still be typed.
    let whole = whole.filter(|whole| whole.chars().count() <= LONGEST_CHARACTERS);
    whole.map(|whole| Choice { name: whole.clone(), value: whole }).collect()
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
        let incidents = vec![offer(21, "checkout is down"), private, over, offer(2, "Login fails")];
        let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Overview {
            incidents,
            services: named(&["checkout", "search"]),
            names: named(&["payments", "platform", "alice", "zip"]),
        }
    }

    fn values(asker: Asker<'_>, verb: &str, typed: &str) -> Vec<String> {
        given(asker, verb, "incident", typed)
    }

    fn given(asker: Asker<'_>, verb: &str, slot: &str, text: &str) -> Vec<String> {
        let choices = choices(&overview(), asker, Typing { verb, slot, text });
        choices.into_iter().map(|choice| choice.value).collect()
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
        for (verb, slot) in [("update", "incident"), ("invite", "whom"), ("incident", "service")] {
            assert!(given(asker, verb, slot, "").is_empty(), "{verb} {slot}");
        }
    }

    #[test]
    fn names_are_offered_one_after_the_other() {
        let (person, room) = (alice(), room("ops"));
        let asker = Asker { person: &person, room: &room, is_direct: false, may_command: true };
        for (verb, slot, typed, expected) in [
            ("incident", "service", "", &["checkout", "search"] as &[&str]),
            ("incident", "service", "SE", &["search"]),
            ("incident", "title", "se", &[]),
            ("invite", "whom", "p", &["payments", "platform", "zip"]),
            ("invite", "whom", "@pay", &["payments"]),
            ("invite", "whom", "payments, al", &["payments, alice"]),
            ("invite", "whom", "alice chec", &["alice checkout"]),
            ("invite", "nothing", "", &[]),
            ("nothing", "whom", "", &[]),
        ] {
            assert_eq!(given(asker, verb, slot, typed), expected, "{verb} {slot} {typed:?}");
        }
    }

    #[test]
    fn they_are_within_discords_limits() {
        let (person, room) = (alice(), room("ops"));
        let asker = Asker { person: &person, room: &room, is_direct: false, may_command: true };
        let incidents = (1..60).map(|number| offer(number, &"größe ".repeat(30))).collect();
        let overview = Overview { incidents, ..Overview::default() };
        let offered = choices(&overview, asker, Typing { verb: "update", slot: "incident", text: "" });
        assert_eq!(offered.len(), 25);
        assert!(offered.iter().all(|choice| choice.name.chars().count() == 100));
    }
}
