//! Who may do and see what, and how long silence may last.
//!
//! The configuration in the terms of the process. It decides what is promised and allowed at the moment of a
//! command; what was promised is then in the events, so a changed policy never rewrites the past.
//!
//! - Identity comes from the platform: a person is allowed by their handle there.
//! - A private incident is seen by those who belong to it and by nobody else, allowed or not.

mod alerts;
mod oncall;
mod people;
mod report;
mod tasks;

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use crate::{
    event::Promise,
    incident::{Severity, Status},
    message::{
        Message, Span,
        catalogue::{Arg, Words},
    },
    person::Person,
    port::{Panel, Standing},
    room::{PlatformName, RoomRef},
    time::working_hours::WorkingHours,
};

pub use alerts::{AlertAction, AlertRule, AlertSource, Heartbeat};
pub use oncall::OnCall;
pub use people::Named;
pub use report::ReportPolicy;

/// How one severity is handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeverityPolicy {
    /// The longest silence; `None` owes no updates.
    pub update_every: Option<Duration>,
    /// How soon somebody should have it.
    pub acknowledge_within: Duration,
    /// How soon the retrospective should be held.
    pub retro_within: Duration,
    /// Who is asked in: teams, and people by their names.
    pub invite: Vec<String>,
}

/// A part of the system that incidents are about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// Who is asked in when an incident is about it: teams, and people by their names.
    pub invite: Vec<String>,
    /// The words of a title that mean it, besides its own name.
    pub words: Vec<String>,
    /// The list of tasks that such an incident begins with, by its name.
    pub checklist: Option<String>,
    /// Whose rota watches over reports about it, and is asked in when an incident is.
    pub oncall: Option<String>,
}

/// How people meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// A Jitsi room with an unguessable name, below this address.
    Jitsi(String),
    /// A room of Element Call with an unguessable name and password, below this address.
    ElementCall(String),
    /// An address in which `{room}` becomes an unguessable name.
    Url(String),
    /// A place to talk on this platform, made for the incident and removed at its end.
    Voice(PlatformName),
    /// They don't.
    None,
}

/// What is configured for one platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlatformPolicy {
    /// Who may command: `*`, `*:example.org`, or a whole handle.
    pub allow: Vec<String>,
    /// Whose members may command: groups of the platform, by a name or an id that it gives them.
    pub allow_groups: Vec<String>,
    /// The rooms that are kept informed.
    pub stakeholder_rooms: Vec<RoomRef>,
    /// The room of those who talk to customers: told like the others, in words that can be sent on.
    pub support_room: Option<RoomRef>,
    /// Where trouble with rooms is told.
    pub home_room: Option<RoomRef>,
    /// Whether it has a calendar that retrospectives are put in.
    pub has_calendar: bool,
    /// Whether its messages can carry files.
    pub carries_files: bool,
    /// Whether its messages can be answered in threads.
    pub has_threads: bool,
}

/// Everything that an operator decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What a command begins with.
    pub prefix: String,
    /// What is said, in which language.
    pub words: Words,
    /// The zone in which dates are typed and shown.
    pub timezone: Tz,
    /// The pattern of a room's name.
    pub room_name: String,
    /// The severity of an incident declared without one.
    pub default_severity: Severity,
    /// Whether incidents are private unless said otherwise.
    pub private_by_default: bool,
    /// How each severity is handled, worst first.
    pub severities: [SeverityPolicy; 4],
    /// After how long of leading somebody is asked whether to hand over.
    pub handoff_after: Duration,
    /// After how long of leading everybody is told that it is time to hand over.
    pub handoff_at_latest: Duration,
    /// How people meet.
    pub meeting: Meeting,
    /// How long after its end an incident's room is archived; `None` for never.
    pub archive_after: Option<Duration>,
    /// When people work.
    pub working_hours: WorkingHours,
    /// The figures of the system that are asked for; none if nothing measures them.
    pub health: Vec<Panel>,
    /// What is configured for each platform.
    pub platforms: BTreeMap<PlatformName, PlatformPolicy>,
    /// People with their handles.
    pub people: BTreeMap<String, Vec<Person>>,
    /// E-mail addresses, in lower case, with the names of those whose they are.
    pub emails: BTreeMap<String, String>,
    /// Teams, with the names of the people in them.
    pub teams: BTreeMap<String, Vec<String>>,
    /// Who is on duty, by team.
    pub oncall: BTreeMap<String, OnCall>,
    /// The parts of the system that incidents are about, by their names.
    pub services: BTreeMap<String, Service>,
    /// Lists of tasks, by their names. That called `default` is there in every incident from the beginning.
    pub checklists: BTreeMap<String, Vec<String>>,
    /// How reports are handled.
    pub report: ReportPolicy,
    /// What machines may bring about, by source.
    pub sources: BTreeMap<String, AlertSource>,
    /// Signs of life that are expected, by their names.
    pub heartbeats: BTreeMap<String, Heartbeat>,
}

