//! A platform that limits us: nobody is pestered, the important goes first, nothing is dropped for it, and people are
//! told when it takes long.

use std::time::Duration as Span;

use chrono::Duration;
use sitrep_core::port::{Action, Outcome, Perform};

use crate::bench::{Bench, opens_room, saying, says_in};

const WAIT: Outcome = Outcome::RetryAfter(Span::from_secs(30));

/// The platform is limited from now on: it has refused a message in the support room.
fn limited() -> Bench {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is down");
    bench.settle();
    bench.hear("support", "!help");
    bench.commit();
    let refused = bench.take(says_in("support"));
    bench.report(&refused, WAIT);
    bench
}

/// Makes everything that is decided durable.
fn commit_all(bench: &mut Bench) {
    while !bench.commits.is_empty() {
        bench.commit();
    }
}

/// The only thing that was let go.
fn only(bench: &mut Bench) -> Perform {
    assert_eq!(bench.performs.len(), 1, "{:?}", bench.performs);
    bench.performs.remove(0)
}

fn said(perform: &Perform) -> String {
    saying(perform).map(|(room, text)| format!("{room}: {text}")).unwrap_or_default()
}

#[test]
fn one_refusal_holds_back_every_place_and_one_at_a_time_follows() {
    let mut bench = limited();
    for place in ["ops", "status", "support"] {
        bench.hear(place, "!incidents");
        commit_all(&mut bench);
    }
    assert!(bench.performs.is_empty(), "{:?}", bench.performs);
    bench.wait(Duration::milliseconds(29_999));
    assert!(bench.performs.is_empty(), "{:?}", bench.performs);
    assert_eq!(bench.engine.next_deadline(), Some(bench.now + Duration::milliseconds(1)));
    bench.wait(Duration::milliseconds(1));
    for _ in 0..4 {
        let one = only(&mut bench);
        bench.succeed(&one);
        commit_all(&mut bench);
    }
    assert!(bench.performs.is_empty() && bench.engine.is_idle());
}

#[test]
fn the_important_goes_first_wherever_it_is() {
    let mut bench = limited();
    bench.hear("ops", "!update INC-1 we fail over");
    commit_all(&mut bench);
    bench.hear("ops", "!incident search is slow");
    commit_all(&mut bench);
    bench.hear("status", "!incidents");
    commit_all(&mut bench);
    bench.wait(Duration::seconds(30));
    let mut order = Vec::new();
    while !bench.performs.is_empty() {
        let one = only(&mut bench);
        // Now and then it is limited again, as with a server that allows so much in so much time.
        let is_saying = matches!(one.action, Action::Say { .. });
        if is_saying && order.len() % 5 == 4 && one.attempt.number == 1 {
            bench.report(&one, WAIT);
            bench.wait(Duration::seconds(30));
            continue;
        }
        order.push(if let Action::OpenRoom { .. } = one.action {
            "room".to_owned()
        } else if let Action::Say { .. } = one.action {
            said(&one)
        } else {
            format!("{:?}", one.action).chars().take(6).collect()
        });
        bench.succeed(&one);
        commit_all(&mut bench);
    }
    let place = |what: &str| {
        let found = order.iter().position(|said| said.contains(what));
        found.unwrap_or_else(|| panic!("{what} is not among {order:?}"))
    };
    assert_eq!(place("room"), 0, "{order:?}");
    assert!(place("Sev2 · declared") < place("Sent to 1 room"), "the card, then answers: {order:?}");
    assert!(place("INC-2 is declared") < place("we fail over"), "answers, then news: {order:?}");
    assert!(place("we fail over") < place("Pin {"), "{order:?}");
    assert!(place("Pin {") < place("Invite"), "{order:?}");
}

#[test]
fn a_limit_on_invitations_is_not_one_on_messages() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is down");
    bench.commit();
    let invites = |action: &Action| matches!(action, Action::Invite { .. });
    while bench.performs.iter().any(|perform| !invites(&perform.action)) {
        let perform = bench.take(|action| !invites(action));
        bench.succeed(&perform);
        commit_all(&mut bench);
    }
    let refused = bench.take(invites);
    bench.report(&refused, WAIT);
    while !bench.performs.is_empty() {
        let upkeep = bench.performs.remove(0);
        bench.succeed(&upkeep);
        commit_all(&mut bench);
    }
    let room = bench.engine.incidents().next().and_then(|incident| incident.home().cloned()).expect("a room");
    bench.hear(&room.room, "!status");
    commit_all(&mut bench);
    let answer = bench.take(says_in(&room.room));
    bench.succeed(&answer);
    commit_all(&mut bench);
    bench.wait(Duration::seconds(30));
    bench.take(invites);
}

