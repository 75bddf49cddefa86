//! The calendar: one appointment a room, found by its place.

use chrono::{DateTime, TimeDelta, Utc};
use sitrep_core::port::{Action, Appointment, Outcome};
use sitrep_fake_discord::permission;

use crate::bench::{again, fresh, open, receipt, room};

fn appointment(name: &str, in_hours: i64) -> Appointment {
    let starts_at: DateTime<Utc> = Utc::now() + TimeDelta::hours(in_hours);
    Appointment {
        name: name.to_owned(),
        about: "What happened, why, and what we change.".to_owned(),
        starts_at,
        ends_at: starts_at + TimeDelta::hours(1),
    }
}

fn appoint(appointment: Option<Appointment>) -> Action {
    Action::Appoint { room: room("ops"), appointment }
}

#[test]
fn an_appointment_is_made_once_changed_and_removed() {
    let bench = open();
    let first = appointment("Retrospective of INC-1", 24);
    bench.discord.faults().lose_reply("POST", "/guilds/*/scheduled-events", 1);
    bench.done_in_doubt(&appoint(Some(first.clone())));
    let events = bench.discord.events();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].name, "Retrospective of INC-1");
    let asked = bench.asked("PATCH", "scheduled-events");
    bench.done(&appoint(Some(first)));
    assert_eq!(bench.asked("PATCH", "scheduled-events"), asked, "it is so already");
    bench.done(&appoint(Some(appointment(&"x".repeat(150), 48))));
    let events = bench.discord.events();
    assert_eq!((events.len(), events[0].name.chars().count()), (1, 100));
    let attempt = fresh();
    bench.discord.faults().lose_reply("DELETE", "/guilds/*/scheduled-events/*", 1);
    assert!(matches!(bench.attempt(&appoint(None), &attempt), Outcome::Transient(_)));
    receipt(bench.attempt(&appoint(None), &again(&attempt)));
    assert_eq!(bench.discord.events().len(), 0);
    bench.done(&appoint(None));
    bench.is_clean();
}

#[test]
fn what_begins_in_the_past_needs_no_appointment() {
    let bench = open();
    bench.done(&appoint(Some(appointment("Retrospective", -1))));
    assert_eq!(bench.asked("POST", "scheduled-events"), 0);
    bench.done(&appoint(Some(appointment("Retrospective", 24))));
    bench.done(&appoint(Some(appointment("Retrospective", -1))));
    assert_eq!(bench.discord.events().len(), 0, "what the calendar says would be wrong");
    bench.is_clean();
}

#[test]
fn what_has_begun_is_replaced_when_it_is_put_off() {
    let bench = open();
    let first = appointment("Retrospective", 1);
    bench.done(&appoint(Some(first.clone())));
    bench.discord.begin_event("Retrospective");
    bench.done(&appoint(Some(first)));
    assert_eq!(bench.asked("DELETE", "scheduled-events"), 0, "it is as it should be");
    bench.done(&appoint(Some(appointment("Retrospective, put off", 24))));
    let events = bench.discord.events();
    assert_eq!((events.len(), events[0].name.as_str()), (1, "Retrospective, put off"));
    assert_eq!([bench.asked("DELETE", "scheduled-events"), bench.asked("PATCH", "scheduled-events")], [1, 0]);
    bench.is_clean();
}

#[test]
fn without_the_permission_it_is_said_plainly() {
    let bench = open();
    bench.discord.revoke(permission::CREATE_EVENTS);
    let outcome = bench.outcome(&appoint(Some(appointment("Retrospective", 5))));
    let words = "sitrep lacks the permission Create Events on Discord".to_owned();
    assert_eq!(outcome, Outcome::Permanent(words));
}
