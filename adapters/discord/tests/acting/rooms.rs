//! Rooms: made once, seen by those who are meant, never lost because something is full.

use std::time::Duration;

use sitrep_core::port::{Action, Content, Outcome, Receipt};
use sitrep_discord::AllowRoles;
use sitrep_fake_discord::{ChannelKind, Scope, permission::VIEW_CHANNEL};

use crate::bench::{Bench, again, by_role, fresh, open, open_room, receipt, room, until, world};

const MAKE: (&str, &str) = ("POST", "/guilds/*/channels");
const NAME: &str = "2026-11-22-1053-checkout-is-down";

fn texts(bench: &Bench) -> Vec<String> {
    let channels = bench.discord.channels();
    channels.iter().filter(|it| it.parent.as_deref() == Some("Incidents")).map(|it| it.name.clone()).collect()
}

fn sees(bench: &Bench, who: &str, channel: &str) -> bool {
    bench.discord.person(who).channels().contains(&channel.to_owned())
}

#[test]
fn a_room_is_made_in_its_category_with_the_key_in_its_topic() {
    let bench = open();
    let attempt = fresh();
    let made = receipt(bench.attempt(&open_room("2026-Überlastung", false, vec![]), &attempt));
    let (_, id) = bench.room_of(&made);
    let channel = bench.discord.channel(&id).unwrap();
    assert_eq!((channel.name.as_str(), channel.parent.as_deref()), ("2026-überlastung", Some("Incidents")));
    assert_eq!(channel.topic.unwrap(), format!("INC-1 · checkout is down · {}", attempt.key));
    assert!(["alice", "bob", "carol"].iter().all(|who| sees(&bench, who, "2026-überlastung")));
    assert_eq!(bench.discord.channel("Incidents").unwrap().overwrites.len(), 0);
    bench.is_clean();
}

#[test]
fn a_room_is_seen_by_those_who_may_command_and_those_who_are_asked_in() {
    let bench = by_role();
    bench.done(&open_room("public", false, vec![bench.person("bob")]));
    bench.done(&open_room("private", true, vec![bench.person("bob")]));
    let seen = |who: &str| (sees(&bench, who, "public"), sees(&bench, who, "private"));
    assert_eq!([seen("alice"), seen("bob"), seen("carol")], [(true, false), (true, true), (false, false)]);
    let bench = open();
    bench.done(&open_room("private", true, vec![bench.person("bob")]));
    assert_eq!(["alice", "bob"].map(|who| sees(&bench, who, "private")), [false, true]);
    bench.is_clean();
}

#[test]
fn a_room_whose_answer_was_lost_is_made_once() {
    let bench = by_role();
    // The category first, then the room itself.
    bench.discord.faults().lose_reply(MAKE.0, MAKE.1, 1);
    let attempt = fresh();
    let action = open_room(NAME, true, vec![bench.person("bob")]);
    assert!(matches!(bench.attempt(&action, &attempt), Outcome::InDoubt(_)));
    bench.discord.faults().lose_reply(MAKE.0, MAKE.1, 1);
    assert!(matches!(bench.attempt(&action, &again(&attempt)), Outcome::InDoubt(_)));
    let made = receipt(bench.attempt(&action, &again(&again(&attempt))));
    assert_eq!(texts(&bench), [NAME]);
    assert_eq!(bench.room_of(&made).1, bench.discord.channel(NAME).unwrap().id.to_string());
    let categories = bench.discord.channels().into_iter().filter(|it| it.kind == ChannelKind::Category);
    assert_eq!(categories.count(), 1);
    bench.is_clean();
}

#[test]
fn another_room_does_not_make_the_category_a_second_time() {
    let bench = open();
    bench.discord.faults().lose_reply(MAKE.0, MAKE.1, 1);
    assert!(matches!(bench.outcome(&open_room("one", false, vec![])), Outcome::InDoubt(_)));
    bench.done(&open_room("two", false, vec![]));
    let categories = bench.discord.channels().into_iter().filter(|it| it.kind == ChannelKind::Category);
    assert_eq!(categories.count(), 1);
}

#[test]
fn a_room_is_found_by_the_next_process() {
    let mut bench = open();
    let attempt = fresh();
    bench.discord.add_channel("other", Some("Incidents"));
    let action = open_room(NAME, false, vec![]);
    bench.discord.faults().lose_reply(MAKE.0, MAKE.1, 1);
    while !matches!(bench.attempt(&action, &attempt), Outcome::InDoubt(_)) {}
    bench.restart();
    receipt(bench.attempt(&action, &attempt));
    assert_eq!(texts(&bench).iter().filter(|name| *name == NAME).count(), 1);
    bench.is_clean();
}

