//! What the benchmarks share.
#![allow(dead_code, reason = "each benchmark uses a part of it")]

pub(crate) mod alertmanager;
pub(crate) mod driver;
pub(crate) mod figures;
pub(crate) mod floor;
pub(crate) mod past;
pub(crate) mod platform;
pub(crate) mod recorder;
