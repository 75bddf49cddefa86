//! The configuration: one TOML file, with the environment laid over it.
//!
//! A [`Config`] is plain data in which everything has been checked; what it means for incidents is decided
//! elsewhere.
//!
//! - Everything that is wrong is said at once, with line and caret: see [`diagnose`].
//! - Nothing is ignored. A key that sitrep doesn't know is a mistake, and one that this version cannot honour
//!   yet is refused rather than silently dropped.
//! - A secret is never printed, neither by `{:?}` nor in the line of a problem.
//!
//! Every section has a file of its own here, which declares its keys, reads them and holds their defaults.
//! How a file becomes values: `tree` parses it, `overlay` lays the environment over it, `section` hands out
//! and refuses.

mod checklist;
mod diagnose;
mod discord;
mod discord_id;
mod duration;
mod emoji;
mod excerpt;
mod general;
mod health;
mod heartbeat;
mod http;
mod http_fields;
mod http_rule;
mod http_source;
mod http_token;
mod incident;
mod matrix;
mod matrix_id;
mod meeting;
mod messages;
mod near_miss;
mod oncall;
mod overlay;
mod pem;
mod people;
mod placeholder;
mod report;
mod schedule;
mod secret;
mod section;
mod service;
mod severity;
mod shape;
mod tree;
mod web_address;
mod working_hours;

#[cfg(test)]
mod acceptance;
#[cfg(test)]
mod example;
#[cfg(test)]
mod refusal;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use sitrep_core::message::catalogue::Words;

pub(crate) use checklist::Checklists;
pub(crate) use diagnose::{Problem, Problems};
pub(crate) use discord::{AllowRoles, Discord};
pub(crate) use health::{Health, Panel};
pub(crate) use heartbeat::Heartbeat;
pub(crate) use http::Http;
pub(crate) use http_fields::Fields;
pub(crate) use http_rule::{Does, LabelMatch};
pub(crate) use http_source::{Kind, Proof, Source};
pub(crate) use incident::Incident;
pub(crate) use matrix::{Encrypt, Login, Matrix};
pub(crate) use matrix_id::Allow;
pub(crate) use meeting::Meeting;
pub(crate) use oncall::OnCall;
pub(crate) use oncall::{Calendar, Turns};
pub(crate) use people::{Handle, Roster};
pub(crate) use report::Report;
pub(crate) use schedule::Schedule;
pub(crate) use secret::Secret;
pub(crate) use service::Service;
pub(crate) use severity::{Rules, Severities, Severity};
pub(crate) use working_hours::WorkingHours;

use diagnose::Place;
use http::Known;
use http_token::Tokens;
use section::Section;

/// Everything that can be configured. The default is what an empty file gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    /// Where everything is kept; relative to the current directory of the process.
    pub(crate) data_dir: PathBuf,
    /// The zone in which rooms are named and dates are typed and shown.
    pub(crate) timezone: Tz,
    /// What a command begins with; never empty.
    pub(crate) command_prefix: String,
    /// What is said, in which language.
    pub(crate) words: Words,
    pub(crate) incident: Incident,
    pub(crate) severity: Severities,
    pub(crate) meeting: Meeting,
    /// `None`: nothing measures the system.
    pub(crate) health: Option<Health>,
    /// `None`: Matrix is not used.
    pub(crate) matrix: Option<Matrix>,
    /// `None`: Discord is not used.
    pub(crate) discord: Option<Discord>,
    pub(crate) roster: Roster,
    /// The parts of the system that incidents are about, by name.
    pub(crate) services: BTreeMap<String, Service>,
    /// Lists of tasks by their names.
    pub(crate) checklists: Checklists,
    pub(crate) schedule: Schedule,
    pub(crate) working_hours: WorkingHours,
    /// How what may become an incident is watched.
    pub(crate) report: Report,
    /// Who takes turns in being on duty, by the name of the rota.
    pub(crate) oncall: BTreeMap<String, OnCall>,
    /// `None`: nothing is listened to.
    pub(crate) http: Option<Http>,
    /// What is expected to give signs of life, by name. There are none without `http`.
    pub(crate) heartbeats: BTreeMap<String, Heartbeat>,
}

impl Default for Config {
    fn default() -> Self {
        let general = general::General::default();
        Self {
            data_dir: general.data_dir,
            timezone: general.timezone,
            command_prefix: general.command_prefix,
            words: Words::default(),
            incident: Incident::default(),
            severity: Severities::default(),
            meeting: Meeting::default(),
            health: None,
            matrix: None,
            discord: None,
            roster: Roster::default(),
            services: BTreeMap::new(),
            checklists: Checklists::new(),
            schedule: Schedule::default(),
            working_hours: WorkingHours::default(),
            report: Report::default(),
            oncall: BTreeMap::new(),
            http: None,
            heartbeats: BTreeMap::new(),
        }
    }
}

impl Config {
    /// Refuses a configuration without a chat platform. The console needs none; the service does.
    pub(crate) fn require_platform(&self) -> Result<(), Problem> {
        match self.matrix.is_some() || self.discord.is_some() {
            true => Ok(()),
            false => Err(Problem::new(
                "no chat platform is configured",
                "add a [matrix] or a [discord] section; without one, only the console can be used",
            )),
        }
    }

