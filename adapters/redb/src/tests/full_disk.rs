//! The disk is full: the store says so, goes on reading, loses nothing, and recovers when there is room.

use sitrep_core::port::{Commit, Store, StoreError};

use super::{
    fake_disk::FakeDisk,
    reference::{Commits, after, assert_same},
    run,
};
use crate::{RedbStore, StoreKind};

#[test]
fn a_full_disk_refuses_and_recovers() {
    let mut full_again = 0;
    for seed in 0..20 {
        let disk = FakeDisk::with_store();
        let store = RedbStore::on(Box::new(disk.clone()), StoreKind::Service).unwrap();
        let mut source = Commits::new(seed);
        let mut commits: Vec<Commit> = source.by_ref().take(5).collect();
        for commit in &commits {
            run(store.commit(commit)).unwrap();
        }
        for room in [0, 1, 7, 40] {
            disk.leave_room_for(room);
            let refused = loop {
                let commit = source.next().unwrap();
                match run(store.commit(&commit)) {
                    Ok(()) => commits.push(commit),
                    Err(StoreError::Full(_)) => break commit,
                    Err(error) => panic!("seed {seed}, room {room}: {error}"),
                }
            };
            // Reopening puts pages in order, so the second attempt may find the room that the first did not.
            match run(store.commit(&refused)) {
                Err(StoreError::Full(_)) => full_again += 1,
                Ok(()) => commits.push(refused.clone()),
                Err(error) => panic!("seed {seed}, room {room}: {error}"),
            }
            assert_same(&store, &after(&commits), &format!("full, seed {seed}, room {room}"));

            disk.leave_room_for(10_000);
            run(store.commit(&refused)).unwrap();
            if commits.last() != Some(&refused) {
                commits.push(refused);
            }
            assert_same(&store, &after(&commits), &format!("room again, seed {seed}, room {room}"));
        }
        drop(store);
        let store = RedbStore::on(Box::new(disk), StoreKind::Service).unwrap();
        assert_same(&store, &after(&commits), &format!("opened again, seed {seed}"));
    }
    assert!(full_again > 20, "{full_again} of 80 second attempts were refused");
}
