//! Times, lengths of time, and what a status, a severity and a role are called, as people read them.

use chrono::{DateTime, Duration, Utc};

use crate::{
    incident::{Incident, Role, Severity, Status},
    message::card,
    policy::Policy,
    time,
};

impl Policy {
    /// "11:13 CET".
    #[must_use]
    pub fn clock(&self, at: DateTime<Utc>) -> String {
        card::clock_with_zone(at, self)
    }

    /// "today 14:05 CET", "tomorrow 14:00 CET", or the date.
    #[must_use]
    pub fn moment(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
        time::moment(at, self.timezone, now)
    }

    /// "Tue 24 Nov 2026, 14:00 CET (UTC+01:00)".
    #[must_use]
    pub fn absolute(&self, at: DateTime<Utc>) -> String {
        time::absolute(at, self.timezone)
    }

    /// "45 s", "20 min", "1 h 30 min", "1 day 4 h": the two largest units.
    #[must_use]
    pub fn lasting(&self, span: Duration) -> String {
        time::duration_words(span)
    }

    /// "1 minute", "12 minutes", and from two hours on "2 h 5 min".
    #[must_use]
    pub fn minutes(&self, count: i64) -> String {
        card::minutes(count)
    }

    /// "acknowledged".
    #[must_use]
    pub fn status_word(&self, status: Status) -> String {
        status.to_string()
    }

    /// "Sev1".
    #[must_use]
    pub fn severity_word(&self, severity: Severity) -> String {
        severity.to_string()
    }

    /// "commander".
    #[must_use]
    pub fn role_word(&self, role: Role) -> String {
        role.to_string()
    }

    /// "INC-7 · Sev1 · acknowledged".
    #[must_use]
    pub fn in_brief(&self, incident: &Incident) -> String {
        card::in_brief(incident)
    }
}
