//! How bad it is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Severity, worst first. Unsure means the higher one, and none of them holds up a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Everybody is affected.
    Sev1,
    /// Many are affected, or a few badly.
    Sev2,
    /// Some are affected, and there is a way around it.
    Sev3,
    /// Hardly anybody notices.
    Sev4,
}

impl Severity {
    /// All of them, worst first.
    pub const ALL: [Self; 4] = [Self::Sev1, Self::Sev2, Self::Sev3, Self::Sev4];

    /// Its place in [`Severity::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::Sev1 => 0,
            Self::Sev2 => 1,
            Self::Sev3 => 2,
            Self::Sev4 => 3,
        }
    }

    /// Reads `1`, `sev1`, `SEV-1`, `sev 1`, `s1` or `p1`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.trim().to_lowercase();
        let number = ["sev", "s", "p"]
            .iter()
            .find_map(|prefix| lower.strip_prefix(prefix))
            .unwrap_or(&lower)
            .trim_start_matches(['-', ' ']);
        match number {
            "1" => Some(Self::Sev1),
            "2" => Some(Self::Sev2),
            "3" => Some(Self::Sev3),
            "4" => Some(Self::Sev4),
            _ => None,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sev{}", self.index() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_type() {
        for text in ["1", "sev1", "SEV1", "Sev 1", "sev-1", "p1", "S1", " 1 "] {
            assert_eq!(Severity::parse(text), Some(Severity::Sev1), "{text}");
        }
        for text in ["0", "5", "", "high", "sev", "11", "one"] {
            assert_eq!(Severity::parse(text), None, "{text}");
        }
    }
}
