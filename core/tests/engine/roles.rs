//! Who does what: roles and what they are for, the lead handed over, and what nobody has.

use chrono::Duration;
use sitrep_core::{
    incident::{Incident, Role},
    person::Person,
    policy::Policy,
    port::{Action, Content, Perform},
};

use crate::bench::{Bench, platform, policy, says_in, words};

fn person(name: &str) -> Person {
    Person::new(&platform(), name)
}

/// For what is as bad as it gets bob is asked in.
fn with_bob() -> Policy {
    let usual = Policy::default();
    let mut policy = Policy { severities: usual.severities, ..policy() };
    (policy.handoff_after, policy.handoff_at_latest) = (usual.handoff_after, usual.handoff_at_latest);
    policy.people.insert("bob".to_owned(), vec![person("bob")]);
    policy.severities[0].invite = vec!["bob".to_owned()];
    policy
}

fn declared(text: &str) -> Bench {
    let mut bench = Bench::with(with_bob());
    bench.hear("ops", text);
    bench.settle();
    bench
}

fn says(bench: &mut Bench, who: &str, place: &str, text: &str) -> Vec<Perform> {
    bench.happens(who, place, Content::Said(text.to_owned()));
    bench.done()
}

fn said_in(performs: &[Perform], place: &str) -> Vec<String> {
    let said = |perform: &Perform| {
        let Action::Say { room, message, .. } = &perform.action else { return None };
        (room.room == place).then(|| words(message))
    };
    performs.iter().filter_map(said).collect()
}

fn incident(bench: &Bench) -> Incident {
    bench.engine.incidents().next().expect("an incident").clone()
}

fn home(bench: &Bench) -> String {
    incident(bench).home().expect("a room").room.clone()
}

fn after(bench: &mut Bench, minutes: i64) -> Vec<Perform> {
    bench.wait(Duration::minutes(minutes));
    bench.done()
}

/// The signs that were put on messages.
fn signs(performs: &[Perform]) -> Vec<String> {
    let put = |perform: &Perform| {
        let Action::Buttons { buttons, .. } = &perform.action else { return None };
        Some(buttons.iter().map(|button| button.key.clone()).collect())
    };
    performs.iter().filter_map(put).collect()
}

#[test]
fn whoever_takes_a_role_is_told_once_what_it_is_for() {
    let mut bench = declared("!incident checkout is down");
    let done = says(&mut bench, "bob", "ops", "!role INC-1 scribe");
    assert_eq!(said_in(&done, "ops"), ["You are scribe of INC-1."]);
    assert_eq!(said_in(&done, &home(&bench)), ["bob is scribe of INC-1 from now on."]);
    let told = said_in(&done, "bob").join("\n");
    assert!(told.starts_with("You keep the record of INC-1 (checkout is down)"), "{told}");
    assert_eq!(told.lines().count(), 3, "{told}");
    says(&mut bench, "bob", "ops", "!role INC-1 scribe nobody");
    assert_eq!(incident(&bench).roles.scribe, None);
    let done = says(&mut bench, "bob", "ops", "!role INC-1 scribe me");
    assert!(said_in(&done, "bob").is_empty(), "once");
    assert_eq!(incident(&bench).roles.scribe, Some(person("bob")));
}

#[test]
fn whoever_is_given_a_role_is_notified_and_told_in_private() {
    let mut bench = declared("!incident checkout is down");
    let done = says(&mut bench, "alice", "ops", "!role INC-1 comms lead @bob");
    assert_eq!(said_in(&done, "ops"), ["@bob is comms lead of INC-1 from now on."]);
    assert_eq!(said_in(&done, &home(&bench)), ["@bob is comms lead of INC-1 from now on."]);
    assert!(said_in(&done, "bob").join("\n").starts_with("You speak for INC-1"));
    let invited = |perform: &Perform| matches!(&perform.action, Action::Invite { people, .. } if people.contains(&person("bob")));
    assert!(done.iter().any(invited), "{done:?}");
    let done = says(&mut bench, "alice", "ops", "!role INC-1 comms @bob");
    assert_eq!(said_in(&done, "ops"), ["bob is comms lead of INC-1 already."]);
    let done = says(&mut bench, "carol", "ops", "!role INC-1 comms");
    assert_eq!(said_in(&done, "ops"), ["You are comms lead of INC-1."]);
    assert_eq!(incident(&bench).roles.comms_lead, Some(person("carol")), "there is one");
}

