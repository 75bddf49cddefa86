//! `docs/platforms.md`, the table of what each platform can do, against what the adapters say of themselves.

use sitrep_core::port::Capabilities;

use crate::support::{Doing, Failed};

const TABLE: &str = include_str!("../../docs/platforms.md");

/// What stands in a cell when the platform can do it.
const NATIVE: &str = "native";

/// Every capability has a row, and its cells say `native` exactly where the adapter does.
pub(super) fn matches_the_adapters() -> Result<(), Failed> {
    for (row, console, matrix) in rows(sitrep_console::CAPABILITIES, sitrep_matrix::CAPABILITIES) {
        let cells = cells(row)?;
        for (platform, cell, is_native) in [("console", &cells[0], console), ("Matrix", &cells[1], matrix)] {
            let written = cell.split([':', ',']).next().is_some_and(|word| word == NATIVE);
            if written != is_native {
                return Err(format!("{row:?} on {platform} says {cell:?}; the adapter: {is_native}").into());
            }
        }
    }
    Ok(())
}

/// The rows by what they begin with. Taken apart in full, so that a new capability asks for its row.
fn rows(console: Capabilities, matrix: Capabilities) -> [(&'static str, bool, bool); 10] {
    let Capabilities {
        edits,
        pins,
        threads,
        private_rooms,
        reactions,
        discreet_answers,
        forms,
        command_lists,
        meetings,
        appointments,
    } = console;
    [
        ("The card changes in place", edits, matrix.edits),
        ("The card is pinned", pins, matrix.pins),
        ("Answers stay in their thread", threads, matrix.threads),
        ("A room for those who are asked in", private_rooms, matrix.private_rooms),
        ("Signs to press instead of typing", reactions, matrix.reactions),
        ("Answers that only whoever asked can see", discreet_answers, matrix.discreet_answers),
        ("Buttons that ask for words", forms, matrix.forms),
        ("Commands picked from a list", command_lists, matrix.command_lists),
        ("A place to talk", meetings, matrix.meetings),
        ("The retrospective in a calendar", appointments, matrix.appointments),
    ]
}

/// The cells behind a row's name.
fn cells(row: &str) -> Result<Vec<String>, Failed> {
    let line = TABLE.lines().find(|line| line.starts_with(&format!("| {row} |")));
    let line = line.ok_or("it is missing").doing(format!("looking for the row {row:?}"))?;
    let cells: Vec<String> = line.split('|').skip(2).map(|cell| cell.trim().to_owned()).collect();
    if cells.len() < 2 {
        return Err(format!("the row {row:?} has too few cells").into());
    }
    Ok(cells)
}
