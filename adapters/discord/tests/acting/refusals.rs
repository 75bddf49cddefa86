//! Limits, refusals, revoked permissions: what is said, how long is waited, and that nothing is asked in vain.

use std::time::Duration;

use sitrep_core::port::{Action, Outcome};
use sitrep_fake_discord::{Fault, Scope, permission};

use crate::bench::{again, fresh, open, open_room, receipt, room, say};

const POST: (&str, &str) = ("POST", "/channels/*/messages");

#[test]
fn a_short_limit_is_slept_through() {
    let bench = open();
    bench.discord.faults().limit(POST.0, POST.1, 1, (Scope::User, Duration::from_secs(1)));
    receipt(bench.outcome(&say("hello")));
    assert_eq!(bench.discord.messages("ops").len(), 1);
    bench.is_clean();
}

#[test]
fn a_limit_of_one_channel_holds_up_nothing_else() {
    let bench = open();
    for scope in [Scope::User, Scope::Shared] {
        bench.discord.faults().limit(POST.0, POST.1, 1, (scope, Duration::from_secs(40)));
    }
    let attempt = fresh();
    let outcome = bench.attempt(&say("hello"), &attempt);
    let Outcome::Partly { left: 1, wait } = outcome else { panic!("{outcome:?}") };
    assert!(wait > Duration::from_secs(35) && wait <= Duration::from_secs(40), "{wait:?}");
    let asked = bench.asked("POST", "/messages");
    let outcome = bench.attempt(&say("hello"), &again(&attempt));
    assert!(matches!(outcome, Outcome::Partly { left: 1, .. }), "{outcome:?}");
    assert_eq!(bench.asked("POST", "/messages"), asked, "it isn't asked before the time is over");
}

#[test]
fn a_limit_of_everything_holds_up_everything() {
    for fault in
        [Fault::Limit(Scope::Global, Duration::from_secs(30)), Fault::Cloudflare(Duration::from_secs(30))]
    {
        let bench = open();
        bench.discord.faults().on(POST.0, POST.1, 1, fault.clone());
        let outcome = bench.outcome(&say("hello"));
        assert!(matches!(outcome, Outcome::RetryAfter(_)), "{fault:?}: {outcome:?}");
        let outcome = bench.outcome(&Action::OpenDirect { person: bench.person("alice") });
        assert!(matches!(outcome, Outcome::RetryAfter(_)), "{fault:?}: {outcome:?}");
        assert_eq!(bench.asked("POST", "/users/@me/channels"), 0);
    }
}

/// A room by its number, as incidents' own rooms are known.
fn number_of(bench: &crate::bench::Bench) -> String {
    bench.discord.channel("ops").expect("a channel").id.to_string()
}

#[test]
fn a_missing_permission_is_named() {
    let bench = open();
    bench.discord.revoke(permission::SEND_MESSAGES);
    let words = |outcome: Outcome| {
        let Outcome::Permanent(words) = outcome else { panic!("{outcome:?}") };
        words
    };
    let lacks = "sitrep lacks the permission Send Messages on Discord".to_owned();
    let attempt = fresh();
    assert_eq!(bench.attempt(&say("hello"), &attempt), Outcome::Permanent(lacks.clone()), "it is said");
    let in_a_room = crate::bench::say_in(&number_of(&bench), sitrep_core::message::Message::text("hello"));
    assert_eq!(bench.attempt(&in_a_room, &attempt), Outcome::Transient(lacks), "it may be given back");
    bench.discord.restore(permission::SEND_MESSAGES);
    receipt(bench.attempt(&in_a_room, &again(&attempt)));
    bench.discord.revoke(permission::MANAGE_CHANNELS);
    let refused = words(bench.outcome(&open_room("down", false, Vec::new())));
    assert!(refused.starts_with("sitrep lacks the permission Manage "), "{refused}");
}

