//! `[people]` and `[teams]`: one person under several names, and people under one.
//!
//! - A handle belongs to one person, so that whoever speaks is recognised.
//! - People and teams share no name, so that `invite = ["payments"]` can only mean one of them.

use std::collections::{BTreeMap, BTreeSet};

use super::diagnose::Wrong;
use super::matrix_id;
use super::near_miss::did_you_mean;
use super::section::Section;
use super::shape::Shape;

pub(super) const PEOPLE: Shape = Shape {
    own_names: Some("[\"@alice:example.org\", \"discord:1574025281893654565\", \"alice@example.org\"]"),
    ..Shape::new("people")
};

pub(super) const TEAMS: Shape = Shape { own_names: Some("[\"alice\", \"bob\"]"), ..Shape::new("teams") };

/// A name under which a person is known somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Handle {
    /// `@name:server`.
    Matrix(String),
    /// The number of a Discord account.
    Discord(u64),
    /// An e-mail address.
    Email(String),
}

/// The people and teams of an installation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Roster {
    pub(crate) people: BTreeMap<String, Vec<Handle>>,
    /// The members of each team: names in `people`, each once.
    pub(crate) teams: BTreeMap<String, Vec<String>>,
    /// The names of the rotas in `[oncall]`.
    pub(super) rotas: BTreeSet<String>,
}

/// What stands before the name of a rota where whoever is on duty is meant.
const ON_CALL: &str = "oncall:";

impl Roster {
    /// Reads the name of a team or person to be invited, or `oncall:NAME` for whoever is on duty there.
    pub(super) fn invitee(&self, name: &str) -> Result<String, Wrong> {
        if let Some(rota) = name.strip_prefix(ON_CALL) {
            return self.rota(rota);
        }
        if self.teams.contains_key(name) || self.people.contains_key(name) {
            return Ok(name.to_owned());
        }
        if self.rotas.contains(name) {
            let help = format!("for whoever is on duty there, write {ON_CALL}{name}");
            return Err(Wrong::new(format!("`{name}` is a rota, and no team or person"), help));
        }
        let rotas: Vec<String> = self.rotas.iter().map(|rota| format!("{ON_CALL}{rota}")).collect();
        let known = self.teams.keys().chain(self.people.keys()).chain(&rotas).map(String::as_str);
        let help = did_you_mean(name, known).unwrap_or_else(|| "add it to [teams] or [people]".to_owned());
        Err(Wrong::new(format!("there is no team or person `{name}`"), help))
    }

    /// Reads who is told: a rota, or else a team or person. The answer is written as for an invitation.
    pub(super) fn on_duty(&self, name: &str) -> Result<String, Wrong> {
        match self.rotas.contains(name) {
            true => Ok(format!("{ON_CALL}{name}")),
            false => self.team_first(name),
        }
    }

    /// Reads who is told next: a team or person, or else a rota. The answer is written as for an invitation.
    pub(super) fn team_first(&self, name: &str) -> Result<String, Wrong> {
        if name.starts_with(ON_CALL) || self.teams.contains_key(name) || self.people.contains_key(name) {
            return self.invitee(name);
        }
        if self.rotas.contains(name) {
            return Ok(format!("{ON_CALL}{name}"));
        }
        let known = self.rotas.iter().chain(self.teams.keys()).chain(self.people.keys());
        let help = did_you_mean(name, known.map(String::as_str))
            .unwrap_or_else(|| "name one of [oncall], [teams] or [people]".to_owned());
        Err(Wrong::new(format!("there is no rota, team or person `{name}`"), help))
    }

    fn rota(&self, name: &str) -> Result<String, Wrong> {
        if self.rotas.contains(name) {
            return Ok(format!("{ON_CALL}{name}"));
        }
        let help = did_you_mean(name, self.rotas.iter().map(String::as_str))
            .unwrap_or_else(|| "write down who is on duty below a line [oncall.NAME]".to_owned());
        Err(Wrong::new(format!("there is no rota `{name}`"), help))
    }

    /// Reads the name of a person.
    pub(super) fn member(&self, name: &str) -> Result<String, Wrong> {
        if self.people.contains_key(name) {
            return Ok(name.to_owned());
        }
        let known = self.people.keys().map(String::as_str);
        let help = did_you_mean(name, known).unwrap_or_else(|| format!("add {name} to [people]"));
        Err(Wrong::new(format!("there is no person `{name}`"), help))
    }
}

/// Reads the people and teams; `rotas` are the names of those who take turns.
pub(super) fn read(
    people: Option<&Section<'_>>,
    teams: Option<&Section<'_>>,
    rotas: BTreeSet<String>,
) -> Roster {
    let mut roster = Roster { rotas, ..Roster::default() };
    if let Some(section) = people {
        roster.people = read_people(section);
    }
    if let Some(section) = teams {
        roster.teams = read_teams(section, &roster);
    }
    roster
}

