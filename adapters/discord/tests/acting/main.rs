//! What the adapter does, held against a Discord for tests: each action, and everything that may go wrong with it.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod archive;
mod bench;
mod calendar;
mod card;
mod files;
mod interactions;
mod people;
mod reading;
mod refusals;
mod rooms;
mod saying;
mod talking;
mod threads;
