//! `docs/platforms.md`, the tables of what each platform can do, against what the adapters say of themselves.
//!
//! The first table comes from the adapters, and `SITREP_BLESS=1` writes it anew. The second says how, in people's words:
//! every capability has a row in it, and its cells say `native` exactly where the adapter does.

use std::env;
use std::fs;
use std::path::PathBuf;

use sitrep_core::port::Capabilities;

use crate::support::{Doing, Failed};

/// What stands in a cell when the platform can do it.
const NATIVE: &str = "native";

/// Between what the first table stands.
const BEGIN: &str = "cargo test --test end_to_end -- conformance::the_table -->\n";
const END: &str = "<!-- The end of what comes from the adapters. -->";

const PLATFORMS: [(&str, Capabilities); 3] = [
    ("Console", sitrep_console::CAPABILITIES),
    ("Matrix", sitrep_matrix::CAPABILITIES),
    ("Discord", sitrep_discord::CAPABILITIES),
];

/// A capability: what its row is called, who has it, and what stands in for it.
type Row = (&'static str, fn(&Capabilities) -> bool, &'static str);

const ROWS: [Row; 12] = [
    ("The card changes in place", |can| can.edits, "in text"),
    ("The card is pinned", |can| can.pins, "not possible"),
    ("Answers stay in their thread", |can| can.threads, "in text"),
    ("A room for those who are asked in", |can| can.private_rooms, "not possible"),
    ("Signs to press instead of typing", |can| can.reactions, "in text"),
    ("Answers that only whoever asked can see", |can| can.discreet_answers, "in text"),
    ("Buttons that ask for words", |can| can.forms, "in text"),
    ("Commands picked from a list", |can| can.command_lists, "in text"),
    ("A place to talk", |can| can.meetings, "in text"),
    ("The retrospective in a calendar", |can| can.appointments, "in text"),
    ("Pictures and files", |can| can.attachments, "in text"),
    ("Rooms that are archived", |can| can.archives, "not possible"),
];

/// Taken apart in full: a new capability asks for its row.
const fn how_many(capabilities: &Capabilities) -> usize {
    let Capabilities {
        edits: _,
        pins: _,
        threads: _,
        private_rooms: _,
        reactions: _,
        discreet_answers: _,
        forms: _,
        command_lists: _,
        meetings: _,
        appointments: _,
        attachments: _,
        archives: _,
    } = capabilities;
    12
}

const _: () = assert!(ROWS.len() == how_many(&PLATFORMS[0].1), "a capability has no row");

pub(super) fn matches_the_adapters() -> Result<(), Failed> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/platforms.md");
    let text = fs::read_to_string(&path).doing("reading the table")?;
    let (before, rest) = text.split_once(BEGIN).ok_or("it doesn't begin").doing("looking for the table")?;
    let (written, after) = rest.split_once(END).ok_or("it doesn't end").doing("looking for the table")?;
    let right = table();
    if written != right {
        if env::var_os("SITREP_BLESS").is_none() {
            let advice =
                "SITREP_BLESS=1 cargo test --test end_to_end -- conformance::the_table writes it anew";
            return Err(
                format!("docs/platforms.md says\n{written}\nand should say\n{right}\n{advice}").into()
            );
        }
        fs::write(&path, [before, BEGIN, &right, END, after].concat()).doing("writing the table")?;
    }
    in_words(after)
}

/// The table that comes from the adapters.
fn table() -> String {
    let mut table = String::from("\n| |");
    PLATFORMS.iter().for_each(|(name, _)| table.extend([" ", name, " |"]));
    table.push_str("\n|---|---|---|---|\n");
    for (row, has, otherwise) in ROWS {
        table.extend(["| ", row, " |"]);
        for (_, capabilities) in &PLATFORMS {
            let cell = if has(capabilities) { NATIVE } else { otherwise };
            table.extend([" ", cell, " |"]);
        }
        table.push('\n');
    }
    table.push('\n');
    table
}

/// The table in people's words says the same.
fn in_words(text: &str) -> Result<(), Failed> {
    for (row, has, otherwise) in ROWS {
        let cells = cells(text, row)?;
        for ((platform, capabilities), cell) in PLATFORMS.iter().zip(cells) {
            let expected = if has(capabilities) { NATIVE } else { otherwise };
            if cell.split([':', ',']).next() != Some(expected) {
                return Err(format!("{row:?} on {platform} says {cell:?}; the adapter: {expected}").into());
            }
        }
    }
    Ok(())
}

/// The cells behind a row's name, one for each platform.
fn cells(text: &str, row: &str) -> Result<Vec<String>, Failed> {
    let line = text.lines().find(|line| line.starts_with(&format!("| {row} |")));
    let line = line.ok_or("it is missing").doing(format!("looking for the row {row:?}"))?;
    let cells: Vec<String> =
        line.trim_end_matches('|').split('|').skip(2).map(|cell| cell.trim().to_owned()).collect();
    if cells.len() != PLATFORMS.len() {
        return Err(format!("the row {row:?} has {} cells", cells.len()).into());
    }
    Ok(cells)
}
