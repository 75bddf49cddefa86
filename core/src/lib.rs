//! Everything sitrep decides.
//!
//! A message comes in, a command is decided, facts are stored, effects go out, and promises are kept when they
//! fall due. This crate knows none of the outside: no chat platform, disk, network, clock, randomness or async
//! runtime. What it needs it is given (`now`, the person, the policy, a secret seed), and what it wants done it
//! returns as data. `ARCHITECTURE.md` walks one message through it.
#![warn(missing_docs)]

pub mod command;
pub mod effect;
pub mod engine;
pub mod event;
pub mod figure;
pub mod incident;
pub mod message;
pub mod person;
pub mod policy;
pub mod port;
pub mod reaction;
pub mod refusal;
pub mod report;
pub mod room;
pub mod rota;
pub mod schedule;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod time;
pub mod workspace;
