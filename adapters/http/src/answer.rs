//! Why a request was turned away, worded for whoever looks into their sender's log.
//!
//! One sentence each, and nothing of the request in it but the names of fields that sitrep knows.

use axum::{
    body::Body,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::Response,
};
use serde_json::json;
use sitrep_core::port::NotTaken;

use crate::json::Unexpected;

/// Why a request was turned away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no proof, or a wrong one, or there is no such source: a stranger isn't told which.
    NoProof,
    /// So many came without proof lately that they aren't even told so.
    TooManyStrangers {
        /// After how many seconds to try again.
        after_secs: u64,
    },
    /// The source sends more than it may.
    TooFast {
        /// After how many seconds to try again.
        after_secs: u64,
    },
    /// The body is larger than this many bytes.
    TooLarge(usize),
    /// The body took too long.
    TooSlow,
    /// Nothing says whether there is a body.
    NoLength,
    /// The body broke off.
    BrokenOff,
    /// The body is something else than what was expected.
    Unexpected(String),
    /// It was understood, and isn't taken now.
    NotTaken(NotTaken),
    /// So many bodies are being read that this one has to wait.
    Crowded,
}

impl From<Unexpected> for Refusal {
    fn from(unexpected: Unexpected) -> Self {
        Self::Unexpected(unexpected.0)
    }
}

/// How a sender expects to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// In a line.
    Plain,
    /// As PagerDuty would.
    PagerDuty,
}

impl Refusal {
    pub(crate) fn answer(&self, manner: Manner) -> Response {
        let mut answer = match manner {
            Manner::Plain => in_a_line(self.status(), &self.sentence()),
            Manner::PagerDuty => self.as_pagerduty(),
        };
        let headers = answer.headers_mut();
        if let Some(secs) = self.retry_after_secs() {
            headers.insert(RETRY_AFTER, secs.into());
        }
        if *self == Self::NoProof {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        answer
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NoProof => StatusCode::UNAUTHORIZED,
            Self::TooManyStrangers { .. } | Self::TooFast { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::NoLength => StatusCode::LENGTH_REQUIRED,
            Self::BrokenOff | Self::Unexpected(_) => StatusCode::BAD_REQUEST,
            Self::NotTaken(_) | Self::Crowded => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    pub(crate) fn sentence(&self) -> String {
        let sentence = match self {
            Self::NoProof => "This needs the token or the signature of something that is configured here.",
            Self::TooManyStrangers { .. } => "Too many requests came without a valid token; try again later.",
            Self::TooFast { .. } => {
                "This source sends more requests a minute than it is configured for; try again later."
            }
            Self::TooLarge(limit) => {
                return format!("The body is larger than the {limit} bytes that are read at most.");
            }
            Self::TooSlow => "The body did not arrive in time.",
            Self::NoLength => "There is no body: send one with a Content-Length, or in chunks.",
            Self::BrokenOff => "The body broke off before its end.",
            Self::Unexpected(what) => return what.clone(),
            Self::NotTaken(NotTaken::Busy) | Self::Crowded => {
                "sitrep has too much to do right now; send it again."
            }
            Self::NotTaken(NotTaken::NotStored) => "It could not be stored in time; send it again.",
        };
        sentence.to_owned()
    }

    fn retry_after_secs(&self) -> Option<u64> {
        match self {
            Self::TooManyStrangers { after_secs } | Self::TooFast { after_secs } => {
                Some((*after_secs).max(1))
            }
            Self::NotTaken(_) | Self::Crowded => Some(5),
            Self::NoProof
            | Self::TooLarge(_)
            | Self::TooSlow
            | Self::NoLength
            | Self::BrokenOff
            | Self::Unexpected(_) => None,
        }
    }

    /// As in <https://developer.pagerduty.com/docs/events-api-v2-overview>: a status and a message, and what is wrong in
    /// particular.
    fn as_pagerduty(&self) -> Response {
        let (status, message) = match self {
            Self::TooManyStrangers { .. } | Self::TooFast { .. } => (
                "throttle exceeded",
                "Requests for this service are arriving too quickly. Please retry later.",
            ),
            Self::NotTaken(_) | Self::Crowded => {
                ("unavailable", "The event was not taken. Please retry later.")
            }
            Self::NoProof
            | Self::TooLarge(_)
            | Self::TooSlow
            | Self::NoLength
            | Self::BrokenOff
            | Self::Unexpected(_) => ("invalid event", "Event object is invalid"),
        };
        in_json(self.status(), &json!({ "status": status, "message": message, "errors": [self.sentence()] }))
    }
}

/// A line of text.
pub(crate) fn in_a_line(status: StatusCode, line: &str) -> Response {
    with_type(status, "text/plain; charset=utf-8", format!("{line}\n"))
}

/// JSON.
pub(crate) fn in_json(status: StatusCode, json: &serde_json::Value) -> Response {
    with_type(status, "application/json", format!("{json}\n"))
}

/// A body of a type.
pub(crate) fn with_type(status: StatusCode, content_type: &'static str, body: String) -> Response {
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}