fn read_people(section: &Section<'_>) -> BTreeMap<String, Vec<Handle>> {
    let mut people = BTreeMap::new();
    let mut owners: Vec<(Handle, &str)> = Vec::new();
    for (name, place) in section.names() {
        if let Err(wrong) = own_name(name) {
            section.report_at(place, wrong);
        }
        let mut handles = Vec::new();
        for found in section.list(name).unwrap_or_default() {
            let handle = match handle(found.value) {
                Ok(handle) => handle,
                Err(wrong) => {
                    section.report_at(&found.place, wrong);
                    continue;
                }
            };
            if let Some((_, owner)) = owners.iter().find(|(owned, owner)| *owned == handle && *owner != name)
            {
                let message = format!("`{}` is both {owner} and {name}", found.value);
                section.report_at(&found.place, Wrong::new(message, "leave it with one of them"));
            } else if !handles.contains(&handle) {
                owners.push((handle.clone(), name));
                handles.push(handle);
            }
        }
        people.insert(name.to_owned(), handles);
    }
    people
}

fn read_teams(section: &Section<'_>, roster: &Roster) -> BTreeMap<String, Vec<String>> {
    let mut teams = BTreeMap::new();
    for (name, place) in section.names() {
        if let Err(wrong) = own_name(name) {
            section.report_at(place, wrong);
        }
        if roster.people.contains_key(name) {
            let message = format!("`{name}` is a person, and cannot be a team as well");
            section.report_at(place, Wrong::new(message, "give the team another name"));
        }
        if section.is_empty_list(name) {
            let message = format!("the team `{name}` has nobody in it");
            section.report(name, Wrong::new(message, "name its members, or remove it"));
        }
        let mut members = section.parsed_list(name, |member| roster.member(member)).unwrap_or_default();
        let mut seen = BTreeSet::new();
        members.retain(|member| seen.insert(member.clone()));
        teams.insert(name.to_owned(), members);
    }
    teams
}

/// Names of people and teams are typed in chat, as in `!invite payments` or `!lead @alice`.
pub(super) fn own_name(name: &str) -> Result<(), Wrong> {
    let fits = |character: char| character.is_alphanumeric() || "-_.".contains(character);
    match !name.is_empty() && name.chars().all(fits) {
        true => Ok(()),
        false => Err(Wrong::new(
            format!("`{name}` cannot be typed as a name in chat"),
            "use letters, digits, - _ and .",
        )),
    }
}

fn handle(text: &str) -> Result<Handle, Wrong> {
    if text.starts_with('@') {
        return matrix_id::user(text).map(Handle::Matrix);
    }
    let is_digits = |id: &str| !id.is_empty() && id.chars().all(|character| character.is_ascii_digit());
    if let Some(id) = text.strip_prefix("discord:") {
        return id.parse().ok().filter(|_| is_digits(id)).map(Handle::Discord).ok_or_else(|| {
            Wrong::new(
                format!("`{text}` is not an account on Discord"),
                "write the account's number, as in discord:1574025281893654565",
            )
        });
    }
    if is_email(text) {
        return Ok(Handle::Email(text.to_owned()));
    }
    let help = "write @name:server for Matrix, discord:NUMBER for Discord, or an e-mail address";
    Err(Wrong::new(format!("`{text}` names nobody"), help))
}

fn is_email(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"@,:;<>".contains(c))
    };
    text.split_once('@').is_some_and(|(name, server)| plain(name) && plain(server))
}

#[cfg(test)]
mod tests {
    use super::{Handle, handle, own_name};

    #[test]
    fn handles() {
        let accepted = [
            ("@alice:example.org", Handle::Matrix("@alice:example.org".to_owned())),
            ("discord:1574025281893654565", Handle::Discord(1_574_025_281_893_654_565)),
            ("alice@example.org", Handle::Email("alice@example.org".to_owned())),
        ];
        for (text, expected) in accepted {
            assert_eq!(handle(text), Ok(expected));
        }
        for text in [
            "",
            "alice",
            "@alice",
            "discord:",
            "discord:alice",
            "discord:+1",
            "alice@",
            "a@b@c",
            "a b@c",
            "discord:99999999999999999999",
        ] {
            assert!(handle(text).is_err(), "{text:?} is refused");
        }
    }

    #[test]
    fn names() {
        for name in ["alice", "Alice", "zoë", "on-call", "a.b", "team_2"] {
            assert!(own_name(name).is_ok(), "{name} is accepted");
        }
        for name in ["", "a b", "@alice", "a,b", "a:b"] {
            assert!(own_name(name).is_err(), "{name:?} is refused");
        }
    }
}