impl Default for Policy {
    /// The defaults of the configuration, with no platform yet.
    fn default() -> Self {
        let severity = |minutes: Option<i64>, days| SeverityPolicy {
            update_every: minutes.map(Duration::minutes),
            acknowledge_within: Duration::minutes(5),
            retro_within: Duration::days(days),
            invite: Vec::new(),
        };
        Self {
            prefix: "!".to_owned(),
            words: Words::default(),
            timezone: Tz::UTC,
            room_name: "{date}-{time}-{name}".to_owned(),
            default_severity: Severity::Sev2,
            private_by_default: false,
            severities: [
                severity(Some(15), 3),
                severity(Some(20), 7),
                severity(Some(30), 7),
                severity(None, 7),
            ],
            handoff_after: Duration::minutes(60),
            handoff_at_latest: Duration::minutes(180),
            meeting: Meeting::Jitsi("https://meet.jit.si".to_owned()),
            archive_after: Some(Duration::days(7)),
            working_hours: WorkingHours::default(),
            health: Vec::new(),
            platforms: BTreeMap::new(),
            people: BTreeMap::new(),
            emails: BTreeMap::new(),
            oncall: BTreeMap::new(),
            teams: BTreeMap::new(),
            services: BTreeMap::new(),
            checklists: BTreeMap::new(),
            report: ReportPolicy::default(),
            sources: BTreeMap::new(),
            heartbeats: BTreeMap::new(),
        }
    }
}

/// Mitigated incidents slow down to this, at most.
const MITIGATED_INTERVAL: Duration = Duration::minutes(30);

