//! What Discord allows: each rule in a file of its own.

pub mod interactions;
pub mod mentions;
pub mod permissions;
