#![allow(clippy::wildcard_enum_match_arm, reason = "whatever is not expected fails")]

use std::collections::BTreeMap;

use chrono_tz::Europe;

use super::*;
use crate::{
    command::{Live, Parsed, parse},
    effect::{Effect, Place},
    message::{Line, Message, Span},
    policy::{OnCall as Configured, PlatformPolicy, Policy},
    port::{Identity, RoomKind},
    room::{MessageRef, PlatformName, RoomRef},
    rota::{Handover, Rota},
    workspace::Workspace,
};

fn platform() -> PlatformName {
    PlatformName::new("here")
}

fn person(name: &str) -> Person {
    Person::new(&platform(), name)
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().expect("an RFC 3339 moment")
}

/// Alice and bob take turns on Mondays at nine in Berlin; the database has nobody. It is Tuesday, 24 November 2026.
fn policy() -> Policy {
    let mut policy = Policy { timezone: Europe::Berlin, ..Policy::default() };
    let home_room = Some(RoomRef::new(&platform(), "ops"));
    policy.platforms.insert(platform(), PlatformPolicy { home_room, ..PlatformPolicy::default() });
    for name in ["alice", "bob", "carol"] {
        policy.people.insert(name.to_owned(), vec![person(name)]);
    }
    let from = "2026-11-23".parse().expect("a date");
    let handover = Handover::parse("0 9 * * MON", from, Europe::Berlin).ok();
    let people = vec!["alice".to_owned(), "bob".to_owned()];
    policy.oncall.insert("payments".to_owned(), Configured { people, handover, ..Configured::default() });
    policy.oncall.insert("database".to_owned(), Configured::default());
    policy
}

const NOW: &str = "2026-11-24T10:00:00Z";

struct Desk {
    policy: Policy,
    rota: Rota,
    now: DateTime<Utc>,
}

impl Desk {
    fn new() -> Self {
        Self { policy: policy(), rota: Rota::default(), now: utc(NOW) }
    }

    /// What carol is answered, and what has happened. It is done.
    fn types(&mut self, text: &str) -> (String, Vec<RotaEvent>) {
        let (workspace, stored) = (Workspace::default(), BTreeMap::new());
        let identity = Identity { incarnation: "test".to_owned(), seed: "5e".repeat(32) };
        let carol = person("carol");
        let message = MessageRef { room: RoomRef::new(&platform(), "ops"), id: "1".to_owned(), thread: None };
        let context = Context {
            now: self.now,
            said_at: self.now,
            person: &carol,
            message: &message,
            kind: RoomKind::Configured,
            policy: &self.policy,
            identity: &identity,
        };
        let live = Live { stored: &stored, changed: &stored };
        let view = View { workspace: &workspace, live, incident: None, other: None, rota: &self.rota };
        let decided = match parse(text, "!") {
            Parsed::Command { command, .. } => command.decide(&view, &context),
            Parsed::Refused(refusal) => Err(refusal),
            Parsed::Talk => panic!("{text} is a command"),
        };
        let decision = match decided {
            Ok(decision) => decision,
            Err(refusal) => return (words(&refusal.message(&self.policy)), Vec::new()),
        };
        let events: Vec<RotaEvent> = decision
            .facts
            .iter()
            .map(|(subject, event, _)| match event {
                Event::Rota(event) if *subject == Subject::Rota => event.clone(),
                other => panic!("{other:?} of {subject:?}"),
            })
            .collect();
        for event in &events {
            self.happens(event.clone());
        }
        (words(&decision.reply.expect("an answer").message), events)
    }

    fn happens(&mut self, event: RotaEvent) {
        self.rota.evolve(&Record {
            v: RECORD_VERSION,
            at: self.now,
            by: Some(person("carol")),
            message: None,
            event: Event::Rota(event),
            words: None,
        });
    }

    /// What follows from a fact that carol caused elsewhere: to whom or where, and what.
    fn told(&self, event: &RotaEvent, by: Option<&str>) -> Vec<(String, String)> {
        let duty = Duty { policy: &self.policy, rota: &self.rota, now: self.now };
        let by = by.map(person);
        let effects = reaction::rota::react(&duty, event, by.as_ref(), None);
        let told = effects.into_iter().map(|effect| match effect {
            Effect::Say(say) => {
                let place = match say.place {
                    Place::Person(person) => person.handle,
                    Place::Room(room) => format!("#{}", room.room),
                    other => panic!("{other:?}"),
                };
                (place, words(&say.message))
            }
            other => panic!("{other:?}"),
        });
        told.collect()
    }
}

