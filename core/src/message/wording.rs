//! Times, lengths of time, and what a status, a severity and a role are called, as people read them.
//!
//! - Every moment is written with its zone, as it is called at that moment: CET in November, CEST in July.
//! - In English, what is written here can be typed back ([`crate::time::when`]). What people type stays English in
//!   every language.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;

use super::{Span, catalogue::Words};
use crate::{
    args,
    incident::{Incident, Role, Severity, Status},
    policy::Policy,
    time::wording::{clock, zone_name},
};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Policy {
    /// "11:13 CET".
    #[must_use]
    pub fn clock(&self, at: DateTime<Utc>) -> String {
        format!("{} {}", clock(at, self.timezone), zone_name(at, self.timezone))
    }

    /// "today 14:05 CET", "tomorrow 14:00 CET", or "Tue 24 Nov 2026, 14:00 CET".
    #[must_use]
    pub fn moment(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
        let day = at.with_timezone(&self.timezone).date_naive();
        let today = now.with_timezone(&self.timezone).date_naive();
        let time = self.clock(at);
        if day == today {
            self.phrase("time.today", args![time = time])
        } else if Some(day) == today.succ_opt() {
            self.phrase("time.tomorrow", args![time = time])
        } else {
            let weekday = self.words.weekday(day.weekday());
            self.phrase("time.moment", args![weekday = weekday, date = self.words.date(day), time = time])
        }
    }

    /// A moment that stands on its own, wherever and whenever it is read: "Tue 24 Nov 2026, 14:00 CET (UTC+01:00)".
    #[must_use]
    pub fn absolute(&self, at: DateTime<Utc>) -> String {
        self.words.absolute(at, self.timezone)
    }

    /// "45 s", "20 min", "1 h 30 min", "1 day 4 h": the two largest units, rounded down, without a sign.
    #[must_use]
    pub fn lasting(&self, span: Duration) -> String {
        self.words.lasting(span)
    }

    /// "1 minute", "12 minutes", and from two hours on "2 h 5 min".
    #[must_use]
    pub fn minutes(&self, count: i64) -> String {
        if count < 120 {
            return self.phrase("time.minutes", args![count = count]);
        }
        self.lasting(Duration::minutes(count))
    }

    /// "acknowledged".
    #[must_use]
    pub fn status_word(&self, status: Status) -> String {
        self.words.status(status)
    }

    /// "Sev1".
    #[must_use]
    pub fn severity_word(&self, severity: Severity) -> String {
        self.phrase("severity.name", args![level = severity.index() + 1])
    }

    /// "commander".
    #[must_use]
    pub fn role_word(&self, role: Role) -> String {
        self.words.say_named("role", &role.to_string())
    }

    /// What stands for a title that was taken back.
    #[must_use]
    pub fn title_gap(&self) -> String {
        self.phrase("incident.title_gap", args![])
    }

    /// What an incident is called, or what stands for that.
    #[must_use]
    pub fn title_of<'a>(&self, incident: &'a Incident) -> Cow<'a, str> {
        if incident.title.is_empty() { self.title_gap().into() } else { incident.title.as_str().into() }
    }

    /// Who declared it, or that an alert did.
    #[must_use]
    pub fn declarer(&self, incident: &Incident) -> Vec<Span> {
        match &incident.reporter {
            Some(person) => vec![Span::Person(person.clone())],
            None => self.spans("incident.by_an_alert", args![]),
        }
    }

    /// Who is asked for news, notified or not; everybody who is there, if there is nobody else.
    #[must_use]
    pub fn asked_for_news(&self, incident: &Incident, notifies: bool) -> Vec<Span> {
        match incident.answerable() {
            Some(person) if notifies => vec![Span::Mention(person.clone())],
            Some(person) => vec![Span::Person(person.clone())],
            None => self.spans("update.everybody_here", args![]),
        }
    }

    /// "INC-7 · Sev1 · acknowledged".
    #[must_use]
    pub fn in_brief(&self, incident: &Incident) -> String {
        let severity = self.severity_word(incident.severity);
        format!("{} · {severity} · {}", incident.id, self.status_word(incident.status))
    }
}

