//! The number people say: `REP-12`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A report's number, from 1, never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReportId(pub u64);

impl fmt::Display for ReportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "REP-{}", self.0)
    }
}

/// The text is not a report's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a report number: write it as REP-12")]
pub struct ParseReportIdError;

impl FromStr for ReportId {
    type Err = ParseReportIdError;

    /// Reads `REP-12`, in any case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (prefix, number) = text.split_once('-').ok_or(ParseReportIdError)?;
        let is_number =
            !number.is_empty() && number.len() <= 12 && number.bytes().all(|b| b.is_ascii_digit());
        if !prefix.eq_ignore_ascii_case("rep") || !is_number {
            return Err(ParseReportIdError);
        }
        match number.parse() {
            Ok(0) | Err(_) => Err(ParseReportIdError),
            Ok(number) => Ok(Self(number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_type_and_nothing_else() {
        for (text, expected) in [("REP-12", 12), ("rep-1", 1), ("Rep-007", 7)] {
            assert_eq!(text.parse(), Ok(ReportId(expected)), "{text}");
        }
        for text in ["12", "REP12", "REP-", "REP-0", "REP--1", "REP-1a", "REP-9999999999999", "ticket-4", ""]
        {
            assert_eq!(text.parse::<ReportId>(), Err(ParseReportIdError), "{text}");
        }
    }
}
