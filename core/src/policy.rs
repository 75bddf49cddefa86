//! Who may do and see what, and how long silence may last.
//!
//! The configuration in the terms of the process. It decides what is promised and allowed at the moment of a
//! command; what was promised is then in the events, so a changed policy never rewrites the past.
//!
//! - Identity comes from the platform: a person is allowed by their handle there.
//! - A private incident is seen by those who belong to it and by nobody else, allowed or not.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use crate::{
    event::Promise,
    incident::{Incident, Severity, Status},
    message::{
        Message, Span,
        catalogue::{Arg, Words},
    },
    person::Person,
    port::Standing,
    room::{PlatformName, RoomRef},
    time::working_hours::WorkingHours,
    workspace::Workspace,
};

/// How one severity is handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeverityPolicy {
    /// The longest silence; `None` owes no updates.
    pub update_every: Option<Duration>,
    /// How soon somebody should have it.
    pub acknowledge_within: Duration,
    /// How soon the retrospective should be held.
    pub retro_within: Duration,
    /// Who is asked in, by their names in `[people]`.
    pub invite: Vec<String>,
}

/// How people meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// A Jitsi room with an unguessable name, below this address.
    Jitsi(String),
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
    /// Where trouble with rooms is told.
    pub home_room: Option<RoomRef>,
    /// Whether it has a calendar that retrospectives are put in.
    pub has_calendar: bool,
    /// Whether its messages can carry files.
    pub carries_files: bool,
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
    /// How people meet.
    pub meeting: Meeting,
    /// When people work.
    pub working_hours: WorkingHours,
    /// What is configured for each platform.
    pub platforms: BTreeMap<PlatformName, PlatformPolicy>,
    /// People with their handles.
    pub people: BTreeMap<String, Vec<Person>>,
    /// Lists of tasks, by their names. That called `default` is there in every incident from the beginning.
    pub checklists: BTreeMap<String, Vec<String>>,
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
            meeting: Meeting::Jitsi("https://meet.jit.si".to_owned()),
            working_hours: WorkingHours::default(),
            platforms: BTreeMap::new(),
            people: BTreeMap::new(),
            checklists: BTreeMap::new(),
        }
    }
}

/// The list of tasks that every incident begins with.
const DEFAULT_CHECKLIST: &str = "default";
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

    /// Whether everybody on a platform may command, and so may read what is not private.
    #[must_use]
    pub fn allows_everybody(&self, platform: &PlatformName) -> bool {
        self.platforms.get(platform).is_some_and(|platform| platform.allow.iter().any(|entry| entry == "*"))
    }

    /// What people on other platforms call somebody.
    #[must_use]
    pub fn name_of(&self, person: &Person, workspace: &Workspace) -> String {
        let configured = || self.people.iter().find(|(_, handles)| handles.contains(person));
        match (workspace.name_of(person), person.is_nameless()) {
            (_, false) => person.short_name().to_owned(),
            (Some(name), true) => name.to_owned(),
            (None, true) => configured()
                .map_or_else(|| format!("somebody on {}", person.platform.title()), |(name, _)| name.clone()),
        }
    }

    /// The same human on another platform, if the configuration knows them there.
    #[must_use]
    pub fn elsewhere(&self, person: &Person, platform: &PlatformName) -> Option<&Person> {
        let handles = self.people.values().find(|handles| handles.contains(person))?;
        handles.iter().find(|handle| handle.platform == *platform)
    }

    /// Whether a platform has a calendar that retrospectives are put in.
    #[must_use]
    pub fn has_calendar(&self, platform: &PlatformName) -> bool {
        self.platforms.get(platform).is_some_and(|platform| platform.has_calendar)
    }

    /// Whether messages on a platform can carry files.
    #[must_use]
    pub fn carries_files(&self, platform: &PlatformName) -> bool {
        self.platforms.get(platform).is_some_and(|platform| platform.carries_files)
    }

    /// The lists of tasks that an incident begins with, each once.
    #[must_use]
    pub fn checklists_of(&self, _incident: &Incident) -> Vec<(&str, &[String])> {
        let default = self.checklists.get_key_value(DEFAULT_CHECKLIST);
        default.into_iter().map(|(name, items)| (name.as_str(), items.as_slice())).collect()
    }

    /// Whether this person may know anything about this incident.
    #[must_use]
    pub fn may_see(&self, person: &Person, incident: &Incident) -> bool {
        !incident.private || incident.has_person(person)
    }

    /// The rooms that hear of an incident, on every platform.
    #[must_use]
    pub fn stakeholders(&self, private: bool) -> Vec<RoomRef> {
        if private {
            return Vec::new();
        }
        self.platforms.values().flat_map(|platform| platform.stakeholder_rooms.iter().cloned()).collect()
    }

    /// Whom a severity asks in on a platform. Into a private incident nobody is asked by rule: the rule could name
    /// the very person it is about.
    #[must_use]
    pub fn invited(&self, severity: Severity, platform: &PlatformName, private: bool) -> Vec<Person> {
        if private {
            return Vec::new();
        }
        let names = &self.severity(severity).invite;
        let on_platform = |name: &String| {
            self.people.get(name)?.iter().find(|person| person.platform == *platform).cloned()
        };
        names.iter().filter_map(on_platform).collect()
    }

    /// The person that a typed name means to this speaker: `me`, a name from `[people]`, somebody who is `present`,
    /// or a handle written with `@`. A bare word that is none of these ("asap") is nobody.
    #[must_use]
    pub fn person(&self, typed: &str, speaker: &Person, present: &[Person]) -> Option<Person> {
        let bare = typed.strip_prefix('@').unwrap_or(typed);
        if bare.eq_ignore_ascii_case("me") {
            return Some(speaker.clone());
        }
        let known = self.people.get(bare).or_else(|| self.people.get(&bare.to_lowercase()));
        if let Some(handles) = known {
            return handles.iter().find(|handle| handle.platform == speaker.platform).cloned();
        }
        let is_here = |person: &&Person| {
            person.platform == speaker.platform && person.short_name().eq_ignore_ascii_case(bare)
        };
        let completed = typed.starts_with('@').then(|| speaker.complete(typed)).flatten();
        completed.or_else(|| present.iter().find(is_here).cloned())
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
