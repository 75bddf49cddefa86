//! Reports: what may become an incident, and is not one yet.
//!
//! A [`Report`] is what its events say, as an incident is. It comes from a person, from a group of alerts, from a storm of
//! them, or from a sign of life that stayed away. One that is taken into an incident goes on telling what its alert does.

mod evolve;
mod id;
mod source;
mod state;

pub use evolve::{begin, evolve};
pub use id::{ParseReportIdError, ReportId};
pub use source::Source;
pub use state::{Group, Report, Standing};
