//! `[working_hours]`: when people are at work, in the `timezone` of the installation.

use chrono::{NaiveTime, Weekday};

use super::diagnose::Wrong;
use super::near_miss::did_you_mean;
use super::section::Section;
use super::shape::Shape;

pub(super) const SHAPE: Shape = Shape {
    keys: &[
        ("days", "[\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]"),
        ("start", "\"09:00\""),
        ("end", "\"17:00\""),
    ],
    ..Shape::new("working_hours")
};

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

/// When people are at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WorkingHours {
    /// At least one day, each once, from Monday on.
    pub(crate) days: Vec<Weekday>,
    pub(crate) start: NaiveTime,
    /// Later than `start`, on the same day.
    pub(crate) end: NaiveTime,
}

impl Default for WorkingHours {
    fn default() -> Self {
        Self {
            days: vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri],
            start: hour(9),
            end: hour(17),
        }
    }
}

fn hour(hour: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN)
}

pub(super) fn read(section: &Section<'_>) -> WorkingHours {
    let default = WorkingHours::default();
    if section.is_empty_list("days") {
        section.report(
            "days",
            Wrong::new(
                "`days` is empty: nobody would ever be at work",
                format!("for example {}", SHAPE.example("days")),
            ),
        );
    }
    let mut days = section.parsed_list("days", day).unwrap_or(default.days);
    days.sort_by_key(Weekday::num_days_from_monday);
    days.dedup();
    let given = (section.parsed("start", time), section.parsed("end", time));
    let (start, end) = (given.0.unwrap_or(default.start), given.1.unwrap_or(default.end));
    if end <= start {
        let key = if given.1.is_some() { "end" } else { "start" };
        let message =
            format!("work ends at {}, before it starts at {}", end.format("%H:%M"), start.format("%H:%M"));
        section.report(key, Wrong::new(message, "both are on the same day: end must be later than start"));
    }
    WorkingHours { days, start, end }
}

fn day(text: &str) -> Result<Weekday, Wrong> {
    let names = DAYS.map(|(name, _)| name);
    DAYS.iter().find(|(name, _)| *name == text).map(|(_, day)| *day).ok_or_else(|| {
        let help = did_you_mean(text, names).unwrap_or_else(|| format!("they are {}", names.join(", ")));
        Wrong::new(format!("there is no day `{text}`"), help)
    })
}

fn time(text: &str) -> Result<NaiveTime, Wrong> {
    let digits = |part: &str, lengths: &[usize]| {
        lengths.contains(&part.len()) && part.chars().all(|character| character.is_ascii_digit())
    };
    text.split_once(':')
        .filter(|(hour, minute)| digits(hour, &[1, 2]) && digits(minute, &[2]))
        .and_then(|(hour, minute)| NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0))
        .ok_or_else(|| Wrong::new(format!("`{text}` is not a time of day"), "write it as 09:00 or 17:30"))
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;

    use super::{day, time};

    #[test]
    fn days() {
        assert_eq!(day("mon"), Ok(Weekday::Mon));
        assert_eq!(day("sun"), Ok(Weekday::Sun));
        for text in ["", "monday", "Mon", "mo", "1"] {
            assert!(day(text).is_err(), "{text:?} is refused");
        }
        assert_eq!(day("tues").expect_err("refused").help, "did you mean `tue`?");
    }

    #[test]
    fn times() {
        for (text, shown) in [("09:00", "09:00"), ("9:05", "09:05"), ("00:00", "00:00"), ("23:59", "23:59")] {
            assert_eq!(time(text).expect(text).format("%H:%M").to_string(), shown);
        }
        for text in ["", "9", "24:00", "12:60", "9:5", "09:00:00", "9am", "+9:00", "-1:00"] {
            assert!(time(text).is_err(), "{text:?} is refused");
        }
    }
}
