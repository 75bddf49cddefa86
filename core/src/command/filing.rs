//! Filing a report, whoever or whatever does it: its number, its room, who watches over it and who is called.

use crate::{
    event::{Event, ReportEvent, Subject, WorkspaceEvent},
    incident::{IncidentId, Severity},
    person::Person,
    report::{ReportId, Source},
    room::{PlatformName, RoomRef},
    rota::{Duty, ON_CALL},
    workspace::Workspace,
};

/// A report to be filed.
#[derive(Clone, Debug)]
pub(crate) struct Filing {
    /// Where it comes from.
    pub(crate) source: Source,
    /// What it says.
    pub(crate) words: String,
    /// The services that it is about.
    pub(crate) services: Vec<String>,
    /// Whose rota watches over it, if its source names one.
    pub(crate) oncall: Option<String>,
    /// What becomes of it, if that is known.
    pub(crate) fate: Fate,
    /// How many alerts of a group are firing.
    pub(crate) firing: u32,
}

/// What becomes of a report as it is filed.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    /// People decide: somebody is called.
    Open,
    /// It becomes an incident, this bad.
    Declares(Severity),
    /// It belongs to this incident, which is at home in this room, and may be private.
    Attached(IncidentId, RoomRef, bool),
}

/// What was filed.
#[derive(Clone, Debug)]
pub(crate) struct Filed {
    pub(crate) id: ReportId,
    pub(crate) room: RoomRef,
    pub(crate) called: Vec<Person>,
    pub(crate) facts: Vec<(Subject, Event, Option<String>)>,
}

impl Filing {
    /// Files it for somebody on a platform, or for a machine. `None` if there is no room for reports at all.
    pub(crate) fn file(
        self,
        workspace: &Workspace,
        duty: Duty<'_>,
        platform: Option<&PlatformName>,
    ) -> Option<Filed> {
        let Self { source, words, services, oncall, fate, firing } = self;
        let (attached, private, room) = match &fate {
            Fate::Attached(id, home, private) => (Some(*id), *private, home.clone()),
            Fate::Open | Fate::Declares(_) => (None, false, duty.policy.report_room(platform)?.clone()),
        };
        let watches = duty.policy.watched_by(&services, oncall.as_deref());
        let team = watches.map(|name| name.strip_prefix(ON_CALL).unwrap_or(&name).to_owned());
        // A team of the same name is not called as a whole: whoever is on duty for it is.
        let on = team.as_deref().and_then(|team| duty.on_duty(team, &room.platform));
        let called: Vec<Person> = on.into_iter().filter(|_| matches!(fate, Fate::Open)).collect();
        let declares = if let Fate::Declares(severity) = fate { Some(severity) } else { None };
        let id = workspace.next_report();
        let numbered = Event::Workspace(WorkspaceEvent::ReportNumbered { id });
        let filed = ReportEvent::Filed {
            source,
            room: room.clone(),
            team,
            services,
            called: called.clone(),
            attached,
            private,
            declares,
            firing,
        };
        let facts = vec![
            (Subject::Workspace, numbered, None),
            (Subject::Report(id), Event::Report(filed), Some(words)),
        ];
        Some(Filed { id, room, called, facts })
    }
}