#[test]
fn a_channel_that_is_closed_to_us_is_waited_for() {
    let bench = open();
    let said = crate::bench::message(&bench.done(&say("hello")));
    bench.discord.overwrite("ops", "sitrep", 0, permission::VIEW_CHANNEL);
    let content = sitrep_core::message::Message::text("hello again");
    let purpose = sitrep_core::effect::Purpose::Notice;
    let room = room(number_of(&bench));
    let said = sitrep_core::room::MessageRef { room, ..said };
    let actions = [
        crate::bench::say_in(&said.room.room, sitrep_core::message::Message::text("hello")),
        Action::Edit { message: said.clone(), purpose, content },
        Action::Buttons { message: said, buttons: Vec::new() },
    ];
    let see = "sitrep may not see the channel: it lacks the permission View Channel".to_owned();
    for action in actions {
        assert_eq!(bench.outcome(&action), Outcome::Transient(see.clone()), "{action:?}");
    }
}

#[test]
fn what_is_gone_is_said() {
    let bench = open();
    bench.discord.remove_channel("status");
    let gone = Action::Say {
        thread: None,
        room: room("status"),
        answers: None,
        only_for: None,
        purpose: sitrep_core::effect::Purpose::Notice,
        message: sitrep_core::message::Message::text("hello"),
        attachment: None,
    };
    assert_eq!(bench.outcome(&gone), Outcome::Permanent("the channel is gone".to_owned()));
    let nowhere = crate::bench::say_in("nowhere", sitrep_core::message::Message::text("hello"));
    let words = "there is no channel called nowhere on the server".to_owned();
    assert_eq!(bench.outcome(&nowhere), Outcome::Permanent(words));
}

#[test]
fn a_token_that_is_refused_is_not_used_again() {
    let bench = open();
    bench.discord.faults().refuse(POST.0, POST.1, 1, (401, 0));
    let outcome = bench.outcome(&say("hello"));
    assert_eq!(outcome, Outcome::Transient("Discord no longer accepts the bot's token".to_owned()));
    let asked = bench.discord.requests().len();
    assert!(matches!(bench.outcome(&say("hello")), Outcome::Transient(_)));
    assert_eq!(bench.discord.requests().len(), asked);
}

#[test]
fn what_is_refused_again_and_again_is_not_asked() {
    let bench = open();
    bench.discord.revoke(permission::SEND_MESSAGES);
    for _ in 0..20 {
        assert!(matches!(bench.outcome(&say("hello")), Outcome::Permanent(_)));
    }
    assert_eq!(bench.asked("POST", "/messages"), 5);
}

#[test]
fn trouble_at_discord_is_no_refusal() {
    let bench = open();
    bench.discord.faults().refuse(POST.0, POST.1, 2, (503, 0));
    let attempt = fresh();
    for number in 1..=2 {
        let attempt = sitrep_core::port::Attempt { number, ..attempt.clone() };
        assert!(matches!(bench.attempt(&say("hello"), &attempt), Outcome::InDoubt(_)));
    }
    receipt(bench.attempt(&say("hello"), &again(&again(&attempt))));
    assert_eq!(bench.discord.messages("ops").len(), 1);
}

#[test]
fn an_answer_that_does_not_come_is_not_waited_for_for_ever() {
    let bench = open();
    bench.discord.faults().on("GET", "/channels/*/messages", 1, Fault::SlowReply(Duration::from_secs(40)));
    let start = std::time::Instant::now();
    let outcome = bench.outcome(&say("one"));
    receipt(outcome);
    let outcome = bench.attempt(&say("two"), &crate::bench::old(10));
    assert!(matches!(outcome, Outcome::Transient(_)), "{outcome:?}");
    assert!(start.elapsed() < Duration::from_secs(25), "{:?}", start.elapsed());
}

#[test]
fn an_examination_leaves_nothing_behind_when_an_answer_is_lost() {
    let bench = open();
    bench.discord.faults().lose_reply("POST", "/guilds/*/channels", 1);
    let said: Vec<String> = bench.checkup().iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|finding| finding.contains("Private channel: none can be made")), "{said:?}");
    let names: Vec<String> = bench.discord.channels().into_iter().map(|channel| channel.name).collect();
    assert!(!names.contains(&"sitrep-doctor".to_owned()), "{names:?}");
}
