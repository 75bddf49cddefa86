//! Lines at a terminal: edited, with a history for as long as it runs, and with what arrives above the line.

use std::env;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{CompletionType, Config, Editor, ExternalPrinter};

use super::completion::Completion;
use super::desk::{Desk, Led};
use super::line;

/// How often it is looked whether something arrived.
const STEP: Duration = Duration::from_millis(100);

/// Takes lines until somebody has enough.
pub(super) fn run(desk: &Arc<Mutex<Desk>>) -> Result<()> {
    let config = Config::builder().completion_type(CompletionType::List).build();
    let mut editor: Editor<Completion, MemHistory> = Editor::with_history(config, MemHistory::new())?;
    editor.set_helper(Some(Completion::new(Arc::clone(desk))));
    let printer = editor.create_external_printer().ok();
    let over = Arc::new(AtomicBool::new(false));
    let arriving = printer.map(|printer| {
        let (desk, over) = (Arc::clone(desk), Arc::clone(&over));
        std::thread::spawn(move || arrive(&desk, &over, printer))
    });
    loop {
        let prompt = lock(desk).prompt();
        match editor.readline(&prompt) {
            Ok(typed) => {
                // Only what was worth typing is worth repeating.
                let _ = editor.add_history_entry(typed.trim());
                if is_over(desk, &typed)? {
                    break;
                }
            }
            Err(ReadlineError::Interrupted) => print(&["-- /quit or Ctrl-D ends".to_owned()])?,
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(error.into()),
        }
    }
    over.store(true, Ordering::Relaxed);
    if let Some(arriving) = arriving {
        // It looks whether it is over with each step.
        let _ = arriving.join();
    }
    Ok(())
}

/// Does what was typed; whether that was the last of it.
fn is_over(desk: &Arc<Mutex<Desk>>, typed: &str) -> Result<bool> {
    let line = match line::read(typed) {
        Ok(line) => line,
        Err(why) => {
            print(&[format!("-- {why}")])?;
            return Ok(false);
        }
    };
    let mut desk = lock(desk);
    match desk.take(line) {
        Ok(Led::Quit) => return Ok(true),
        Ok(Led::Said(message)) => desk.is_known(message),
        Ok(Led::Lines(lines)) => print(&lines)?,
        Ok(Led::Wait(_) | Led::Until(_)) => print(&["-- that is for scripts".to_owned()])?,
        Err(why) => print(&[format!("-- {why}")])?,
    }
    Ok(false)
}

fn arrive(desk: &Mutex<Desk>, over: &AtomicBool, mut printer: impl ExternalPrinter) {
    let coloured = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    while !over.load(Ordering::Relaxed) {
        let lines = lock(desk).arrivals();
        for line in lines {
            let line = if coloured { painted(&line) } else { line };
            // A terminal that takes nothing more is noticed by the editor.
            let _ = printer.print(format!("{line}\n"));
        }
        std::thread::sleep(STEP);
    }
}

/// The place dim, the author bold, what nobody said dim.
fn painted(line: &str) -> String {
    let (dim, bold, plain) = ("\x1b[2m", "\x1b[1m", "\x1b[0m");
    if line.starts_with("-- ") {
        return format!("{dim}{line}{plain}");
    }
    let parts = line.split_once("] ").and_then(|(place, rest)| Some((place, rest.split_once(": ")?)));
    match parts {
        Some((place, (author, text))) => format!("{dim}{place}]{plain} {bold}{author}:{plain} {text}"),
        None => line.to_owned(),
    }
}

fn print(lines: &[String]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    Ok(())
}

fn lock(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}