impl Policy {
    /// A sentence of the catalogue: `policy.say("update.promised", args![id = incident.id, at = at])`.
    #[must_use]
    pub fn say(&self, key: &str, args: impl IntoIterator<Item = (&'static str, Arg)>) -> Message {
        self.words.say(key, args, &self.prefix)
    }

    /// A part of a line from the catalogue.
    #[must_use]
    pub fn spans(&self, key: &str, args: impl IntoIterator<Item = (&'static str, Arg)>) -> Vec<Span> {
        self.words.spans(key, args, &self.prefix)
    }

    /// Words from the catalogue without any markup: a name, a label, a length of time.
    #[must_use]
    pub fn phrase(&self, key: &str, args: impl IntoIterator<Item = (&'static str, Arg)>) -> String {
        self.words.phrase(key, args)
    }

    /// How one severity is handled.
    #[must_use]
    pub fn severity(&self, severity: Severity) -> &SeverityPolicy {
        &self.severities[severity.index()]
    }

    /// The longest silence for an incident of this severity and status.
    #[must_use]
    pub fn interval(&self, severity: Severity, status: Status) -> Option<Duration> {
        let interval = self.severity(severity).update_every?;
        match status {
            Status::Declared | Status::Acknowledged => Some(interval),
            Status::Mitigated => Some(interval.max((interval * 2).min(MITIGATED_INTERVAL))),
            Status::Resolved | Status::Closed => None,
        }
    }

    /// The promise of news that is made at `now`.
    #[must_use]
    pub fn promise(&self, severity: Severity, status: Status, now: DateTime<Utc>) -> Option<Promise> {
        let interval = self.interval(severity, status)?;
        Some(Promise { due: now + interval, interval_secs: interval.num_seconds().max(1) })
    }

    /// Whether this person, who stands so with their platform, may command.
    #[must_use]
    pub fn may_command(&self, person: &Person, standing: &Standing) -> bool {
        self.platforms.get(&person.platform).is_some_and(|platform| {
            platform.allow.iter().any(|pattern| allows(pattern, &person.handle))
                || standing.groups.iter().any(|group| platform.allow_groups.contains(group))
        })
    }

    /// Where trouble with rooms is told on a platform.
    #[must_use]
    pub fn home_room(&self, platform: &PlatformName) -> Option<&RoomRef> {
        self.platforms.get(platform)?.home_room.as_ref()
    }

    /// Whether the configuration names this room among those that are told something.
    #[must_use]
    pub fn names_room(&self, room: &RoomRef) -> bool {
        self.platforms.get(&room.platform).is_some_and(|platform| {
            let single = platform.home_room.iter().chain(&platform.support_room);
            single.chain(&platform.stakeholder_rooms).any(|named| named == room)
        })
    }

    /// Whether everybody on a platform may command, and so may read what is not private.
    #[must_use]
    pub fn allows_everybody(&self, platform: &PlatformName) -> bool {
        self.platforms.get(platform).is_some_and(|platform| platform.allow.iter().any(|entry| entry == "*"))
    }

    /// Whether a platform has a calendar that retrospectives are put in.
    #[must_use]
    pub fn has_calendar(&self, platform: &PlatformName) -> bool {
        self.platforms.get(platform).is_some_and(|platform| platform.has_calendar)
    }

    /// The rooms that hear of an incident, on every platform: those of the stakeholders, and those of support. Each
    /// once.
    #[must_use]
    pub fn stakeholders(&self, private: bool) -> Vec<RoomRef> {
        let mut rooms: Vec<RoomRef> = Vec::new();
        if private {
            return rooms;
        }
        let stakeholders = self.platforms.values().flat_map(|platform| &platform.stakeholder_rooms);
        for room in stakeholders.chain(self.support_rooms()) {
            if !rooms.contains(room) {
                rooms.push(room.clone());
            }
        }
        rooms
    }

    /// The rooms of those who talk to customers, on every platform.
    pub fn support_rooms(&self) -> impl Iterator<Item = &RoomRef> {
        self.platforms.values().filter_map(|platform| platform.support_room.as_ref())
    }
}

/// Whether an entry of an allow-list covers a handle.
#[must_use]
pub fn allows(pattern: &str, handle: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some("") => true,
        Some(suffix) => handle.len() > suffix.len() && handle.ends_with(suffix),
        None => pattern == handle,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allow_lists_cover_what_they_say() {
        let cases = [
            ("*", "@mallory:evil.example", true),
            ("*:example.org", "@alice:example.org", true),
            ("*:example.org", "@alice:example.org.evil", false),
            ("*:example.org", "@alice:notexample.org", false),
            ("@alice:example.org", "@alice:example.org", true),
            ("@alice:example.org", "@alice2:example.org", false),
            ("", "@alice:example.org", false),
        ];
        for (pattern, handle, expected) in cases {
            assert_eq!(allows(pattern, handle), expected, "{pattern} for {handle}");
        }
    }

    #[test]
    fn a_platform_that_is_not_configured_allows_nobody() {
        let stranger = Person::new(&PlatformName::new("other"), "alice");
        assert!(!Policy::default().may_command(&stranger, &Standing::default()));
    }

    #[test]
    fn support_is_told_like_stakeholders_and_no_room_twice() {
        let (one, other) = (PlatformName::new("one"), PlatformName::new("other"));
        let room = |platform: &PlatformName, name: &str| RoomRef::new(platform, name);
        let mut policy = Policy::default();
        let told = PlatformPolicy {
            stakeholder_rooms: vec![room(&one, "status"), room(&one, "board"), room(&one, "status")],
            support_room: Some(room(&one, "board")),
            ..PlatformPolicy::default()
        };
        policy.platforms.insert(one.clone(), told);
        let support =
            PlatformPolicy { support_room: Some(room(&other, "help")), ..PlatformPolicy::default() };
        policy.platforms.insert(other.clone(), support);
        let expected = [room(&one, "status"), room(&one, "board"), room(&other, "help")];
        assert_eq!(policy.stakeholders(false), expected);
        assert_eq!(policy.stakeholders(true), []);
    }

    #[test]
    fn members_of_a_group_may_command() {
        let platform = PlatformName::new("other");
        let mut policy = Policy::default();
        let groups = PlatformPolicy { allow_groups: vec!["ops".to_owned()], ..PlatformPolicy::default() };
        policy.platforms.insert(platform.clone(), groups);
        let alice = Person::new(&platform, "1");
        let standing = |groups: &[&str]| Standing {
            called: None,
            groups: groups.iter().map(ToString::to_string).collect(),
        };
        assert!(policy.may_command(&alice, &standing(&["everybody", "ops"])));
        assert!(!policy.may_command(&alice, &standing(&["everybody", "Ops"])));
        assert!(!policy.may_command(&alice, &standing(&[])));
    }

    #[test]
    fn mitigated_incidents_slow_down_to_half_an_hour_at_most() {
        let mut policy = Policy::default();
        let interval =
            |policy: &Policy, severity, status| policy.interval(severity, status).map(|d| d.num_minutes());
        assert_eq!(interval(&policy, Severity::Sev1, Status::Declared), Some(15));
        assert_eq!(interval(&policy, Severity::Sev1, Status::Mitigated), Some(30));
        assert_eq!(interval(&policy, Severity::Sev2, Status::Mitigated), Some(30));
        assert_eq!(interval(&policy, Severity::Sev4, Status::Declared), None);
        assert_eq!(interval(&policy, Severity::Sev1, Status::Resolved), None);
        policy.severities[2].update_every = Some(Duration::minutes(60));
        assert_eq!(
            interval(&policy, Severity::Sev3, Status::Mitigated),
            Some(60),
            "never faster than before"
        );
    }
}
