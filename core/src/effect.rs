//! What the outside must now do.
//!
//! A [`Say`] is said once, strictly in order within its [`Lane`], and goes stale. A [`Keep`] is a desired state: of
//! several that wait for the same thing only the latest counts. A [`Read`] is a message that could not be decrypted and
//! is tried again. All are stored in the commit that caused them, and removed by the commit that learns what became of
//! them.
//!
//! Places are named by role, not by platform room: an effect for an incident's room waits in its lane until there
//! is one. `engine/outbox.rs` turns a place into a room as the effect is let go.

mod stored;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use stored::{StoredKeep, StoredQuote};

use crate::{
    event::Subject,
    incident::IncidentId,
    message::Message,
    person::Person,
    port::{Appointment, Attachment, Panel, RoomKind},
    report::ReportId,
    room::{MessageRef, PlatformName, RoomRef},
};

/// An effect's number: the commit that caused it and its place in it. With the store's incarnation it makes the
/// key under which a platform recognises a second attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EffectId {
    /// The commit's sequence number, from 1.
    pub sequence: u64,
    /// The place within the commit, from 0.
    pub index: u32,
}

/// Where something is to be said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Where the incident lives: its own room, or where it was declared if it has none.
    Incident(IncidentId),
    /// This room.
    Room(RoomRef),
    /// The direct room with this person, which is made if there is none.
    Person(Person),
    /// The thread of a report: beneath its line, once that is posted.
    Report(ReportId),
    /// Beside this message: nothing else waits for it.
    Message(MessageRef),
}

/// Things that are done one after the other: all that concerns one place on one platform.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lane {
    /// The platform.
    pub platform: PlatformName,
    /// The place on it.
    pub place: Place,
}

/// Something to be done outside.
// Most of them are messages: a box for each would cost more than the room that it saves in the others.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Say something, once.
    Say(Say),
    /// See to it that something is so.
    Keep(Keep),
    /// See to it that there is a direct room with somebody.
    Direct(Person),
    /// Try again to read something.
    Read(Read),
    /// Read what somebody marked for the timeline.
    Quote(Quote),
    /// Ask for the figures of the system.
    Measure(Measure),
}

/// What a message is for, which decides what its delivery or its loss means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The answer to a command.
    Answer,
    /// News for whoever is there.
    Notice,
    /// A question or reminder that is only worth asking near its time.
    Prompt,
    /// The incident's card.
    Card,
    /// The line of a report.
    Line,
}

/// A message to be said once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Say {
    /// The platform it is said on.
    pub platform: PlatformName,
    /// Where.
    pub place: Place,
    /// What it is for.
    pub purpose: Purpose,
    /// The report it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<ReportId>,
    /// The incident it is about, for the record of what became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<IncidentId>,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<MessageRef>,
    /// Whom alone it is shown to, where the platform can do that; elsewhere all see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_for: Option<Person>,
    /// The incident's fact whose words it passes on, so that they can be taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotes: Option<u64>,
    /// The signs that it gets once it is said, and by which it is known from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signs: Option<Pressed>,
    /// When it is no longer worth saying.
    pub stale_at: DateTime<Utc>,
    /// What is said.
    pub message: Message,
    /// What goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<Box<Attachment>>,
}

/// The performer that measures: not a place to talk, but asked like one.
pub const MEASURES: &str = "prometheus";

/// What a marked message is read for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// For an incident's timeline.
    Timeline(IncidentId),
    /// To be filed as a report, by whoever marked it.
    Report(Person),
}

/// A message that somebody marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredQuote", into = "StoredQuote")]
pub struct Quote {
    /// What for.
    pub purpose: Quoting,
    /// The message.
    pub message: MessageRef,
    /// When it is no longer worth trying.
    pub stale_at: DateTime<Utc>,
}

/// Figures to be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// The incident.
    pub incident: IncidentId,
    /// What is asked for.
    pub panels: Vec<Panel>,
    /// The beginning of the time that is asked about.
    pub from: DateTime<Utc>,
    /// Its end.
    pub until: DateTime<Utc>,
    /// When it is no longer worth asking.
    pub stale_at: DateTime<Utc>,
}

