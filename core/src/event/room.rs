//! What happens to an incident's room and to messages on their way.

use serde::{Deserialize, Serialize};

use crate::{
    effect::Pressed,
    person::Person,
    room::{MessageRef, RoomRef},
};

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
    /// A message that people can press is posted.
    SignsPosted {
        /// What it is for.
        on: Pressed,
        /// The message.
        message: MessageRef,
    },
    /// A copy of an update is delivered.
    CopyPosted {
        /// The fact whose words it passes on.
        fact: u64,
        /// The copy.
        copy: MessageRef,
    },
    /// Nobody writes in its room any more.
    Archived,
    /// Its room is back.
    Restored,
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

impl RoomEvent {
    /// Its name as the vocabulary has it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::PromptPosted { .. } => "PromptPosted",
            Self::Lost { .. } => "RoomLost",
            Self::Regained { .. } => "RoomRegained",
            Self::Gone { .. } => "RoomGone",
            Self::MeetingOpened { .. } => "MeetingOpened",
            Self::Moved { .. } => "RoomMoved",
            Self::Opened { .. } => "RoomOpened",
            Self::OpeningFailed { .. } => "RoomOpeningFailed",
            Self::CardPosted { .. } => "CardPosted",
            Self::GivenUp { .. } => "GivenUp",
            Self::Delayed { .. } => "Delayed",
            Self::Dropped { .. } => "Dropped",
            Self::SignsPosted { .. } => "SignsPosted",
            Self::CopyPosted { .. } => "CopyPosted",
            Self::Archived => "RoomArchived",
            Self::Restored => "RoomRestored",
        }
    }
}
