//! `[http]`: the address where machines tell sitrep something, and where it is watched.
//!
//! - Without it nothing is listened to. A section in which nothing stands means nothing.
//! - The address is one of the machine itself unless it is said otherwise: a proxy in front of it does TLS, or sitrep does
//!   with a certificate and its key.
//!
//! What speaks to it: the sources in `http_source.rs`, signs of life in `heartbeat.rs`.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use super::diagnose::Wrong;
use super::http_source::{self, Source};
use super::http_token::{self, Tokens};
use super::pem::{self, Pem};
use super::people::Roster;
use super::secret::Secret;
use super::section::Section;
use super::service::Service;
use super::shape::Shape;
use super::web_address;

pub(super) const SHAPE: Shape = Shape {
    keys: &[("listen", "\"127.0.0.1:8321\""), ("certificate", "\"cert.pem\""), ("key", "\"key.pem\"")],
    sections: &["sources", "metrics"],
    ..Shape::new("http")
};

pub(super) const METRICS: Shape = Shape { secrets: &["token"], ..Shape::new("http.metrics") };

/// What is taken for the address while it is refused.
const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The address where machines speak to sitrep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Http {
    pub(crate) listen: SocketAddr,
    /// `None`: plain HTTP, for this machine or for a proxy.
    pub(crate) tls: Option<Tls>,
    /// What may tell of alerts and changes, by name.
    pub(crate) sources: BTreeMap<String, Source>,
    /// `None`: no figures are given out.
    pub(crate) metrics: Option<HttpMetrics>,
}

/// A certificate, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tls {
    /// The certificate, and those that vouch for it.
    pub(crate) certificate: String,
    /// Its private key.
    pub(crate) key: Secret,
}

/// The figures about sitrep itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HttpMetrics {
    /// What is asked for before they are given out. `None`: nothing.
    pub(crate) token: Option<Secret>,
}

/// What the names in the sections stand for.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) roster: &'a Roster,
    pub(super) services: &'a BTreeMap<String, Service>,
    /// Where files are looked for.
    pub(super) folder: &'a Path,
}

/// Reads the section.
pub(super) fn read(section: &Section<'_>, known: Known<'_>, tokens: &mut Tokens) -> Option<Http> {
    section.names().next()?;
    section.require("listen");
    let listen = section.parsed("listen", listen).unwrap_or(NOWHERE);
    let tls = tls(section, known.folder);
    let sources = section
        .inner("sources", &http_source::SOURCES)
        .map(|section| http_source::read(&section, known, tokens))
        .unwrap_or_default();
    let metrics = section.inner("metrics", &METRICS).map(|section| HttpMetrics {
        token: http_token::read(&section, "token", known.folder).map(|found| found.value),
    });
    Some(Http { listen, tls, sources, metrics })
}

fn listen(text: &str) -> Result<SocketAddr, Wrong> {
    web_address::socket(text).ok_or_else(|| {
        Wrong::new(
            format!("`{text}` is not an address with a port"),
            "for example 127.0.0.1:8321 for this machine alone, or 0.0.0.0:8321 for every network it is in",
        )
    })
}

fn tls(section: &Section<'_>, folder: &Path) -> Option<Tls> {
    for (one, other) in [("certificate", "key"), ("key", "certificate")] {
        if section.place_of(one).is_some() && section.place_of(other).is_none() {
            let help = format!("add {}, or remove it for plain HTTP", SHAPE.example(other));
            section.report(one, Wrong::new(format!("`{one}` is of no use without `{other}`"), help));
        }
    }
    let file =
        |key: &'static str, what: Pem| section.parsed(key, |name| pem::read(key, &folder.join(name), what));
    let (certificate, key) = (file("certificate", Pem::Certificate), file("key", Pem::PrivateKey));
    Some(Tls { certificate: certificate?, key: Secret::new(&key?) })
}

#[cfg(test)]
mod tests {
    use super::listen;

    #[test]
    fn addresses() {
        for (text, expected) in [
            ("127.0.0.1:8321", "127.0.0.1:8321"),
            ("localhost:8321", "127.0.0.1:8321"),
            ("0.0.0.0:443", "0.0.0.0:443"),
            ("[::]:8321", "[::]:8321"),
        ] {
            assert_eq!(listen(text).expect(text).to_string(), expected);
        }
        for text in
            ["", "8321", ":8321", "127.0.0.1", "127.0.0.1:0", "http://127.0.0.1:8321", "example.org:8321"]
        {
            assert!(listen(text).is_err(), "{text:?} is refused");
        }
    }
}