impl Say {
    /// Something to be said, about no incident and to nobody in particular.
    #[must_use]
    pub fn new(
        place: Place,
        platform: &PlatformName,
        purpose: Purpose,
        message: Message,
        stale_at: DateTime<Utc>,
    ) -> Self {
        Self {
            platform: platform.clone(),
            place,
            purpose,
            report: None,
            about: None,
            answers: None,
            only_for: None,
            quotes: None,
            signs: None,
            stale_at,
            message,
            attachment: None,
        }
    }
}

/// A state of things to be brought about and kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredKeep", into = "StoredKeep")]
pub struct Keep {
    /// The platform it is kept on.
    pub platform: PlatformName,
    /// Whose it is: an incident's or a report's.
    pub about: Subject,
    /// What is to be so.
    pub desired: Desired,
}

impl Keep {
    /// The lane it is done in.
    #[must_use]
    pub fn lane(&self) -> Lane {
        let place = match &self.desired {
            // A copy lies elsewhere, and what can't be done there holds up nothing at home.
            Desired::Copy { copy, .. } => Place::Room(copy.room.clone()),
            Desired::Line { line, .. } => Place::Room(line.room.clone()),
            Desired::Buttons { message, on: Pressed::Report, .. } => Place::Room(message.room.clone()),
            Desired::Room { .. }
            | Desired::Card { .. }
            | Desired::Pinned { .. }
            | Desired::Members { .. }
            | Desired::Meeting { .. }
            | Desired::NoMeeting { .. }
            | Desired::Appointment { .. }
            | Desired::Named { .. }
            | Desired::Tasks { .. }
            | Desired::Archived { .. }
            | Desired::Restored { .. }
            | Desired::Buttons { .. } => match self.about {
                Subject::Incident(id) => Place::Incident(id),
                Subject::Report(id) => Place::Report(id),
                // Nothing is kept for anything else.
                Subject::Workspace | Subject::Rota | Subject::Changes(_) | Subject::Heartbeat(_) => {
                    Place::Room(RoomRef::new(&self.platform, ""))
                }
            },
        };
        Lane { platform: self.platform.clone(), place }
    }

    /// Whether both are about the same.
    #[must_use]
    pub fn concerns_the_same_as(&self, other: &Self) -> bool {
        self.about == other.about && self.desired.aspect() == other.desired.aspect()
    }
}

/// A message that could not be decrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// The message.
    pub message: MessageRef,
    /// Who said it, according to the platform.
    pub person: Person,
    /// What kind of room it was said in.
    pub kind: RoomKind,
    /// When, according to the platform.
    pub sent_at: DateTime<Utc>,
    /// When it is no longer worth trying.
    pub stale_at: DateTime<Utc>,
    /// Whether the person knows, or need not be told.
    pub told: bool,
}

/// What signs on a message are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pressed {
    /// The incident's card.
    Card,
    /// The question for news.
    Prompt,
    /// The offer to take over.
    Handoff,
    /// The question who takes the roles that nobody has.
    Roles,
    /// The word that nobody has it yet.
    Escalation,
    /// The list of tasks.
    Tasks,
    /// The question whether anything is lost.
    Lasting,
    /// The line of a report.
    Report,
}

