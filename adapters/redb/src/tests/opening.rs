//! Who may open what.

use std::{fs, sync::mpsc, thread, time::Duration};

use redb::{Database, DatabaseError, ReadableDatabase};
use sitrep_core::{
    port::{Identity, Store, StoreError},
    testing::store_contract::{full_commit, identity},
};

use super::{
    open, opened,
    reference::{after, assert_same},
    run,
};
use crate::{
    RedbStore, StoreKind,
    disk::{self, Disk},
    tables::{FORMAT, META, STORE},
};

#[test]
fn a_second_opener_is_told_to_wait_or_go_elsewhere() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sitrep.redb");
    let first = open(&path).unwrap();
    let second = open(&path).map(drop).unwrap_err();
    assert!(matches!(&second, StoreError::InUse(words) if words.contains("data directory")), "{second}");
    run(first.commit(&full_commit(1))).unwrap();
    drop(first);
    assert_eq!(opened(&open(&path).unwrap()).unwrap().sequence, 1);
}

#[test]
fn kinds_are_not_crossed() {
    let directory = tempfile::tempdir().unwrap();
    for (kind, other) in [(StoreKind::Console, StoreKind::Service), (StoreKind::Service, StoreKind::Console)]
    {
        let path = directory.path().join(kind.whose());
        drop(RedbStore::open(&path, kind, identity()).unwrap());
        let refused = RedbStore::open(&path, other, identity()).map(drop).unwrap_err();
        assert!(matches!(&refused, StoreError::Failed(words) if words.contains(kind.whose())), "{refused}");
        drop(RedbStore::open(&path, kind, identity()).unwrap());
    }
}

#[test]
fn the_identity_is_given_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sitrep.redb");
    drop(open(&path).unwrap());
    let other = Identity { incarnation: "other".into(), seed: "other".into() };
    let store = RedbStore::open(&path, StoreKind::Service, other).unwrap();
    assert_eq!(opened(&store).unwrap().identity, identity());
}

#[test]
fn a_newer_format_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sitrep.redb");
    drop(open(&path).unwrap());
    let database = disk::builder().open(&path).unwrap();
    let row = database
        .begin_read()
        .unwrap()
        .open_table(META)
        .unwrap()
        .get(STORE)
        .unwrap()
        .unwrap()
        .value()
        .to_vec();
    let row = String::from_utf8(row).unwrap();
    assert!(row.contains(&format!(r#""format":{FORMAT},"#)), "{row}");
    let transaction = database.begin_write().unwrap();
    let newer = format!(r#"{{"format":{},"everything_else":"is new"}}"#, FORMAT + 1);
    transaction.open_table(META).unwrap().insert(STORE, newer.as_bytes()).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let refused = open(&path).map(drop).unwrap_err();
    assert!(matches!(&refused, StoreError::Failed(words) if words.contains("newer sitrep")), "{refused}");
}

#[test]
fn what_a_killed_process_leaves_opens() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sitrep.redb");
    let left_behind = directory.path().join("left-behind.redb");
    let store = open(&path).unwrap();
    let commits = [full_commit(1), full_commit(2), full_commit(3)];
    for commit in &commits {
        run(store.commit(commit)).unwrap();
    }
    // No commit is under way, so the file is what a kill at this moment would leave: complete, but not closed.
    fs::copy(&path, &left_behind).unwrap();
    assert_same(&open(&left_behind).unwrap(), &after(&commits), "left behind");
}

#[test]
fn a_first_start_that_broke_off_is_begun_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sitrep.redb");
    fs::write(directory.path().join("sitrep.redb.partial"), "the beginning of a store").unwrap();
    drop(open(&path).unwrap());
    let names: Vec<_> =
        fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["sitrep.redb"]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let (path, backup) = (directory.path().join("sitrep.redb"), directory.path().join("backup.redb"));
    let store = open(&path).unwrap();
    run(store.backup(&backup)).unwrap();
    for path in [path, backup] {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
    }
}

struct PanickingDisk;

impl Disk for PanickingDisk {
    fn open(&self) -> Result<Database, DatabaseError> {
        panic!("page 7 is not a page");
    }

    fn name(&self) -> String {
        "sitrep.redb".into()
    }
}

#[test]
fn a_panic_in_opening_is_a_sentence() {
    let damaged = RedbStore::on(Box::new(PanickingDisk), StoreKind::Service).map(drop).unwrap_err();
    let StoreError::Damaged(words) = &damaged else { panic!("{damaged}") };
    assert!(words.contains("page 7 is not a page") && words.contains("`sitrep restore`"), "{words}");
}

#[test]
fn a_panic_at_work_is_a_sentence_and_the_store_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("sitrep.redb")).unwrap();
    run(store.commit(&full_commit(1))).unwrap();
    let damaged = store.shared.with::<()>(|database| {
        let _unfinished = database.begin_write()?;
        panic!("page {} is not a page", 7)
    });
    assert!(matches!(&damaged, Err(StoreError::Damaged(words)) if words.contains("page 7")), "{damaged:?}");
    run(store.commit(&full_commit(2))).unwrap();
    assert_same(&store, &after(&[full_commit(1), full_commit(2)]), "after a panic");
}

#[test]
fn reading_does_not_wait_for_a_commit_under_way() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("sitrep.redb")).unwrap();
    let (answered, answer) = mpsc::channel();
    let read = store.shared.with(|database| {
        let _under_way = database.begin_write()?;
        let reader = store.clone();
        thread::spawn(move || answered.send(opened(&reader)).is_ok());
        Ok(answer.recv_timeout(Duration::from_secs(20)))
    });
    assert_eq!(read.unwrap().expect("an answer in time").unwrap().sequence, 0);
}
