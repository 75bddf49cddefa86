//! The server over real sockets, in front of a desk that remembers what it took.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod hostile;
mod limits;
mod metrics;
mod pages;
mod proofs;
mod senders;
mod support;
mod tls;
mod watched;
