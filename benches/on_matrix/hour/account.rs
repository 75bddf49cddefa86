//! What came of it: read from the rooms, by the homeserver's clock, and from what went through to the homeserver.

use std::{collections::BTreeMap, time::Duration};

use super::{
    TOLD,
    bucket::{self, Counted},
    course::{self, Course},
    scene::Scene,
};
use crate::{
    figures::{median, percentile},
    support::{Failed, proxy::Exchange, seen::Seen},
};

/// What sitrep asks when an update is due.
const ASKS: [&str; 2] = ["update is due on", "update is still due on"];

/// What sitrep says when it is overdue.
const OVERDUE: &str = "is overdue by";

pub(super) fn give(scene: &Scene, course: &Course) -> Result<(), Failed> {
    let incident = scene.alice.events(&course.room)?;
    let mut told = Vec::new();
    for room in &scene.told {
        told.push(scene.alice.events(room)?);
    }
    let exchanges = scene.proxy.exchanges();
    println!(
        "\n{:.1} minutes, {} people came in, {} remarks",
        course.took.as_secs_f64() / 60.0,
        comers(scene, &incident),
        course.talk
    );
    updates(scene, course, (&incident, &told), &counted(course, &exchanges));
    answers(scene, &incident);
    prompts(scene, course, (&incident, &told));
    limits(&exchanges);
    cost(course);
    said(scene, course, (&incident, &told));
    Ok(())
}

fn comers(scene: &Scene, events: &[Seen]) -> usize {
    let is_in = |id: &str| {
        let mut events = events.iter().filter(|seen| seen.kind == "m.room.member");
        events.any(|seen| seen.state_key.as_deref() == Some(id) && seen.content["membership"] == "join")
    };
    scene.people.iter().filter(|person| is_in(&person.user_id)).count()
}

/// What of sitrep's counts against the limits on messages, each once, though it may have been tried twice, and what was
/// refused.
fn counted(course: &Course, exchanges: &[Exchange]) -> Vec<Counted> {
    let mut first: BTreeMap<&str, Counted> = BTreeMap::new();
    let mut refused = Vec::new();
    for Exchange { at, asked, status, wait } in exchanges {
        let parts = ["/send/", "/state/", "/redact/"];
        if asked.method != "PUT" || !parts.iter().any(|part| asked.path.contains(part)) {
            continue;
        }
        let one = Counted { at: at.saturating_duration_since(course.began), refused: *wait };
        match status {
            Some(200) => count_once(&mut first, &asked.path, one),
            Some(429) if wait.is_some() => refused.push(one),
            Some(_) | None => {}
        }
    }
    first.into_values().chain(refused).collect()
}

fn count_once<'e>(first: &mut BTreeMap<&'e str, Counted>, path: &'e str, one: Counted) {
    first.entry(path).or_insert(one);
}

/// When something was said, by its id, in milliseconds of the homeserver's clock.
fn moment(events: &[Seen], id: &str) -> u64 {
    events.iter().find(|seen| seen.event_id == id).map_or(0, |seen| seen.sent_ms)
}

fn updates(scene: &Scene, course: &Course, (incident, told): (&[Seen], &[Vec<Seen>]), counted: &[Counted]) {
    // The first thing in the room tells the homeserver's clock from ours.
    let began_ms =
        incident.iter().find(|seen| seen.sender == scene.alice.user_id).map_or(0, |seen| seen.sent_ms);
    let mut all = Vec::new();
    println!(
        "\n{} events of sitrep's that count against the limits",
        counted.iter().filter(|one| one.refused.is_none()).count()
    );
    println!("seconds from the commander's message to each of {} rooms", TOLD.len());
    let ends = course.updates.iter().enumerate().map(|(number, id)| (course::words(number), id));
    for (words, id) in ends.chain([("the checkout is up again".to_owned(), &course.end)]) {
        let asked = moment(incident, id);
        let copies = told.iter().filter_map(|events| {
            let mut events = events.iter().filter(|seen| seen.sender == scene.bot.user_id);
            let copy = events.find(|seen| seen.edits().is_none() && seen.body.contains(&words))?;
            Some(copy.sent_ms.saturating_sub(asked) as f64 / 1000.0)
        });
        let took: Vec<f64> = copies.collect();
        let since = Duration::from_millis(asked.saturating_sub(began_ms));
        let floor = bucket::earliest(counted, since, TOLD.len());
        let shown: Vec<String> = took.iter().map(|took| format!("{took:.2}")).collect();
        let missing = TOLD.len() - took.len();
        println!(
            "{words:?} at {:.1} min: {}; {missing} missing; the limits allow the last at {:.1}",
            since.as_secs_f64() / 60.0,
            shown.join(" "),
            floor.as_secs_f64()
        );
        all.extend(took);
    }
    if !all.is_empty() {
        println!("median {:.2} s, worst {:.2} s of {}", median(&all), percentile(&all, 100), all.len());
    }
}

