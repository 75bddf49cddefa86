//! sitrep on Matrix beside the least that does the same, against a real Synapse, in the same run.
//!
//! - `opening.rs`: from `!incident` to the reporter's invitation, beside plain HTTP that makes the same room.
//! - `answer.rs`: from `!status` to its answer, beside a bare matrix-sdk bot that echoes it.
//! - `report.rs`: from `!report` to its line, which mentions whoever is on duty, beside plain HTTP that says the same.
//! - `alerts.rs`: how long people wait for answers while alerts come in over 64 connections, and how many do.
//! - `memory.rs`: resident memory when idle, beside the same bot.
//! - `chatter.rs`: what ten thousand messages that mean nothing to either cost in processor time and disk writes.
//! - `filter.rs`: what it costs a bot to be told less by the homeserver, or more.
//! - `hour/`: an hour of a grave incident with thirty people in it, at the limits that every homeserver has. Only if it
//!   is asked for by name: it takes an hour, or as many minutes as are given.
//!
//! The bare bot is `adapters/matrix/benches/bare_bot.rs`, built as this is and found beside it, or in `BARE_BOT`; sitrep
//! is the one that Cargo built for this, or `SITREP_BIN`. Words on the command line choose among them, a number
//! sets how many rounds each has.
#![allow(clippy::print_stdout, reason = "the figures are its output")]

#[path = "../support/alertmanager.rs"]
mod alertmanager;
mod alerts;
mod answer;
mod chatter;
#[allow(dead_code, reason = "shared with the benchmarks of the store")]
#[path = "../support/figures.rs"]
mod figures;
mod filter;
mod hour;
mod memory;
mod opening;
mod report;
#[path = "../side_by_side/mod.rs"]
mod side_by_side;
#[path = "../../tests/support/mod.rs"]
mod support;
mod town;
mod watcher;

use std::{process::ExitCode, time::Duration};

use side_by_side::{Topic, compare, program, usage};

const TOPICS: [Topic; 7] = [
    ("opening", 41, opening::measure),
    ("answer", 61, answer::measure),
    ("report", 41, report::measure),
    ("alerts", 20, alerts::measure),
    ("memory", 7, memory::measure),
    ("chatter", 1, chatter::measure),
    ("filter", 1, filter::measure),
];

/// Not among those that are measured when nothing is named: its rounds are minutes.
const HOUR: [Topic; 1] = [("hour", 60, hour::measure)];

/// Long enough for everything that follows from a command to be over.
const AFTERMATH: Duration = Duration::from_millis(1500);

fn main() -> ExitCode {
    let is_asked_for = std::env::args().any(|word| word == HOUR[0].0);
    if is_asked_for { side_by_side::run(&HOUR) } else { side_by_side::run(&TOPICS) }
}
