//! The power goes at any moment: nothing acknowledged is lost, and each commit is there in whole or not at all.

use sitrep_core::{
    port::{Commit, Store},
    testing::block_on,
};

use super::{
    fake_disk::FakeDisk,
    opened,
    reference::{Commits, Random, after, assert_same},
    run,
};
use crate::{RedbStore, StoreKind};

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_halved() {
    let mut crashes = 0;
    let mut later_than_acknowledged = 0;
    for seed in 0..40 {
        let mut random = Random(seed);
        let reference = after([]);
        let disk = FakeDisk::with_store();
        let mut source = Commits::new(seed);
        let mut commits: Vec<Commit> = Vec::new();
        for round in 0..10 {
            let acknowledged = until_the_power_goes(&disk, &mut random, &mut source, &mut commits);
            disk.power_on(&mut random);
            crashes += 1;
            crashes += crash_while_recovering(&disk, &mut random);

            let store = RedbStore::on(Box::new(disk.clone()), StoreKind::Service).unwrap();
            let context = format!("seed {seed}, round {round}");
            let sequence = usize::try_from(opened(&store).unwrap().sequence).unwrap();
            assert!((acknowledged..=commits.len()).contains(&sequence), "{context}: {sequence}");
            later_than_acknowledged += usize::from(sequence > acknowledged);
            let known = usize::try_from(block_on(reference.open()).unwrap().sequence).unwrap();
            commits[known..sequence].iter().for_each(|commit| block_on(reference.commit(commit)).unwrap());
            assert_same(&store, &reference, &context);

            // The one that failed is tried again, whether it is there or not.
            let last = &commits[acknowledged];
            run(store.commit(last)).unwrap();
            block_on(reference.commit(last)).unwrap();
            assert_same(&store, &reference, &context);
        }
    }
    assert!(crashes >= 400, "{crashes} crashes");
    assert!(later_than_acknowledged > 0, "the power never went between the sync and its acknowledgement");
}

/// Commits until one fails, and says how many did not.
fn until_the_power_goes(
    disk: &FakeDisk,
    random: &mut Random,
    source: &mut Commits,
    commits: &mut Vec<Commit>,
) -> usize {
    let store = RedbStore::on(Box::new(disk.clone()), StoreKind::Service).unwrap();
    disk.lose_power_after(1 + random.below(150));
    loop {
        let commit = source.next().unwrap();
        let result = run(store.commit(&commit));
        commits.push(commit);
        if result.is_err() {
            return commits.len() - 1;
        }
    }
}

fn crash_while_recovering(disk: &FakeDisk, random: &mut Random) -> usize {
    if !random.one_in(3) {
        return 0;
    }
    disk.lose_power_after(1 + random.below(8));
    drop(RedbStore::on(Box::new(disk.clone()), StoreKind::Service));
    disk.power_on(random);
    1
}
