//! Where the console's data lie: a directory of its own.
//!
//! It is what the command line says, or the place where the system keeps a program's data; a frozen conversation
//! that names no directory gets one that is thrown away, because what it leads to must not depend on what was there.

use std::{
    env, fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::subcommand::WrongUse;

/// The directory; a throw-away one is removed when this is dropped.
#[derive(Debug)]
pub(crate) enum Directory {
    Kept(PathBuf),
    ThrownAway(tempfile::TempDir),
}

impl Directory {
    /// Chooses the directory, and makes it if it isn't there.
    ///
    /// # Errors
    /// When there is none to choose, or it can't be made.
    pub(crate) fn choose(named: Option<PathBuf>, is_frozen: bool) -> Result<Self> {
        let path = match named {
            Some(path) => path,
            None if is_frozen => {
                let folder = tempfile::Builder::new().prefix("sitrep-console-").tempdir();
                return Ok(Self::ThrownAway(folder.context("no temporary directory can be made")?));
            }
            None => {
                usual(env::var_os("XDG_DATA_HOME").map(PathBuf::from), env::var_os("HOME").map(PathBuf::from))
                    .ok_or_else(|| {
                        WrongUse("there is no home directory to keep data in; use --data DIR".to_owned())
                    })?
            }
        };
        // What is played here may be as private as the real thing.
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.with_context(|| format!("the data directory {} can't be made", path.display()))?;
        Ok(Self::Kept(path))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Kept(path) => path,
            Self::ThrownAway(folder) => folder.path(),
        }
    }
}

/// By the XDG base directory specification, which has relative paths ignored.
fn usual(data_home: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    let data_home = data_home.filter(|path| path.is_absolute());
    let base =
        data_home.or_else(|| home.filter(|path| path.is_absolute()).map(|home| home.join(".local/share")))?;
    Some(base.join("sitrep-console"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_place_is_the_systems() {
        let cases = [
            (Some("/data"), Some("/home/a"), Some("/data/sitrep-console")),
            (None, Some("/home/a"), Some("/home/a/.local/share/sitrep-console")),
            (Some("relative"), Some("/home/a"), Some("/home/a/.local/share/sitrep-console")),
            (Some(""), None, None),
        ];
        for (data_home, home, expected) in cases {
            let chosen = usual(data_home.map(PathBuf::from), home.map(PathBuf::from));
            assert_eq!(chosen.as_deref(), expected.map(Path::new));
        }
    }

    #[test]
    fn what_was_frozen_is_thrown_away_unless_a_directory_is_named() {
        let thrown_away = Directory::choose(None, true).expect("a temporary directory");
        let path = thrown_away.path().to_owned();
        assert!(path.is_dir());
        drop(thrown_away);
        assert!(!path.exists());
        let folder = tempfile::tempdir().expect("a temporary folder");
        let named = folder.path().join("deep/er");
        drop(Directory::choose(Some(named.clone()), true).expect("made"));
        assert!(named.is_dir());
    }
}