#[test]
fn the_pace_is_learned_and_kept_without_refusals() {
    let mut bench = limited();
    for number in 0..12 {
        bench.hear(["ops", "status", "support"][number % 3], "!incidents");
        commit_all(&mut bench);
    }
    bench.wait(Duration::seconds(30));
    // One thing every five seconds, as Synapse has it.
    let mut may_go_at = bench.now;
    let (mut refused, mut done) = (0, 0);
    while done < 13 {
        for perform in std::mem::take(&mut bench.performs) {
            if bench.now >= may_go_at {
                may_go_at = bench.now + Duration::seconds(5);
                done += 1;
                bench.succeed(&perform);
            } else {
                refused += 1;
                let wait = (may_go_at - bench.now).to_std().expect("ahead");
                bench.report(&perform, Outcome::RetryAfter(wait));
            }
            commit_all(&mut bench);
        }
        if bench.performs.is_empty() {
            bench.wait(Duration::milliseconds(500));
        }
    }
    assert!(refused <= 4, "{refused} refused for {done}");
}

#[test]
fn a_room_is_tried_all_the_same_when_people_have_waited() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is down");
    bench.commit();
    let first = bench.take(opens_room);
    bench.hear("support", "!incident search is slow");
    commit_all(&mut bench);
    let other = bench.take(opens_room);
    bench.report(&first, Outcome::RetryAfter(Span::from_secs(290)));
    bench.report(&other, Outcome::Permanent("no".to_owned()));
    commit_all(&mut bench);
    bench.hear("status", "!incident payments are stuck");
    commit_all(&mut bench);
    assert!(!bench.performs.iter().any(|perform| opens_room(&perform.action)));
    bench.wait(Duration::seconds(290));
    let again = bench.take(opens_room);
    assert_eq!(again.id, first.id, "first come, first served");
    bench.report(&again, Outcome::RetryAfter(Span::from_secs(500)));
    commit_all(&mut bench);
    bench.wait(Duration::seconds(10));
    let third = bench.take(opens_room);
    bench.report(&third, Outcome::RetryAfter(Span::from_secs(490)));
    let said = bench.settle();
    assert!(
        said.iter().any(|(room, text)| room == "status" && text.contains("so we run it here")),
        "{said:?}"
    );
}

#[test]
fn what_goes_stale_while_limited_is_dropped_in_time() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident --sev 2 checkout is down");
    bench.settle();
    bench.wait(Duration::minutes(20));
    bench.commit();
    let index = bench.performs.iter().position(|perform| said(perform).contains("an update is due"));
    let prompt = bench.performs.remove(index.expect("it is asked for an update"));
    bench.report(&prompt, Outcome::RetryAfter(Span::from_secs(600)));
    bench.wait(Duration::minutes(5));
    commit_all(&mut bench);
    let drops = bench.notes.iter().filter(|note| note.contains("too late to ask for an update")).count();
    assert_eq!(drops, 1, "{:?}", bench.notes);
    assert!(!bench.performs.iter().any(|perform| perform.id == prompt.id));
}

#[test]
fn it_is_said_once_that_it_takes_minutes() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is down");
    bench.commit();
    let invites = |action: &Action| matches!(action, Action::Invite { .. });
    let is_word = |perform: &Perform| said(perform).contains("limits how fast");
    let mut words = Vec::new();
    let mut left = 40;
    let mut may_go_at = bench.now;
    for _ in 0..4000 {
        commit_all(&mut bench);
        if bench.performs.is_empty() {
            bench.wait(Duration::milliseconds(500));
            continue;
        }
        let perform = bench.performs.remove(0);
        if bench.now < may_go_at {
            let wait = (may_go_at - bench.now).to_std().expect("ahead");
            bench.report(&perform, Outcome::RetryAfter(wait));
            continue;
        }
        if is_word(&perform) {
            words.push((said(&perform), left));
        }
        if invites(&perform.action) && left > 0 {
            left -= 1;
            may_go_at = bench.now + Duration::seconds(5);
            bench.report(&perform, Outcome::Partly { left, wait: Span::ZERO });
        } else {
            bench.succeed(&perform);
        }
    }
    assert_eq!(words.len(), 1, "{words:?}");
    let (word, left) = &words[0];
    assert!(word.contains(" are still waiting and take about 3 minutes"), "{word}");
    assert!(*left > 30, "while it helps: {left} left as it was said");
    assert_eq!(bench.engine.pending_effects(), 0, "nothing is dropped");
}

#[test]
fn what_took_long_is_not_the_limit_s_doing() {
    let mut bench = limited();
    for place in ["ops", "status", "support"] {
        bench.hear(place, "!incidents");
        commit_all(&mut bench);
    }
    bench.wait(Duration::seconds(30));
    let one = only(&mut bench);
    bench.succeed(&one);
    commit_all(&mut bench);
    let next = only(&mut bench);
    bench.report(&next, WAIT);
    bench.wait(Duration::seconds(30));
    // It takes a minute and a half to hear of the next refusal, and that asks for a second.
    let slow = only(&mut bench);
    bench.wait(Duration::seconds(85));
    bench.report(&slow, Outcome::RetryAfter(Span::from_secs(1)));
    bench.wait(Duration::seconds(1));
    let one = only(&mut bench);
    bench.succeed(&one);
    commit_all(&mut bench);
    assert!(bench.performs.is_empty(), "the pace is kept: {:?}", bench.performs);
    bench.wait(Duration::seconds(60));
    let one = only(&mut bench);
    bench.succeed(&one);
}
