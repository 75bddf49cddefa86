//! Files that something else wrote to: a sentence, or the right answer; never a panic and never a wrong answer.

use std::{fs, path::Path};

use sitrep_core::port::{Commit, Store, StoreError};

use super::{
    open,
    reference::{Commits, Random, after, assert_same},
    run,
};

#[test]
fn damage_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sitrep.redb");
    let commits: Vec<Commit> = Commits::new(1).take(60).collect();
    let store = open(&path).unwrap();
    for commit in &commits {
        run(store.commit(commit)).unwrap();
    }
    drop(store);
    let whole = fs::read(&path).unwrap();
    let used = whole.iter().rposition(|byte| *byte != 0).unwrap();
    let expected = after(&commits);

    let mut noticed = 0;
    for seed in 0..200 {
        let mut random = Random(seed);
        let (what, bytes) = damaged(&whole, used, &mut random);
        fs::write(&path, bytes).unwrap();
        match open(&path) {
            Ok(store) => assert_same(&store, &expected, &format!("seed {seed}: {what}")),
            Err(StoreError::Damaged(_)) => noticed += 1,
            Err(error) => panic!("seed {seed}: {what}: {error}"),
        }
    }
    assert!(noticed > 80, "only {noticed} of 200 were noticed");
}

fn damaged(whole: &[u8], used: usize, random: &mut Random) -> (String, Vec<u8>) {
    let mut bytes = whole.to_vec();
    let what = match random.below(5) {
        0 => {
            let len = random.index(bytes.len());
            bytes.truncate(len);
            format!("cut off at {len}")
        }
        1 => {
            let at = random.index(used);
            bytes[at] ^= 1 << random.below(8);
            format!("one bit at {at}")
        }
        2 => {
            let at = random.index(320);
            bytes[at] ^= 1 << random.below(8);
            format!("one bit of the header at {at}")
        }
        3 => {
            let page = random.index(used / 4096 + 1) * 4096;
            bytes[page..page + 4096].fill(0);
            format!("no page at {page}")
        }
        _ => {
            let (from, to) = (random.index(used / 4096 + 1) * 4096, random.index(used / 4096 + 1) * 4096);
            bytes.copy_within(from..from + 4096, to);
            format!("page {from} over page {to}")
        }
    };
    (what, bytes)
}

#[test]
fn what_is_not_a_store_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sitrep.redb");
    let foreign = |path: &Path| drop(redb::Database::create(path).unwrap());
    foreign(&path);
    let refused = open(&path).map(drop).unwrap_err();
    assert!(matches!(&refused, StoreError::Damaged(words) if words.contains("not sitrep's")), "{refused}");
    for content in
        ["", "x", "This is not a database, though it is as long as a header would be. ".repeat(99).as_str()]
    {
        fs::write(&path, content).unwrap();
        let refused = open(&path).map(drop).unwrap_err();
        assert!(matches!(refused, StoreError::Damaged(_)), "{content:?}: {refused}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}