/// How long the commander's own commands waited for their answers.
fn answers(scene: &Scene, incident: &[Seen]) {
    let asked =
        incident.iter().filter(|seen| seen.sender == scene.alice.user_id && seen.body.starts_with('!'));
    let took: Vec<f64> = asked
        .filter_map(|asked| {
            let mut answers = incident.iter().filter(|seen| seen.sender == scene.bot.user_id);
            let answer = answers.find(|seen| seen.replies_to() == Some(&asked.event_id))?;
            Some(answer.sent_ms.saturating_sub(asked.sent_ms) as f64 / 1000.0)
        })
        .collect();
    if !took.is_empty() {
        println!(
            "\nanswers in the room: {} of them, median {:.2} s, worst {:.2} s",
            took.len(),
            median(&took),
            percentile(&took, 100)
        );
    }
}

/// How late sitrep was with what it promises by itself.
fn prompts(scene: &Scene, course: &Course, (incident, told): (&[Seen], &[Vec<Seen>])) {
    let interval = scene.interval.as_millis() as u64;
    // The third update came when it was asked for, and the fourth when everybody knew.
    let times: Vec<u64> = course.updates.iter().map(|id| moment(incident, id)).collect();
    let [_, second, third, ..] = times[..] else { return };
    let find = |events: &[Seen], words: &str, after: u64| {
        let mut events =
            events.iter().filter(|seen| seen.sender == scene.bot.user_id && seen.sent_ms > after);
        events.find(|seen| seen.edits().is_none() && seen.body.contains(words)).map(|seen| seen.sent_ms)
    };
    println!("\nwhat sitrep owes by itself, seconds after its time");
    let show = |what: &str, due: u64, came: Option<u64>| match came {
        Some(came) => println!("{what}: {:.2}", (came as f64 - due as f64) / 1000.0),
        None => println!("{what}: never came"),
    };
    show("asks for the third update", second + interval, find(incident, ASKS[0], second));
    let due = third + interval;
    show("asks for the fourth", due, find(incident, ASKS[0], third));
    // From a minute on it says how late they are.
    let again = find(incident, ASKS[1], third).or_else(|| find(incident, OVERDUE, third));
    show("asks again", due + interval / 4, again);
    for (name, events) in TOLD.iter().zip(told) {
        show(&format!("tells {name} that it is overdue"), due + interval / 2, find(events, OVERDUE, third));
    }
}

/// What the homeserver refused for now, and how long it asked to wait.
fn limits(exchanges: &[Exchange]) {
    let mut refused: BTreeMap<&str, (usize, Duration, Duration)> = BTreeMap::new();
    for exchange in exchanges.iter().filter(|exchange| exchange.status == Some(429)) {
        let kinds = [
            ("/send/m.reaction", "signs"),
            ("/send/", "messages"),
            ("/state/", "state"),
            ("/invite", "invitations"),
            ("/createRoom", "rooms"),
            ("/join", "entrances"),
        ];
        let kind = kinds
            .iter()
            .find(|(part, _)| exchange.asked.path.contains(part))
            .map_or("others", |(_, kind)| kind);
        let wait = exchange.wait.unwrap_or_default();
        let (count, sum, longest) = refused.entry(kind).or_default();
        (*count, *sum, *longest) = (*count + 1, *sum + wait, wait.max(*longest));
    }
    println!("\nrequests of sitrep: {}; refused with 429:", exchanges.len());
    for (kind, (count, sum, longest)) in &refused {
        println!(
            "{kind}: {count}, told to wait {:.1} s in all, {:.1} s at most",
            sum.as_secs_f64(),
            longest.as_secs_f64()
        );
    }
    if refused.is_empty() {
        println!("none");
    }
}

fn cost(course: &Course) {
    let share = course.used.processor.as_secs_f64() / course.took.as_secs_f64() * 100.0;
    println!(
        "\nsitrep: {:.1} s of processor time ({share:.2} % of a core), {:.1} MiB written",
        course.used.processor.as_secs_f64(),
        course.used.written as f64 / 1024.0 / 1024.0
    );
    if let (Some(first), Some(last)) = (course.resident.first(), course.resident.last()) {
        println!(
            "resident: {first:.1} MiB at first, {:.1} as a rule, {:.1} at most, {last:.1} at last",
            median(&course.resident),
            percentile(&course.resident, 100)
        );
    }
}

/// Everything that sitrep said where the commander reads it, in order.
fn said(scene: &Scene, course: &Course, (incident, told): (&[Seen], &[Vec<Seen>])) {
    let began_ms = incident.iter().map(|seen| seen.sent_ms).min().unwrap_or_default();
    let names = TOLD.iter().copied().zip(told.iter().map(Vec::as_slice));
    let mut lines: Vec<(u64, String)> = Vec::new();
    for (name, events) in names.chain([("incident", incident)]) {
        for seen in events.iter().filter(|seen| seen.sender == scene.bot.user_id && seen.sent_ms >= began_ms)
        {
            let edit = if seen.edits().is_some() { " (edit)" } else { "" };
            let words: String = seen.body.replace('\n', " / ").chars().take(90).collect();
            let what = if seen.is_message() { format!("{words}{edit}") } else { seen.kind.clone() };
            lines.push((seen.sent_ms - began_ms, format!("{name}: {what}")));
        }
    }
    lines.sort();
    println!("\n{} things that sitrep did in {:.0} minutes", lines.len(), course.took.as_secs_f64() / 60.0);
    for (at, line) in lines.iter().filter(|(_, line)| !line.ends_with("m.room.member")) {
        println!("{:>8.2} s  {line}", *at as f64 / 1000.0);
    }
}
