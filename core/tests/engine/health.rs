//! The figures of the system: asked for once as an incident begins and whenever somebody wants them, shown in its room,
//! and waited for by nothing.

use chrono::Duration;
use sitrep_core::{
    effect::MEASURES,
    message::catalogue::{Language, Words},
    policy::Policy,
    port::{
        Action, Attachment, Chart, Commit, Outcome, Panel, Perform, Reading, Receipt, Sample, Series, Store,
    },
    testing::{MemoryStore, block_on},
};

use crate::bench::{Bench, policy, says_in, words};

fn measured_policy() -> Policy {
    let panel = |title: &str, unit: &str| Panel {
        title: title.to_owned(),
        query: format!("query_of({title})"),
        unit: unit.to_owned(),
    };
    Policy { health: vec![panel("Requests failing", "req/s"), panel("Latency", "s")], ..policy() }
}

fn bench() -> Bench {
    Bench::with(measured_policy())
}

fn measures(action: &Action) -> bool {
    matches!(action, Action::Measure { .. })
}

/// What came back: half-minutes of an hour, the last of them as given.
fn reading(title: &str, unit: &str, bench: &Bench, samples: [Option<f64>; 3]) -> Reading {
    let [first, middle, last] = samples.map(|sample| sample.map(Sample));
    let mut samples = vec![middle; 121];
    (samples[0], samples[120]) = (first, last);
    let series = Series { from: bench.now - Duration::hours(1), step_secs: 30, samples };
    Reading { title: title.to_owned(), unit: unit.to_owned(), series: Some(series), trouble: None }
}

fn failed(title: &str, why: &str) -> Reading {
    Reading { title: title.to_owned(), unit: String::new(), series: None, trouble: Some(why.to_owned()) }
}

fn both(bench: &Bench) -> Vec<Reading> {
    vec![
        reading("Requests failing", "req/s", bench, [Some(0.1), Some(0.2), Some(12.4)]),
        reading("Latency", "s", bench, [Some(0.12), Some(0.13), Some(0.842)]),
    ]
}

/// The figures that were asked for come back.
fn measured(bench: &mut Bench) {
    let ask = bench.take(measures);
    let readings = both(bench);
    answer(bench, &ask, readings);
}

/// Everything but the measuring is done; what was said in a room meanwhile, with what went with it.
fn settle(bench: &mut Bench) -> Vec<(String, String, Option<Attachment>)> {
    let mut said = Vec::new();
    loop {
        if !bench.commits.is_empty() {
            bench.commit();
        } else if let Some(index) = bench.performs.iter().position(|perform| !measures(&perform.action)) {
            let perform = bench.performs.remove(index);
            if let Action::Say { room, message, attachment, .. } = &perform.action {
                said.push((room.room.clone(), words(message), attachment.as_deref().cloned()));
            }
            bench.succeed(&perform);
        } else {
            return said;
        }
    }
}

fn answer(bench: &mut Bench, perform: &Perform, readings: Vec<Reading>) -> Commit {
    bench.report(perform, Outcome::Done(Receipt::Measured(readings)));
    bench.commit()
}

fn shown(bench: &mut Bench, home: &str) -> (String, Option<Chart>) {
    let say = bench.take(says_in(home));
    bench.succeed(&say);
    let Action::Say { message, attachment, .. } = say.action else { panic!("words") };
    let chart = attachment.map(|attachment| match *attachment {
        Attachment::Chart(chart) => chart,
        Attachment::Picture { .. } | Attachment::File { .. } => panic!("a chart"),
    });
    (words(&message), chart)
}

