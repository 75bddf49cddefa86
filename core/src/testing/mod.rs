//! What tests of several crates share: a store in memory, the contract suite of stores, the seeded simulation.
//!
//! A simulation is a [`Driver`] that turns the real engine by [`Dice`], between a store and a platform with [`Faults`]
//! in front of them, while scripted [`People`] talk. Judging it is up to the test: `core/tests/simulation/`.

mod block_on;
mod dice;
mod driver;
mod faulty_platform;
mod faulty_store;
mod in_words;
mod ledger;
mod limited_platform;
mod measuring;
mod memory_store;
mod patience;
mod people;
pub mod store_contract;
mod virtual_clock;
mod weather;

pub use block_on::block_on;
pub use dice::Dice;
pub use driver::{Driver, Surroundings, Turn, Unsettled};
pub use faulty_platform::FaultyPlatform;
pub use faulty_store::FaultyStore;
pub use ledger::{Entry, Ledger};
pub use limited_platform::{Limited, LimitedPlatform};
pub use memory_store::{MemoryStore, Snapshot};
pub use people::{
    ALLOWED, Act, Doing, PRIVATE_WORD, PUBLIC_WORD, People, STRANGER, Scene, SceneIncident, SceneRoom,
};
pub use virtual_clock::VirtualClock;
pub use weather::{Faults, Weather};