/// A desired state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Desired {
    /// The incident has a room.
    Room {
        /// Its name.
        name: String,
        /// Its topic.
        topic: String,
        /// Who is asked in as it is made, at most ten.
        invited: Vec<Person>,
        /// Whether only those asked may see it.
        private: bool,
        /// The room whose members may come in unasked: where a public incident was declared, if everybody may command.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        open_to: Option<RoomRef>,
    },
    /// The card reads like this.
    Card {
        /// The card.
        card: MessageRef,
        /// What it is to say.
        message: Message,
    },
    /// The card is pinned.
    Pinned {
        /// The card.
        card: MessageRef,
    },
    /// These people are in the room, or asked in.
    Members {
        /// All of them, the most needed first.
        people: Vec<Person>,
    },
    /// There is a place to talk.
    Meeting {
        /// Its name.
        name: String,
        /// Who alone may enter; `None` for whoever may read what is public.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        people: Option<Vec<Person>>,
        /// The one that there is, as far as is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        known: Option<RoomRef>,
    },
    /// There is no place to talk any more.
    NoMeeting {
        /// The place.
        room: RoomRef,
    },
    /// The platform's calendar says this.
    Appointment {
        /// The room that it is about.
        room: RoomRef,
        /// What; `None` for nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        appointment: Option<Appointment>,
    },
    /// The room is called this.
    Named {
        /// Its name.
        name: String,
        /// Its topic.
        topic: String,
    },
    /// The list of tasks reads like this.
    Tasks {
        /// The list.
        list: MessageRef,
        /// What it is to say.
        message: Message,
    },
    /// A copy of an update reads like this.
    Copy {
        /// Which of the incident's copies, from 0.
        number: u32,
        /// The copy.
        copy: MessageRef,
        /// What it is to say.
        message: Message,
    },
    /// The line of a report reads like this.
    Line {
        /// The line.
        line: MessageRef,
        /// What it is to say.
        message: Message,
    },
    /// Nobody writes in the room any more, and it is out of the way.
    Archived {
        /// The room.
        room: RoomRef,
    },
    /// The room is back as it was.
    Restored {
        /// The room.
        room: RoomRef,
    },
    /// A message of ours has these signs on it.
    Buttons {
        /// The message.
        message: MessageRef,
        /// What it is.
        on: Pressed,
        /// The signs, in order.
        keys: Vec<String>,
    },
}

/// What a [`Keep`] is about: the latest of the same aspect wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// That there is a room.
    Room,
    /// What the card says.
    Card,
    /// That the card is pinned.
    Pinned,
    /// Who is in it.
    Members,
    /// What it is called.
    Named,
    /// The place to talk.
    Meeting,
    /// What the calendar says.
    Appointment,
    /// The signs on a message.
    Buttons(Pressed),
    /// What the list of tasks says.
    Tasks,
    /// What a copy of an update says.
    Copy(u32),
    /// What the line of a report says.
    Line,
    /// Whether the room is archived.
    Archive,
}

impl Desired {
    /// What it is about.
    #[must_use]
    pub fn aspect(&self) -> Aspect {
        match self {
            Self::Room { .. } => Aspect::Room,
            Self::Card { .. } => Aspect::Card,
            Self::Pinned { .. } => Aspect::Pinned,
            Self::Members { .. } => Aspect::Members,
            Self::Named { .. } => Aspect::Named,
            Self::Meeting { .. } | Self::NoMeeting { .. } => Aspect::Meeting,
            Self::Appointment { .. } => Aspect::Appointment,
            Self::Buttons { on, .. } => Aspect::Buttons(*on),
            Self::Tasks { .. } => Aspect::Tasks,
            Self::Copy { number, .. } => Aspect::Copy(*number),
            Self::Line { .. } => Aspect::Line,
            Self::Archived { .. } | Self::Restored { .. } => Aspect::Archive,
        }
    }
}

/// How much an effect matters within its lane; the lowest goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Without it there is no place.
    Room,
    /// What people read first.
    Card,
    /// The conversation.
    Say,
    /// What the card is found by.
    Pin,
    /// People who are missing.
    Members,
    /// What can wait until the conversation is served.
    Upkeep,
}

impl Effect {
    /// The lane it is done in.
    #[must_use]
    pub fn lane(&self) -> Lane {
        match self {
            Self::Say(say) => Lane { platform: say.platform.clone(), place: say.place.clone() },
            Self::Keep(keep) => keep.lane(),
            Self::Direct(person) => {
                Lane { platform: person.platform.clone(), place: Place::Person(person.clone()) }
            }
            Self::Read(Read { message, .. }) => {
                let platform = message.room.platform.clone();
                Lane { platform, place: Place::Message(message.clone()) }
            }
            Self::Quote(Quote { message, .. }) => {
                let platform = message.room.platform.clone();
                Lane { platform, place: Place::Message(message.clone()) }
            }
            Self::Measure(measure) => {
                Lane { platform: PlatformName::new(MEASURES), place: Place::Incident(measure.incident) }
            }
        }
    }

