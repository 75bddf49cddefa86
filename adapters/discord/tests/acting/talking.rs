//! Places to talk: one an incident, seen by the same people, gone when it is over and empty.

use std::time::Duration;

use sitrep_core::port::{Action, Outcome, Receipt};
use sitrep_fake_discord::{ChannelKind, permission};

use crate::bench::{Bench, again, by_role, fresh, open, receipt, room, until};

const NAME: &str = "2026-11-22-1053-checkout-is-down";

fn voices(bench: &Bench) -> Vec<String> {
    let channels = bench.discord.channels().into_iter().filter(|it| it.kind == ChannelKind::Voice);
    channels.map(|it| it.name).collect()
}

#[test]
fn a_place_to_talk_is_made_once_and_has_an_address() {
    let mut bench = by_role();
    bench.done(&crate::bench::open_room("other", false, vec![]));
    let action = Action::OpenMeeting { name: NAME.to_owned(), people: None, known: None };
    bench.discord.faults().lose_reply("POST", "/guilds/*/channels", 1);
    let attempt = fresh();
    assert!(matches!(bench.attempt(&action, &attempt), Outcome::InDoubt(_)));
    let Receipt::Meeting(place, link) = receipt(bench.attempt(&action, &again(&attempt))) else { panic!() };
    assert_eq!(link, format!("https://discord.com/channels/{}/{}", bench.discord.guild_id(), place.room));
    assert_eq!(bench.discord.channel(NAME).unwrap().parent.as_deref(), Some("Incidents"));
    bench.restart();
    assert_eq!(receipt(bench.attempt(&action, &attempt)), Receipt::Meeting(place, link));
    assert_eq!(voices(&bench), [NAME]);
    let sees = |who: &str| bench.discord.person(who).channels().contains(&NAME.to_owned());
    assert_eq!([sees("alice"), sees("bob")], [true, false]);
    bench.is_clean();
}

#[test]
fn a_private_place_is_seen_by_those_who_are_asked_in_also_later() {
    let bench = by_role();
    let of = |people: &[&str]| Action::OpenMeeting {
        name: NAME.to_owned(),
        people: Some(people.iter().map(|name| bench.person(name)).collect()),
        known: None,
    };
    let sees = |who: &str| bench.discord.person(who).channels().contains(&NAME.to_owned());
    bench.done(&of(&["bob"]));
    assert_eq!([sees("alice"), sees("bob"), sees("carol")], [false, true, false]);
    bench.done(&of(&["bob", "carol"]));
    assert_eq!([sees("alice"), sees("bob"), sees("carol")], [false, true, true]);
    assert_eq!(voices(&bench).len(), 1);
    bench.is_clean();
}

#[test]
fn a_place_goes_when_the_last_one_has_left() {
    let bench = open();
    bench.listen();
    let opened = bench.done(&Action::OpenMeeting { name: NAME.to_owned(), people: None, known: None });
    let close = Action::CloseMeeting { room: bench.room_of(&opened).0 };
    let alice = bench.discord.person("alice");
    alice.join_voice(NAME).unwrap();
    bench.hears(|| alice.say("ops", "I am in").unwrap());
    let outcome = bench.outcome(&close);
    assert_eq!(outcome, Outcome::Partly { left: 1, wait: Duration::from_secs(60) });
    assert_eq!(voices(&bench), [NAME]);
    alice.leave_voice();
    bench.hears(|| alice.say("ops", "I am out").unwrap());
    bench.discord.faults().lose_reply("DELETE", "/channels/*", 1);
    until("it is gone", || matches!(bench.outcome(&close), Outcome::Done(Receipt::Done)).then_some(()));
    assert_eq!(voices(&bench), Vec::<String>::new());
    bench.done(&close);
    bench.is_clean();
}

#[test]
fn nobody_is_thrown_out_by_a_restart() {
    let mut bench = open();
    let opened = bench.done(&Action::OpenMeeting { name: NAME.to_owned(), people: None, known: None });
    let close = Action::CloseMeeting { room: bench.room_of(&opened).0 };
    let alice = bench.discord.person("alice");
    alice.join_voice(NAME).unwrap();
    bench.restart();
    let occupied = Outcome::Partly { left: 1, wait: Duration::from_secs(60) };
    assert_eq!(bench.outcome(&close), occupied, "nobody has said yet whether somebody is in it");
    bench.listen();
    bench.hears(|| alice.say("ops", "I am in").unwrap());
    assert_eq!(bench.outcome(&close), occupied);
    alice.leave_voice();
    until("it is gone", || matches!(bench.outcome(&close), Outcome::Done(Receipt::Done)).then_some(()));
    assert_eq!(voices(&bench), Vec::<String>::new());
    bench.is_clean();
}

#[test]
fn a_place_that_is_known_stays_the_place_whatever_people_do_to_it() {
    let mut bench = by_role();
    let Receipt::Meeting(place, link) =
        bench.done(&Action::OpenMeeting { name: NAME.to_owned(), people: None, known: None })
    else {
        panic!()
    };
    bench.discord.rename_channel("Incidents", "Fires");
    bench.discord.rename_channel(NAME, "come-in");
    bench.restart();
    let again = Action::OpenMeeting { name: NAME.to_owned(), people: None, known: Some(place.clone()) };
    assert_eq!(bench.done(&again), Receipt::Meeting(place, link));
    assert_eq!(voices(&bench), ["come-in"]);
    bench.discord.remove_channel("come-in");
    bench.done(&again);
    assert_eq!(voices(&bench), [NAME], "it was gone");
    bench.is_clean();
}

#[test]
fn one_that_may_not_be_removed_is_tried_again_later() {
    let bench = open();
    bench.listen();
    let opened = bench.done(&Action::OpenMeeting { name: NAME.to_owned(), people: None, known: None });
    let close = Action::CloseMeeting { room: bench.room_of(&opened).0 };
    bench.hears(|| bench.discord.person("alice").say("ops", "hello").unwrap());
    bench.discord.revoke(permission::MANAGE_CHANNELS);
    let later = Outcome::Partly { left: 1, wait: Duration::from_secs(600) };
    assert_eq!(bench.outcome(&close), later);
    bench.discord.restore(permission::MANAGE_CHANNELS);
    bench.done(&close);
    assert_eq!(voices(&bench), Vec::<String>::new());
}

#[test]
fn nothing_else_is_ever_removed() {
    let bench = open();
    let outcome = bench.outcome(&Action::CloseMeeting { room: room("ops") });
    assert!(matches!(outcome, Outcome::Permanent(_)), "{outcome:?}");
    assert_eq!(bench.asked("DELETE", "/channels"), 0);
}
