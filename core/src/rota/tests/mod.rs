//! The rota against a clock that is watched, and what it does at its edges.

mod edges;
mod year;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::Handover;
use crate::{
    event::{Event, RECORD_VERSION, Record, RotaEvent},
    person::Person,
    policy::{OnCall, PlatformPolicy, Policy},
    room::PlatformName,
};

const TEAM: &str = "payments";

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().expect("an RFC 3339 moment")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn person(name: &str) -> Person {
    Person::new(&PlatformName::new("here"), name)
}

fn handover(cron: &str, from: &str, zone: Tz) -> Handover {
    Handover::parse(cron, day(from), zone).unwrap_or_else(|error| panic!("{cron}: {error}"))
}

/// Everybody who is named is on the platform `here` under their name.
fn policy(people: &[&str], handover: Option<Handover>) -> Policy {
    let mut policy = Policy::default();
    policy.platforms.insert(PlatformName::new("here"), PlatformPolicy::default());
    for name in people.iter().chain(&["zoe"]) {
        policy.people.insert((*name).to_owned(), vec![person(name)]);
    }
    let people = people.iter().map(ToString::to_string).collect();
    policy.oncall.insert(TEAM.to_owned(), OnCall { people, handover, ..OnCall::default() });
    policy
}

fn record(at: DateTime<Utc>, event: RotaEvent) -> Record {
    Record {
        v: RECORD_VERSION,
        at,
        by: Some(person("boss")),
        message: None,
        event: Event::Rota(event),
        words: None,
    }
}

fn override_set(person_name: &str, from: DateTime<Utc>, until: DateTime<Utc>) -> RotaEvent {
    RotaEvent::OverrideSet { team: TEAM.to_owned(), person: person(person_name), from, until }
}