fn words(message: &Message) -> String {
    let span = |span: &Span| match span {
        Span::Person(person) => format!("@{}", person.handle),
        other => other.words().replace(['\u{2068}', '\u{2069}'], ""),
    };
    let line = |line: &Line| line.spans().iter().map(span).collect::<String>();
    message.lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn set(who: &str, from: &str, until: &str) -> RotaEvent {
    let (from, until) = (utc(from), utc(until));
    RotaEvent::OverrideSet { team: "payments".to_owned(), person: person(who), from, until }
}

#[test]
fn it_is_answered_who_is_on_until_when_and_who_is_next() {
    let mut desk = Desk::new();
    let until = "until Mon 30 Nov 2026, 09:00 CET (UTC+01:00)";
    let (all, facts) = desk.types("!oncall");
    assert_eq!(all, format!("database: nobody.\npayments: @alice {until}. Then @bob."));
    assert_eq!(facts, []);
    let (one, _) = desk.types("!oncall Payments");
    assert!(one.starts_with(&format!("payments: @alice {until}. Then @bob.\n")), "{one}");
    assert_eq!(desk.types("!oncall oncall:payments"), desk.types("!on-call payments"));
    desk.policy.oncall.clear();
    assert!(desk.types("!oncall").0.contains("Nobody is on duty"));
}

#[test]
fn somebody_is_put_on_duty_for_a_time_that_is_said_back_with_its_zone() {
    for (typed, who, from, until) in [
        ("@bob until tomorrow 9:00", "bob", NOW, "2026-11-25T08:00:00Z"),
        ("bob until tomorrow 9:00", "bob", NOW, "2026-11-25T08:00:00Z"),
        ("@bob for 2h", "bob", NOW, "2026-11-24T12:00:00Z"),
        ("me for 2h", "carol", NOW, "2026-11-24T12:00:00Z"),
        ("@bob from now until 18:00", "bob", NOW, "2026-11-24T17:00:00Z"),
        ("@bob from friday 18:00 until monday 9:00", "bob", "2026-11-27T17:00:00Z", "2026-11-30T08:00:00Z"),
        ("@bob FROM monday 18:00 UNTIL friday 9:00", "bob", "2026-11-30T17:00:00Z", "2026-12-04T08:00:00Z"),
        ("@bob from friday 18:00 to 22:00", "bob", "2026-11-27T17:00:00Z", "2026-11-27T21:00:00Z"),
        ("@bob from tomorrow 9:00 for 90m", "bob", "2026-11-25T08:00:00Z", "2026-11-25T09:30:00Z"),
        ("@bob from 1 dec 9:00 until 3 dec 9:00", "bob", "2026-12-01T08:00:00Z", "2026-12-03T08:00:00Z"),
    ] {
        let (answer, facts) = Desk::new().types(&format!("!oncall payments {typed}"));
        assert_eq!(facts, [set(who, from, until)], "{typed}: {answer}");
        assert!(answer.contains("CET (UTC+01:00)"), "{answer}");
    }
    let (answer, _) = Desk::new().types("!oncall payments @bob until tomorrow 9:00");
    let expected = "@bob is on duty for payments until Wed 25 Nov 2026, 09:00 CET (UTC+01:00). @alice is off duty then and \
        hears of it. !oncall payments off takes that back.";
    assert_eq!(answer, expected);
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    for (typed, why) in [
        ("!oncall paymets @bob for 2h", "database, payments"),
        ("!oncall paymets", "database, payments"),
        ("!oncall @bob for 2h", "For which team?"),
        ("!oncall payments @zoe for 2h", "not in [people]"),
        ("!oncall payments soon", "Until when?"),
        ("!oncall payments @bob", "Until when?"),
        ("!oncall payments @bob until", "Until when?"),
        ("!oncall payments @bob from friday 9:00", "Until when?"),
        ("!oncall payments @bob tomorrow 9:00", "Say until when"),
        ("!oncall payments @bob until yesterday", "can't tell which moment"),
        ("!oncall payments @bob until 2026-11-23 9:00", "in the past"),
        ("!oncall payments @bob until 2028-11-23 9:00", "year"),
        ("!oncall payments @bob for 400d", "more than a year"),
        ("!oncall payments @bob from 2027-11-20 9:00 for 30d", "year"),
        ("!oncall payments @bob from friday 18:00 until tomorrow 9:00", "end before it begins"),
        ("!oncall payments @bob from 3 dec 9:00 until 1 dec 9:00", "end before it begins"),
        ("!oncall payments off", "nothing to take back"),
    ] {
        let mut desk = Desk::new();
        let (answer, facts) = desk.types(typed);
        assert!(answer.contains(why), "{typed}: {answer}");
        assert_eq!((facts, &desk.rota), (vec![], &Rota::default()), "{typed}");
    }
}

#[test]
fn where_there_is_one_team_it_need_not_be_named() {
    let mut desk = Desk::new();
    desk.policy.oncall.remove("database");
    assert_eq!(desk.types("!oncall @bob for 2h").1, [set("bob", NOW, "2026-11-24T12:00:00Z")]);
    assert_eq!(desk.types("!oncall off").1, [RotaEvent::OverrideEnded { team: "payments".to_owned() }]);
}

#[test]
fn those_whom_it_concerns_are_told_and_whoever_did_it_themselves_is_not() {
    let mut desk = Desk::new();
    let (_, facts) = desk.types("!oncall payments @bob until tomorrow 9:00");
    let places = |told: &[(String, String)]| told.iter().map(|(place, _)| place.clone()).collect::<Vec<_>>();
    let told = desk.told(&facts[0], Some("carol"));
    assert_eq!(places(&told), ["bob", "alice", "#ops"]);
    assert!(told[0].1.contains("@carol has put you on duty for payments"), "{told:?}");
    assert!(told[1].1.contains("@bob is on duty for payments instead of you"), "{told:?}");
    assert_eq!(
        told[2].1,
        "@bob is on duty for payments now, until Wed 25 Nov 2026, 09:00 CET (UTC+01:00). Before: @alice."
    );
    assert_eq!(places(&desk.told(&facts[0], Some("bob"))), ["alice", "#ops"]);
    assert_eq!(places(&desk.told(&facts[0], Some("alice"))), ["bob", "#ops"]);
    // One that is ahead is told to the room as it begins.
    let (_, facts) = desk.types("!oncall payments @carol from friday 9:00 for 2h");
    assert_eq!(places(&desk.told(&facts[0], Some("alice"))), ["carol"]);
    let (answer, facts) = desk.types("!oncall payments off");
    assert_eq!(
        answer,
        "Taken back. @alice is on duty for payments until Fri 27 Nov 2026, 09:00 CET (UTC+01:00)."
    );
    assert_eq!(desk.told(&facts[0], None), []);
    let duty = Duty { policy: &desk.policy, rota: &desk.rota, now: desk.now };
    let [change] = <[RotaEvent; 1]>::try_from(duty.changes()).expect("alice is on again");
    desk.happens(change.clone());
    let told = desk.told(&change, None);
    assert_eq!(places(&told), ["alice", "bob", "#ops"]);
    assert!(
        told[0].1.starts_with("You are on duty for payments now, until Fri 27 Nov 2026, 09:00 CET"),
        "{told:?}"
    );
    assert_eq!(told[1].1, "You are off duty for payments now: @alice has it.");
}

#[test]
fn a_calendar_that_names_a_stranger_says_so() {
    let mut desk = Desk::new();
    desk.policy
        .oncall
        .insert("payments".to_owned(), Configured { has_calendar: true, ..Configured::default() });
    let shift = crate::port::Shift {
        from: utc("2026-11-24T00:00:00Z"),
        until: utc("2026-11-25T00:00:00Z"),
        who: vec!["mallory@example.org".to_owned()],
    };
    desk.rota.calendars.insert("payments".to_owned(), std::sync::Arc::from([shift]));
    let (answer, _) = desk.types("!oncall");
    assert!(
        answer.contains("the calendar says mallory@example.org, and that is nobody in [people]"),
        "{answer}"
    );
}
