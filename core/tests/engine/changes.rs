//! What was changed shortly before an incident, and since, is on its timeline.

use chrono::Duration;
use sitrep_core::{event::Subject, port::Signal};

use crate::{
    bench::Bench,
    desk::{bench, change, labelled_change, restarted, said},
};

fn timeline(bench: &mut Bench) -> String {
    let done = bench.says("alice", "ops", "!timeline INC-1 all");
    said(&done).into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_was_changed_in_the_three_hours_before_is_a_suspect_at_its_time() {
    let mut bench = bench();
    let now = bench.now;
    for (title, ago) in [("too long ago", 181), ("deploy 1", 179), ("deploy 2", 10)] {
        bench.told(vec![Signal::Change(change(title, now - Duration::minutes(ago)))]);
    }
    let mut bench = restarted(&bench);
    bench.says("alice", "ops", "!incident checkout is down");
    let timeline = timeline(&mut bench);
    assert!(timeline.contains("deploy 1") && timeline.contains("deploy 2"), "{timeline}");
    assert!(!timeline.contains("too long ago"), "{timeline}");
    let place = |what: &str| timeline.find(what).expect("it is there");
    assert!(place("deploy 1") < place("deploy 2"));
    assert!(timeline.contains("21:01") && timeline.contains("23:50"), "{timeline}");
}

#[test]
fn what_is_changed_meanwhile_is_one_once_and_nothing_is_said() {
    let mut bench = bench();
    bench.says("alice", "ops", "!incident checkout is down");
    let now = bench.now;
    for _ in 0..3 {
        let done = bench.told(vec![Signal::Change(change("deploy 3", now))]);
        assert!(said(&done).is_empty(), "{:?}", said(&done));
        bench = restarted(&bench);
        bench.done();
    }
    assert_eq!(timeline(&mut bench).matches("deploy 3").count(), 1);
    bench.says("alice", "ops", "!resolve INC-1 rolled back");
    bench.told(vec![Signal::Change(change("deploy 4", now))]);
    assert!(!timeline(&mut bench).contains("deploy 4"));
}

#[test]
fn what_is_about_another_service_is_none() {
    let mut bench = bench();
    let now = bench.now;
    bench.policy.services.insert("search".to_owned(), sitrep_core::policy::Service::default());
    let mut bench = restarted(&bench);
    bench.done();
    let changes = [("deploy 5", "search"), ("deploy 6", "checkout")];
    bench.told(
        changes.map(|(title, service)| Signal::Change(labelled_change(change(title, now), service))).to_vec(),
    );
    bench.says("alice", "ops", "!incident the cart is empty");
    let timeline = timeline(&mut bench);
    assert!(timeline.contains("deploy 6") && !timeline.contains("deploy 5"), "{timeline}");
}

#[test]
fn it_is_forgotten_after_two_days() {
    let mut bench = bench();
    let now = bench.now;
    bench.tell(1, vec![Signal::Change(change("deploy 7", now))]);
    let commit = bench.commit();
    let day =
        commit.live.iter().find(|subject| matches!(subject, Subject::Changes(_))).copied().expect("a day");
    bench.done();
    assert_eq!(bench.engine.pending_deadlines(), 1);
    bench.wait(Duration::days(2));
    let commit = bench.commit();
    assert_eq!(commit.settled, [day]);
    assert_eq!(bench.engine.pending_deadlines(), 0);
}
