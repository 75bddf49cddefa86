//! Who is let in.
//!
//! A stranger learns nothing here but that they are one: whether a name is configured doesn't change the words of the
//! answer, nor what is done before it. Whether a body is read before it depends on the request's headers and on what the
//! whole configuration allows for, and never on the name; what is compared for a name that there isn't, fits nobody.
//!
//! Who proves who they are is served however many strangers come: otherwise anybody could keep alerts out. Strangers
//! are told [`STRANGERS_PER_MINUTE`] times a minute that they are; then only to go away.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{HeaderMap, request::Parts},
};
use chrono::Utc;
use prometheus_client::metrics::counter::Counter;
use secrecy::SecretString;
use serde_json::Value;

use crate::{
    answer::Refusal,
    body::{self, Read, Readers},
    json,
    metrics::Served,
    pace::Pace,
    proof::{Seal, Signer, bearer},
    settings::{DEFAULT_MAX_BODY_BYTES, DEFAULT_PER_MINUTE, HttpSettings, Proof, SourceKind, SourceSettings},
};

const STRANGERS_PER_MINUTE: u32 = 120;

/// A source that is let in when it proves who it is.
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) kind: SourceKind,
    pace: Pace,
    too_fast: Counter,
    max_body_bytes: usize,
    lock: Lock,
}

enum Lock {
    Token(Seal),
    Signature(Signer),
}

struct Heartbeat {
    token: Seal,
    pace: Pace,
}

/// Who may come in, and how they prove who they are.
pub(crate) struct Door {
    sources: BTreeMap<String, Source>,
    heartbeats: BTreeMap<String, Heartbeat>,
    /// `None` if there are no metrics.
    metrics: Option<Option<Seal>>,
    strangers: Pace,
    /// Signers that nobody else is, one for each header that a signature may be in.
    stand_ins: Vec<Signer>,
    takes_routing_keys: bool,
    /// How much is read of a body that has its proof in it.
    most_unproven: usize,
    readers: Readers,
}

/// A request of a source that proved who it is.
pub(crate) struct Let<'a> {
    pub(crate) source: &'a Source,
    pub(crate) body: Read<'a>,
}

impl Door {
    pub(crate) fn new(settings: &HttpSettings, served: &Served) -> Result<Self, String> {
        let mut sources = BTreeMap::new();
        let mut stand_ins: Vec<Signer> = Vec::new();
        for (name, source) in &settings.sources {
            let source = Source::new(name, source, served)?;
            if let Lock::Signature(signer) = &source.lock
                && stand_ins.iter().all(|other| other.header != signer.header)
            {
                stand_ins.extend(Signer::new(&SecretString::from("nobody"), signer.header.as_str()));
            }
            sources.insert(name.clone(), source);
        }
        let heartbeat =
            |token| Heartbeat { token: Seal::of(token), pace: Pace::per_minute(DEFAULT_PER_MINUTE) };
        let proves_in_body = |source: &&Source| {
            matches!(source.lock, Lock::Signature(_)) || source.kind == SourceKind::PagerDuty
        };
        let largest = sources.values().map(|source| source.max_body_bytes).max();
        Ok(Self {
            heartbeats: settings
                .heartbeats
                .iter()
                .map(|(name, one)| (name.clone(), heartbeat(&one.token)))
                .collect(),
            metrics: settings.metrics.as_ref().map(|metrics| metrics.token.as_ref().map(Seal::of)),
            strangers: Pace::per_minute(STRANGERS_PER_MINUTE),
            stand_ins,
            takes_routing_keys: sources.values().any(|source| source.kind == SourceKind::PagerDuty),
            most_unproven: sources
                .values()
                .filter(proves_in_body)
                .map(|source| source.max_body_bytes)
                .max()
                .unwrap_or(0),
            readers: Readers::new(largest.unwrap_or(DEFAULT_MAX_BODY_BYTES)),
            sources,
        })
    }