#[test]
fn there_are_several_responders_and_they_are_shown() {
    let mut bench = declared("!incident checkout is down");
    for name in ["bob", "carol"] {
        says(&mut bench, name, "ops", "!role INC-1 responder");
    }
    says(&mut bench, "alice", "ops", "!ack INC-1");
    let done = says(&mut bench, "alice", "ops", "!role INC-1");
    let expected = "Who does what in INC-1:\n- commander: alice\n- comms lead: nobody\n- scribe: nobody\n- responder: bob, carol";
    assert_eq!(said_in(&done, "ops"), [expected]);
    let done = says(&mut bench, "alice", "ops", "!status INC-1");
    let status = said_in(&done, "ops").join("\n");
    assert!(status.contains("responder: bob, carol\nNobody yet: comms lead, scribe"), "{status}");
    says(&mut bench, "bob", "ops", "!role INC-1 responder nobody");
    assert_eq!(incident(&bench).roles.responders, [person("carol")]);
}

#[test]
fn a_role_is_given_back_by_whoever_has_it_and_nobody_has_nothing_to_give() {
    let mut bench = declared("!incident checkout is down");
    let done = says(&mut bench, "bob", "ops", "!role INC-1 scribe nobody");
    assert_eq!(said_in(&done, "ops"), ["Nobody is scribe of INC-1."]);
    says(&mut bench, "alice", "ops", "!ack INC-1");
    let done = says(&mut bench, "alice", "ops", "!role INC-1 commander nobody");
    assert_eq!(said_in(&done, "ops"), ["Nobody leads INC-1 now. `!lead me` takes the lead."]);
    assert_eq!(incident(&bench).commander, None);
    let done = says(&mut bench, "bob", "ops", "!role INC-1 ic");
    assert_eq!(said_in(&done, "ops"), ["You lead INC-1."]);
}

#[test]
fn the_lead_is_handed_over_only_by_who_has_it_and_only_to_who_accepts() {
    let mut bench = declared("!incident checkout is down");
    let done = says(&mut bench, "alice", "ops", "!handoff INC-1 @bob");
    assert!(said_in(&done, "ops").join("").starts_with("Nobody leads INC-1 yet."));
    says(&mut bench, "alice", "ops", "!ack INC-1");
    let done = says(&mut bench, "carol", "ops", "!handoff INC-1 @bob");
    assert!(said_in(&done, "ops").join("").starts_with("alice leads INC-1, so only they can offer"));
    let done = says(&mut bench, "alice", "ops", "!handoff INC-1 me");
    assert_eq!(said_in(&done, "ops"), ["alice leads INC-1 already."]);
    let done = says(&mut bench, "bob", "ops", "!accept INC-1");
    assert!(said_in(&done, "ops").join("").starts_with("The lead of INC-1 is offered to nobody."));
    let done = says(&mut bench, "alice", "ops", "!handoff INC-1 @bob");
    assert!(said_in(&done, "ops").join("").starts_with("I have asked bob to take over INC-1."));
    let asked = said_in(&done, &home(&bench)).join("\n");
    assert!(asked.starts_with("@bob alice asks you to take over INC-1."), "{asked}");
    assert_eq!(signs(&done), ["🤝"]);
    let done = says(&mut bench, "carol", "ops", "!accept INC-1");
    assert!(said_in(&done, "ops").join("").ends_with("only they can accept it."));
    assert_eq!(incident(&bench).commander, Some(person("alice")), "until they accept");
    let done = says(&mut bench, "bob", "ops", "!accept INC-1");
    assert_eq!(said_in(&done, "ops"), ["You lead INC-1."]);
    assert_eq!(said_in(&done, &home(&bench)), ["@bob leads INC-1 from now on. Thank you, alice."]);
    assert!(said_in(&done, "bob").join("").starts_with("You lead INC-1 (checkout is down)"));
    assert_eq!(incident(&bench).commander, Some(person("bob")));
    assert!(signs(&done).contains(&String::new()), "nothing is left to press: {:?}", signs(&done));
}

