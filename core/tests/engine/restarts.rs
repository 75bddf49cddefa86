//! What a new process does with what is stored.

use sitrep_core::{
    port::{Commit, Identity, Store},
    schedule::DueKind,
    testing::{MemoryStore, block_on},
};

use crate::bench::Bench;

#[test]
fn deadlines_are_derived_anew() {
    let mut bench = Bench::new();
    let forgetful = MemoryStore::new(Identity { incarnation: "test".to_owned(), seed: "5e".repeat(32) });
    bench.hear("ops", "!incident checkout is down");
    let commit = bench.commit();
    let without = Commit { dues_set: Vec::new(), ..commit.clone() };
    block_on(forgetful.commit(&without)).expect("the store keeps it");
    let mut later = Bench::over(forgetful, bench.now);
    assert_eq!(later.commit().dues_set, commit.dues_set);
    assert_eq!(commit.dues_set.first().map(|due| due.key.kind), Some(DueKind::UpdatePrompt));
}

#[test]
fn nothing_is_written_when_nothing_has_changed() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is down");
    bench.settle();
    let later = Bench::over(bench.store.clone(), bench.now);
    assert!(later.commits.is_empty() && later.performs.is_empty());
    assert!(later.engine.is_idle());
}

#[test]
fn what_was_not_said_is_said_under_its_old_key() {
    let mut bench = Bench::new();
    bench.hear("ops", "!help");
    bench.commit();
    let before = bench.performs.remove(0);
    let later = Bench::over(bench.store.clone(), bench.now);
    assert_eq!(later.performs.first().map(|perform| &perform.attempt.key), Some(&before.attempt.key));
}

#[test]
fn an_incident_that_owes_nothing_is_forgotten_and_loaded_when_it_is_asked_for() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is down");
    bench.settle();
    bench.hear("ops", "!resolve INC-1 drained");
    bench.hear("ops", "!retro INC-1 decline too small");
    bench.settle();
    assert_eq!(bench.engine.incidents().count(), 0);
    let loads = bench.loads;
    bench.hear("ops", "!status INC-1");
    assert_eq!(bench.loads, loads + 1);
    let said = bench.settle();
    assert!(
        said.iter().any(|(_, text)| text.contains("INC-1 · Sev2 · resolved\ncheckout is down")),
        "{said:?}"
    );
    assert_eq!(bench.engine.incidents().count(), 0, "and forgotten again");
}

#[test]
fn two_that_were_forgotten_are_there_at_once() {
    let mut bench = Bench::new();
    let mut homes = Vec::new();
    for id in ["INC-1", "INC-2"] {
        bench.hear("ops", "!incident checkout is down");
        bench.settle();
        homes.push(bench.engine.incident_rooms().last().expect("it has a room").room.clone());
        bench.hear("ops", &format!("!resolve {id} drained"));
        bench.hear("ops", &format!("!retro {id} decline too small"));
        bench.settle();
    }
    bench.hear(&homes[0], "!status INC-2");
    bench.hear(&homes[1], "!status INC-1");
    let said = bench.settle();
    let answers = said.iter().filter(|(_, text)| text.contains("checkout is down")).count();
    assert_eq!((answers, bench.engine.incidents().count()), (2, 0), "{said:?}");
}

#[test]
fn a_settled_incident_is_not_loaded_at_start() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is down");
    bench.settle();
    bench.hear("ops", "!resolve INC-1 drained");
    bench.hear("ops", "!retro INC-1 decline too small");
    bench.settle();
    let later = Bench::over(bench.store.clone(), bench.now);
    assert_eq!((later.loads, later.engine.incidents().count()), (1, 0), "the workspace alone");
}
