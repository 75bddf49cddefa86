//! The contract that every store fulfils, and what only a store on a disk has to survive.

mod backing_up;
mod damage;
mod fake_disk;
mod format;
mod full_disk;
mod opening;
mod power_loss;
mod reference;

use std::path::Path;

use sitrep_core::{
    port::{Opened, Store, StoreError},
    testing::store_contract::identity,
};

use crate::{RedbStore, StoreKind};

sitrep_core::store_contract! {
    run: run,
    store: {
        let directory = tempfile::tempdir().unwrap();
        move || open(&directory.path().join("sitrep.redb")).unwrap()
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn open(path: &Path) -> Result<RedbStore, StoreError> {
    RedbStore::open(path, StoreKind::Service, identity())
}

/// What the store answers; the name of the trait's method is also that of the constructor.
fn opened(store: &RedbStore) -> Result<Opened, StoreError> {
    run(Store::open(store))
}
