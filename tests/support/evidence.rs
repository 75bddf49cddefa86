//! What a failing test shows besides its own words: the last lines of the logs of the programs it ran.
//!
//! Programs and their logs are gone by the time a test's result is known, so each one leaves its last lines
//! here when it is dropped. They belong to the thread that runs the test.

use std::cell::RefCell;
use std::fs;
use std::path::Path;

/// Enough for a panic with its backtrace, little enough to read.
const LINES: usize = 60;

thread_local! {
    static KEPT: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Keeps the end of a log, in case the test fails.
pub(crate) fn keep(title: &str, log: &Path) {
    let shown = format!("--- the end of {title} ---\n{}", tail(log));
    KEPT.with_borrow_mut(|kept| kept.push(shown));
}

/// Takes what was kept since the last call on this thread.
pub(crate) fn take() -> Vec<String> {
    KEPT.take()
}

/// The last lines of a file; a file that can't be read has none.
pub(crate) fn tail(log: &Path) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