    /// What is right and should be known all the same, as sentences for whoever runs it.
    pub(crate) fn notes(&self) -> Vec<String> {
        let open = self.http.as_ref().filter(|http| http.tls.is_none() && !http.listen.ip().is_loopback());
        let without_tls = open.map(|http| {
            format!(
                "[http] listens on {} without TLS: tokens can be read on the way. Give a certificate and key, or \
                 listen on 127.0.0.1 behind a proxy that does TLS.",
                http.listen
            )
        });
        without_tls.into_iter().collect()
    }
}

/// Reads the file at `path` and lays `env` over it.
///
/// Secret files are looked for from the folder of `path`. No other file is opened and no server is contacted.
pub(crate) fn load(path: &Path, env: impl Iterator<Item = (String, String)>) -> Result<Config, Problems> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| {
        Problem::new(format!("{name}: cannot be read: {error}"), "name the configuration with --config FILE")
    })?;
    let text = String::from_utf8(bytes).map_err(|error| not_text(&name, &error))?;
    read(&name, &text, path.parent().unwrap_or(Path::new("")), env)
}

fn not_text(name: &str, error: &std::string::FromUtf8Error) -> Problem {
    let before = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
    Problem::new(format!("{name}:{line}:{column}: this is not UTF-8 text"), "save the file as UTF-8")
}

/// Reads `text` as the content of the file `name` in `folder`.
fn read(
    name: &str,
    text: &str,
    folder: &Path,
    env: impl Iterator<Item = (String, String)>,
) -> Result<Config, Problems> {
    let report = diagnose::Report::default();
    let Some(mut table) = tree::parse(text, &report) else {
        return report.close(name, text, None);
    };
    overlay::lay_over(&mut table, env, &report);
    let config = read_sections(&Section::open(&general::SHAPE, &table, Place::File, &report), folder);
    report.close(name, text, Some(config))
}

fn read_sections(root: &Section<'_>, folder: &Path) -> Config {
    let general = general::read(root);
    let people = root.inner("people", &people::PEOPLE);
    let teams = root.inner("teams", &people::TEAMS);
    let rotas = root.inner("oncall", &oncall::ROTAS);
    let roster =
        people::read(people.as_ref(), teams.as_ref(), rotas.as_ref().map(oncall::names).unwrap_or_default());
    let checklists = root
        .inner("checklist", &checklist::SHAPE)
        .map(|section| checklist::read(&section))
        .unwrap_or_default();
    let services = root
        .inner("service", &service::SERVICES)
        .map(|section| service::read(&section, &roster, &checklists))
        .unwrap_or_default();
    let discord = root.inner("discord", &discord::SHAPE);
    let severity = root.inner("severity", &severity::SHAPE).map(|section| severity::read(&section, &roster));
    let report = report::read(root.inner("report", &report::SHAPE).as_ref(), &roster);
    let oncall =
        rotas.map(|section| oncall::read(&section, &roster, general.timezone, folder)).unwrap_or_default();
    let (http, heartbeats) = read_machines(root, Known { roster: &roster, services: &services, folder });
    Config {
        data_dir: general.data_dir,
        timezone: general.timezone,
        command_prefix: general.command_prefix,
        words: root
            .inner("messages", &messages::SHAPE)
            .map(|section| messages::read(&section, folder))
            .unwrap_or_default(),
        incident: root
            .inner("incident", &incident::SHAPE)
            .map(|section| incident::read(&section))
            .unwrap_or_default(),
        severity: severity.unwrap_or_default(),
        meeting: root
            .inner("meeting", &meeting::SHAPE)
            .map(|section| meeting::read(&section, discord.is_some()))
            .unwrap_or_default(),
        health: root.inner("health", &health::SHAPE).and_then(|section| health::read(&section, folder)),
        matrix: root.inner("matrix", &matrix::SHAPE).and_then(|section| matrix::read(&section, folder)),
        discord: discord.and_then(|section| discord::read(&section, folder)),
        roster,
        services,
        checklists,
        schedule: root
            .inner("schedule", &schedule::SHAPE)
            .map(|section| schedule::read(&section))
            .unwrap_or_default(),
        working_hours: root
            .inner("working_hours", &working_hours::SHAPE)
            .map(|section| working_hours::read(&section))
            .unwrap_or_default(),
        report,
        oncall,
        http,
        heartbeats,
    }
}

/// The sections of what machines tell.
fn read_machines(root: &Section<'_>, known: Known<'_>) -> (Option<Http>, BTreeMap<String, Heartbeat>) {
    let mut tokens = Tokens::default();
    let http = root.inner("http", &http::SHAPE).and_then(|section| http::read(&section, known, &mut tokens));
    let heartbeats = root
        .inner("heartbeat", &heartbeat::HEARTBEATS)
        .map(|section| heartbeat::read(&section, known, &mut tokens, http.is_some()))
        .unwrap_or_default();
    (http, heartbeats)
}
