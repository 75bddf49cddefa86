//! A disk that stands still on demand, and a clock that goes ahead.
//!
//! A few lines of C are loaded into the binary before its own libraries. They are compiled once a run, by the compiler
//! that links the tests themselves.
//!
//! - While the disk is held, what the binary has written is not durable, and so nothing is answered.
//! - How far the clock is ahead is read as the binary starts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;

use super::sitrep::Home;
use super::{Doing, Failed};

const SOURCE: &str = include_str!("surroundings/hold.c");

/// The file that holds the disk up, in a home.
const HELD: &str = "held";

/// The file that says how far the clock is ahead.
const AHEAD: &str = "ahead";

/// The compiled lines, and the folder that they lie in.
static LIBRARY: OnceLock<Result<(TempDir, PathBuf), String>> = OnceLock::new();

/// A home whose disk can be held up, and whose clock can be set.
pub(crate) fn under(home: Home) -> Result<Home, Failed> {
    let library =
        LIBRARY.get_or_init(|| compile().map_err(|failed| failed.message().unwrap_or_default().to_owned()));
    let (_, library) = library.as_ref().map_err(|failed| Failed::from(failed.as_str()))?;
    let held = home.path().join(HELD);
    let ahead = home.path().join(AHEAD);
    Ok(home.and_variable("LD_PRELOAD", library).and_variable("HELD_BY", held).and_variable("AHEAD_BY", ahead))
}

/// From now on nothing becomes durable.
pub(crate) fn hold(home: &Home) -> Result<(), Failed> {
    home.write(HELD, "")
}

/// Everything that waited becomes durable.
pub(crate) fn release(home: &Home) -> Result<(), Failed> {
    fs::remove_file(home.path().join(HELD)).doing("letting the disk go on")
}

/// After its next start the binary's clock is so much ahead.
pub(crate) fn set_ahead(home: &Home, by: Duration) -> Result<(), Failed> {
    home.write(AHEAD, &by.as_secs().to_string())
}

fn compile() -> Result<(TempDir, PathBuf), Failed> {
    let folder = TempDir::new().doing("making a folder")?;
    let (source, library) = (folder.path().join("hold.c"), folder.path().join("hold.so"));
    fs::write(&source, SOURCE).doing("writing a few lines of C")?;
    run(Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).args([&library, &source as &Path]))?;
    Ok((folder, library))
}

fn run(command: &mut Command) -> Result<(), Failed> {
    let output = command.output().doing("running cc")?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("cc: {}", String::from_utf8_lossy(&output.stderr)).into())
}
