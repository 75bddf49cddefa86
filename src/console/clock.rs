//! The console's clock: the real time or a frozen moment, and how far `/wait` has moved it on since.
//!
//! The offset is kept with the data, and written before anything happens at the new time: a console that starts again
//! is never earlier than what it has said.

use std::{
    fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use anyhow::{Context, Result};
use chrono::{DateTime, Duration, LocalResult, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha512};
use sitrep_core::port::Identity;

use crate::identity;

/// The file in the data directory that holds the offset.
const FILE: &str = "clock.json";

/// What the file holds.
#[derive(Serialize, Deserialize)]
struct Row {
    v: u32,
    offset_ms: i64,
}

/// The console's clock.
#[derive(Debug)]
pub(crate) struct Clock {
    frozen: Option<DateTime<Utc>>,
    offset_ms: AtomicI64,
    file: PathBuf,
}

impl Clock {
    /// The clock of a data directory.
    ///
    /// # Errors
    /// When what is kept of it can't be read.
    pub(crate) fn open(frozen: Option<DateTime<Utc>>, directory: &Path) -> Result<Arc<Self>> {
        let file = directory.join(FILE);
        let offset_ms = match fs::read(&file) {
            Ok(bytes) => {
                let row: Row = serde_json::from_slice(&bytes).with_context(|| {
                    format!("{} can't be read; delete it to go back to the real time", file.display())
                })?;
                row.offset_ms
            }
            Err(error) if error.kind() == ErrorKind::NotFound => 0,
            Err(error) => return Err(error).with_context(|| format!("{} can't be read", file.display())),
        };
        Ok(Arc::new(Self { frozen, offset_ms: AtomicI64::new(offset_ms), file }))
    }

    /// The time.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let offset = Duration::milliseconds(self.offset_ms.load(Ordering::SeqCst));
        let base = self.base();
        base.checked_add_signed(offset).unwrap_or(base)
    }

    /// Whether time passes by itself.
    pub(crate) fn runs(&self) -> bool {
        self.frozen.is_none()
    }

    /// Moves the clock on to a moment, durably. It never moves back.
    ///
    /// # Errors
    /// When the offset can't be kept.
    pub(crate) fn move_to(&self, moment: DateTime<Utc>) -> Result<()> {
        let before = self.offset_ms.load(Ordering::SeqCst);
        let offset_ms = (moment - self.base()).num_milliseconds().max(before);
        if offset_ms == before {
            return Ok(());
        }
        self.keep(offset_ms).with_context(|| format!("{} can't be written", self.file.display()))?;
        self.offset_ms.store(offset_ms, Ordering::SeqCst);
        Ok(())
    }

    fn base(&self) -> DateTime<Utc> {
        self.frozen.unwrap_or_else(Utc::now)
    }

    /// A new file takes the old one's place, so that a kill leaves one of them whole.
    fn keep(&self, offset_ms: i64) -> Result<()> {
        let directory = self.file.parent().unwrap_or(Path::new("."));
        let mut fresh = tempfile::NamedTempFile::new_in(directory)?;
        fresh.write_all(&serde_json::to_vec(&Row { v: 1, offset_ms })?)?;
        fresh.persist(&self.file)?;
        Ok(())
    }
}

/// The moment that somebody typed as `2026-11-22T10:53`, seconds or not, in the zone of the installation. Of a local
/// time that comes twice it is the first.
///
/// # Errors
/// When it isn't a moment, worded.
pub(crate) fn moment(typed: &str, timezone: Tz) -> Result<DateTime<Utc>, String> {
    let spelled = typed.trim().replacen(['t', ' '], "T", 1);
    let local = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .into_iter()
        .find_map(|format| NaiveDateTime::parse_from_str(&spelled, format).ok())
        .ok_or_else(|| format!("{typed} is not a moment. Write it like 2026-11-22T10:53"))?;
    match timezone.from_local_datetime(&local) {
        LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => Ok(moment.to_utc()),
        LocalResult::None => Err(format!(
            "{typed} does not exist in {timezone}: the clocks go forward then. Choose another moment"
        )),
    }
}

/// The identity of a store that begins at a frozen moment: the same moment, the same identity.
pub(crate) fn identity_at(moment: DateTime<Utc>) -> Identity {
    let digest = Sha512::digest(format!("console/{}", moment.timestamp_millis()));
    let mut bytes = [0_u8; 36];
    bytes.iter_mut().zip(digest).for_each(|(byte, random)| *byte = random);
    identity::from_bytes(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_the_zone() {
        let cases = [
            ("2026-11-22T10:53", "2026-11-22T09:53:00Z"),
            ("2026-11-22t10:53", "2026-11-22T09:53:00Z"),
            ("2026-11-22 10:53", "2026-11-22T09:53:00Z"),
            (" 2026-11-22T10:53:07 ", "2026-11-22T09:53:07Z"),
            ("2026-07-01T10:53", "2026-07-01T08:53:00Z"),
            // Comes twice: the first.
            ("2026-10-25T02:30", "2026-10-25T00:30:00Z"),
        ];
        for (typed, expected) in cases {
            let expected: DateTime<Utc> = expected.parse().expect("an RFC 3339 moment");
            assert_eq!(moment(typed, chrono_tz::Europe::Berlin), Ok(expected), "{typed}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused_with_a_sentence() {
        for typed in
            ["", "now", "2026-11-22", "10:53", "2026-02-30T10:53", "2026-11-22T24:00", "2026-11-22T10:53 CET"]
        {
            let refused = moment(typed, Tz::UTC).expect_err(typed);
            assert!(refused.ends_with("is not a moment. Write it like 2026-11-22T10:53"), "{refused}");
        }
        let skipped = moment("2027-03-28T02:30", chrono_tz::Europe::Berlin).expect_err("the hour is skipped");
        assert!(skipped.contains("does not exist in Europe/Berlin"), "{skipped}");
        assert!(moment("2027-03-28T02:30", Tz::UTC).is_ok());
    }

    #[test]
    fn an_identity_follows_from_its_moment() {
        let at = |typed| identity_at(moment(typed, Tz::UTC).expect("a moment"));
        let identity = at("2026-11-22T10:53");
        assert_eq!(identity, at("2026-11-22T10:53:00"));
        assert_ne!(identity, at("2026-11-22T10:54"));
        assert_eq!((identity.incarnation.len(), identity.seed.len()), (8, 64));
    }

    #[test]
    fn the_offset_is_kept_and_never_shrinks() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let start = moment("2026-11-22T10:53", Tz::UTC).expect("a moment");
        let clock = Clock::open(Some(start), folder.path()).expect("a new clock");
        assert_eq!(clock.now(), start);
        clock.move_to(start + Duration::minutes(90)).expect("moved");
        clock.move_to(start + Duration::minutes(60)).expect("not moved back");
        assert_eq!(clock.now(), start + Duration::minutes(90));
        let again = Clock::open(Some(start), folder.path()).expect("the same clock");
        assert_eq!(again.now(), start + Duration::minutes(90));
        let real = Clock::open(None, folder.path()).expect("the same offset from the real time");
        assert!(real.runs() && real.now() > Utc::now() + Duration::minutes(89));
        fs::write(folder.path().join(FILE), "nonsense").expect("written");
        assert!(Clock::open(None, folder.path()).is_err());
    }
}