#[test]
fn an_offer_is_repeated_once_and_ends_with_another_commander() {
    let mut bench = declared("!incident checkout is down");
    says(&mut bench, "alice", "ops", "!ack INC-1");
    says(&mut bench, "alice", "ops", "!handoff INC-1 @bob");
    let done = after(&mut bench, 5);
    let again = said_in(&done, &home(&bench)).join("\n");
    assert!(again.starts_with("@bob once more: alice asks you"), "{again}");
    assert!(said_in(&done, "bob").join("").contains("`!accept INC-1` takes the lead"));
    let done = after(&mut bench, 4);
    assert!(said_in(&done, &home(&bench)).is_empty(), "once");
    says(&mut bench, "carol", "ops", "!lead INC-1 me");
    let done = says(&mut bench, "bob", "ops", "!accept INC-1");
    assert!(said_in(&done, "ops").join("").starts_with("The lead of INC-1 is offered to nobody."));
    assert_eq!(incident(&bench).commander, Some(person("carol")));
}

#[test]
fn an_offer_is_taken_back_or_declined() {
    let mut bench = declared("!incident checkout is down");
    says(&mut bench, "alice", "ops", "!ack INC-1");
    for who in ["alice", "bob"] {
        says(&mut bench, "alice", "ops", "!handoff INC-1 @bob");
        let done = says(&mut bench, "carol", "ops", "!handoff INC-1 nobody");
        assert!(said_in(&done, "ops").join("").contains("offered to bob"));
        let done = says(&mut bench, who, "ops", "!handoff INC-1 nobody");
        assert_eq!(said_in(&done, "ops"), ["The offer is off: alice keeps leading INC-1."]);
        assert_eq!(incident(&bench).roles.offer, None);
    }
}

#[test]
fn the_lead_is_accepted_by_pressing() {
    let mut bench = declared("!incident checkout is down");
    says(&mut bench, "alice", "ops", "!ack INC-1");
    bench.happens("alice", "ops", Content::Said("!handoff INC-1 @bob".to_owned()));
    bench.commit();
    let home = home(&bench);
    let offer = bench.take(says_in(&home));
    bench.succeed(&offer);
    bench.settle();
    for (who, leads) in [("carol", "alice"), ("bob", "bob")] {
        let pressed = Content::Reacted { message: offer.attempt.key.clone(), key: "🤝".to_owned() };
        bench.happens(who, &home, pressed);
        bench.settle();
        assert_eq!(incident(&bench).commander, Some(person(leads)), "pressed by {who}");
    }
}

#[test]
fn whoever_leads_for_long_is_asked_to_hand_over_and_then_everybody_is() {
    let mut bench = declared("!incident --sev 4 checkout is down");
    says(&mut bench, "alice", "ops", "!ack INC-1");
    says(&mut bench, "bob", "ops", "!role INC-1 scribe");
    let home = home(&bench);
    let done = after(&mut bench, 60);
    let asked = said_in(&done, &home).join("\n");
    assert!(asked.starts_with("@alice you have led INC-1 for 1 h. Who is rested"), "{asked}");
    assert!(said_in(&after(&mut bench, 119), &home).is_empty());
    let told = said_in(&after(&mut bench, 1), &home).join("\n");
    assert!(told.starts_with("@alice @bob it is time to hand over INC-1: alice has led for 3 h."), "{told}");
    let told = said_in(&after(&mut bench, 60), &home).join("\n");
    assert!(told.contains("alice has led for 4 h"), "{told}");
    says(&mut bench, "carol", "ops", "!lead INC-1 me");
    assert!(said_in(&after(&mut bench, 59), &home).is_empty(), "the count begins anew");
    let asked = said_in(&after(&mut bench, 1), &home).join("\n");
    assert!(asked.starts_with("@carol you have led INC-1 for 1 h."), "{asked}");
}

#[test]
fn after_downtime_one_question_is_asked_of_each_kind() {
    let mut bench = declared("!incident --sev 4 checkout is down");
    says(&mut bench, "alice", "ops", "!ack INC-1");
    let home = home(&bench);
    let mut bench = Bench::under(with_bob(), bench.store, bench.now + Duration::hours(5));
    let told = said_in(&bench.done(), &home);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("@alice it is time to hand over INC-1"), "{told:?}");
}

