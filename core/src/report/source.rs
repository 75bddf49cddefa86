//! Where a report comes from.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{person::Person, room::MessageRef};

/// Where a report comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Somebody said it, or marked what somebody said. Who filed it is in the record.
    Person {
        /// The message that says it.
        message: MessageRef,
        /// Whose words they are, if not of whoever filed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        author: Option<Person>,
    },
    /// A group of alerts.
    Alert {
        /// The source, as the configuration names it.
        source: String,
        /// What makes it the same group when it is told again.
        group: String,
        /// Where there is more to see.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<String>,
        /// Since when, according to the source.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<DateTime<Utc>>,
    },
    /// More alerts of one source than anybody could read one by one.
    Storm {
        /// The source, as the configuration names it.
        source: String,
    },
    /// A sign of life that stayed away.
    Heartbeat {
        /// The name under which the configuration expects it.
        name: String,
    },
}

impl Source {
    /// The name of the machine that told it; `None` for a person.
    #[must_use]
    pub fn machine(&self) -> Option<&str> {
        match self {
            Self::Person { .. } => None,
            Self::Alert { source, .. } | Self::Storm { source } => Some(source),
            Self::Heartbeat { name } => Some(name),
        }
    }

    /// The message in which a person said it.
    #[must_use]
    pub fn message(&self) -> Option<&MessageRef> {
        match self {
            Self::Person { message, .. } => Some(message),
            Self::Alert { .. } | Self::Storm { .. } | Self::Heartbeat { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_of_machines_loads_for_ever() {
        let storm = Source::Storm { source: "prometheus".to_owned() };
        let heartbeat = Source::Heartbeat { name: "nightly-backup".to_owned() };
        for (json, expected) in [
            (r#"{"storm":{"source":"prometheus"}}"#, storm),
            (r#"{"heartbeat":{"name":"nightly-backup"}}"#, heartbeat),
        ] {
            assert_eq!(serde_json::from_str::<Source>(json).ok(), Some(expected));
        }
    }
}
