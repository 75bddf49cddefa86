//! `!help` says first what an incident needs, then what goes with the role of whoever asks.

use chrono::Duration;

use crate::bench::Bench;

/// What is answered to somebody in a room.
fn asked(bench: &mut Bench, person: &str, room: &str, text: &str) -> String {
    bench.happens(person, room, sitrep_core::port::Content::Said(text.to_owned()));
    let said = bench.settle();
    said.into_iter().map(|(_, text)| text).find(|text| is_help(text)).expect("an answer")
}

fn is_help(text: &str) -> bool {
    text.contains("`!help all`") || text.starts_with("What you can say:")
}

/// The verbs that an answer shows, in order.
fn verbs(answer: &str) -> Vec<&str> {
    let shown = answer.lines().filter_map(|line| line.strip_prefix("- `!"));
    shown.filter_map(|rest| rest.split([' ', '`']).next()).collect()
}

#[test]
fn what_it_needs_comes_first_and_then_what_goes_with_the_role() {
    let mut bench = Bench::new();
    let room = bench.declares("!incident checkout is down");
    let fresh = asked(&mut bench, "carol", &room, "!help");
    assert!(fresh.starts_with("What it needs now:") && verbs(&fresh)[..2] == ["ack", "lead"], "{fresh}");
    bench.happens("alice", &room, sitrep_core::port::Content::Said("!ack".to_owned()));
    bench.settle();
    let commander = asked(&mut bench, "alice", &room, "!help");
    assert!(commander.starts_with("You are here as commander"), "{commander}");
    assert!(verbs(&commander).contains(&"resolve") && verbs(&commander).contains(&"sev"), "{commander}");
    let other = asked(&mut bench, "carol", &room, "!help");
    assert!(other.starts_with("You can say:") && !verbs(&other).contains(&"resolve"), "{other}");
    bench.wait(Duration::minutes(18));
    bench.settle();
    let due = asked(&mut bench, "alice", &room, "!help");
    assert_eq!(verbs(&due)[..2], ["update", "next"], "{due}");
    let due = asked(&mut bench, "carol", &room, "!help");
    assert_eq!(verbs(&due)[..2], ["update", "ask"], "{due}");
    bench.happens(
        "alice",
        &room,
        sitrep_core::port::Content::Said("!resolve drained. lost: nothing".to_owned()),
    );
    bench.settle();
    let over = asked(&mut bench, "alice", &room, "!help");
    assert_eq!(verbs(&over)[0], "retro", "{over}");
    let elsewhere = asked(&mut bench, "alice", "ops", "!help");
    assert!(elsewhere.starts_with("To begin with:") && verbs(&elsewhere)[0] == "incident", "{elsewhere}");
}

#[test]
fn everything_that_can_be_typed_is_shown_with_an_example() {
    let mut bench = Bench::new();
    let all = asked(&mut bench, "alice", "ops", "!help all");
    for verb in sitrep_core::command::VERBS {
        let line = all.lines().find(|line| line.starts_with(&format!("- `!{}", verb.name)));
        assert!(line.is_some_and(|line| line.contains(verb.example)), "{}: {all}", verb.name);
    }
}
