//! Slash commands: the same verbs as in text, picked from a list.
//!
//! - There is one grammar. What is picked becomes the line that could have been typed ([`line`]), and core reads that.
//! - What there is to pick follows from core's verbs and what they take: a new verb is a new slash command
//!   ([`definitions`]).
//! - Discord is told of them only when they have changed: a server may make 200 of them a day ([`registration`]).
//! - What is offered while somebody types is only what they may know of ([`choices`]).
//!
//! They belong to the server, so they are there at once; in a direct message the same is typed.

mod choices;
mod definitions;
mod line;
mod registration;

pub(crate) use choices::{Asker, Typing, choices};
pub(crate) use definitions::definitions;
pub(crate) use line::line;
pub(crate) use registration::{keep, missing};
