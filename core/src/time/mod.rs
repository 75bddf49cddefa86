//! Moments, spans and working days, as people type and read them, and the zones that they are in.
//!
//! - Nothing here reads a clock: callers pass `now`, and the time zone of the installation.
//! - What could be read in two ways is refused, with the way to write it; what was understood is echoed with
//!   its zone. A wrong moment that nobody notices is worse than a question.
//! - The hour that daylight saving skips or repeats is refused and named where a person typed it ([`when`]),
//!   and passed over by moving forward where a schedule meets it ([`working_hours`]).
//!
//! Reading: [`when`], [`past`] and [`duration`]. How it is said is in the catalogue, and in `message/wording.rs`.

pub mod duration;
pub mod past;
pub mod when;
pub mod wording;
pub mod working_hours;

pub use duration::{DurationError, parse_duration};
pub use when::{Overlap, When, WhenError, parse_when};
pub use wording::{clock, minutes_late};
pub use working_hours::WorkingHours;

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Timelike, Utc};
use chrono_tz::{America, Asia, Australia, Europe, TZ_VARIANTS, Tz};

/// Abbreviations that mean one zone to everyone, each with a region in which it is in force for half of the
/// year or all of it.
const ABBREVIATIONS: [(&str, Tz); 11] = [
    ("CET", Europe::Berlin),
    ("CEST", Europe::Berlin),
    ("EET", Europe::Helsinki),
    ("EEST", Europe::Helsinki),
    ("EST", America::New_York),
    ("EDT", America::New_York),
    ("PST", America::Los_Angeles),
    ("PDT", America::Los_Angeles),
    ("JST", Asia::Tokyo),
    ("AEST", Australia::Sydney),
    ("AEDT", Australia::Sydney),
];

/// Abbreviations that several zones share, each with a full name that its writer may have meant.
const AMBIGUOUS: [(&str, &str); 12] = [
    ("BST", "Europe/London or Asia/Dhaka"),
    ("IST", "Asia/Kolkata, Asia/Jerusalem or Europe/Dublin"),
    ("CST", "America/Chicago or Asia/Shanghai"),
    ("CDT", "America/Chicago or America/Havana"),
    ("MST", "America/Denver, America/Phoenix or Asia/Kuala_Lumpur"),
    ("MDT", "America/Denver"),
    ("AST", "America/Halifax or Asia/Riyadh"),
    ("SST", "Asia/Singapore or Pacific/Pago_Pago"),
    ("ET", "America/New_York"),
    ("CT", "America/Chicago"),
    ("MT", "America/Denver"),
    ("PT", "America/Los_Angeles"),
];

/// The longest stretch of local time a zone has ever skipped is a day (Samoa, 2011); twice that is ample.
const LONGEST_GAP_MINUTES: i64 = 2 * 24 * 60;

/// The instant of a local time: the earlier one where the clock shows it twice, and the first minute that
/// exists after it where the clock skips it.
pub(crate) fn first_existing(local: NaiveDateTime, tz: Tz) -> DateTime<Utc> {
    let found = |local: NaiveDateTime| tz.from_local_datetime(&local).earliest();
    let minute = local.with_second(0).and_then(|local| local.with_nanosecond(0)).unwrap_or(local);
    let later = (1..=LONGEST_GAP_MINUTES).filter_map(|n| minute.checked_add_signed(Duration::minutes(n)));
    let moment = found(local).or_else(|| later.into_iter().find_map(found));
    moment.map_or_else(|| local.and_utc(), |moment| moment.to_utc())
}

/// A zone as somebody typed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Zone {
    /// "Europe/Berlin": whatever is in force there.
    Region(Tz),
    /// "CET": one of the names of a region's time, written as the region writes it.
    Abbreviated(String, Tz),
    /// "UTC", "UTC+01:00".
    Fixed(FixedOffset),
}

