//! Retrospectives in the platform's calendar, which everybody reads.

use sitrep_core::{
    policy::Policy,
    port::{Action, Appointment, Content},
};

use crate::bench::{Bench, policy};

fn with_calendar() -> Policy {
    let mut policy = policy();
    policy.platforms.values_mut().for_each(|platform| platform.has_calendar = true);
    policy
}

/// Declares, resolves and says these; gives back what the calendar was told.
fn told(policy: Policy, declare: &str, lines: &[&str]) -> Vec<Option<Appointment>> {
    let mut bench = Bench::with(policy);
    let name = bench.declares(declare);
    bench.settle();
    let mut told = Vec::new();
    for line in ["!resolve rolled back"].iter().chain(lines) {
        bench.hear(&name, line);
        for perform in bench.done() {
            if let Action::Appoint { room, appointment } = perform.action {
                assert_eq!(room.room, name);
                told.push(appointment);
            }
        }
    }
    told
}

#[test]
fn it_is_put_in_moved_and_taken_out() {
    let lines = ["!retro 2026-11-30 14:00", "!retro 2026-12-01 15:00", "!retro decline the same as INC-7"];
    let told = told(with_calendar(), "!incident checkout is down", &lines);
    let starts: Vec<Option<String>> = told
        .iter()
        .map(|told| told.as_ref().map(|told| told.starts_at.format("%d %H:%M").to_string()))
        .collect();
    assert_eq!(starts, [Some("30 14:00".to_owned()), Some("01 15:00".to_owned()), None]);
    let name = told[0].as_ref().map(|told| told.name.as_str());
    assert_eq!(name, Some("Retrospective of INC-1: checkout is down"));
}

#[test]
fn it_is_found_again_by_the_first_room_whatever_became_of_that() {
    let mut bench = Bench::with(with_calendar());
    let name = bench.declares("!incident checkout is down");
    bench.settle();
    bench.hear(&name, "!resolve rolled back");
    bench.settle();
    bench.happens("sitrep", &name, Content::Gone);
    bench.settle();
    bench.hear("ops", "!retro INC-1 2026-11-30 14:00");
    let about = bench.done().into_iter().find_map(|perform| {
        let Action::Appoint { room, .. } = perform.action else { return None };
        Some(room.room)
    });
    assert_eq!(about, Some(name));
}

#[test]
fn nothing_private_is_in_it_and_a_title_only_where_everybody_may_command() {
    let lines = ["!retro 2026-11-30 14:00"];
    assert_eq!(told(with_calendar(), "!incident --private payroll leaked", &lines), []);
    let mut policy = with_calendar();
    policy.platforms.values_mut().for_each(|platform| platform.allow = vec!["alice".to_owned()]);
    let told_few = told(policy, "!incident checkout is down", &lines);
    let names: Vec<&str> = told_few.iter().flatten().map(|told| told.name.as_str()).collect();
    assert_eq!(names, ["Retrospective of INC-1"]);
}

#[test]
fn a_platform_without_a_calendar_is_asked_for_nothing() {
    assert_eq!(told(policy(), "!incident checkout is down", &["!retro 2026-11-30 14:00"]), []);
}
