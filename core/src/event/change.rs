//! What was changed, as a machine tells it: it may turn out to be why.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeEvent {
    /// Something was. Words: what.
    Made {
        /// The source, as the configuration names it.
        source: String,
        /// When, according to the source.
        at: DateTime<Utc>,
        /// Where there is more to see.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<String>,
        /// The services that it touches, by their names in the configuration; none if it doesn't say.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        services: Vec<String>,
    },
    /// It is too long ago to be of interest.
    Forgotten,
}

impl ChangeEvent {
    /// Its name as the vocabulary has it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Made { .. } => "ChangeMade",
            Self::Forgotten => "ChangesForgotten",
        }
    }
}