#[test]
fn it_is_measured_once_at_the_start_after_the_card_and_shown_with_a_picture() {
    let mut bench = bench();
    let home = bench.declares("!incident checkout is down");
    let said = settle(&mut bench);
    assert!(
        said.iter().any(|(room, words, _)| *room == home && words.contains("checkout is down")),
        "{said:?}"
    );
    let ask = bench.take(measures);
    assert_eq!(ask.platform.as_str(), MEASURES);
    let Action::Measure { panels, from, until } = &ask.action else { panic!("a measuring") };
    assert_eq!((panels.len(), *until - *from), (2, Duration::hours(1)));
    let readings = both(&bench);
    answer(&mut bench, &ask, readings);
    let (words, chart) = shown(&mut bench, &home);
    let expected = "How the system does, at 00:00 UTC:\n- Requests failing: 12.4 req/s (an hour ago: 0.1)\n- \
                    Latency: 842 ms (an hour ago: 120 ms)";
    assert_eq!(words, expected);
    let chart = chart.expect("a picture");
    assert_eq!(
        (chart.title.as_str(), chart.captions.as_slice()),
        ("INC-1", &["12.4 req/s".into(), "842 ms".into()][..])
    );
    assert_eq!(chart.mark.map(|(_, word)| word).as_deref(), Some("declared 00:00"));
    assert_eq!(chart.alt, "The last hour as curves: Requests failing, Latency");
    assert!(settle(&mut bench).is_empty() && bench.performs.is_empty(), "once");
}

#[test]
fn nothing_waits_for_it() {
    let mut bench = bench();
    let home = bench.declares("!incident checkout is down");
    settle(&mut bench);
    // The answer never comes, and the room is served.
    bench.hear(&home, "!ack");
    let said = settle(&mut bench);
    assert!(
        said.iter().any(|(room, words, _)| *room == home && words.contains("you have INC-1")),
        "{said:?}"
    );
    assert!(bench.performs.iter().any(|perform| measures(&perform.action)));
}

#[test]
fn whoever_asks_is_answered_and_asked_to_wait_a_moment_while_it_is_under_way() {
    let mut bench = bench();
    let home = bench.declares("!incident checkout is down");
    settle(&mut bench);
    let under_way = "They are on their way: somebody asked a moment ago.";
    bench.hear(&home, "!health");
    assert_eq!(settle(&mut bench)[0].1, under_way);
    measured(&mut bench);
    settle(&mut bench);
    bench.wait(Duration::minutes(2));
    bench.hear("ops", "!health INC-1");
    let said = settle(&mut bench);
    assert!(said[0].1.starts_with("I am asking for the figures of the last hour; they come in "), "{said:?}");
    bench.hear(&home, "!health");
    assert_eq!(settle(&mut bench)[0].1, under_way);
    // One that is not answered in a minute does not keep anybody from asking again.
    bench.wait(Duration::seconds(61));
    bench.hear(&home, "!health");
    assert_eq!(settle(&mut bench)[0].1, "I am asking for the figures of the last hour.");
}

#[test]
fn what_can_not_be_measured_costs_its_line_and_all_of_it_one() {
    let mut bench = bench();
    let home = bench.declares("!incident checkout is down");
    settle(&mut bench);
    let ask = bench.take(measures);
    let gone = reading("Latency", "s", &bench, [Some(0.12), None, None]);
    let readings = vec![failed("Requests failing", "Prometheus says: parse error"), gone];
    answer(&mut bench, &ask, readings);
    let (words, chart) = shown(&mut bench, &home);
    assert_eq!(
        words,
        "How the system does, at 00:00 UTC:\n- Requests failing: not measured, Prometheus says: parse error\n- Latency: \
         no data since 23:00 (then 120 ms)"
    );
    assert_eq!(chart.expect("a picture").captions, ["not measured", "no data since 23:00"]);
    bench.hear(&home, "!health");
    settle(&mut bench);
    let ask = bench.take(measures);
    let readings =
        ["Requests failing", "Latency"].map(|title| failed(title, "Prometheus can't be reached in time"));
    answer(&mut bench, &ask, readings.into());
    let (words, chart) = shown(&mut bench, &home);
    assert_eq!(
        words,
        "I could not measure how the system does: Prometheus can't be reached in time. `!health` asks again."
    );
    assert!(chart.is_none());
}

#[test]
fn without_data_there_is_no_picture() {
    let mut bench = bench();
    let home = bench.declares("!incident checkout is down");
    settle(&mut bench);
    let ask = bench.take(measures);
    let readings = vec![reading("Latency", "s", &bench, [None; 3])];
    answer(&mut bench, &ask, readings);
    let (words, chart) = shown(&mut bench, &home);
    assert_eq!((words.lines().last(), chart), (Some("- Latency: no data in the last hour"), None));
}

