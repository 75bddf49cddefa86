//! What the server is told: where to listen, who may send, and how they prove it.
//!
//! Secrets are [`SecretString`]s, so `{:?}` shows none of them.

use std::{collections::BTreeMap, net::SocketAddr};

use secrecy::{ExposeSecret, SecretString};

use crate::proof::{GRAFANA_SIGNATURE_HEADER, SIGNATURE_HEADER};

/// How many requests a minute a source may make unless it is configured otherwise.
pub const DEFAULT_PER_MINUTE: u32 = 600;

/// How large a source's body may be unless it is configured otherwise, in bytes.
pub const DEFAULT_MAX_BODY_BYTES: usize = 1024 * 1024;

/// The words that say it is over in a generic source unless it is configured otherwise.
pub const DEFAULT_RESOLVED: [&str; 2] = ["ok", "resolved"];

/// What the server is told.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Where to listen; port 0 is any that is free.
    pub listen: SocketAddr,
    /// What to speak TLS with; without it the server speaks plain HTTP.
    pub tls: Option<Tls>,
    /// Who may tell alerts and changes, by the name in the path.
    pub sources: BTreeMap<String, SourceSettings>,
    /// Who is expected to give signs of life, by the name in the path.
    pub heartbeats: BTreeMap<String, HeartbeatSettings>,
    /// Whether there are metrics; without it their path is not found.
    pub metrics: Option<MetricsSettings>,
}

/// A certificate and its key.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The certificate, and those that lead to one that is trusted, in PEM.
    pub certificate: String,
    /// Its key, in PEM.
    pub key: SecretString,
}

/// Somebody who may tell alerts.
#[derive(Clone, Debug)]
pub struct SourceSettings {
    /// What kind of sender it is.
    pub kind: SourceKind,
    /// How it proves who it is.
    pub proof: Proof,
    /// How many requests it may make in a minute, at least 1.
    pub per_minute: u32,
    /// How large a body may be, in bytes, at least 1.
    pub max_body_bytes: usize,
}

/// What kind of sender a source is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// The webhook of Prometheus' Alertmanager, version 4.
    Alertmanager,
    /// The webhook of Grafana's unified alerting.
    Grafana,
    /// Whoever speaks PagerDuty's Events API v2.
    PagerDuty,
    /// The webhook of Uptime Kuma.
    UptimeKuma,
    /// Any other JSON, with these fields.
    Generic(Fields),
}

impl SourceKind {
    /// The header that this kind of sender puts its signature into, unless it is configured otherwise.
    #[must_use]
    pub fn signature_header(&self) -> &'static str {
        match self {
            Self::Grafana => GRAFANA_SIGNATURE_HEADER,
            Self::Alertmanager | Self::PagerDuty | Self::UptimeKuma | Self::Generic(_) => SIGNATURE_HEADER,
        }
    }
}

/// Where a generic source has what, as JSON pointers ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    /// What makes it the same alert when it is told again: a text or a number.
    pub group: String,
    /// What is wrong: a text.
    pub title: String,
    /// How it stands. Without it everything that is told fires.
    pub state: Option<String>,
    /// The words that say it is over, whatever their case; every other word fires.
    pub resolved: Vec<String>,
    /// Where there is more to see.
    pub link: Option<String>,
    /// An object of texts.
    pub labels: Option<String>,
}

/// How a source proves who it is.
#[derive(Clone, Debug)]
pub enum Proof {
    /// By a token, as `Authorization: Bearer TOKEN`; from a sender of PagerDuty's also as `routing_key`.
    Token(SecretString),
    /// By an HMAC with SHA-256 over the body, in hexadecimal.
    Hmac {
        /// What both sides know.
        secret: SecretString,
        /// The header that the signature is in: see [`SourceKind::signature_header`].
        header: String,
    },
}

/// Somebody who is expected to give signs of life.
#[derive(Clone, Debug)]
pub struct HeartbeatSettings {
    /// The token that it sends, as `Authorization: Bearer TOKEN`.
    pub token: SecretString,
}

/// Who may read the metrics.
#[derive(Clone, Debug)]
pub struct MetricsSettings {
    /// The token to send, as `Authorization: Bearer TOKEN`; without it everybody who reaches the server may.
    pub token: Option<SecretString>,
}

impl HttpSettings {
    /// What is wrong with them, as a sentence for people.
    pub(crate) fn check(&self) -> Result<(), String> {
        for (name, source) in &self.sources {
            let section = format!("[http.sources.{name}]");
            source.check().map_err(|what| format!("{section} {what}"))?;
        }
        for (name, heartbeat) in &self.heartbeats {
            if is_empty(&heartbeat.token) {
                return Err(format!("[heartbeat.{name}] has an empty token: it would let everybody in."));
            }
        }
        match &self.metrics {
            Some(MetricsSettings { token: Some(token) }) if is_empty(token) => {
                Err("[http.metrics] has an empty token: leave it out, or fill it in.".to_owned())
            }
            _ => Ok(()),
        }
    }
}

impl SourceSettings {
    fn check(&self) -> Result<(), String> {
        if self.per_minute == 0 {
            return Err("lets through no requests at all: per_minute has to be at least 1.".to_owned());
        }
        if self.max_body_bytes == 0 {
            return Err("reads no bodies at all: max_body_kib has to be at least 1.".to_owned());
        }
        match (&self.kind, &self.proof) {
            (_, Proof::Token(secret) | Proof::Hmac { secret, .. }) if is_empty(secret) => {
                return Err("has an empty secret: it would let everybody in.".to_owned());
            }
            (SourceKind::PagerDuty, Proof::Hmac { .. }) => {
                return Err("needs a token: what speaks PagerDuty's API signs nothing.".to_owned());
            }
            (_, Proof::Hmac { header, .. })
                if axum::http::HeaderName::from_bytes(header.as_bytes()).is_err() =>
            {
                return Err("has a signature_header that is no name of a header.".to_owned());
            }
            _ => {}
        }
        let SourceKind::Generic(fields) = &self.kind else { return Ok(()) };
        let optional = [("state", &fields.state), ("link", &fields.link), ("labels", &fields.labels)];
        let all = [("group", Some(&fields.group)), ("title", Some(&fields.title))]
            .into_iter()
            .chain(optional.into_iter().map(|(name, pointer)| (name, pointer.as_ref())));
        for (name, pointer) in all {
            if pointer.is_some_and(|pointer| !pointer.is_empty() && !pointer.starts_with('/')) {
                return Err(format!(
                    "has a field `{name}` that is no JSON pointer: it begins with a slash, such as \"/{name}\"."
                ));
            }
        }
        Ok(())
    }
}

fn is_empty(secret: &SecretString) -> bool {
    secret.expose_secret().trim().is_empty()
}
