//! What is said when something could not be done: what happened, what sitrep did about it, what to do now.

use super::{Message, bold, text};
use crate::{incident::IncidentId, port::StoreError};

/// In an incident's room: something was given up.
#[must_use]
pub fn given_up(id: IncidentId, what: &str, reason: &str) -> Message {
    Message::line([
        text("I could not "),
        text(what),
        text(" for "),
        bold(id.to_string()),
        text(format!(" and have given up ({reason}). Everything else goes on; please see to it by hand.")),
    ])
}

/// Where a command was typed, when it can't be made durable.
#[must_use]
pub fn cannot_store(error: &StoreError) -> Message {
    // The error itself names files of the machine, which is for the log.
    let reason = match error {
        StoreError::Full(_) => "it is full",
        StoreError::Damaged(_) | StoreError::InUse(_) | StoreError::Failed(_) => "the log says why",
    };
    Message::text(format!(
        "I heard you, but I can't write to my disk ({reason}), so nothing is done yet. Nothing is lost: I carry it \
         out as soon as I can write again. Whoever runs me: please make room."
    ))
}
