//! `[severity.sev1]` to `[severity.sev4]`: the rhythm of an incident, and who is called.
//!
//! A severity without a section keeps its defaults, and so does a key that a section leaves out.

use chrono::Duration;

use super::diagnose::Wrong;
use super::duration;
use super::near_miss::did_you_mean;
use super::people::Roster;
use super::section::Section;
use super::shape::Shape;

pub(super) const SHAPE: Shape = Shape { sections: &NAMES, ..Shape::new("severity") };
pub(super) const SEV1: Shape = one("severity.sev1");
pub(super) const SEV2: Shape = one("severity.sev2");
pub(super) const SEV3: Shape = one("severity.sev3");
pub(super) const SEV4: Shape = one("severity.sev4");

const NAMES: [&str; 4] = ["sev1", "sev2", "sev3", "sev4"];

const fn one(path: &'static str) -> Shape {
    Shape {
        keys: &[
            ("update_every", "\"15m\""),
            ("acknowledge_within", "\"5m\""),
            ("retro_within", "\"3d\""),
            ("invite", "[\"payments\"]"),
        ],
        ..Shape::new(path)
    }
}

/// How bad an incident is; `Sev1` is the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    Sev1,
    Sev2,
    Sev3,
    Sev4,
}

/// What a severity asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    /// The longest silence between two updates. `None`: no updates are owed.
    pub(crate) update_every: Option<Duration>,
    /// How soon somebody must acknowledge the incident.
    pub(crate) acknowledge_within: Duration,
    /// How soon after the incident the retrospective is due.
    pub(crate) retro_within: Duration,
    /// Who is invited into the room: names in `[teams]` or `[people]`, which never share one.
    pub(crate) invite: Vec<String>,
}

impl Rules {
    fn default_for(severity: Severity) -> Self {
        let (update_every, retro_within) = match severity {
            Severity::Sev1 => (Some(Duration::minutes(15)), Duration::days(3)),
            Severity::Sev2 => (Some(Duration::minutes(20)), Duration::days(7)),
            Severity::Sev3 => (Some(Duration::minutes(30)), Duration::days(7)),
            Severity::Sev4 => (None, Duration::days(7)),
        };
        Self { update_every, acknowledge_within: Duration::minutes(5), retro_within, invite: Vec::new() }
    }
}

/// The rules of each severity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Severities {
    pub(crate) sev1: Rules,
    pub(crate) sev2: Rules,
    pub(crate) sev3: Rules,
    pub(crate) sev4: Rules,
}

impl Default for Severities {
    fn default() -> Self {
        Self {
            sev1: Rules::default_for(Severity::Sev1),
            sev2: Rules::default_for(Severity::Sev2),
            sev3: Rules::default_for(Severity::Sev3),
            sev4: Rules::default_for(Severity::Sev4),
        }
    }
}

impl Severities {
    /// The rules of one severity.
    pub(crate) fn of(&self, severity: Severity) -> &Rules {
        match severity {
            Severity::Sev1 => &self.sev1,
            Severity::Sev2 => &self.sev2,
            Severity::Sev3 => &self.sev3,
            Severity::Sev4 => &self.sev4,
        }
    }
}

pub(super) fn read(section: &Section<'_>, roster: &Roster) -> Severities {
    let rules = |name: &str, shape: &'static Shape, severity: Severity| {
        let default = Rules::default_for(severity);
        section.inner(name, shape).map_or(default.clone(), |section| read_one(&section, roster, default))
    };
    Severities {
        sev1: rules("sev1", &SEV1, Severity::Sev1),
        sev2: rules("sev2", &SEV2, Severity::Sev2),
        sev3: rules("sev3", &SEV3, Severity::Sev3),
        sev4: rules("sev4", &SEV4, Severity::Sev4),
    }
}

fn read_one(section: &Section<'_>, roster: &Roster, default: Rules) -> Rules {
    Rules {
        update_every: section.parsed("update_every", update_every).unwrap_or(default.update_every),
        acknowledge_within: section
            .parsed("acknowledge_within", duration::parse)
            .unwrap_or(default.acknowledge_within),
        retro_within: section.parsed("retro_within", duration::parse).unwrap_or(default.retro_within),
        invite: section.parsed_list("invite", |name| roster.invitee(name)).unwrap_or(default.invite),
    }
}

fn update_every(text: &str) -> Result<Option<Duration>, Wrong> {
    match text {
        "none" => Ok(None),
        text => duration::parse(text)
            .map(Some)
            .map_err(|wrong| Wrong { help: format!("{}; or none", wrong.help), ..wrong }),
    }
}

/// Reads the name of a severity.
pub(super) fn name(text: &str) -> Result<Severity, Wrong> {
    match text {
        "sev1" => Ok(Severity::Sev1),
        "sev2" => Ok(Severity::Sev2),
        "sev3" => Ok(Severity::Sev3),
        "sev4" => Ok(Severity::Sev4),
        other => {
            let help =
                did_you_mean(other, NAMES).unwrap_or_else(|| "they are sev1 (the worst) to sev4".to_owned());
            Err(Wrong::new(format!("there is no severity `{other}`"), help))
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::{Severity, name, update_every};

    #[test]
    fn names() {
        assert_eq!(name("sev1"), Ok(Severity::Sev1));
        assert_eq!(name("sev4"), Ok(Severity::Sev4));
        let table = [
            ("SEV1", "did you mean `sev1`?"),
            ("sev5", "did you mean `sev1`, `sev2`, `sev3` or `sev4`?"),
            ("2", "they are sev1 (the worst) to sev4"),
            ("", "they are sev1 (the worst) to sev4"),
        ];
        for (text, help) in table {
            assert_eq!(name(text).expect_err(text).help, help);
        }
    }

    #[test]
    fn updates_may_be_off() {
        assert_eq!(update_every("none"), Ok(None));
        assert_eq!(update_every("1s"), Ok(Some(Duration::seconds(1))));
        let wrong = update_every("never").expect_err("no duration");
        assert!(wrong.help.ends_with("; or none"), "{}", wrong.help);
    }
}
