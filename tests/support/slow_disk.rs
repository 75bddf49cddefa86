//! A disk that stands still on demand: what the binary has written is not durable, and so nothing is answered.
//!
//! A few lines of C, loaded into the binary before its own libraries, hold up `fdatasync` for as long as a file is
//! there. They are compiled once a run, by the compiler that links the tests themselves.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use super::sitrep::Home;
use super::{Doing, Failed};

const SOURCE: &str = include_str!("slow_disk/hold.c");

/// The file that holds the disk up, in a home.
const HELD: &str = "held";

/// The compiled lines, and the folder that they lie in.
static LIBRARY: OnceLock<Result<(TempDir, PathBuf), String>> = OnceLock::new();

/// A home whose disk can be held up.
pub(crate) fn under(home: Home) -> Result<Home, Failed> {
    let library =
        LIBRARY.get_or_init(|| compile().map_err(|failed| failed.message().unwrap_or_default().to_owned()));
    let (_, library) = library.as_ref().map_err(|failed| Failed::from(failed.as_str()))?;
    let held = home.path().join(HELD);
    Ok(home.and_variable("LD_PRELOAD", library).and_variable("HELD_BY", held))
}

/// From now on nothing becomes durable.
pub(crate) fn hold(home: &Home) -> Result<(), Failed> {
    home.write(HELD, "")
}

/// Everything that waited becomes durable.
pub(crate) fn release(home: &Home) -> Result<(), Failed> {
    fs::remove_file(home.path().join(HELD)).doing("letting the disk go on")
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
