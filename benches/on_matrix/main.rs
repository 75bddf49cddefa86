//! sitrep on Matrix beside the least that does the same, against a real Synapse, in the same run.
//!
//! - `opening.rs`: from `!incident` to the reporter's invitation, beside plain HTTP that makes the same room.
//! - `answer.rs`: from `!status` to its answer, beside a bare matrix-sdk bot that echoes it.
//! - `memory.rs`: resident memory when idle, beside the same bot.
//! - `chatter.rs`: what ten thousand messages that mean nothing to either cost in processor time and disk writes.
//! - `filter.rs`: what it costs a bot to be told less by the homeserver, or more.
//!
//! The bare bot is `adapters/matrix/benches/bare_bot.rs`, built as this is and found beside it, or in `BARE_BOT`; sitrep
//! is the one that Cargo built for this, or `SITREP_BIN`. Words on the command line choose among the five, a number
//! sets how many rounds each has.
#![allow(clippy::print_stdout, reason = "the figures are its output")]

mod answer;
mod chatter;
#[allow(dead_code, reason = "shared with the benchmarks of the store")]
#[path = "../support/figures.rs"]
mod figures;
mod filter;
mod memory;
mod opening;
mod program;
#[path = "../../tests/support/mod.rs"]
mod support;
mod town;
mod usage;
mod watcher;

use std::{process::ExitCode, time::Duration};

use figures::{median, percentile};
use support::Failed;

/// One of the five: how it is chosen, how many rounds it has by itself, and what it does.
type Topic = (&'static str, usize, fn(usize) -> Result<(), Failed>);

const TOPICS: [Topic; 5] = [
    ("opening", 41, opening::measure),
    ("answer", 61, answer::measure),
    ("memory", 7, memory::measure),
    ("chatter", 1, chatter::measure),
    ("filter", 1, filter::measure),
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let rounds = words.iter().find_map(|word| word.parse().ok());
    let chosen: Vec<&Topic> =
        TOPICS.iter().filter(|(name, ..)| words.iter().any(|word| word == name)).collect();
    let chosen = if chosen.is_empty() { TOPICS.iter().collect() } else { chosen };
    let mut code = ExitCode::SUCCESS;
    for (name, usual, measure) in chosen {
        println!("\n### {name}");
        if let Err(failed) = measure(rounds.unwrap_or(*usual)) {
            println!("not measured: {}", failed.message().unwrap_or("no reason given"));
            for log in support::evidence::take() {
                eprintln!("{log}");
            }
            code = ExitCode::FAILURE;
        }
    }
    code
}

/// Prints two series that were taken in turns, and what the first is of the second.
fn compare(ours: (&str, &[f64]), floor: (&str, &[f64]), unit: &str, goal: f64) {
    for (name, figures) in [ours, floor] {
        let (lowest, highest) = (percentile(figures, 0), percentile(figures, 100));
        println!(
            "{name}: {:.1} {unit} (half of them within {:.1}-{:.1}, all within {lowest:.1}-{highest:.1}; {} taken)",
            median(figures),
            percentile(figures, 25),
            percentile(figures, 75),
            figures.len()
        );
    }
    println!("ratio of the medians: {:.2} (goal: at most {goal})", median(ours.1) / median(floor.1));
}

/// Long enough for everything that follows from a command to be over.
const AFTERMATH: Duration = Duration::from_millis(1500);
