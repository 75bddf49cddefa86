//! `[http.sources.NAME]`: what may tell of alerts and changes, and what becomes of them.
//!
//! - A source proves who it is: with a token, or with a signature over what it sends.
//! - What becomes of an alert is decided by its labels: see `http_rule.rs`.
//! - What speaks no format that is known here is read by its fields: see `http_fields.rs`.

use std::collections::BTreeMap;

use super::diagnose::Wrong;
use super::http::Known;
use super::http_fields::{self, FIELDS, Fields};
use super::http_rule::{self, Does, RULE, SourceRule};
use super::http_token::{self, HOW_TO_MAKE, Token, Tokens};
use super::near_miss::did_you_mean;
use super::secret::Secret;
use super::section::Section;
use super::shape::Shape;

pub(super) const SOURCES: Shape = Shape { own_names: Some("..."), ..Shape::new("http.sources") };

/// One of them; NAME stands for its name.
pub(super) const SOURCE: Shape = Shape {
    keys: &[
        ("kind", "\"alertmanager\""),
        ("signature_header", "\"X-Hub-Signature-256\""),
        ("per_minute", "600"),
        ("max_body_kib", "1024"),
        ("does", "\"report\""),
        ("severity", "\"sev2\""),
        ("oncall", "\"payments\""),
        ("service", "\"checkout\""),
    ],
    secrets: &["token", "hmac_secret"],
    sections: &["rules", "fields"],
    ..Shape::new("http.sources.NAME")
};

const KINDS: [(&str, Kind); 5] = [
    ("alertmanager", Kind::Alertmanager),
    ("grafana", Kind::Grafana),
    ("pagerduty", Kind::PagerDuty),
    ("uptime_kuma", Kind::UptimeKuma),
    ("generic", Kind::Generic),
];
const KINDS_IN_WORDS: &str = "one of alertmanager, grafana, pagerduty, uptime_kuma and generic";

const PER_MINUTE: u32 = 600;
const MOST_PER_MINUTE: u32 = 100_000;
const MAX_BODY_KIB: u32 = 1024;
const MOST_BODY_KIB: u32 = 10 * 1024;
const LONGEST_NAME_CHARACTERS: usize = 64;
/// What may tell of alerts and changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) kind: Kind,
    pub(crate) proof: Proof,
    /// How many requests are taken in a minute; 1 to 100000.
    pub(crate) per_minute: u32,
    /// How long a request may be, in KiB; 1 to 10240.
    pub(crate) max_body_kib: u32,
    /// What becomes of an alert that no rule is for.
    pub(crate) does: Does,
    /// Who is told: `oncall:NAME` for a rota, or the name of a team or person. `None`: whoever watches reports.
    pub(crate) oncall: Option<String>,
    /// The service that its alerts are about.
    pub(crate) service: Option<String>,
    /// What becomes of alerts by their labels; the first that matches counts.
    pub(crate) rules: Vec<SourceRule>,
    /// Where what is told stands in what is sent: given for the kind `Generic`, and for no other.
    pub(crate) fields: Option<Fields>,
}

/// The format in which a source speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Alertmanager,
    Grafana,
    PagerDuty,
    UptimeKuma,
    Generic,
}

/// How a source proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// It knows this.
    Token(Secret),
    /// It signs what it sends with HMAC-SHA256.
    Hmac {
        secret: Secret,
        /// Where the signature stands. `None`: where this kind of source puts it.
        header: Option<String>,
    },
}

pub(super) fn read(section: &Section<'_>, known: Known<'_>, tokens: &mut Tokens) -> BTreeMap<String, Source> {
    let mut sources = BTreeMap::new();
    for (own_name, place) in section.names() {
        if let Err(wrong) = name(own_name) {
            section.report_at(place, wrong);
        }
        let Some(inner) = section.inner(own_name, &SOURCE) else { continue };
        if let Some(source) = source(&inner, own_name, known, tokens) {
            sources.insert(own_name.to_owned(), source);
        }
    }
    sources
}

fn source(section: &Section<'_>, name: &str, known: Known<'_>, tokens: &mut Tokens) -> Option<Source> {
    section.require("kind");
    let kind = section.parsed("kind", kind);
    let proof = proof(section, name, kind, known, tokens);
    let number = |key: &str, most: u32, usual: u32| {
        section
            .number(key, 1..=i64::from(most))
            .and_then(|number| u32::try_from(number).ok())
            .unwrap_or(usual)
    };
    let per_minute = number("per_minute", MOST_PER_MINUTE, PER_MINUTE);
    let max_body_kib = number("max_body_kib", MOST_BODY_KIB, MAX_BODY_KIB);
    let does = http_rule::does(section);
    let oncall = section.parsed("oncall", |whom| known.roster.on_duty(whom));
    let service = section.parsed("service", |name| service(name, known));
    let rules = section.each("rules", &RULE).iter().map(http_rule::read).collect();
    let fields = section.inner("fields", &FIELDS).map(|section| http_fields::read(&section));
    match (kind, section.place_of("fields")) {
        (Some(Kind::Generic), None) => {
            let help = format!("write where they stand below a line [http.sources.{name}.fields]");
            let message = format!("nothing says where `{name}` has its group and title");
            section.report("kind", Wrong::new(message, help));
        }
        (Some(Kind::Alertmanager | Kind::Grafana | Kind::PagerDuty | Kind::UptimeKuma), Some(_)) => {
            let help = "remove them, or write kind = \"generic\"";
            section.report(
                "fields",
                Wrong::new("what this kind of source sends is known without `fields`", help),
            );
        }
        (Some(Kind::Generic), Some(_)) | (Some(_), None) | (None, _) => {}
    }
    let (kind, proof) = (kind?, proof?);
    Some(Source { kind, proof, per_minute, max_body_kib, does, oncall, service, rules, fields })
}

