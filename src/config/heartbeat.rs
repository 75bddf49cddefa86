//! `[heartbeat.NAME]`: what is expected to give a sign of life now and then, such as a nightly backup.
//!
//! Silence is reported when a sign is late by more than its grace.

use std::collections::BTreeMap;

use chrono::Duration;

use super::diagnose::Wrong;
use super::duration;
use super::http::Known;
use super::http_source;
use super::http_token::{self, HOW_TO_MAKE, Token, Tokens};
use super::secret::Secret;
use super::section::Section;
use super::shape::Shape;

pub(super) const HEARTBEATS: Shape = Shape { own_names: Some("..."), ..Shape::new("heartbeat") };

/// One of them; NAME stands for its name.
pub(super) const HEARTBEAT: Shape = Shape {
    keys: &[
        ("every", "\"25h\""),
        ("grace", "\"10m\""),
        ("oncall", "\"payments\""),
        ("service", "\"checkout\""),
    ],
    secrets: &["token"],
    ..Shape::new("heartbeat.NAME")
};

/// What gives signs of life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heartbeat {
    /// The longest time between two signs.
    pub(crate) every: Duration,
    /// By how much more a sign may be late.
    pub(crate) grace: Duration,
    pub(crate) token: Secret,
    /// Who is told: `oncall:NAME` for a rota, or the name of a team or person. `None`: whoever watches reports.
    pub(crate) oncall: Option<String>,
    /// The service that it belongs to.
    pub(crate) service: Option<String>,
}

/// Reads the sections; `is_listening` says whether there is an address for the signs.
pub(super) fn read(
    section: &Section<'_>,
    known: Known<'_>,
    tokens: &mut Tokens,
    is_listening: bool,
) -> BTreeMap<String, Heartbeat> {
    let mut heartbeats = BTreeMap::new();
    for (name, place) in section.names() {
        if let Err(wrong) = http_source::name(name) {
            section.report_at(place, wrong);
        }
        if !is_listening {
            let message = format!("the heartbeat `{name}` could not be heard");
            let help = "add listen = \"127.0.0.1:8321\" below a line [http]";
            section.report_at(place, Wrong::new(message, help));
        }
        let Some(inner) = section.inner(name, &HEARTBEAT) else { continue };
        if let Some(heartbeat) = heartbeat(&inner, name, known, tokens) {
            heartbeats.insert(name.to_owned(), heartbeat);
        }
    }
    heartbeats
}

fn heartbeat(section: &Section<'_>, name: &str, known: Known<'_>, tokens: &mut Tokens) -> Option<Heartbeat> {
    section.require("every");
    let every = section.parsed("every", duration::parse);
    let grace = section.parsed("grace", duration::parse);
    let oncall = section.parsed("oncall", |whom| known.roster.on_duty(whom));
    let service = section.parsed("service", |service| http_source::service(service, known));
    if !http_token::is_given(section, "token") {
        let help = format!("add token_file = \"...\", the name of a file with a secret: {HOW_TO_MAKE}");
        section.report("token", Wrong::new(format!("anybody could keep the heartbeat `{name}` alive"), help));
    }
    let token = http_token::read(section, "token", known.folder)?;
    let taken = Token {
        secret: token.value.clone(),
        section: format!("[heartbeat.{name}]"),
        names_its_source: false,
    };
    if let Err(wrong) = tokens.take(taken) {
        section.report_at(&token.place, wrong);
    }
    let every = every?;
    Some(Heartbeat {
        every,
        grace: grace.unwrap_or_else(|| usual_grace(every)),
        token: token.value,
        oncall,
        service,
    })
}

/// A tenth of the time between two signs, and at least a minute; for what beats faster than that, one beat.
fn usual_grace(every: Duration) -> Duration {
    match every < Duration::minutes(1) {
        true => every,
        false => (every / 10).max(Duration::minutes(1)),
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::usual_grace;

    #[test]
    fn what_is_usual() {
        let table = [(1, 1), (59, 59), (60, 60), (300, 60), (600, 60), (3600, 360), (25 * 3600, 9000)];
        for (every, grace) in table {
            assert_eq!(usual_grace(Duration::seconds(every)), Duration::seconds(grace), "for {every} s");
        }
    }
}
