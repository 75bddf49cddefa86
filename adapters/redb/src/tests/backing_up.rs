//! Backups, and what they give back.

use std::fs;

use redb::{ReadableDatabase, TableHandle};
use sitrep_core::{
    port::{Commit, Identity, Store, StoreError},
    testing::store_contract::{full_commit, identity},
};

use super::{
    open, opened,
    reference::{Commits, after, assert_same},
    run,
};
use crate::{StoreKind, disk, restore};

fn renewed() -> Identity {
    Identity { incarnation: "renewed1".into(), seed: "not used".into() }
}

#[test]
fn a_backup_taken_while_commits_run_is_one_commit_exactly() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("sitrep.redb")).unwrap();
    let commits: Vec<Commit> = Commits::new(7).take(300).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let writing = runtime.spawn({
        let (store, commits) = (store.clone(), commits.clone());
        async move {
            for commit in &commits {
                store.commit(commit).await.unwrap();
            }
        }
    });
    let mut taken = Vec::new();
    while !writing.is_finished() {
        let path = directory.path().join(format!("backup-{}.redb", taken.len()));
        taken.push((runtime.block_on(store.backup(&path)).unwrap(), path));
    }
    runtime.block_on(writing).unwrap();
    assert!(taken.iter().filter(|(sequence, _)| (1..300).contains(sequence)).count() > 1, "{taken:?}");

    for (sequence, backup) in taken {
        let into = directory.path().join("restored.redb");
        restore(&backup, &into, StoreKind::Service, &renewed()).unwrap();
        let restored = open(&into).unwrap();
        let commits = &commits[..usize::try_from(sequence).unwrap()];
        assert_same(&restored, &after(commits), &format!("the backup of commit {sequence}"));
        drop(restored);
        fs::remove_file(into).unwrap();
    }
}

#[test]
fn restoring_renews_the_incarnation_and_leaves_the_backup_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let in_directory = |name: &str| directory.path().join(name);
    let store = open(&in_directory("sitrep.redb")).unwrap();
    run(store.commit(&full_commit(1))).unwrap();
    let backup = in_directory("backup.redb");
    assert_eq!(run(store.backup(&backup)), Ok(1));
    run(store.commit(&full_commit(2))).unwrap();
    let bytes = fs::read(&backup).unwrap();

    let into = in_directory("restored.redb");
    restore(&backup, &into, StoreKind::Service, &renewed()).unwrap();

    let restored = open(&into).unwrap();
    assert_eq!(opened(&restored).unwrap().identity, Identity { seed: identity().seed, ..renewed() });
    assert_same(&restored, &after(&[full_commit(1)]), "restored");
    run(restored.commit(&full_commit(2))).unwrap();
    assert_eq!(fs::read(&backup).unwrap(), bytes);
}

#[test]
fn nothing_is_written_over() {
    let directory = tempfile::tempdir().unwrap();
    let in_directory = |name: &str| directory.path().join(name);
    let store = open(&in_directory("sitrep.redb")).unwrap();
    let backup = in_directory("backup.redb");
    run(store.backup(&backup)).unwrap();
    let bytes = fs::read(&backup).unwrap();
    let refused = run(store.backup(&backup)).unwrap_err();
    assert!(matches!(&refused, StoreError::Failed(words) if words.contains("exists already")), "{refused}");
    let refused = restore(&backup, &in_directory("sitrep.redb"), StoreKind::Service, &renewed()).unwrap_err();
    assert!(matches!(&refused, StoreError::Failed(words) if words.contains("exists already")), "{refused}");
    assert_eq!(fs::read(&backup).unwrap(), bytes);
    run(store.commit(&full_commit(1))).unwrap();
}

#[test]
fn a_backup_that_fails_leaves_nothing_and_the_store_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("sitrep.redb")).unwrap();
    let refused = run(store.backup(&directory.path().join("no-such-directory").join("backup.redb")));
    assert!(matches!(refused, Err(StoreError::Failed(_))), "{refused:?}");
    run(store.commit(&full_commit(1))).unwrap();
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn only_a_whole_backup_of_the_right_kind_is_restored() {
    let directory = tempfile::tempdir().unwrap();
    let in_directory = |name: &str| directory.path().join(name);
    let (live, backup, into) =
        (in_directory("sitrep.redb"), in_directory("backup.redb"), in_directory("into.redb"));
    let store = open(&live).unwrap();
    for commit in Commits::new(3).take(40) {
        run(store.commit(&commit)).unwrap();
    }
    run(store.backup(&backup)).unwrap();
    let refused = |from: &_, kind| {
        let error = restore(from, &into, kind, &renewed()).unwrap_err();
        assert!(!into.exists() && !in_directory("into.redb.partial").exists(), "{error}");
        error
    };

    let crossed = refused(&backup, StoreKind::Console);
    assert!(matches!(&crossed, StoreError::Failed(words) if words.contains("the service's")), "{crossed}");
    let in_use = refused(&live, StoreKind::Service);
    assert!(matches!(in_use, StoreError::InUse(_)), "{in_use}");
    let copy = in_directory("copy.redb");
    fs::copy(&live, &copy).unwrap();
    let torn = refused(&copy, StoreKind::Service);
    assert!(matches!(&torn, StoreError::Damaged(words) if words.contains("not a backup")), "{torn}");
    let missing = refused(&in_directory("missing.redb"), StoreKind::Service);
    assert!(matches!(missing, StoreError::Failed(_)), "{missing}");

    let mut bytes = fs::read(&backup).unwrap();
    let middle = bytes.windows(6).position(|window| window == b"words ").unwrap();
    bytes[middle] ^= 1;
    fs::write(&copy, bytes).unwrap();
    let damaged = refused(&copy, StoreKind::Service);
    assert!(matches!(&damaged, StoreError::Damaged(words) if words.contains("older backup")), "{damaged}");
}

#[test]
fn a_backup_is_not_a_store() {
    let directory = tempfile::tempdir().unwrap();
    let in_directory = |name: &str| directory.path().join(name);
    let backup = in_directory("backup.redb");
    run(open(&in_directory("sitrep.redb")).unwrap().backup(&backup)).unwrap();
    let refused = open(&backup).map(drop).unwrap_err();
    assert!(matches!(&refused, StoreError::Failed(words) if words.contains("sitrep restore")), "{refused}");
}

#[test]
fn every_table_is_copied() {
    let directory = tempfile::tempdir().unwrap();
    let in_directory = |name: &str| directory.path().join(name);
    let store = open(&in_directory("sitrep.redb")).unwrap();
    run(store.commit(&full_commit(1))).unwrap();
    run(store.backup(&in_directory("backup.redb"))).unwrap();
    drop(store);
    let [stored, copied] = ["sitrep.redb", "backup.redb"].map(|name| {
        let database = disk::builder().open(in_directory(name)).unwrap();
        let transaction = database.begin_read().unwrap();
        transaction.list_tables().unwrap().map(|table| table.name().to_owned()).collect::<Vec<_>>()
    });
    assert_eq!(stored, copied);
    assert_eq!(stored.len(), 8);
}
