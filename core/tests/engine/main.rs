//! The engine's rules one by one, turned by hand: what it asks for, in which order, and what it does with the answer.
//!
//! `bench.rs` is the workbench; what happens by chance is in the simulation beside this.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test looks for one thing among everything that may be done"
)]

mod alerts;
mod archives;
mod bench;
mod calendar;
mod changes;
mod commits;
mod copies;
mod desk;
mod endings;
mod following;
mod gone;
mod health;
mod heartbeats;
mod helping;
mod interactions;
mod inviting;
mod lanes;
mod limits;
mod meetings;
mod newcomers;
mod oncall;
mod people;
mod reports;
mod restarts;
mod roles;
mod rooms;
mod snoozes;
mod staleness;
mod storms;
mod taken_back;
mod talk;
mod tasks;
mod timeline;
mod two_incidents;
mod unreadable;