#[test]
fn roles_that_nobody_has_are_asked_about_once_where_it_is_bad() {
    let mut bench = declared("!incident checkout is down");
    assert!(signs(&after(&mut bench, 4)).is_empty());
    says(&mut bench, "alice", "ops", "!ack INC-1");
    let home = home(&bench);
    bench.wait(Duration::minutes(10));
    bench.commit();
    let asks = |action: &Action| matches!(action, Action::Say { message, .. } if words(message).starts_with("Nobody in INC-1 is comms lead, scribe yet."));
    let question = bench.take(asks);
    bench.succeed(&question);
    let done = bench.done();
    assert!(signs(&done).contains(&"📢📝".to_owned()), "{:?}", signs(&done));
    let pressed = Content::Reacted { message: question.attempt.key.clone(), key: "📝".to_owned() };
    bench.happens("carol", &home, pressed);
    let done = bench.done();
    assert_eq!(said_in(&done, &home), ["carol: You are scribe of INC-1."]);
    assert!(said_in(&done, "carol").join("").starts_with("You keep the record"));
    let done = after(&mut bench, 30);
    assert!(!said_in(&done, &home).iter().any(|text| text.contains("Who takes it?")), "once");
    let mut bench = declared("!incident --sev 3 checkout is slow");
    says(&mut bench, "alice", "ops", "!ack INC-1");
    let done = after(&mut bench, 10);
    assert!(said_in(&done, &self::home(&bench)).is_empty(), "not for what is not so bad");
}

#[test]
fn what_nobody_acknowledges_is_called_out_ever_more_widely() {
    let mut bench = declared("!incident --sev 1 checkout is down");
    let home = home(&bench);
    let calls = |performs: &[Perform], place: &str| -> Vec<String> {
        said_in(performs, place)
            .into_iter()
            .filter(|text| text.to_lowercase().contains("nobody has"))
            .collect()
    };
    let done = after(&mut bench, 5);
    let called = calls(&done, &home).join("\n");
    assert!(called.starts_with("@bob nobody has INC-1 (Sev1) yet: checkout is down."), "{called}");
    assert!(calls(&done, "bob").join("").contains("`!ack INC-1` says that you have it"));
    assert!(calls(&done, "status").is_empty());
    assert!(signs(&done).contains(&"✅🙋".to_owned()), "{:?}", signs(&done));
    let done = after(&mut bench, 5);
    assert_eq!(calls(&done, &home).len(), 1);
    let told = calls(&done, "status").join("\n");
    assert!(told.starts_with("INC-1 (checkout is down): nobody has it yet, after 10 min."), "{told}");
    for (quiet, then) in [(9, 1), (19, 1), (39, 1), (59, 1), (59, 1)] {
        assert!(calls(&after(&mut bench, quiet), &home).is_empty());
        let done = after(&mut bench, then);
        assert_eq!((calls(&done, &home).len(), calls(&done, "status").len()), (1, 0));
    }
    says(&mut bench, "bob", "ops", "!ack INC-1");
    assert!(calls(&after(&mut bench, 120), &home).is_empty(), "somebody has it");
}

#[test]
fn a_private_incident_calls_those_who_belong_and_nobody_else() {
    let mut bench = Bench::with(with_bob());
    let home = bench.declares("!incident --private --sev 1 payroll leaked");
    bench.settle();
    let mut all = after(&mut bench, 5);
    all.extend(after(&mut bench, 5));
    assert!(said_in(&all, &home).iter().any(|text| text.starts_with("@alice nobody has INC-1")));
    assert!(said_in(&all, "bob").is_empty() && said_in(&all, "status").is_empty());
    assert_eq!(incident(&bench).people, [person("alice")]);
}

#[test]
fn a_reopened_incident_waits_and_leads_anew() {
    let mut bench = declared("!incident --sev 4 checkout is down");
    says(&mut bench, "alice", "ops", "!ack INC-1");
    let home = home(&bench);
    says(&mut bench, "alice", "ops", "!resolve INC-1 fixed\nlost: nothing");
    after(&mut bench, 24 * 60);
    says(&mut bench, "alice", "ops", "!reopen INC-1 it is back");
    assert!(!said_in(&after(&mut bench, 59), &home).iter().any(|text| text.contains("hand over")));
    let asked = said_in(&after(&mut bench, 1), &home).join("\n");
    assert!(asked.contains("@alice you have led INC-1 for 1 h."), "{asked}");
}

#[test]
fn a_responder_has_a_role_too() {
    assert_eq!(Role::ALL.len(), 4);
    let mut bench = declared("!incident checkout is down");
    for (role, begins) in
        [("responder", "You work on"), ("comms", "You speak for"), ("scribe", "You keep the record of")]
    {
        let done = says(&mut bench, "bob", "ops", &format!("!role INC-1 {role}"));
        let told = said_in(&done, "bob").join("\n");
        assert!(told.starts_with(&format!("{begins} INC-1")) && told.lines().count() == 3, "{told}");
    }
}