    /// How much it matters within its lane.
    #[must_use]
    pub fn rank(&self) -> Rank {
        match self {
            Self::Say(say) => match say.purpose {
                Purpose::Card => Rank::Card,
                Purpose::Answer | Purpose::Notice | Purpose::Prompt | Purpose::Line => Rank::Say,
            },
            Self::Keep(keep) => match keep.desired.aspect() {
                Aspect::Room => Rank::Room,
                // Whoever comes in looks for both.
                Aspect::Pinned | Aspect::Meeting => Rank::Pin,
                Aspect::Members => Rank::Members,
                Aspect::Card
                | Aspect::Named
                | Aspect::Buttons(_)
                | Aspect::Appointment
                | Aspect::Tasks
                | Aspect::Copy(_)
                | Aspect::Line
                | Aspect::Archive => Rank::Upkeep,
            },
            Self::Direct(_) => Rank::Room,
            Self::Read(_) | Self::Quote(_) | Self::Measure(_) => Rank::Say,
        }
    }

    /// The incident it is about.
    #[must_use]
    pub fn about(&self) -> Option<IncidentId> {
        match self {
            Self::Say(say) => say.about,
            Self::Keep(keep) => match keep.about {
                Subject::Incident(id) => Some(id),
                Subject::Workspace
                | Subject::Report(_)
                | Subject::Rota
                | Subject::Changes(_)
                | Subject::Heartbeat(_) => None,
            },
            Self::Quote(Quote { purpose: Quoting::Timeline(id), .. }) => Some(*id),
            Self::Quote(_) => None,
            Self::Measure(measure) => Some(measure.incident),
            Self::Direct(_) | Self::Read(_) => None,
        }
    }

    /// The report it is about.
    #[must_use]
    pub fn report(&self) -> Option<ReportId> {
        match self {
            Self::Say(Say { place: Place::Report(id), .. }) => Some(*id),
            Self::Say(say) => say.report,
            Self::Keep(Keep { about: Subject::Report(id), .. }) => Some(*id),
            Self::Keep(_) | Self::Direct(_) | Self::Read(_) | Self::Quote(_) | Self::Measure(_) => None,
        }
    }

    /// What it is, in a few words, for a sentence such as "I could not ...".
    #[must_use]
    pub fn in_words(&self) -> &'static str {
        match self {
            Self::Say(say) => match say.purpose {
                Purpose::Answer => "answer a command",
                Purpose::Notice => "pass on a message",
                Purpose::Prompt => "ask for an update",
                Purpose::Card => "post the card",
                Purpose::Line => "post a report",
            },
            Self::Keep(keep) => match keep.desired.aspect() {
                Aspect::Room => "make a room",
                Aspect::Card => "bring the card up to date",
                Aspect::Pinned => "pin the card",
                Aspect::Members => "invite everybody",
                Aspect::Named => "name the room",
                Aspect::Meeting => "make or remove the voice channel",
                Aspect::Appointment => "put the retrospective into the calendar",
                Aspect::Buttons(_) => "put the signs to press on a message",
                Aspect::Tasks => "bring the list of tasks up to date",
                Aspect::Copy(_) => "correct an update that was passed on",
                Aspect::Line => "bring a report up to date",
                Aspect::Archive if matches!(keep.desired, Desired::Archived { .. }) => "archive the room",
                Aspect::Archive => "bring the room back",
            },
            Self::Direct(_) => "make a direct room",
            Self::Read(_) => "read an encrypted message",
            Self::Quote(_) => "read a marked message",
            Self::Measure(_) => "ask for the figures of the system",
        }
    }
}
