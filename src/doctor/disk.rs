//! The data directory: whether it can be written, has room, and the store in it can be read.

use std::{io::Write, path::Path};

use sitrep_core::{
    event::Subject,
    port::{Finding, Store as _},
};
use sitrep_redb::RedbStore;

const MIB: u64 = 1024 * 1024;
/// Less than this, and a busy week fills it.
const FEW: u64 = 64 * MIB;
/// Less than this is worth knowing in time.
const LITTLE: u64 = 512 * MIB;

pub(super) async fn check(data_dir: &Path, store: &RedbStore) -> Vec<Finding> {
    let folder = data_dir.display();
    let mut findings = Vec::new();
    findings.push(match write(data_dir) {
        Ok(()) => Finding::ok(format!("Disk: {folder} can be written")),
        Err(error) => Finding::problem(
            format!("Disk: {folder} can't be written ({error})"),
            "Give it to the user that sitrep runs as",
        ),
    });
    findings.push(match rustix::fs::statvfs(data_dir) {
        Ok(disk) => judge(&folder.to_string(), disk.f_bavail.saturating_mul(disk.f_frsize)),
        Err(error) => Finding::warning(
            format!("Disk: it can't be seen how much room {folder} has ({error})"),
            "See for yourself with df",
        ),
    });
    // Every start verifies the whole file; this shows that it can still be read.
    findings.push(match store.load(Subject::Workspace).await {
        Ok(_) => Finding::ok("Store: verified when it was opened, and can be read"),
        Err(error) => Finding::problem(
            format!("Store: {}", error.to_string().trim_end_matches('.')),
            "Restore the newest backup",
        ),
    });
    findings
}

fn judge(folder: &str, free: u64) -> Finding {
    let what = format!("Disk: {folder} has {} MiB free", free / MIB);
    match free {
        ..FEW => Finding::problem(what, "Make room: without it nothing can be recorded"),
        FEW..LITTLE => Finding::warning(what, "Make room before it is full"),
        LITTLE.. => Finding::ok(what),
    }
}

/// Writes something, and sees it onto the disk.
fn write(data_dir: &Path) -> std::io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".doctor-").tempfile_in(data_dir)?;
    file.write_all(&[0; 4096])?;
    file.as_file().sync_all()
}

#[cfg(test)]
mod tests {
    use sitrep_core::port::Level;

    use super::*;

    #[test]
    fn little_room_is_told_in_time() {
        for (free, expected) in [
            (0, Level::Problem),
            (FEW - 1, Level::Problem),
            (FEW, Level::Warning),
            (LITTLE, Level::Ok),
            (u64::MAX, Level::Ok),
        ] {
            assert_eq!(judge("data", free).level, expected, "{free}");
        }
    }

    #[test]
    fn what_cannot_be_written_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(write(folder.path()).is_ok());
        assert_eq!(folder.path().read_dir().expect("a folder").count(), 0, "nothing stays");
        assert!(write(&folder.path().join("missing")).is_err());
    }
}
