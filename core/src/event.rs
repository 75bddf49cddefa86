//! Stored facts: what happened, for good.
//!
//! Events are the truth; state is what they add up to. They hold absolute promises (`due`), never policy, and
//! the platforms' own handles, never names from the configuration, so that a change of configuration can't
//! rewrite the past.
//!
//! - Nested by area, so that each file of `reaction/` and `incident/evolve.rs` reads one area.
//! - What a person typed (a title, an update) is not in the event but beside it, in [`Record::words`], in a row of
//!   its own: a redaction can erase the words and leave the fact.
//! - Every stored shape has a fixture in `fixtures/events.jsonl` that must still load.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    incident::{IncidentId, Origin, Role, Severity},
    person::Person,
    room::{MessageRef, RoomRef},
};

/// Whose history a fact belongs to. Each subject's facts are numbered from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The whole installation: numbers, names and rooms given out.
    Workspace,
    /// One incident.
    Incident(IncidentId),
}

/// The version of [`Record`] that this build writes.
pub const RECORD_VERSION: u32 = 1;

/// One fact as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The version of this shape.
    pub v: u32,
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// Who caused it; `None` for sitrep itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Person>,
    /// The platform's handle of the message that caused it, so that its words can be erased with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What happened.
    pub event: Event,
    /// What was typed, stored apart so that it can be erased.
    #[serde(skip)]
    pub words: Option<String>,
}

/// Anything that can have happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// To the installation.
    Workspace(WorkspaceEvent),
    /// To an incident as a whole.
    Incident(IncidentEvent),
    /// To its room and its messages.
    Room(RoomEvent),
    /// To who does what.
    Role(RoleEvent),
    /// To the promise of news.
    Update(UpdateEvent),
    /// To its retrospective.
    Retrospective(RetrospectiveEvent),
}

/// What the installation gives out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkspaceEvent {
    /// A number and a room name were given out.
    IncidentNumbered {
        /// The number.
        id: IncidentId,
        /// The name of its room, unique for ever.
        room_name: String,
    },
    /// A room belongs to an incident from now on.
    RoomBound {
        /// The incident.
        id: IncidentId,
        /// Its room.
        room: RoomRef,
    },
    /// Somebody whose handle says nothing to people is called this.
    PersonNamed {
        /// Who.
        person: Person,
        /// What they are called.
        name: String,
    },
    /// There is a direct room with somebody.
    DirectRoomOpened {
        /// Who.
        person: Person,
        /// The room.
        room: RoomRef,
    },
}

/// A promise of news: when the next update is due, and the silence it was promised against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// The moment promised.
    pub due: DateTime<Utc>,
    /// The interval that it was promised with, in seconds.
    pub interval_secs: i64,
}

/// What happens to an incident as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentEvent {
    /// It was declared. Words: the title.
    Declared {
        /// How bad.
        severity: Severity,
        /// Whether only those in its room may know of it.
        private: bool,
        /// What its room is to be called.
        room_name: String,
        /// Where and by which message it was declared.
        origin: Origin,
        /// Who is asked in as the room is made: the most needed first.
        invited: Vec<Person>,
        /// The rooms that are kept informed, from the first word on.
        stakeholders: Vec<RoomRef>,
        /// Where people meet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        meeting: Option<String>,
        /// When news is due; `None` when this severity owes none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        promise: Option<Promise>,
    },
    /// Somebody has it.
    Acknowledged,
    /// It is worse, or less bad, than was thought.
    SeverityChanged {
        /// The severity from now on.
        to: Severity,
        /// When news is due from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        promise: Option<Promise>,
        /// Whom the new severity asks in.
        invited: Vec<Person>,
    },
    /// The cause is dealt with. Words: what was done.
    Resolved,
    /// Whoever declared it corrected the title. Words: the title.
    Retitled,
    /// A message was taken back, and with it the words of these facts, by their numbers.
    WordsErased {
        /// The facts.
        facts: Vec<u64>,
    },
}

/// What happens to an incident's room and to messages on their way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomEvent {
    /// The room is there.
    Opened {
        /// The room.
        room: RoomRef,
    },
    /// No room could be made: the incident runs where it was declared.
    OpeningFailed {
        /// What the platform said.
        reason: String,
    },
    /// The card is posted.
    CardPosted {
        /// The card, to be pinned and edited.
        card: MessageRef,
    },
    /// The question for news is posted.
    PromptPosted {
        /// The question, on which people can press.
        prompt: MessageRef,
    },
    /// Somebody removed us from its room.
    Lost {
        /// The room.
        room: RoomRef,
        /// Who did it.
        by: Person,
    },
    /// Its room was deleted, or closed to us; by whom is not known.
    Gone {
        /// The room.
        room: RoomRef,
    },
    /// There is a place to talk.
    MeetingOpened {
        /// The place.
        room: RoomRef,
        /// The address that leads there.
        link: String,
    },
    /// We are in the room again from which we were removed.
    Regained {
        /// The room.
        room: RoomRef,
    },
    /// Its room was replaced by another one.
    Moved {
        /// The room from now on.
        room: RoomRef,
        /// Who did it.
        by: Person,
    },
    /// Something was given up after being tried.
    GivenUp {
        /// What it was, in a few words.
        what: String,
        /// What the platform said.
        reason: String,
    },
    /// The platform limits us so much that what is still to be said and done takes minutes.
    Delayed {
        /// How many messages and invitations wait.
        things: u32,
        /// How long they take.
        minutes: u32,
    },
    /// A message came too late to be worth saying and was dropped.
    Dropped {
        /// What it was, in a few words.
        what: String,
    },
}

/// What happens to who does what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleEvent {
    /// Somebody has a role from now on.
    Assigned {
        /// The role.
        role: Role,
        /// Who has it.
        to: Person,
    },
}

