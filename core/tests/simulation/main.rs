//! The whole of sitrep but for the network: the real engine, a store in memory, the console's workspace, and between
//! them everything that can go wrong, by seed.
//!
//! `SITREP_SIM_SEED=17 cargo test -p sitrep-core --test simulation` runs one seed again and prints what happened;
//! `SITREP_SIM_SEEDS=5000` runs more of them. `world.rs` is what happens in a run, `invariants/` what must hold
//! whatever happened, `sabotage/` the proof that the invariants notice.

mod evidence;
mod exchanges;
mod invariants;
mod machines;
mod sabotage;
mod seeds;
mod world;
