//! A time that couldn't be read, or makes no sense: what is said to whoever typed it.

use super::Message;
use crate::{
    args,
    policy::Policy,
    time::{DurationError, Overlap, WhenError, duration::MAX_DAYS},
};

/// A length of time.
#[must_use]
pub fn duration(error: &DurationError, policy: &Policy) -> Message {
    match error {
        DurationError::BareNumber(number) => policy.say("time.span_bare_number", args![number = *number]),
        DurationError::NotPositive => policy.say("time.span_not_positive", args![]),
        DurationError::TooLong => policy.say("time.span_too_long", args![days = MAX_DAYS]),
        DurationError::Unclear => policy.say("time.span_unclear", args![]),
    }
}

/// A moment.
#[must_use]
pub fn moment(error: &WhenError, policy: &Policy) -> Message {
    match error {
        WhenError::Unclear => policy.say("time.unclear", args![]),
        WhenError::NoTime => policy.say("time.no_time", args![]),
        WhenError::BareHour(hour) => policy.say("time.bare_hour", args![hour = *hour]),
        WhenError::NoSuchTime(typed) => policy.say("time.no_such_time", args![typed = typed]),
        WhenError::Midnight => policy.say("time.midnight", args![]),
        WhenError::NoSuchDay => policy.say("time.no_such_day", args![]),
        WhenError::WrongWeekday { date, weekday } => {
            let (date, weekday) = (policy.words.date(*date), policy.words.weekday(*weekday));
            policy.say("time.wrong_weekday", args![date = date, weekday = weekday])
        }
        WhenError::SlashedDate => policy.say("time.slashed_date", args![]),
        WhenError::AmbiguousZone(typed, names) => {
            policy.say("time.ambiguous_zone", args![typed = typed, names = *names])
        }
        WhenError::UnknownZone => policy.say("time.unknown_zone", args![]),
        WhenError::WrongSeason { typed, in_force } => {
            policy.say("time.wrong_season", args![typed = typed, in_force = in_force])
        }
        WhenError::DayDiffers => policy.say("time.day_differs", args![]),
        WhenError::Skipped { local, nearest } => {
            let [time, nearest] = [local, nearest].map(|at| at.format("%H:%M").to_string());
            policy.say("time.skipped", args![time = time, nearest = nearest])
        }
        WhenError::Past(at) => policy.say("time.past", args![at = policy.absolute(*at)]),
        WhenError::TooFar(at) => policy.say("time.too_far", args![at = policy.absolute(*at)]),
        WhenError::Span(error) => duration(error, policy),
    }
}

/// A local time that the clock shows twice.
#[must_use]
pub fn overlap(overlap: &Overlap, policy: &Policy) -> Message {
    let Overlap { local, earlier, later } = overlap;
    let time = local.format("%H:%M").to_string();
    policy.say("time.overlap", args![time = time, earlier = earlier, later = later])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{parse_duration, parse_when};
    use chrono_tz::Europe;

    #[test]
    fn what_people_read() {
        let policy = Policy { timezone: Europe::Berlin, ..Policy::default() };
        let now = "2027-03-27T20:00:00Z".parse().expect("an RFC 3339 moment");
        let table = [
            (
                "2:30",
                "The clocks go forward then, and 02:30 does not exist on that day. The nearest time is 03:00.",
            ),
            ("today 10:00", "Sat 27 Mar 2027, 10:00 CET (UTC+01:00) is in the past."),
            ("tomorrow 0", "0 alone is unclear. Write 0:00, or 9am or 9pm."),
            ("mon 24 nov 2027 14:00", "24 Nov 2027 is not a Mon."),
            ("in 45", "45 what? Write 45m for minutes or 45h for hours."),
        ];
        for (typed, said) in table {
            let error = parse_when(typed, now, Europe::Berlin).expect_err(typed);
            assert_eq!(moment(&error, &policy), Message::text(said), "{typed}");
        }
        let error = parse_duration("45").expect_err("no unit");
        assert_eq!(error.to_string(), "45 what? Write 45m for minutes or 45h for hours.");
        assert_eq!(duration(&error, &policy), Message::text(error.to_string()));
        let twice = parse_when("2:30", "2026-10-24T20:00:00Z".parse().expect("a moment"), Europe::Berlin);
        let note = twice.ok().and_then(|when| when.note).expect("two");
        let said = "The clocks go back that night: 02:30 comes twice, in CEST and in CET. Taken: CEST.";
        assert_eq!(overlap(&note, &policy), Message::text(said));
    }
}
