//! sitrep as a whole program beside another one: what the benchmarks on each platform share.
//!
//! - `program.rs`: a program that runs in a folder of its own; `usage.rs`: what it takes from the machine.
//! - [`run`]: which topics are measured, by the words on the command line; [`compare`]: how two series are shown.

pub(crate) mod program;
pub(crate) mod usage;

use std::process::ExitCode;

use crate::{
    figures::{median, percentile},
    support::{Failed, evidence},
};

/// Something that is measured: how it is chosen, how many rounds it has by itself, and what it does.
pub(crate) type Topic = (&'static str, usize, fn(usize) -> Result<(), Failed>);

/// Measures the topics that the command line names, or all; a number on it sets how many rounds each has.
pub(crate) fn run(topics: &[Topic]) -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let rounds = words.iter().find_map(|word| word.parse().ok());
    let is_named = |name: &str| words.iter().any(|word| word == name);
    let all = !topics.iter().any(|(name, ..)| is_named(name));
    let mut code = ExitCode::SUCCESS;
    for (name, usual, measure) in topics.iter().filter(|(name, ..)| all || is_named(name)) {
        println!("\n### {name}");
        if let Err(failed) = measure(rounds.unwrap_or(*usual)) {
            println!("not measured: {}", failed.message().unwrap_or("no reason given"));
            for log in evidence::take() {
                eprintln!("{log}");
            }
            code = ExitCode::FAILURE;
        }
    }
    code
}

/// Prints two series that were taken in turns, and what the first is of the second.
pub(crate) fn compare(ours: (&str, &[f64]), floor: (&str, &[f64]), unit: &str, goal: f64) {
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
