//! sitrep on Discord beside the least that does the same, against the Discord for tests, in the same run.
//!
//! - `opening.rs`: from `!incident` to the answer with the link, beside a plain client that makes the same calls.
//! - `memory.rs`: resident memory when idle, beside a bare serenity bot.
//! - `both.rs`: the same on Matrix and Discord at once, beside the bare bots of both.
//!
//! The bare bot is `adapters/discord/benches/bare_bot.rs`, built as this is and found beside it, or in
//! `BARE_DISCORD_BOT`; sitrep is the one that Cargo built for this, or `SITREP_BIN`. Words on the command line choose
//! among the three, a number sets how many rounds each has.
#![allow(clippy::print_stdout, reason = "the figures are its output")]

mod both;
#[allow(dead_code, reason = "shared with the benchmarks of the store")]
#[path = "../support/figures.rs"]
mod figures;
mod memory;
mod opening;
mod plain;
mod scene;
#[allow(dead_code, reason = "shared with the benchmarks on Matrix")]
#[path = "../side_by_side/mod.rs"]
mod side_by_side;
#[path = "../../tests/support/mod.rs"]
mod support;
#[allow(dead_code, reason = "shared with the benchmarks on Matrix")]
#[path = "../on_matrix/town.rs"]
mod town;

use std::process::ExitCode;

use side_by_side::{Topic, compare, program, usage};

const TOPICS: [Topic; 3] =
    [("opening", 31, opening::measure), ("memory", 7, memory::measure), ("both", 5, both::measure)];

fn main() -> ExitCode {
    side_by_side::run(&TOPICS)
}
