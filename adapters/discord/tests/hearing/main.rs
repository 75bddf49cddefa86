//! What is heard on a Discord, and what hearing survives: the adapter against a Discord for tests, over its real
//! connections.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod away;
mod basics;
mod connection;
mod interactions;
mod marks;
mod support;
mod threads;
