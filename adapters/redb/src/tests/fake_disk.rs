//! A disk that loses power after so many operations, or has room for so many blocks.
//!
//! What was written since the last sync may or may not have reached the disk when the power goes: all of it, or
//! each write by itself, in whole or up to some sector. A file that grew without a sync may be as short as before.

use std::{
    collections::BTreeSet,
    io,
    sync::{Arc, Mutex, MutexGuard},
};

use redb::{Database, DatabaseError, StorageBackend};
use sitrep_core::testing::store_contract::identity;

use super::reference::Random;
use crate::{
    StoreKind,
    disk::{self, Disk},
    open::initialise,
};

const SECTOR_BYTES: usize = 512;
const BLOCK_BYTES: u64 = 4096;

#[derive(Clone, Debug)]
pub(super) struct FakeDisk {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    durable: Vec<u8>,
    current: Vec<u8>,
    unsynced: Vec<Operation>,
    /// Until the power goes.
    operations_left: u64,
    /// Blocks that have been written, and how many there is room for.
    blocks: BTreeSet<u64>,
    room: usize,
}

#[derive(Debug)]
enum Operation {
    SetLen(usize),
    Write(usize, Vec<u8>),
}

impl FakeDisk {
    /// A disk with an empty store on it.
    pub(super) fn with_store() -> Self {
        let state = State {
            durable: Vec::new(),
            current: Vec::new(),
            unsynced: Vec::new(),
            operations_left: u64::MAX,
            blocks: BTreeSet::new(),
            room: usize::MAX,
        };
        let disk = Self { state: Arc::new(Mutex::new(state)) };
        let database = disk.open().unwrap();
        initialise(&database, StoreKind::Service, &identity()).unwrap();
        database.close().unwrap();
        disk
    }

    /// The power will go after so many operations.
    pub(super) fn lose_power_after(&self, operations: u64) {
        self.state().operations_left = operations;
    }

    /// The power comes back, and what reached the disk is there.
    pub(super) fn power_on(&self, random: &mut Random) {
        let mut state = self.state();
        let mut image = std::mem::take(&mut state.durable);
        let reached_whole = random.one_in(3);
        for operation in std::mem::take(&mut state.unsynced) {
            if reached_whole {
                operation.apply(&mut image, usize::MAX);
            } else if random.one_in(2) {
                let sectors = if random.one_in(4) { random.index(9) } else { usize::MAX };
                operation.apply(&mut image, sectors);
            }
        }
        state.current.clone_from(&image);
        state.durable = image;
        state.operations_left = u64::MAX;
    }

    /// There is room for so many more blocks.
    pub(super) fn leave_room_for(&self, blocks: usize) {
        let mut state = self.state();
        state.room = state.blocks.len() + blocks;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl Operation {
    /// Does as much of it as fits into so many sectors.
    fn apply(&self, image: &mut Vec<u8>, sectors: usize) {
        match self {
            Self::SetLen(len) => image.resize(*len, 0),
            Self::Write(offset, data) => {
                // Where the file did not grow, there is nothing to write to.
                let reached = image.get_mut(*offset..).unwrap_or_default();
                let kept = data.len().min(sectors.saturating_mul(SECTOR_BYTES)).min(reached.len());
                reached[..kept].copy_from_slice(&data[..kept]);
            }
        }
    }
}

impl State {
    fn spend(&mut self) -> io::Result<()> {
        self.operations_left = self.operations_left.saturating_sub(1);
        if self.operations_left == 0 { Err(io::Error::other("the power is gone")) } else { Ok(()) }
    }
}

impl Disk for FakeDisk {
    fn open(&self) -> Result<Database, DatabaseError> {
        disk::builder().create_with_backend(self.clone())
    }

    fn name(&self) -> String {
        "the fake disk".into()
    }
}

impl StorageBackend for FakeDisk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().current.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.state();
        let offset = usize::try_from(offset).unwrap();
        let data = state.current.get(offset..offset + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(data);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.state();
        let len = usize::try_from(len).unwrap();
        state.unsynced.push(Operation::SetLen(len));
        state.spend()?;
        state.current.resize(len, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.state();
        state.spend()?;
        let State { unsynced, durable, .. } = &mut *state;
        unsynced.drain(..).for_each(|operation| operation.apply(durable, usize::MAX));
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let touched = offset / BLOCK_BYTES..(offset + data.len() as u64).div_ceil(BLOCK_BYTES);
        let new: Vec<u64> = touched.filter(|block| !state.blocks.contains(block)).collect();
        if state.blocks.len().saturating_add(new.len()) > state.room {
            return Err(io::ErrorKind::StorageFull.into());
        }
        state.blocks.extend(new);
        let offset = usize::try_from(offset).unwrap();
        state.unsynced.push(Operation::Write(offset, data.to_vec()));
        state.spend()?;
        state.current[offset..offset + data.len()].copy_from_slice(data);
        Ok(())
    }
}
