//! How a sender proves who it is.
//!
//! Tokens are compared as hashes and in constant time, so that neither their length nor how much of them was right can be
//! measured. A signature is an HMAC with SHA-256 over the body in hexadecimal, with or without `sha256=` in front. If there is
//! a [`TIMESTAMP_HEADER`], it is over that, a colon and the body, and not older than five minutes:
//! <https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/>.

use axum::http::{HeaderMap, HeaderName, header::AUTHORIZATION};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The header that Grafana puts its signature into.
pub const GRAFANA_SIGNATURE_HEADER: &str = "X-Grafana-Alerting-Signature";

/// The header that every other sender's signature is expected in, as GitHub and those after it have it.
pub const SIGNATURE_HEADER: &str = "X-Hub-Signature-256";

/// The header in which a sender that signs may say when, in seconds since 1970; Grafana lets one choose its name.
pub const TIMESTAMP_HEADER: &str = "X-Grafana-Alerting-Timestamp";

/// How far a signature's time may be from ours, in seconds.
const LARGEST_SKEW_SECS: u64 = 5 * 60;

/// What is kept of a token.
#[derive(Clone)]
pub(crate) struct Seal([u8; 32]);

impl Seal {
    pub(crate) fn of(token: &SecretString) -> Self {
        Self(Sha256::digest(token.expose_secret().trim().as_bytes()).into())
    }

    /// One that fits nothing that anybody can send.
    pub(crate) fn of_nobody() -> Self {
        Self([0; 32])
    }

    pub(crate) fn fits(&self, token: &str) -> bool {
        let presented: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        self.0.ct_eq(&presented).into()
    }
}

/// What a sender signs with.
#[derive(Clone)]
pub(crate) struct Signer {
    key: Hmac<Sha256>,
    pub(crate) header: HeaderName,
}

impl Signer {
    /// `None` if the header's name is none.
    pub(crate) fn new(secret: &SecretString, header: &str) -> Option<Self> {
        let key = Hmac::new_from_slice(secret.expose_secret().trim().as_bytes()).ok()?;
        Some(Self { key, header: HeaderName::from_bytes(header.as_bytes()).ok()? })
    }

    /// Whether the body is signed, at this time in seconds since 1970.
    pub(crate) fn has_signed(&self, headers: &HeaderMap, body: &[u8], now_secs: i64) -> bool {
        let Some(signature) = only(headers, &self.header).and_then(from_hex) else { return false };
        let mut signed = self.key.clone();
        if headers.contains_key(TIMESTAMP_HEADER) {
            let Some(at) = only(headers, &HeaderName::from_static("x-grafana-alerting-timestamp")) else {
                return false;
            };
            if !at.parse::<i64>().is_ok_and(|at| at.abs_diff(now_secs) <= LARGEST_SKEW_SECS) {
                return false;
            }
            signed.update(at.as_bytes());
            signed.update(b":");
        }
        signed.update(body);
        signed.verify_slice(&signature).is_ok()
    }
}

/// The token in `Authorization: Bearer TOKEN`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = only(headers, &AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A header that is there once, and is text.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let first = all.next()?.to_str().ok()?;
    all.next().is_none().then(|| first.trim())
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("sha256=").unwrap_or(text);
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    (0..64).step_by(2).map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect()
}
