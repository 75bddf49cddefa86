//! What happens to who takes part.

use serde::{Deserialize, Serialize};

use crate::person::Person;

/// What happens to who takes part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeopleEvent {
    /// Somebody asked others in.
    Invited {
        /// The people, by the handles under which they are asked.
        people: Vec<Person>,
        /// The names of the teams and services that they were asked by.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        names: Vec<String>,
    },
    /// Somebody came: whoever it is about did it.
    Joined,
    /// Somebody who came late was told what is going on.
    Briefed {
        /// Who.
        person: Person,
    },
    /// Somebody can't be told in private what is going on.
    Unreached {
        /// Who.
        person: Person,
    },
    /// They were told in the room where to find it.
    BriefedInRoom {
        /// Who.
        people: Vec<Person>,
    },
    /// Somebody wants to hear of it in private.
    Followed,
    /// Somebody wants to hear of it no more.
    Unfollowed {
        /// All the handles under which they heard of it.
        people: Vec<Person>,
    },
}

impl PeopleEvent {
    /// Its name as the vocabulary has it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Invited { .. } => "PeopleInvited",
            Self::Joined => "ResponderJoined",
            Self::Briefed { .. } => "ResponderBriefed",
            Self::Followed => "FollowerAdded",
            Self::Unreached { .. } => "ResponderUnreached",
            Self::BriefedInRoom { .. } => "RespondersBriefedInRoom",
            Self::Unfollowed { .. } => "FollowerRemoved",
        }
    }
}