#[test]
fn a_private_room_that_others_see_meanwhile_is_not_used() {
    let bench = open();
    let attempt = fresh();
    let action = open_room("secret", true, vec![]);
    receipt(bench.attempt(&action, &attempt));
    bench.discord.overwrite("secret", "@everyone", VIEW_CHANNEL, 0);
    let outcome = bench.attempt(&action, &again(&attempt));
    let Outcome::Permanent(words) = outcome else { panic!("{outcome:?}") };
    assert!(words.ends_with("is open to others now"), "{words}");
    assert_eq!(texts(&bench), ["secret"], "and no other is made");
}

#[test]
fn a_full_category_is_followed_by_another() {
    for is_known in [true, false] {
        let mut bench = open();
        bench.discord.add_any_channel("Incidents", ChannelKind::Category, None);
        let fill = |bench: &Bench| {
            for number in 0..49 {
                bench.discord.add_channel(&format!("old-{number}"), Some("Incidents"));
            }
        };
        // What the gateway would have told since the start is not known here.
        if is_known {
            fill(&bench);
            bench.restart();
        } else {
            bench.restart();
            fill(&bench);
        }
        for name in ["fiftieth", "next", "third"] {
            bench.done(&open_room(name, false, vec![]));
        }
        let parent = |name: &str| bench.discord.channel(name).unwrap().parent.unwrap();
        assert_eq!(["fiftieth", "next", "third"].map(parent), ["Incidents", "Incidents 2", "Incidents 2"]);
    }
}

#[test]
fn a_category_that_was_removed_is_made_again() {
    let bench = open();
    bench.done(&open_room("one", false, vec![]));
    bench.discord.remove_channel("Incidents");
    bench.done(&open_room("two", false, vec![]));
    assert_eq!(bench.discord.channel("two").unwrap().parent.as_deref(), Some("Incidents"));
}

fn fill(bench: &Bench) {
    let mut number = 0;
    while bench.discord.channels().len() < 500 {
        bench.discord.add_channel(&format!("old-{number}"), None);
        number += 1;
    }
}

#[test]
fn on_a_full_server_a_public_incident_runs_in_a_thread() {
    for is_open in [true, false] {
        let bench = if is_open { open() } else { by_role() };
        bench.discord.add_any_channel("Incidents", ChannelKind::Category, None);
        fill(&bench);
        let lost = if is_open { "/channels/*/messages/*/threads" } else { "/channels/*/threads" };
        bench.discord.faults().lose_reply("POST", lost, 1);
        let (attempt, action) = (fresh(), open_room(NAME, false, vec![bench.person("bob")]));
        assert!(matches!(bench.attempt(&action, &attempt), Outcome::InDoubt(_)));
        let made = receipt(bench.attempt(&action, &again(&attempt)));
        let (room, id) = bench.room_of(&made);
        let thread = bench.discord.channel(&id).unwrap();
        assert_eq!((thread.name.as_str(), thread.parent.as_deref()), (NAME, Some("ops")));
        let kind = if is_open { ChannelKind::PublicThread } else { ChannelKind::PrivateThread };
        assert_eq!(thread.kind, kind);
        let threads = bench.discord.channels().into_iter().filter(|it| it.kind == kind);
        assert_eq!(threads.count(), 1);
        let people = vec![bench.person("bob")];
        bench.done(&Action::Invite { room, people });
        assert!(bench.discord.channel(&id).unwrap().members.contains(&"bob".to_owned()));
        bench.is_clean();
    }
}

#[test]
fn on_a_full_server_a_private_incident_is_refused() {
    let bench = open();
    bench.discord.add_any_channel("Incidents", ChannelKind::Category, None);
    fill(&bench);
    let outcome = bench.outcome(&open_room("secret", true, vec![]));
    let Outcome::Permanent(words) = outcome else { panic!("{outcome:?}") };
    assert!(words.contains("500 channels") && words.contains("private"), "{words}");
    assert!(bench.discord.channel("secret").is_none());
}

#[test]
fn people_who_cannot_be_asked_in_cost_no_room() {
    let bench = by_role();
    let mut stranger = bench.person("bob");
    stranger.handle = "1".to_owned();
    bench.done(&open_room(NAME, true, vec![stranger]));
    assert!(bench.discord.channel(NAME).is_some());
}