/// The names of sources and heartbeats stand in addresses.
pub(super) fn name(text: &str) -> Result<(), Wrong> {
    let fits = |character: char| {
        character.is_ascii_lowercase() || character.is_ascii_digit() || "-_".contains(character)
    };
    match !text.is_empty() && text.len() <= LONGEST_NAME_CHARACTERS && text.chars().all(fits) {
        true => Ok(()),
        false => Err(Wrong::new(
            format!("`{text}` cannot stand in an address"),
            format!("use a to z, 0 to 9, - and _, at most {LONGEST_NAME_CHARACTERS} of them"),
        )),
    }
}

/// Reads the name of a service.
pub(super) fn service(name: &str, known: Known<'_>) -> Result<String, Wrong> {
    if known.services.contains_key(name) {
        return Ok(name.to_owned());
    }
    let help = did_you_mean(name, known.services.keys().map(String::as_str))
        .unwrap_or_else(|| "add a section [service.NAME] for it".to_owned());
    Err(Wrong::new(format!("there is no service `{name}`"), help))
}

fn kind(text: &str) -> Result<Kind, Wrong> {
    KINDS.iter().find(|(name, _)| *name == text).map(|(_, kind)| *kind).ok_or_else(|| {
        let help =
            did_you_mean(text, KINDS.map(|(name, _)| name)).unwrap_or_else(|| KINDS_IN_WORDS.to_owned());
        Wrong::new(format!("there is no kind of source `{text}`"), help)
    })
}

fn proof(
    section: &Section<'_>,
    name: &str,
    kind: Option<Kind>,
    known: Known<'_>,
    tokens: &mut Tokens,
) -> Option<Proof> {
    let given = |key: &str| http_token::is_given(section, key);
    let header = section.parsed("signature_header", header);
    if section.place_of("signature_header").is_some() && !given("hmac_secret") {
        let help = "add hmac_secret_file = \"...\", or remove it";
        section
            .report("signature_header", Wrong::new("`signature_header` belongs to an `hmac_secret`", help));
    }
    let token = http_token::read(section, "token", known.folder);
    let secret = http_token::read(section, "hmac_secret", known.folder);
    match (given("token"), given("hmac_secret")) {
        (false, false) => {
            let message =
                format!("anybody could send alerts as `{name}`: it has no token and no hmac_secret");
            let help = format!("add token_file = \"...\", the name of a file with a secret: {HOW_TO_MAKE}");
            section.report("token", Wrong::new(message, help));
            return None;
        }
        (true, true) => {
            let wrong = Wrong::new("a token and an hmac_secret are both given", "keep one of them");
            let key =
                if section.place_of("hmac_secret").is_some() { "hmac_secret" } else { "hmac_secret_file" };
            section.report(key, wrong);
            return None;
        }
        (true, false) | (false, true) => {}
    }
    if let Some(found) = token {
        let taken = Token {
            secret: found.value.clone(),
            section: format!("[http.sources.{name}]"),
            names_its_source: kind == Some(Kind::PagerDuty),
        };
        if let Err(wrong) = tokens.take(taken) {
            section.report_at(&found.place, wrong);
        }
        return Some(Proof::Token(found.value));
    }
    let found = secret?;
    if kind == Some(Kind::PagerDuty) {
        let help = "give a token instead: it is what the sender calls its routing key or integration key";
        section.report_at(&found.place, Wrong::new("PagerDuty senders do not sign what they send", help));
    }
    Some(Proof::Hmac { secret: found.value, header })
}

/// The name of a header, as HTTP has it (RFC 9110, section 5.6.2).
fn header(text: &str) -> Result<String, Wrong> {
    let fits = |character: char| character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character);
    match !text.is_empty() && text.len() <= LONGEST_NAME_CHARACTERS && text.chars().all(fits) {
        true => Ok(text.to_owned()),
        false => Err(Wrong::new(
            format!("`{text}` is not the name of a header"),
            "for example X-Hub-Signature-256",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{KINDS_IN_WORDS, header, kind, name};

    #[test]
    fn names_and_kinds() {
        for text in ["prometheus", "uptime-kuma_2", "0"] {
            assert_eq!(name(text), Ok(()));
        }
        for text in ["", "Prometheus", "a b", "a/b", "ä", "a.b", &"x".repeat(65)] {
            assert!(name(text).is_err(), "{text:?} is refused");
        }
        for text in ["alertmanager", "grafana", "pagerduty", "uptime_kuma", "generic"] {
            assert!(kind(text).is_ok(), "{text} is accepted");
        }
        let table = [
            ("uptime-kuma", "did you mean `uptime_kuma`?"),
            ("Grafana", "did you mean `grafana`?"),
            ("zabbix", KINDS_IN_WORDS),
        ];
        for (text, help) in table {
            assert_eq!(kind(text).expect_err(text).help, help);
        }
    }

    #[test]
    fn headers() {
        assert!(header("X-Hub-Signature-256").is_ok());
        for text in ["", "X Signature", "X-Signature:", "Ü"] {
            assert!(header(text).is_err(), "{text:?} is refused");
        }
    }
}