#[test]
fn after_an_outage_what_was_to_be_measured_at_the_start_is_dropped_without_a_word() {
    let mut bench = bench();
    let home = bench.declares("!incident checkout is down");
    settle(&mut bench);
    bench.take(measures);
    let later = bench.now + Duration::hours(2);
    let mut bench = Bench::under(measured_policy(), reopened(bench), later);
    let said = settle(&mut bench);
    assert!(!bench.performs.iter().any(|perform| measures(&perform.action)), "{:?}", bench.performs);
    assert!(!said.iter().any(|(_, words, _)| words.contains("figures")), "{said:?}");
    // And it can be asked for. The workbench begins to count its messages anew.
    bench.hear(&home, "good morning");
    bench.hear(&home, "!health");
    assert_eq!(settle(&mut bench)[0].1, "I am asking for the figures of the last hour.");
    bench.take(measures);
}

fn reopened(bench: Bench) -> MemoryStore {
    let _ = block_on(bench.store.open()).expect("the store opens");
    bench.store
}

#[test]
fn what_somebody_asked_for_and_nobody_measures_any_more_is_said() {
    let mut bench = bench();
    let home = bench.declares("!incident checkout is down");
    settle(&mut bench);
    measured(&mut bench);
    settle(&mut bench);
    bench.hear(&home, "!health");
    settle(&mut bench);
    let ask = bench.take(measures);
    bench.report(&ask, Outcome::Permanent("prometheus is not configured".to_owned()));
    let said = settle(&mut bench);
    assert_eq!(said[0].1, "I could not ask for the figures of the last hour in time. `!health` asks again.");
}

#[test]
fn in_a_room_of_others_only_when_asked() {
    let mut bench = bench();
    bench.hear("ops", "!incident checkout is down");
    bench.commit();
    let open = bench.take(crate::bench::opens_room);
    bench.report(&open, Outcome::Permanent("no rooms here".to_owned()));
    settle(&mut bench);
    assert!(!bench.performs.iter().any(|perform| measures(&perform.action)));
    bench.hear("ops", "!health INC-1");
    settle(&mut bench);
    measured(&mut bench);
    assert!(shown(&mut bench, "ops").1.is_some());
}

#[test]
fn of_a_private_incident_only_in_its_room() {
    let mut bench = bench();
    let home = bench.declares("!incident --private payroll leaked");
    settle(&mut bench);
    measured(&mut bench);
    let said = settle(&mut bench);
    assert_eq!(said.iter().map(|(room, ..)| room.as_str()).collect::<Vec<_>>(), [home.as_str()]);
    bench.hear("ops", "!health INC-1");
    settle(&mut bench);
    assert!(!bench.performs.iter().any(|perform| measures(&perform.action)), "it is not talked about there");
}

#[test]
fn one_that_is_over_can_be_looked_at_too() {
    let mut bench = bench();
    let home = bench.declares("!incident checkout is down");
    settle(&mut bench);
    measured(&mut bench);
    bench.hear(&home, "!resolve rolled back");
    settle(&mut bench);
    bench.hear(&home, "!health");
    settle(&mut bench);
    measured(&mut bench);
    assert!(shown(&mut bench, &home).0.contains("12.4 req/s"));
}

#[test]
fn where_nothing_measures_it_is_said_what_to_do() {
    let mut bench = Bench::new();
    let home = bench.declares("!incident checkout is down");
    settle(&mut bench);
    bench.hear(&home, "!health");
    let said = settle(&mut bench);
    assert!(said[0].1.contains("under `[health]` in the configuration"), "{said:?}");
    assert!(bench.performs.is_empty());
}

#[test]
fn in_german() {
    let mut policy = measured_policy();
    policy.words = Words::of(Language::German);
    let mut bench = Bench::with(policy);
    let home = bench.declares("!incident checkout is down");
    settle(&mut bench);
    measured(&mut bench);
    let (words, chart) = shown(&mut bench, &home);
    assert!(words.contains("- Requests failing: 12.4 req/s (vor einer Stunde: 0.1)"), "{words}");
    assert_eq!(chart.and_then(|chart| chart.mark).map(|(_, word)| word).as_deref(), Some("ausgerufen 00:00"));
}
