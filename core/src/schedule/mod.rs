//! Deadlines: pure functions from state to what should fall due, and when.
//!
//! [`deadlines`] says what must exist for an incident as it stands. The engine compares that with what is stored
//! after every fact, so the two can't drift. When one falls due, [`fire`] says what has happened thereby; the
//! event takes the deadline's reason away, which is what keeps it from firing twice.

mod archive;
mod escalation;
mod handoff;
mod newcomers;
pub(crate) mod report;
mod retrospective;
mod roles;
pub(crate) mod rota;
mod update_cadence;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    event::{Ahead, Event},
    incident::Incident,
    policy::Policy,
    rota::Duty,
};

pub use report::deadlines as deadlines_of_report;
pub(crate) use retrospective::next_nag;

/// What falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueKind {
    /// The commander is asked for the update that is due.
    UpdatePrompt,
    /// The commander is asked again.
    UpdatePromptAgain,
    /// The stakeholders hear that the update is overdue.
    UpdateOverdue,
    /// Somebody is called because nobody has it yet.
    Escalation,
    /// It is asked who takes the roles that nobody has.
    RolesQuestion,
    /// Whoever was offered the lead is asked again.
    HandoffReminder,
    /// The commander is asked whether to hand over.
    HandoffPrompt,
    /// Those who came late and could not be told in private are named in the room.
    NewcomersInRoom,
    /// Its room is archived.
    Archive,
    /// The owner of a retrospective is asked to book it.
    RetrospectiveNag,
    /// A reminder of a booked retrospective.
    RetrospectiveReminder(Ahead),
    /// Somebody else is called to a report that nobody has.
    ReportEscalation,
    /// Nothing more will come of a report.
    ReportSettles,
    /// A sign of life that is expected has stayed away.
    HeartbeatMissed,
    /// What was changed on a day is too long ago to be of interest.
    ChangesForgotten,
    /// Somebody else is on duty.
    OnCallHandover,
}

/// What must fall due for an incident as it stands. One that owes nothing more still has its room archived.
#[must_use]
pub fn deadlines(incident: &Incident, policy: &Policy) -> BTreeMap<DueKind, DateTime<Utc>> {
    let mut due = BTreeMap::new();
    if incident.is_live() {
        due.extend(newcomers::deadline(incident));
        due.extend(escalation::deadline(incident, policy));
        due.extend(roles::deadline(incident));
        due.extend(handoff::deadlines(incident, policy));
        due.extend(update_cadence::deadline(incident));
        due.extend(retrospective::deadlines(incident));
    }
    due.extend(archive::deadline(incident, policy).map(|at| (DueKind::Archive, at)));
    due
}

/// What has happened when a deadline falls due at `now`. Empty when the incident no longer calls for it.
#[must_use]
pub fn fire(incident: &Incident, kind: DueKind, duty: Duty<'_>) -> Vec<Event> {
    let (policy, now) = (duty.policy, duty.now);
    match kind {
        DueKind::UpdatePrompt | DueKind::UpdatePromptAgain | DueKind::UpdateOverdue => {
            update_cadence::fire(incident, kind, now)
        }
        DueKind::Escalation => escalation::fire(incident, duty),
        DueKind::RolesQuestion => roles::fire(incident),
        DueKind::HandoffReminder => handoff::remind(incident),
        DueKind::HandoffPrompt => handoff::prompt(incident, policy, now),
        DueKind::Archive => archive::fire(incident),
        DueKind::NewcomersInRoom => newcomers::fire(incident),
        DueKind::RetrospectiveNag => retrospective::nag(incident, policy, now),
        DueKind::RetrospectiveReminder(_) => retrospective::remind(incident, policy, now),
        // These are no incident's.
        DueKind::OnCallHandover
        | DueKind::ReportEscalation
        | DueKind::ReportSettles
        | DueKind::HeartbeatMissed
        | DueKind::ChangesForgotten => Vec::new(),
    }
}