/// What happens to the promise of news.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateEvent {
    /// News was given. Words: the update.
    Posted {
        /// When the next is due.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        promise: Option<Promise>,
        /// The rooms it goes to besides the incident's own.
        to: Vec<RoomRef>,
    },
    /// The next update was promised for another time.
    Promised {
        /// The new promise.
        promise: Promise,
    },
    /// Somebody wants to be asked later. The promise stands.
    Snoozed {
        /// When to ask.
        until: DateTime<Utc>,
    },
    /// The commander was asked for the update that is due.
    Prompted {
        /// The promise that it was asked for.
        due: DateTime<Utc>,
        /// Whether it is the repetition.
        again: bool,
    },
    /// The stakeholders were told that the update is overdue.
    Missed {
        /// The promise that was missed.
        due: DateTime<Utc>,
        /// Whole minutes overdue.
        minutes: i64,
    },
}

/// How long before a retrospective a reminder comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ahead {
    /// A day.
    Day,
    /// An hour.
    Hour,
    /// Ten minutes.
    TenMinutes,
    /// It begins.
    Now,
}

impl Ahead {
    /// All of them, the earliest first.
    pub const ALL: [Self; 4] = [Self::Day, Self::Hour, Self::TenMinutes, Self::Now];

    /// How long before the start it comes.
    #[must_use]
    pub fn lead(self) -> Duration {
        match self {
            Self::Day => Duration::days(1),
            Self::Hour => Duration::hours(1),
            Self::TenMinutes => Duration::minutes(10),
            Self::Now => Duration::zero(),
        }
    }
}

/// What happens to an incident's retrospective.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetrospectiveEvent {
    /// Somebody sees to it, and a time is proposed.
    Proposed {
        /// Who sees to it.
        owner: Person,
        /// The time proposed.
        at: DateTime<Utc>,
        /// When to ask, if none is booked by then.
        ask_at: DateTime<Utc>,
    },
    /// It is booked, or moved.
    Booked {
        /// When it begins.
        at: DateTime<Utc>,
    },
    /// There will be none. Words: why.
    Declined,
    /// A reminder was given.
    Reminded {
        /// Which.
        ahead: Ahead,
    },
    /// Its time went by while nobody could be reminded: it is owed again.
    Lapsed {
        /// When to ask for another time.
        ask_at: DateTime<Utc>,
    },
    /// The owner was asked to book one.
    Nagged {
        /// When to ask again.
        ask_at: DateTime<Utc>,
    },
}

impl Event {
    /// Its name as the vocabulary has it, for logs and reasons.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Workspace(WorkspaceEvent::IncidentNumbered { .. }) => "IncidentNumbered",
            Self::Workspace(WorkspaceEvent::RoomBound { .. }) => "RoomBound",
            Self::Workspace(WorkspaceEvent::DirectRoomOpened { .. }) => "DirectRoomOpened",
            Self::Workspace(WorkspaceEvent::PersonNamed { .. }) => "PersonNamed",
            Self::Incident(IncidentEvent::Declared { .. }) => "IncidentDeclared",
            Self::Incident(IncidentEvent::Acknowledged) => "IncidentAcknowledged",
            Self::Incident(IncidentEvent::SeverityChanged { .. }) => "SeverityChanged",
            Self::Incident(IncidentEvent::Resolved) => "IncidentResolved",
            Self::Incident(IncidentEvent::Retitled) => "IncidentRetitled",
            Self::Incident(IncidentEvent::WordsErased { .. }) => "WordsErased",
            Self::Room(RoomEvent::PromptPosted { .. }) => "PromptPosted",
            Self::Room(RoomEvent::Lost { .. }) => "RoomLost",
            Self::Room(RoomEvent::Regained { .. }) => "RoomRegained",
            Self::Room(RoomEvent::Gone { .. }) => "RoomGone",
            Self::Room(RoomEvent::MeetingOpened { .. }) => "MeetingOpened",
            Self::Room(RoomEvent::Moved { .. }) => "RoomMoved",
            Self::Room(RoomEvent::Opened { .. }) => "RoomOpened",
            Self::Room(RoomEvent::OpeningFailed { .. }) => "RoomOpeningFailed",
            Self::Room(RoomEvent::CardPosted { .. }) => "CardPosted",
            Self::Room(RoomEvent::GivenUp { .. }) => "GivenUp",
            Self::Room(RoomEvent::Delayed { .. }) => "Delayed",
            Self::Room(RoomEvent::Dropped { .. }) => "Dropped",
            Self::Role(RoleEvent::Assigned { .. }) => "RoleAssigned",
            Self::Update(UpdateEvent::Posted { .. }) => "UpdatePosted",
            Self::Update(UpdateEvent::Promised { .. }) => "UpdatePromised",
            Self::Update(UpdateEvent::Snoozed { .. }) => "UpdateSnoozed",
            Self::Update(UpdateEvent::Prompted { .. }) => "UpdatePrompted",
            Self::Update(UpdateEvent::Missed { .. }) => "UpdateMissed",
            Self::Retrospective(RetrospectiveEvent::Proposed { .. }) => "RetrospectiveProposed",
            Self::Retrospective(RetrospectiveEvent::Booked { .. }) => "RetrospectiveBooked",
            Self::Retrospective(RetrospectiveEvent::Declined) => "RetrospectiveDeclined",
            Self::Retrospective(RetrospectiveEvent::Reminded { .. }) => "RetrospectiveReminded",
            Self::Retrospective(RetrospectiveEvent::Lapsed { .. }) => "RetrospectiveLapsed",
            Self::Retrospective(RetrospectiveEvent::Nagged { .. }) => "RetrospectiveNagged",
        }
    }
}
