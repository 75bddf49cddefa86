//! Where an event says under which key it was sent.
//!
//! Beside the transaction id, which homeservers forget after some hours, the key stands in the content: `say.rs` and
//! `edit.rs` put it there, `history.rs` finds it.

/// The field of the content.
pub(crate) const CONTENT_KEY: &str = "org.sitrep.key";
