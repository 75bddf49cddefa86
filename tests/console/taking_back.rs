//! Words that were taken back are nowhere in the store any more, and a new process doesn't know them either.

use sitrep_core::event::Subject;
use sitrep_core::incident::IncidentId;
use sitrep_core::port::{Identity, Store};
use sitrep_redb::{RedbStore, StoreKind};

use super::AT;
use crate::support::sitrep::Home;
use crate::support::trials::{Test, test};
use crate::support::{Doing, Failed};

const SCRIPT: &str = include_str!("taken_back.txt");

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("console::words_taken_back_are_not_in_the_store", words_taken_back_are_not_in_the_store),
        test("console::a_title_taken_back_stays_so_after_a_restart", a_title_taken_back_stays_so),
    ]
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(future)
}

/// Everything that the store gives back, as text: facts with their words, effects, marks.
fn stored(home: &Home) -> Result<String, Failed> {
    let identity = Identity { incarnation: "00000000".to_owned(), seed: "0".repeat(64) };
    let path = home.path().join("data/sitrep.redb");
    let store = RedbStore::open(&path, StoreKind::Console, identity).doing("opening the store")?;
    let mut text = format!("{:?}", block_on(store.open()).doing("reading the store")?);
    for subject in [Subject::Workspace, Subject::Incident(IncidentId(1))] {
        text.push_str(&format!("{:?}", block_on(store.load(subject)).doing("reading a history")?));
    }
    Ok(text)
}

fn words_taken_back_are_not_in_the_store() -> Result<(), Failed> {
    let words = ["ACME is down", "database is full", "more disk"];
    let home = Home::new()?;
    let kept: Vec<&str> = SCRIPT.lines().filter(|line| *line != "/delete").collect();
    home.console(&AT, &kept.join("\n"))?.succeeded()?;
    let before = stored(&home)?;
    assert!(
        words.iter().all(|word| before.contains(word)),
        "they are looked for in the right place:\n{before}"
    );
    let home = Home::new()?;
    home.console(&AT, SCRIPT)?.succeeded()?;
    let after = stored(&home)?;
    let found = words.iter().find(|word| after.contains(*word));
    assert_eq!(found, None, "{after}");
    Ok(())
}

fn a_title_taken_back_stays_so() -> Result<(), Failed> {
    let home = Home::new()?;
    let declared = "!incident checkout of ACME is down\n/delete\n";
    home.console(&AT, declared)?.succeeded()?;
    let said =
        home.console(&AT, "!incidents\n!status INC-1\n/room INC-1\n!ack\n!resolve done\n")?.succeeded()?;
    assert_eq!(said.matches("(title removed)").count(), 6, "in the list, the status and each end:\n{said}");
    assert!(!said.contains("ACME"), "{said}");
    Ok(())
}
