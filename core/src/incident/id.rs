//! The number people say: `INC-12`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// An incident's number, from 1, never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IncidentId(pub u64);

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "INC-{}", self.0)
    }
}

/// The text is not an incident's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an incident number: write it as INC-12")]
pub struct ParseIncidentIdError;

impl FromStr for IncidentId {
    type Err = ParseIncidentIdError;

    /// Reads `INC-12`, in any case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (prefix, number) = text.split_once('-').ok_or(ParseIncidentIdError)?;
        let is_number =
            !number.is_empty() && number.len() <= 12 && number.bytes().all(|b| b.is_ascii_digit());
        if !prefix.eq_ignore_ascii_case("inc") || !is_number {
            return Err(ParseIncidentIdError);
        }
        match number.parse() {
            Ok(0) | Err(_) => Err(ParseIncidentIdError),
            Ok(number) => Ok(Self(number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_type_and_nothing_else() {
        for (text, expected) in [("INC-12", 12), ("inc-1", 1), ("Inc-007", 7)] {
            assert_eq!(text.parse(), Ok(IncidentId(expected)), "{text}");
        }
        for text in ["12", "INC12", "INC-", "INC-0", "INC--1", "INC-1a", "INC-9999999999999", "ticket-4", ""]
        {
            assert_eq!(text.parse::<IncidentId>(), Err(ParseIncidentIdError), "{text}");
        }
    }
}