#[test]
fn rooms_wait_as_long_as_discord_asks() {
    let bench = open();
    bench.discord.faults().limit(MAKE.0, MAKE.1, 1, (Scope::User, Duration::from_secs(20)));
    let outcome = bench.outcome(&open_room(NAME, false, vec![]));
    assert!(matches!(outcome, Outcome::RetryAfter(_)), "{outcome:?}");
}

#[test]
fn a_room_is_named_anew_without_losing_its_key() {
    let bench = open();
    let attempt = fresh();
    let made = receipt(bench.attempt(&open_room(NAME, false, vec![]), &attempt));
    let (room, id) = bench.room_of(&made);
    let name = |name: &str| Action::Name {
        room: room.clone(),
        name: name.to_owned(),
        topic: format!("INC-1 · {name}"),
    };
    bench.discord.faults().lose_reply("PATCH", "/channels/*", 1);
    let second = fresh();
    assert!(matches!(bench.attempt(&name("payments"), &second), Outcome::Transient(_)));
    receipt(bench.attempt(&name("payments"), &again(&second)));
    let channel = bench.discord.channel(&id).unwrap();
    let topic = format!("INC-1 · payments · {}", attempt.key);
    assert_eq!((channel.name.as_str(), channel.topic.unwrap()), ("payments", topic));
    let asked = bench.asked("PATCH", "/channels");
    bench.done(&name("payments"));
    assert_eq!(bench.asked("PATCH", "/channels"), asked, "it is called so already");
    // Twice in ten minutes is as often as Discord allows.
    let named = ["checkout", "cart", "basket"].map(|to| bench.outcome(&name(to)));
    let Outcome::Partly { left: 1, wait } = named[2] else { panic!("{named:?}") };
    assert!(wait > Duration::from_secs(60), "{wait:?}");
    bench.done(&crate::bench::say_in(&room.room, sitrep_core::message::Message::text("it holds up nothing")));
    bench.is_clean();
}

#[test]
fn a_room_of_one_is_always_the_same() {
    let bench = open();
    let action = Action::OpenDirect { person: bench.person("alice") };
    bench.discord.faults().lose_reply("POST", "/users/@me/channels", 1);
    let attempt = fresh();
    assert!(matches!(bench.attempt(&action, &attempt), Outcome::Transient(_)));
    let Receipt::Room(direct) = receipt(bench.attempt(&action, &again(&attempt))) else { panic!() };
    assert_eq!(direct, room(bench.discord.person("alice").direct_channel().to_string()));
    bench.done(&crate::bench::say_in(&direct.room, sitrep_core::message::Message::text("just us")));
    assert_eq!(bench.discord.person("alice").reads_directly().len(), 1);
    let handle = direct.room.clone();
    bench.discord.faults().refuse("POST", "/channels/*/messages", 1, (403, 50_007));
    let refused =
        bench.outcome(&crate::bench::say_in(&handle, sitrep_core::message::Message::text("hello?")));
    assert_eq!(refused, Outcome::Permanent("they take no direct messages from me".to_owned()));
}

#[test]
fn a_room_may_be_in_a_category_given_by_number() {
    let bench = Bench::new(world().category("Fires"), AllowRoles::Everyone);
    let id = bench.discord.channel("Fires").unwrap().id.to_string();
    let bench = bench.with(|settings| settings.category = id);
    bench.done(&open_room(NAME, false, vec![]));
    assert_eq!(bench.discord.channel(NAME).unwrap().parent.as_deref(), Some("Fires"));
}

#[test]
fn a_room_costs_one_request_where_there_is_a_category() {
    let bench = open();
    bench.done(&open_room("one", false, vec![]));
    let asked = bench.discord.requests().len();
    bench.done(&open_room("two", true, vec![bench.person("alice"), bench.person("bob")]));
    assert_eq!(bench.discord.requests().len(), asked + 1);
}

#[test]
fn a_room_that_is_missed_before_its_end_was_heard_is_gone_all_the_same() {
    let bench = by_role();
    bench.listen();
    let (gone, _) = bench.room_of(&bench.done(&open_room("down", false, vec![])));
    let (other, _) = bench.room_of(&bench.done(&open_room("other", false, vec![])));
    bench.hears(|| bench.discord.person("alice").say("ops", "hello").unwrap());
    // It is told after what comes next.
    bench.discord.faults().reorder(1);
    bench.discord.remove_channel("down");
    bench.done(&Action::Invite { room: other, people: vec![bench.person("bob")] });
    until("it is gone", || {
        let heard = bench.heard.lock().unwrap();
        heard.iter().any(|it| it.content == Content::Gone && it.message.room == gone).then_some(())
    });
    bench.is_clean();
}
