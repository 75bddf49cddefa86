//! What Discord allows: each rule in a file of its own.

pub mod channel_form;
pub mod interactions;
pub mod mentions;
pub mod permissions;
pub mod rate_limits;
