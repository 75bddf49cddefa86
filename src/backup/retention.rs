//! The nightly backups in their folder: what they are called, which is the newest, which may go.

use std::{
    io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, NaiveDateTime, Utc};

/// The name of the backup made at a moment: its time in UTC, so that names sort by age.
pub(super) fn file_name(at: DateTime<Utc>) -> String {
    at.format("sitrep-%Y%m%dT%H%M%SZ.redb").to_string()
}

fn made_at(path: &Path) -> Option<DateTime<Utc>> {
    let name = path.file_name()?.to_str()?;
    NaiveDateTime::parse_from_str(name, "sitrep-%Y%m%dT%H%M%SZ.redb").ok().map(|at| at.and_utc())
}

/// The nightly backups in a folder, the oldest first. Anything else in there is left alone.
///
/// # Errors
/// When the folder is there and can't be read.
pub(super) fn list(folder: &Path) -> io::Result<Vec<(DateTime<Utc>, PathBuf)>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut backups = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if let Some(at) = made_at(&path) {
            backups.push((at, path));
        }
    }
    backups.sort();
    Ok(backups)
}

/// Removes what a kill in the middle of a backup has left. Backups are made one at a time, so nothing here is in use.
///
/// # Errors
/// When the folder can't be read, or one can't be removed.
pub(super) fn remove_unfinished(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "partial") {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Removes all but the newest few.
///
/// # Errors
/// When one can't be removed.
pub(super) fn prune(folder: &Path, keep: usize) -> io::Result<Vec<PathBuf>> {
    let backups = list(folder)?;
    let surplus = backups.len().saturating_sub(keep);
    let mut removed = Vec::new();
    for (_, path) in backups.into_iter().take(surplus) {
        std::fs::remove_file(&path)?;
        removed.push(path);
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept_and_strangers_left_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let moment = |day: i64| DateTime::from_timestamp(1_800_000_000 + day * 86_400, 0).expect("a moment");
        for day in 0..5 {
            std::fs::write(folder.path().join(file_name(moment(day))), "").expect("written");
        }
        std::fs::write(folder.path().join("before-the-move.redb"), "").expect("written");
        std::fs::write(folder.path().join("sitrep-20270101T030000Z.redb.partial"), "").expect("written");
        remove_unfinished(folder.path()).expect("removed");
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 6);
        let removed = prune(folder.path(), 2).expect("pruned");
        assert_eq!(removed.len(), 3);
        let left: Vec<_> = list(folder.path()).expect("listed").into_iter().map(|(at, _)| at).collect();
        assert_eq!(left, [moment(3), moment(4)]);
        assert!(folder.path().join("before-the-move.redb").exists());
        assert_eq!(list(&folder.path().join("missing")).expect("nothing there"), []);
    }
}