    /// Lets a source in by its name, and reads what it sends.
    pub(crate) async fn source(&self, name: &str, head: &Parts, body: Body) -> Result<Let<'_>, Refusal> {
        let source = self.sources.get(name);
        let token = bearer(&head.headers);
        if let Some(token) = token {
            let nobody = Seal::of_nobody();
            let seal = match source.map(|source| &source.lock) {
                Some(Lock::Token(seal)) => seal,
                Some(Lock::Signature(_)) | None => &nobody,
            };
            if let (true, Some(source)) = (seal.fits(token), source) {
                return self.known(source, &head.headers, body).await;
            }
        }
        let is_signed = self.stand_ins.iter().any(|signer| head.headers.contains_key(&signer.header));
        let may_have_key = token.is_none() && self.takes_routing_keys;
        if !is_signed && !may_have_key {
            return Err(self.stranger());
        }
        let body = self.readers.read(body, self.most_unproven, false).await?;
        let key = if may_have_key { routing_key(&body.bytes) } else { None };
        if let (true, Some(source)) =
            (self.is_proven_by_body(source, &head.headers, &body, key.as_deref()), source)
        {
            return source.with(body);
        }
        Err(self.stranger())
    }

    fn is_proven_by_body(
        &self,
        source: Option<&Source>,
        headers: &HeaderMap,
        body: &Read<'_>,
        key: Option<&str>,
    ) -> bool {
        let now = Utc::now().timestamp();
        let fits = |seal: &Seal| key.is_some_and(|key| seal.fits(key));
        match source.map(|source| (&source.lock, &source.kind)) {
            Some((Lock::Signature(signer), _)) => signer.has_signed(headers, &body.bytes, now),
            Some((Lock::Token(seal), SourceKind::PagerDuty)) => fits(seal),
            Some((Lock::Token(_), _)) | None => {
                // The same work for nobody.
                let is_one = fits(&Seal::of_nobody());
                for signer in &self.stand_ins {
                    std::hint::black_box(signer.has_signed(headers, &body.bytes, now));
                }
                std::hint::black_box(is_one);
                false
            }
        }
    }

    /// Lets a source in by the routing key in its body. A body that isn't JSON is told to be none before: whoever sends
    /// it can't have meant to prove anything.
    pub(crate) async fn source_by_key(&self, head: &Parts, body: Body) -> Result<(Let<'_>, Value), Refusal> {
        if !self.takes_routing_keys {
            return Err(self.stranger());
        }
        if !body::is_announced(&head.headers) {
            return Err(Refusal::NoLength);
        }
        let body = self.readers.read(body, self.most_unproven, false).await?;
        let json = json::read(&body.bytes)?;
        let key = json.get("routing_key").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        // Each is compared, whichever fits.
        let mut found = None;
        for source in self.sources.values().filter(|source| source.kind == SourceKind::PagerDuty) {
            if let Lock::Token(seal) = &source.lock
                && seal.fits(&key)
            {
                found = Some(source);
            }
        }
        let source = found.ok_or_else(|| self.stranger())?;
        Ok((source.with(body)?, json))
    }

    /// Lets somebody in who gives a sign of life. Nothing of what they send besides is kept.
    pub(crate) async fn heartbeat(
        &self,
        name: &str,
        head: &Parts,
        body: Body,
        most: usize,
    ) -> Result<(), Refusal> {
        let heartbeat = self.heartbeats.get(name);
        let nobody = Seal::of_nobody();
        let token = bearer(&head.headers).unwrap_or_default();
        let is_proven = heartbeat.map_or(&nobody, |heartbeat| &heartbeat.token).fits(token);
        let Some(heartbeat) = heartbeat.filter(|_| is_proven) else { return Err(self.stranger()) };
        heartbeat.pace.count().map_err(|after_secs| Refusal::TooFast { after_secs })?;
        self.readers.read(body, most, true).await.map(drop)
    }

    /// Lets somebody read the metrics; `None` if there are none.
    pub(crate) fn metrics(&self, headers: &HeaderMap) -> Option<Result<(), Refusal>> {
        let Some(seal) = self.metrics.as_ref()? else { return Some(Ok(())) };
        let is_proven = seal.fits(bearer(headers).unwrap_or_default());
        Some(if is_proven { Ok(()) } else { Err(self.stranger()) })
    }

    async fn known<'a>(
        &'a self,
        source: &'a Source,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Let<'a>, Refusal> {
        source.count()?;
        if !body::is_announced(headers) {
            return Err(Refusal::NoLength);
        }
        let body = self.readers.read(body, source.max_body_bytes, true).await?;
        Ok(Let { source, body })
    }

    fn stranger(&self) -> Refusal {
        match self.strangers.count() {
            Ok(()) => Refusal::NoProof,
            Err(after_secs) => Refusal::TooManyStrangers { after_secs },
        }
    }
}

impl Source {
    fn new(name: &str, settings: &SourceSettings, served: &Served) -> Result<Self, String> {
        let lock = match &settings.proof {
            Proof::Token(token) => Lock::Token(Seal::of(token)),
            Proof::Hmac { secret, header } => {
                Lock::Signature(Signer::new(secret, header).ok_or_else(|| {
                    format!("[http.sources.{name}] has a signature_header that is no name of a header.")
                })?)
            }
        };
        Ok(Self {
            name: name.to_owned(),
            kind: settings.kind.clone(),
            pace: Pace::per_minute(settings.per_minute),
            too_fast: served.rate_limited(name),
            max_body_bytes: settings.max_body_bytes,
            lock,
        })
    }

    fn count(&self) -> Result<(), Refusal> {
        self.pace.count().map_err(|after_secs| {
            self.too_fast.inc();
            Refusal::TooFast { after_secs }
        })
    }

    /// Lets it in with a body that was read before it was known whose it is.
    fn with<'a>(&'a self, body: Read<'a>) -> Result<Let<'a>, Refusal> {
        self.count()?;
        if body.bytes.len() > self.max_body_bytes {
            return Err(Refusal::TooLarge(self.max_body_bytes));
        }
        Ok(Let { source: self, body })
    }
}

fn routing_key(body: &[u8]) -> Option<String> {
    let json = json::read(body).ok()?;
    json.get("routing_key").and_then(Value::as_str).map(|key| key.trim().to_owned())
}
