//! `sitrep check`: reads the configuration and says what is wrong with it. Contacts nobody.

use std::{io::Write, path::Path};

use anyhow::Result;

use super::{WrongUse, load};

pub(super) fn check(path: &Path) -> Result<()> {
    let config = load(path)?;
    config.require_platform().map_err(|problem| WrongUse(format!("{}: {problem}", path.display())))?;
    writeln!(std::io::stdout(), "{}: fine", path.display())?;
    for note in config.notes() {
        writeln!(std::io::stdout(), "note: {note}")?;
    }
    Ok(())
}