impl Words {
    /// "acknowledged".
    #[must_use]
    pub fn status(&self, status: Status) -> String {
        self.say_named("status", &status.to_string())
    }

    /// A moment with its date, its zone, and the zone's offset where its name doesn't say it already.
    #[must_use]
    pub fn absolute(&self, at: DateTime<Utc>, tz: Tz) -> String {
        let local = at.with_timezone(&tz);
        let name = zone_name(at, tz);
        let offset =
            if name.starts_with("UTC") { String::new() } else { format!(" (UTC{})", local.format("%:z")) };
        let time = format!("{} {name}{offset}", clock(at, tz));
        let (weekday, date) = (self.weekday(local.weekday()), self.date(local.date_naive()));
        self.phrase("time.moment", args![weekday = weekday, date = date, time = time])
    }

    /// "24 Nov 2026".
    pub(crate) fn date(&self, date: NaiveDate) -> String {
        let month = self.month(date.month0());
        self.phrase("time.date", args![day = date.day(), month = month, year = i64::from(date.year())])
    }

    /// "Tue".
    pub(crate) fn weekday(&self, day: Weekday) -> String {
        let names = self.phrase("time.weekdays", args![]);
        names.split(' ').nth(day.num_days_from_monday() as usize).unwrap_or_default().to_owned()
    }

    fn month(&self, index: u32) -> String {
        let names = self.phrase("time.months", args![]);
        names.split(' ').nth(index as usize).unwrap_or_default().to_owned()
    }

