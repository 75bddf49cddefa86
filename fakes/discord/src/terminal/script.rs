//! Lines from a pipe: each is one message, and before the next one everything that the last led to is shown.
//!
//! Standard output holds the conversation and nothing else. What could not be done, and what was waited for in vain, goes to
//! standard error and makes the whole fail.

use std::io::{BufRead, Write, stdin, stdout};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;

use super::desk::{Desk, Led};
use super::line;

/// How long nothing must arrive for everything to have been said.
const QUIET: Duration = Duration::from_millis(500);

/// How long is waited for that.
const SETTLING: Duration = Duration::from_secs(15);

/// How long is waited for a command or a button that isn't there.
const APPEARING: Duration = Duration::from_secs(3);

const STEP: Duration = Duration::from_millis(25);

/// Reads lines until there are no more.
pub(super) fn run(desk: &Arc<Mutex<Desk>>, patience: Duration) -> Result<ExitCode> {
    let mut script = Script { desk, recent: String::new(), failed: false };
    let begun = Instant::now();
    while !script.is_connected() {
        if begun.elapsed() > patience {
            anyhow::bail!("no bot came within {} seconds", patience.as_secs());
        }
        std::thread::sleep(STEP);
    }
    script.settle()?;
    for line in stdin().lock().lines() {
        let line = line?;
        match line::read(&line) {
            Ok(line) => {
                if script.take(line, patience)? {
                    break;
                }
            }
            Err(why) => script.fail(&why),
        }
    }
    script.settle()?;
    Ok(if script.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

struct Script<'a> {
    desk: &'a Arc<Mutex<Desk>>,
    /// What arrived since the last line that was not about waiting.
    recent: String,
    failed: bool,
}

impl Script<'_> {
    /// Whether it ends.
    fn take(&mut self, line: line::Line, patience: Duration) -> Result<bool> {
        let waits = matches!(line, line::Line::Until(_) | line::Line::Wait(_) | line::Line::Nothing);
        if !waits {
            self.recent.clear();
        }
        let until = Instant::now() + patience;
        let slash = matches!(line, line::Line::Slash(_) | line::Line::Offer(_) | line::Line::Press(_));
        let mut led = self.led(line.clone());
        // Commands are registered, and buttons appear, a moment after somebody could want them.
        let begun = Instant::now();
        while slash && begun.elapsed() < APPEARING && matches!(&led, Err(why) if why.contains("there is no"))
        {
            self.show()?;
            std::thread::sleep(STEP);
            led = self.led(line.clone());
        }
        match led {
            Ok(Led::Quit) => return Ok(true),
            Ok(Led::Lines(lines)) => self.print(&lines)?,
            Ok(Led::Said(_)) => {}
            Ok(Led::Wait(length)) => self.wait(length)?,
            Ok(Led::Until(words)) => self.until(&words, until)?,
            Err(why) => self.fail(&why),
        }
        self.settle()?;
        Ok(false)
    }

    fn led(&self, line: line::Line) -> Result<Led, String> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner).take(line)
    }

    fn is_connected(&self) -> bool {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner).discord.gateway().is_connected()
    }

    fn wait(&mut self, length: Duration) -> Result<()> {
        let until = Instant::now() + length;
        while Instant::now() < until {
            self.show()?;
            std::thread::sleep(STEP);
        }
        Ok(())
    }

    fn until(&mut self, words: &str, until: Instant) -> Result<()> {
        while !self.recent.contains(words) {
            if Instant::now() > until {
                self.fail(&format!("this never came: {words}"));
                break;
            }
            self.show()?;
            std::thread::sleep(STEP);
        }
        Ok(())
    }

    /// Shows what arrives until nothing more does.
    fn settle(&mut self) -> Result<()> {
        let (begun, mut last) = (Instant::now(), Instant::now());
        while last.elapsed() < QUIET && begun.elapsed() < SETTLING {
            if self.show()? || self.desk.lock().unwrap_or_else(PoisonError::into_inner).is_waiting() {
                last = Instant::now();
            }
            std::thread::sleep(STEP);
        }
        Ok(())
    }

    /// Shows what is new; whether anything was.
    fn show(&mut self) -> Result<bool> {
        let lines = self.desk.lock().unwrap_or_else(PoisonError::into_inner).arrivals();
        for line in &lines {
            self.recent.push_str(line);
            self.recent.push('\n');
        }
        self.print(&lines)?;
        Ok(!lines.is_empty())
    }

    fn print(&self, lines: &[String]) -> Result<()> {
        let mut out = stdout().lock();
        for line in lines {
            writeln!(out, "{line}")?;
        }
        out.flush()?;
        Ok(())
    }

    fn fail(&mut self, why: &str) {
        self.failed = true;
        eprintln!("fake-discord: {why}");
    }
}
