//! What is wrong with a configured room, and what to do about it: the same words in the log and from `sitrep doctor`.

use std::fmt;

use sitrep_core::port::Finding;

use crate::{failure::Failure, settings::MatrixSettings};

/// Something that is wrong, without full stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    what: String,
    remedy: String,
    /// It doesn't pass by itself: what it is about can't be used.
    is_final: bool,
}

impl fmt::Display for Complaint {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}. {}.", self.what, self.remedy)
    }
}

impl Complaint {
    pub(crate) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into(), is_final: false }
    }

    fn finally(self) -> Self {
        Self { is_final: true, ..self }
    }

    /// Whether it doesn't pass by itself, so that what it is about can't be used.
    pub(crate) fn is_final(&self) -> bool {
        self.is_final
    }

    /// As a finding of something that incidents need.
    pub(crate) fn problem(self) -> Finding {
        Finding::problem(self.what, self.remedy)
    }

    /// As a finding of something that incidents can do without.
    pub(crate) fn warning(self) -> Finding {
        Finding::warning(self.what, self.remedy)
    }

    /// Why a configured room can't be entered.
    pub(crate) fn not_entered(name: &str, settings: &MatrixSettings, failure: &Failure) -> Self {
        let user = &settings.user;
        match failure {
            Failure::Refused { code, .. } if code == "M_NOT_FOUND" => Self::new(
                format!("The room {name} does not exist"),
                "Create it, or correct its name in the configuration. It is tried again every minute",
            ),
            Failure::Refused { code, .. } if code == "M_INVALID_PARAM" => Self::new(
                format!("The room {name} can't be entered"),
                "Write it like #ops:example.org, or as a room id",
            ),
            Failure::Refused { code, .. } if code == "M_FORBIDDEN" => Self::new(
                format!("sitrep may not enter the room {name}"),
                format!("Invite {user} into it. It is tried again every minute"),
            ),
            Failure::Limited(_)
            | Failure::LoggedOut { .. }
            | Failure::Refused { .. }
            | Failure::Unreached(_)
            | Failure::Intercepted(_)
            | Failure::NotYet(_)
            | Failure::Lost(_)
            | Failure::Garbled(_)
            | Failure::Broken(_) => Self::new(
                format!("sitrep could not enter the room {name}: {}", failure.words()),
                "It is tried again every minute",
            ),
        }
    }

    /// Somebody has removed us from a configured room.
    pub(crate) fn removed(name: &str, settings: &MatrixSettings) -> Self {
        Self::new(
            format!("sitrep was removed from the room {name}, and neither hears nor tells anybody there"),
            format!("Invite {} again, or take {name} out of the configuration", settings.user),
        )
    }

    /// A configured room has been upgraded, and the new one can't be entered.
    pub(crate) fn not_followed(name: &str, settings: &MatrixSettings, failure: &Failure) -> Self {
        Self::new(
            format!("The room {name} was upgraded, and sitrep could not follow: {}", failure.words()),
            format!("Invite {} into the new room. It is tried again every minute", settings.user),
        )
    }

    /// It can't be found out which room a name means; what it meant is remembered.
    pub(crate) fn in_doubt(name: &str, failure: &Failure) -> Self {
        Self::new(
            format!("It is not known whether {name} still means the same room: {}", failure.words()),
            "sitrep goes on in the one that it meant. If the address is gone, correct it in the configuration",
        )
    }

    /// We are in a configured room and may not look at it.
    pub(crate) fn unreadable(name: &str, settings: &MatrixSettings, failure: &Failure) -> Self {
        Self::new(
            format!("sitrep can't read the room {name}: {}", failure.words()),
            format!("Invite {} into it again", settings.user),
        )
    }

    /// We may not speak in a configured room.
    pub(crate) fn mute(name: &str, settings: &MatrixSettings) -> Self {
        Self::new(
            format!("sitrep may not speak in the room {name}"),
            format!("Give {} a power level there at which messages can be sent", settings.user),
        )
    }

    /// We may not pin in a configured room.
    pub(crate) fn pinless(name: &str, settings: &MatrixSettings) -> Self {
        Self::new(
            format!("sitrep may not pin messages in the room {name}, so a card there would stay unpinned"),
            format!(
                "Give {} a power level there at which m.room.pinned_events can be changed, 50 as a rule",
                settings.user
            ),
        )
    }

    /// The space can't be entered, or made.
    pub(crate) fn no_space(name: &str, settings: &MatrixSettings, failure: &Failure) -> Self {
        let what = format!("The space {name} can't be used: {}", failure.words());
        match failure {
            Failure::Refused { .. } => Self::new(
                what,
                format!("Invite {} into it, or correct `space`. Incidents go on without it", settings.user),
            )
            .finally(),
            Failure::Limited(_)
            | Failure::LoggedOut { .. }
            | Failure::Unreached(_)
            | Failure::Intercepted(_)
            | Failure::NotYet(_)
            | Failure::Lost(_)
            | Failure::Garbled(_)
            | Failure::Broken(_) => Self::new(what, "It is tried again every minute, and incidents go on"),
        }
    }

    /// What is configured as a space is a room.
    pub(crate) fn not_a_space(name: &str) -> Self {
        let remedy =
            "Name a space, or leave sitrep to make one: space = \"Incidents\". Incidents go on without it";
        Self::new(format!("{name} is a room and not a space"), remedy).finally()
    }

    /// We may not put rooms into the space.
    pub(crate) fn no_power_in_space(name: &str, settings: &MatrixSettings) -> Self {
        let remedy = format!(
            "Give {} a power level there at which m.space.child can be changed, 50 as a rule. Incidents go on without \
             it",
            settings.user
        );
        Self::new(format!("sitrep may not put rooms into the space {name}"), remedy).finally()
    }

    /// Somebody else has a room under the address of our space.
    pub(crate) fn space_taken(name: &str, address: &str) -> Self {
        Self::new(
            format!("The space {name} can't be made: {address} is the address of somebody else's room"),
            format!("Have {address} removed, or configure a space that exists. Incidents go on without it"),
        )
        .finally()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::settings;

    #[test]
    fn it_is_said_what_to_do() {
        let refused = |code: &str| Failure::Refused { code: code.to_owned(), words: "No".to_owned() };
        let cases = [
            (refused("M_NOT_FOUND"), "does not exist. Create it"),
            (refused("M_FORBIDDEN"), "Invite @sitrep:example.org into it"),
            (refused("M_INVALID_PARAM"), "Write it like"),
            (refused("M_UNKNOWN"), "No (M_UNKNOWN)"),
            (Failure::Intercepted(404), "something else answered"),
        ];
        for (failure, expected) in cases {
            let why = Complaint::not_entered("#ops:example.org", &settings(), &failure).to_string();
            assert!(why.contains("#ops:example.org") && why.contains(expected), "{why}");
        }
    }
}
