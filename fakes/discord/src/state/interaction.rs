//! Something a person did that a program must answer: a command, a button, a form, a half typed word.

use chrono::{DateTime, Utc};
use serde_json::Value;

/// What was done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InteractionKind {
    /// A slash command.
    Command,
    /// A button or a select.
    Component,
    /// A slash command that is being typed.
    Autocomplete,
    /// A form that was sent.
    Modal,
}

impl InteractionKind {
    /// Its number in Discord's description.
    pub fn number(self) -> u8 {
        match self {
            Self::Command => 2,
            Self::Component => 3,
            Self::Autocomplete => 4,
            Self::Modal => 5,
        }
    }
}

/// How it was answered first.
#[derive(Clone, Debug)]
pub struct FirstAnswer {
    /// The number of the kind of answer: 4 message, 5 thinking, 6 and 7 the button's message, 8 choices, 9 a form.
    pub kind: u8,
    /// What came with it.
    pub data: Value,
    /// When.
    pub at: DateTime<Utc>,
}

/// An interaction.
#[derive(Clone, Debug)]
pub struct Interaction {
    /// Its id.
    pub id: u64,
    /// What lets a program answer it.
    pub token: String,
    /// What was done.
    pub kind: InteractionKind,
    /// By whom.
    pub user: u64,
    /// Where.
    pub channel: u64,
    /// What exactly, as it is delivered.
    pub data: Value,
    /// The message whose button it was.
    pub message: Option<u64>,
    /// When.
    pub made_at: DateTime<Utc>,
    /// The first answer.
    pub answer: Option<FirstAnswer>,
    /// The message that answers it.
    pub original: Option<u64>,
    /// Messages that came after the answer.
    pub followups: Vec<u64>,
}
