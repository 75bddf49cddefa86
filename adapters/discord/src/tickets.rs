//! Interactions that wait for an answer: a slash command, a button, a form.
//!
//! The first answer has to come within three seconds, and a token is good for fifteen minutes. Tokens are kept in a
//! file too, so that what was asked before a crash is answered where it was asked.

/// The interactions that are not answered yet, or may still be edited.
#[derive(Debug, Default)]
pub(crate) struct Tickets {}
