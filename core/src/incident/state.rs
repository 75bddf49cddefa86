//! One incident, as its events add up.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    IncidentId, Measuring, Severity, Status,
    ending::{Ending, Lasting},
    newcomers::Unreached,
    news::{Copy, Update},
    reports::Attached,
    retrospective::Retrospective,
    roles::Roles,
    task::Task,
    timeline::{Marked, Timeline},
    update_cycle::UpdateCycle,
};
use crate::{
    effect::Pressed,
    person::Person,
    room::{MessageRef, RoomRef},
};

/// What stands for a title that was taken back.
pub const TITLE_GAP: &str = "(title removed)";

/// Where an incident was declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The message that declared it.
    pub message: MessageRef,
    /// Whether that is a direct room, where even a private incident may be named.
    pub direct: bool,
}

/// How far an incident's own room is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoomState {
    /// It is being made.
    Pending,
    /// It is there.
    Open(RoomRef),
    /// It could not be made: the incident runs where it was declared.
    AtOrigin,
    /// It could not be made, and the incident is private: it runs nowhere.
    Nowhere,
}

/// One incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Its number.
    pub id: IncidentId,
    /// Its title; empty once erased.
    pub title: String,
    /// How bad.
    pub severity: Severity,
    /// How far along.
    pub status: Status,
    /// Whether only those in its room may know of it.
    pub private: bool,
    /// The name of its room.
    pub room_name: String,
    /// How far its room is.
    pub room: RoomState,
    /// Where it was declared.
    pub origin: Origin,
    /// Who declared it; `None` if an alert did.
    pub reporter: Option<Person>,
    /// Who leads it.
    pub commander: Option<Person>,
    /// Who acknowledged it first.
    pub acknowledged_by: Option<Person>,
    /// The services that it is about, by their names in the configuration.
    pub services: Vec<String>,
    /// Who does what besides leading.
    pub roles: Roles,
    /// Who has come, under the handle that they came with.
    pub joined: BTreeSet<Person>,
    /// Who was told what is going on as they came.
    pub briefed: BTreeSet<Person>,
    /// Who could not be told so, and is told in the room.
    pub unreached: Unreached,
    /// Who hears of it in private.
    pub followers: BTreeSet<Person>,
    /// Everybody who belongs in its room, in the order in which they were needed.
    pub people: Vec<Person>,
    /// The rooms that are told from the first word on.
    pub stakeholders: Vec<RoomRef>,
    /// Every room that was told something and so is told the end.
    pub told: BTreeSet<RoomRef>,
    /// Where people meet.
    pub meeting: Option<String>,
    /// The fact by which somebody said where people meet: what was made for it does not change that.
    pub meeting_said: Option<u64>,
    /// The first room of its own that it had: what is found again by its room is found by this one.
    pub first_room: Option<RoomRef>,
    /// The place to talk that was made for it.
    pub voice: Option<RoomRef>,
    /// The pinned card.
    pub card: Option<MessageRef>,
    /// The latest question for news.
    pub prompt: Option<MessageRef>,
    /// The latest message of each other kind that people can press.
    pub signs: BTreeMap<Pressed, MessageRef>,
    /// Whether its room is archived.
    pub archived: bool,
    /// What there is to do, by number.
    pub tasks: Vec<Task>,
    /// How often the tasks were changed since the list of them was posted.
    pub tasks_changed: u32,
    /// The list of tasks that was posted before the latest one.
    pub old_tasks: Option<MessageRef>,
    /// What happened, in order.
    pub timeline: Timeline,
    /// The messages that people have put on the timeline.
    pub marked: BTreeMap<MessageRef, Marked>,
    /// The news that was given, in order.
    pub news: Vec<Update>,
    /// What was delivered of it elsewhere, in order.
    pub copies: Vec<Copy>,
    /// When somebody last wanted news.
    pub asked_at: Option<DateTime<Utc>>,
    /// Addresses worth looking at, each with the fact that holds it.
    pub links: Vec<(u64, String)>,
    /// Incidents that have to do with it.
    pub related: BTreeSet<IncidentId>,
    /// The reports that belong to it, in the order in which they came.
    pub reports: Vec<Attached>,
    /// When the figures of the system were last asked for, and what came of it.
    pub measuring: Option<Measuring>,
    /// The room from which we were removed.
    pub lost_room: Option<RoomRef>,
    /// Facts with words in them, by the message that said them.
    pub typed: BTreeMap<String, Vec<u64>>,
    /// The promise of news.
    pub updates: UpdateCycle,
    /// The retrospective, once there is something to look back on.
    pub retrospective: Option<Retrospective>,
    /// When it was declared.
    pub declared_at: DateTime<Utc>,
    /// When somebody first had it.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// When the harm stopped.
    pub mitigated_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Why it ended, if not because it was resolved.
    pub ending: Option<Ending>,
    /// What is lost or lingers, if it is known.
    pub lasting: Option<Lasting>,
    /// What was given up, each said once.
    pub given_up: BTreeSet<String>,
    /// Whether it was said that the platform's limits hold things up: once is enough.
    pub told_of_delay: bool,
    /// How many facts it consists of.
    pub facts: u64,
}

impl Incident {
    /// Who is asked for news: the commander; while nobody leads, whoever declared it, or who was called first if an alert
    /// did. `None` if there is nobody at all.
    #[must_use]
    pub fn answerable(&self) -> Option<&Person> {
        self.commander.as_ref().or(self.reporter.as_ref()).or_else(|| self.people.first())
    }

    /// Its title, as people read it.
    #[must_use]
    pub fn title_or_gap(&self) -> &str {
        if self.title.is_empty() { TITLE_GAP } else { &self.title }
    }

    /// What its room is called. The name is made of the title, and goes with it.
    #[must_use]
    pub fn room_title(&self) -> String {
        if self.title.is_empty() { self.id.to_string() } else { self.room_name.clone() }
    }

    /// Whether its title is another one than it was declared with, or none any more.
    #[must_use]
    pub fn title_has_changed(&self) -> bool {
        let typed = self.typed.get(&self.origin.message.id);
        self.title.is_empty() || typed.is_some_and(|facts| facts.len() > 1)
    }

    /// Whether this person belongs to it.
    #[must_use]
    pub fn has_person(&self, person: &Person) -> bool {
        self.people.contains(person)
    }

    /// Whether it still owes anything, and so stays in memory: it is open, or its retrospective is ahead.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.status.is_open() || self.retrospective.as_ref().is_some_and(Retrospective::is_ahead)
    }

    /// The room its messages go to: its own, or where it was declared. `None` while that is undecided, and for a
    /// private incident that has no room.
    #[must_use]
    pub fn home(&self) -> Option<&RoomRef> {
        match &self.room {
            RoomState::Pending | RoomState::Nowhere => None,
            RoomState::Open(room) => Some(room),
            RoomState::AtOrigin => Some(&self.origin.message.room),
        }
    }

    /// Whether its title may be said in this room.
    #[must_use]
    pub fn may_be_named_in(&self, room: &RoomRef) -> bool {
        !self.private
            || matches!(&self.room, RoomState::Open(own) if own == room)
            || (self.origin.direct && self.origin.message.room == *room)
    }
}