impl Zone {
    /// The zone of that name: `None` when it is not one, and the full names to choose from when it is
    /// several.
    ///
    /// What the zone of the installation calls itself in one half of the year or the other is not ambiguous
    /// there.
    pub(crate) fn named(word: &str, now: DateTime<Utc>, tz: Tz) -> Option<Result<Self, &'static str>> {
        let same = |name: &str| name.eq_ignore_ascii_case(word);
        if let Some(fixed) = Self::offset(word) {
            return Some(Ok(fixed));
        }
        let own = [now, now.checked_add_signed(Duration::days(183)).unwrap_or(now)]
            .map(|at| wording::zone_name(at, tz));
        if let Some(name) = own.into_iter().find(|name| same(name)) {
            return Some(Ok(Self::Abbreviated(name, tz)));
        }
        if let Some((name, region)) = ABBREVIATIONS.into_iter().find(|(name, _)| same(name)) {
            return Some(Ok(Self::Abbreviated(name.to_owned(), region)));
        }
        if let Some((_, names)) = AMBIGUOUS.into_iter().find(|(name, _)| same(name)) {
            return Some(Err(names));
        }
        let region = TZ_VARIANTS.into_iter().filter(|_| word.contains('/')).find(|tz| same(tz.name()));
        region.map(|tz| Ok(Self::Region(tz)))
    }

    /// "UTC", "GMT", "Z", and "UTC+1", "UTC+0530" or "UTC-03:00".
    pub(crate) fn offset(word: &str) -> Option<Self> {
        let word = word.to_ascii_uppercase();
        let offset = match word.as_str() {
            "UTC" | "GMT" | "Z" => "+0",
            signed => signed.strip_prefix("UTC").or_else(|| signed.strip_prefix("GMT"))?,
        };
        let (sign, digits) = match (offset.strip_prefix('+'), offset.strip_prefix('-')) {
            (Some(digits), _) => (1, digits),
            (None, Some(digits)) => (-1, digits),
            (None, None) => return None,
        };
        let (hours, minutes) = match digits.split_once(':') {
            Some(parts) => parts,
            None if digits.len() == 4 => digits.split_at_checked(2)?,
            None => (digits, "00"),
        };
        let digits = |part: &str, len| len == part.len() && part.bytes().all(|b| b.is_ascii_digit());
        if !(digits(hours, 1) || digits(hours, 2)) || !digits(minutes, 2) {
            return None;
        }
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        // No place on earth is further from UTC than 14 hours (Kiribati).
        let secs = Some(hours * 3600 + minutes * 60).filter(|secs| minutes < 60 && *secs <= 14 * 3600)?;
        FixedOffset::east_opt(sign * secs).map(Self::Fixed)
    }

    /// The day it is there.
    pub(crate) fn today(&self, now: DateTime<Utc>) -> NaiveDate {
        match self {
            Self::Region(tz) | Self::Abbreviated(_, tz) => now.with_timezone(tz).date_naive(),
            Self::Fixed(offset) => now.with_timezone(offset).date_naive(),
        }
    }

    /// What the clock shows there.
    pub(crate) fn time(&self, now: DateTime<Utc>) -> NaiveTime {
        match self {
            Self::Region(tz) | Self::Abbreviated(_, tz) => now.with_timezone(tz).time(),
            Self::Fixed(offset) => now.with_timezone(offset).time(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones() {
        let now = "2026-11-22T09:53:00Z".parse().expect("an RFC 3339 moment");
        let named = |word: &str, here| Zone::named(word, now, here);
        let fixed =
            |minutes: i32| Some(Ok(Zone::Fixed(FixedOffset::east_opt(minutes * 60).expect("an offset"))));
        let short = |name: &str, tz| Some(Ok(Zone::Abbreviated(name.to_owned(), tz)));
        let table = [
            ("utc", fixed(0)),
            ("Z", fixed(0)),
            ("gmt", fixed(0)),
            ("UTC+1", fixed(60)),
            ("utc+01:00", fixed(60)),
            ("utc-0330", fixed(-210)),
            ("utc+14", fixed(840)),
            ("utc+14:01", None),
            ("utc+1:75", None),
            ("utc+", None),
            ("utc+é1:00", None),
            ("+01:00", None),
            ("cet", short("CET", Europe::Berlin)),
            ("Edt", short("EDT", America::New_York)),
            ("europe/BERLIN", Some(Ok(Zone::Region(Europe::Berlin)))),
            ("Europe/Berln", None),
            ("cuba", None),
            ("mon", None),
            ("", None),
        ];
        for (word, zone) in table {
            assert_eq!(named(word, Europe::Berlin), zone, "{word:?}");
        }
        for word in ["bst", "IST", "cst", "MST", "et"] {
            assert!(matches!(named(word, Europe::Berlin), Some(Err(names)) if names.contains('/')), "{word}");
        }
        // What is ambiguous elsewhere is not where it is the zone's own name.
        assert_eq!(named("bst", Europe::London), short("BST", Europe::London));
        assert_eq!(named("ist", Asia::Kolkata), short("IST", Asia::Kolkata));
        assert_eq!(named("pst", Asia::Manila), short("PST", Asia::Manila));
    }

    #[test]
    fn nothing_that_anybody_types_makes_reading_panic() {
        let now: DateTime<Utc> = "2026-11-22T09:53:00Z".parse().expect("an RFC 3339 moment");
        let pieces = "14:00 2 pm am 9 24 nov 24.11. 2026-11-24 T t14:00 tue next in h 45m tomorrow at on utc +1 cet \
            (utc+01:00) europe/berlin / : . - @ 99999999999999999999 9999 0 \0 é İ ß ٣ ½ 結 “ ﬆ feb noon iſt K \
            \u{200b} \u{1f525} \u{202e} e\u{301} \u{2212} \u{10ffff}";
        let pieces: Vec<&str> = pieces.split(' ').filter(|piece| !piece.is_empty()).collect();
        // Knuth's MMIX generator: the same garbage on every run.
        let mut state: u64 = 20_261_122;
        let mut pick = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let mut read = 0;
        for _ in 0..40_000 {
            let mut text = String::new();
            for _ in 0..pick(6) {
                text.push_str(pieces[pick(pieces.len())]);
                text.push_str(["", " "][pick(2)]);
            }
            if let Ok(when) = parse_when(&text, now, Europe::Berlin) {
                read += 1;
                assert!(when.at > now && when.at <= now + Duration::days(367), "{text:?} gave {when:?}");
            }
            if let Ok(span) = parse_duration(&text) {
                assert!(span > Duration::zero(), "{text:?} gave {span}");
            }
        }
        assert!(read > 100, "garbage so poor that only {read} of it was a moment");
    }
}
