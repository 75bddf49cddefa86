//! What is put on the record for its own sake.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{person::Person, room::MessageRef};

/// What is put on the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimelineEvent {
    /// Somebody wrote down what happened. Words: what.
    NoteAdded {
        /// When it happened.
        at: DateTime<Utc>,
    },
    /// Somebody marked a message. The fact's message is what they marked it with.
    Marked {
        /// The message.
        message: MessageRef,
        /// What the platform knows their mark by.
        mark: String,
    },
    /// What a marked message says. Words: that.
    Quoted {
        /// The message.
        message: MessageRef,
        /// Who said it.
        author: Person,
        /// When.
        said_at: DateTime<Utc>,
    },
    /// What a marked message says can't be known any more.
    Unreadable {
        /// The message.
        message: MessageRef,
    },
    /// Somebody took their mark off.
    Unmarked {
        /// The message.
        message: MessageRef,
        /// What the platform knew their mark by.
        mark: String,
    },
}

impl TimelineEvent {
    /// Its name as the vocabulary has it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::NoteAdded { .. } => "NoteAdded",
            Self::Marked { .. } => "MessageMarked",
            Self::Quoted { .. } => "MessageQuoted",
            Self::Unreadable { .. } => "MessageUnreadable",
            Self::Unmarked { .. } => "MessageUnmarked",
        }
    }
}