    /// A span in the few characters that a phone has room for: its two largest units.
    #[must_use]
    pub fn lasting(&self, span: Duration) -> String {
        let secs = i64::try_from(span.num_seconds().unsigned_abs()).unwrap_or(i64::MAX);
        let parts = [secs / DAY, secs % DAY / HOUR, secs % HOUR / MINUTE, secs % MINUTE];
        let first = parts.iter().position(|amount| *amount > 0).unwrap_or(3);
        let shown = |index: &usize| *index == first || (*index == first + 1 && parts[*index] > 0);
        let words = (0..parts.len()).filter(shown).map(|index| {
            let count = parts[index];
            match index {
                0 => self.phrase("time.span_days", args![count = count]),
                1 => self.phrase("time.span_hours", args![count = count]),
                2 => self.phrase("time.span_minutes", args![count = count]),
                _ => self.phrase("time.span_seconds", args![count = count]),
            }
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// What something is called whose key is its English name.
    fn say_named(&self, area: &str, name: &str) -> String {
        self.phrase(&format!("{area}.{}", name.replace(' ', "_")), args![])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{message::catalogue::Language, time::parse_when};
    use chrono_tz::{America, Asia, Europe};

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().expect("an RFC 3339 moment")
    }

    fn policy(timezone: Tz) -> Policy {
        Policy { timezone, ..Policy::default() }
    }

    #[test]
    fn moments() {
        let now = utc("2026-11-22T22:30:00Z"); // 23:30 in Berlin
        let table = [
            ("2026-11-22T13:05:00Z", Europe::Berlin, "today 14:05 CET"),
            ("2026-11-22T23:05:00Z", Europe::Berlin, "tomorrow 00:05 CET"),
            ("2026-11-23T13:00:00Z", Europe::Berlin, "tomorrow 14:00 CET"),
            ("2026-11-24T13:00:00Z", Europe::Berlin, "Tue 24 Nov 2026, 14:00 CET"),
            ("2026-11-21T13:00:00Z", Europe::Berlin, "Sat 21 Nov 2026, 14:00 CET"),
            ("2026-07-03T12:00:00Z", Europe::Berlin, "Fri 3 Jul 2026, 14:00 CEST"),
            ("2026-11-23T02:00:00Z", America::New_York, "today 21:00 EST"),
            ("2026-11-23T11:00:00Z", Europe::Istanbul, "today 14:00 UTC+03:00"),
        ];
        for (at, tz, text) in table {
            assert_eq!(policy(tz).moment(utc(at), now), text);
        }
    }

    #[test]
    fn absolutes() {
        let at = utc("2026-11-24T13:00:00Z");
        let table = [
            (Europe::Berlin, "Tue 24 Nov 2026, 14:00 CET (UTC+01:00)"),
            (Asia::Kolkata, "Tue 24 Nov 2026, 18:30 IST (UTC+05:30)"),
            (America::Sao_Paulo, "Tue 24 Nov 2026, 10:00 UTC-03:00"),
            (Tz::UTC, "Tue 24 Nov 2026, 13:00 UTC"),
        ];
        for (tz, text) in table {
            assert_eq!(policy(tz).absolute(at), text);
        }
        let german = Words::of(Language::German).absolute(at, Europe::Berlin);
        assert_eq!(german, "Di 24. Nov 2026, 14:00 CET (UTC+01:00)");
    }

    #[test]
    fn every_day_and_month_has_a_name_of_its_own() {
        for language in Language::ALL {
            let words = Words::of(language);
            let first = NaiveDate::from_ymd_opt(2024, 1, 1).expect("a Monday");
            let days: Vec<_> = first.iter_days().take(7).map(|day| words.weekday(day.weekday())).collect();
            let months: Vec<_> = (0..12).map(|month| words.month(month)).collect();
            for names in [days, months] {
                assert!(names.iter().all(|name| !name.is_empty()), "{names:?}");
                assert_eq!(names.iter().collect::<std::collections::BTreeSet<_>>().len(), names.len());
            }
        }
    }

    #[test]
    fn what_is_written_can_be_typed_back() {
        let now = utc("2026-11-22T09:53:00Z");
        for tz in [Europe::Berlin, Europe::London, Europe::Istanbul, Asia::Kolkata, America::Chicago, Tz::UTC]
        {
            for hours in [1, 26, 60, 24 * 200] {
                let at = now + Duration::hours(hours);
                for text in [policy(tz).moment(at, now), policy(tz).absolute(at)] {
                    assert_eq!(parse_when(&text, now, tz).map(|when| when.at), Ok(at), "{text}");
                }
            }
        }
        let elsewhere = parse_when("Tue 24 Nov 2026, 18:30 IST (UTC+05:30)", now, Europe::Berlin);
        assert_eq!(
            elsewhere.map(|when| when.at),
            Ok(utc("2026-11-24T13:00:00Z")),
            "the offset says which IST"
        );
    }

    #[test]
    fn lengths_of_time() {
        let table = [
            (0, "0 s"),
            (45, "45 s"),
            (60, "1 min"),
            (90, "1 min 30 s"),
            (1200, "20 min"),
            (3600, "1 h"),
            (5400, "1 h 30 min"),
            (3605, "1 h"),
            (86_400, "1 day"),
            (100_800, "1 day 4 h"),
            (172_800, "2 days"),
            (604_800, "7 days"),
            (-300, "5 min"),
        ];
        let words = Words::default();
        for (secs, text) in table {
            assert_eq!(words.lasting(Duration::seconds(secs)), text);
        }
        assert!(words.lasting(Duration::MIN).ends_with('h') && words.lasting(Duration::MAX).contains("days"));
        assert_eq!(Words::of(Language::German).lasting(Duration::days(2)), "2 Tage");
        for (count, text) in [(1, "1 minute"), (12, "12 minutes"), (119, "119 minutes"), (125, "2 h 5 min")] {
            assert_eq!(Policy::default().minutes(count), text);
        }
    }

    #[test]
    fn every_status_and_role_has_a_name() {
        for language in Language::ALL {
            let policy = Policy { words: Words::of(language), ..Policy::default() };
            for status in
                [Status::Declared, Status::Acknowledged, Status::Mitigated, Status::Resolved, Status::Closed]
            {
                assert!(policy.words.has(&format!("status.{status}")), "{status}");
            }
            for role in Role::ALL {
                assert!(!policy.role_word(role).contains('.'), "{role}");
            }
        }
        assert_eq!(Policy::default().severity_word(Severity::Sev2), "Sev2");
        assert_eq!(Policy::default().status_word(Status::Mitigated), "mitigated");
    }
}
