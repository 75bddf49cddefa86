//! `[schedule]`: what happens by the calendar.
//!
//! Expressions have five fields (minute, hour, day, month, weekday) and are read in the `timezone` of the
//! installation. Here they are only checked; they are computed where promises are kept.

use chrono::{DateTime, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

use super::diagnose::Wrong;
use super::section::Section;
use super::shape::Shape;

pub(super) const SHAPE: Shape = Shape {
    keys: &[("backup", "\"0 3 * * *\""), ("keep_backups", "14")],
    later: &["digest", "actions"],
    ..Shape::new("schedule")
};

const DEFAULT_KEEP_BACKUPS: u32 = 14;
const MOST_BACKUPS: u32 = 1000;

/// What happens by the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    /// When a backup is made: five fields, in the installation's time zone. `None`: never.
    pub(crate) backup: Option<String>,
    /// How many backups are kept; the oldest go first. At least 1.
    pub(crate) keep_backups: u32,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { backup: None, keep_backups: DEFAULT_KEEP_BACKUPS }
    }
}

pub(super) fn read(section: &Section<'_>) -> Schedule {
    let keep_backups = section.number("keep_backups", 1..=i64::from(MOST_BACKUPS));
    Schedule {
        backup: section.parsed("backup", cron),
        keep_backups: keep_backups
            .and_then(|number| u32::try_from(number).ok())
            .unwrap_or(DEFAULT_KEEP_BACKUPS),
    }
}

/// Reads a five-field cron expression that comes due at some time.
pub(super) fn cron(text: &str) -> Result<String, Wrong> {
    parse(text).map(|_| text.to_owned())
}

/// Reads a five-field cron expression that comes due at some time, for asking when.
pub(super) fn parse(text: &str) -> Result<Cron, Wrong> {
    let help = "minute, hour, day, month and weekday, as in 0 9 * * MON for Mondays at nine";
    let fields = text.split_whitespace().count();
    if fields != 5 {
        return Err(Wrong::new(format!("`{text}` should have five fields and has {fields}"), help));
    }
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    let parsed = parser
        .parse(text)
        .map_err(|error| Wrong::new(format!("`{text}` is not a schedule: {error}"), help))?;
    // A leap year ahead is enough for every day there is. No clock is read: the answer is the same whenever
    // it is asked.
    match parsed.find_next_occurrence(&DateTime::<Utc>::UNIX_EPOCH, false) {
        Ok(_) => Ok(parsed),
        Err(_) => Err(Wrong::new(format!("`{text}` never comes: there is no such day"), help)),
    }
}

#[cfg(test)]
mod tests {
    use super::cron;

    #[test]
    fn accepts() {
        for text in
            ["0 3 * * *", "0 9 * * MON", "*/15 8-18 * * mon-fri", "0 0 29 2 *", "0 0 L * *", "0 9 * * 7"]
        {
            assert_eq!(cron(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn refuses() {
        let table = [
            ("", "`` should have five fields and has 0"),
            ("0 3 * *", "`0 3 * *` should have five fields and has 4"),
            ("0 0 3 * * *", "`0 0 3 * * *` should have five fields and has 6"),
            ("@daily", "`@daily` should have five fields and has 1"),
            ("0 0 30 2 *", "`0 0 30 2 *` never comes: there is no such day"),
        ];
        for (text, message) in table {
            assert_eq!(cron(text).expect_err(text).message, message);
        }
        for text in [
            "60 3 * * *",
            "0 25 * * *",
            "0 0 32 * *",
            "0 0 * 13 *",
            "0 0 * * FOO",
            "a b c d e",
            "0 3 * * * ; rm",
        ] {
            assert!(cron(text).is_err(), "{text} is refused");
        }
    }
}
