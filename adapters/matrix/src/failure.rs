//! What can go wrong between us and the homeserver, and what that means for an attempt.
//!
//! - A request that never got out changed nothing; one whose answer was lost may have worked. Only the second is
//!   in doubt.
//! - A server that is in trouble (5xx) may have done its work before it said so, and proxies answer for servers
//!   that are still at it: in doubt as well.
//! - A token that is refused says nothing about the action: it can be done once a person has helped.
//! - **Only what carries an error code is the homeserver's refusal.** While it restarts, the proxy in front of it
//!   answers in its place, often with a plain `404 page not found`: that will pass.
//!
//! The words are the server's own where it has any.

use std::time::Duration;

use matrix_sdk::{
    Error, HttpError, RefreshTokenError, reqwest,
    ruma::api::error::{ErrorBody, ErrorKind, RetryAfter},
};
use sitrep_core::port::Outcome;

/// How long to wait when the server only says that it is too much.
const DEFAULT_WAIT: Duration = Duration::from_secs(5);

/// The longest wait that is believed. Synapse asks for minutes at most; what asks for more is mistaken, and to ask
/// once too often costs less than to stay silent.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);

/// Something went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The server wants to be left alone for this long.
    Limited(Duration),
    /// The server doesn't accept the access token. `soft`: the device still exists.
    LoggedOut { soft: bool },
    /// The server refused, with its code (`M_FORBIDDEN`) and its words.
    Refused { code: String, words: String },
    /// The request didn't get there.
    Unreached(String),
    /// Something in front of the server answered in its place, and with this HTTP status.
    Intercepted(u16),
    /// Something that must come first hasn't happened yet.
    NotYet(String),
    /// The request may have been carried out.
    Lost(String),
    /// The answer says that the request was carried out, and can't be read otherwise.
    Garbled(String),
    /// Something here failed: the SDK's store, or encryption.
    Broken(String),
}

impl Failure {
    /// Whether the server refused with this code.
    pub(crate) fn is_refusal(&self, wanted: &str) -> bool {
        matches!(self, Self::Refused { code, .. } if code == wanted)
    }

    /// The same failure of a request that only reads: nothing can be in doubt.
    pub(crate) fn while_reading(self) -> Self {
        match self {
            Self::Lost(words) => Self::Unreached(words),
            Self::Garbled(_)
            | Self::Limited(_)
            | Self::LoggedOut { .. }
            | Self::Refused { .. }
            | Self::Unreached(_)
            | Self::Intercepted(_)
            | Self::NotYet(_)
            | Self::Broken(_) => self,
        }
    }

    /// What happened, in words that continue a sentence.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Limited(wait) => format!("the homeserver asks to wait {} s", wait.as_secs_f32().ceil()),
            Self::LoggedOut { .. } => "the homeserver no longer accepts the access token".to_owned(),
            Self::Refused { code, words } => format!("the homeserver refused: {words} ({code})"),
            Self::Unreached(words) => format!("the homeserver could not be reached ({words})"),
            Self::Intercepted(status) => {
                format!("something else answered in place of the homeserver ({status})")
            }
            Self::NotYet(words) => words.clone(),
            Self::Lost(words) => format!("the homeserver's answer was lost ({words})"),
            Self::Garbled(words) => format!("the homeserver's answer can't be read ({words})"),
            Self::Broken(words) => format!("the Matrix client failed ({words})"),
        }
    }

    /// What became of the attempt.
    pub(crate) fn into_outcome(self) -> Outcome {
        let words = self.words();
        match self {
            Self::Limited(wait) => Outcome::RetryAfter(wait),
            Self::Refused { .. } => Outcome::Permanent(words),
            Self::LoggedOut { .. }
            | Self::Unreached(_)
            | Self::Intercepted(_)
            | Self::NotYet(_)
            | Self::Broken(_) => Outcome::Transient(words),
            Self::Lost(_) | Self::Garbled(_) => Outcome::InDoubt(words),
        }
    }
}

impl From<HttpError> for Failure {
    fn from(error: HttpError) -> Self {
        Self::from(&error)
    }
}

impl From<&HttpError> for Failure {
    fn from(error: &HttpError) -> Self {
        if let HttpError::Cached(error) = error {
            return Self::from(error.as_ref());
        }
        if let HttpError::Reqwest(error) = error {
            return unanswered(error);
        }
        if let HttpError::RefreshToken(error) = error {
            return not_renewed(error);
        }
        if let Some(refusal) = error.as_client_api_error() {
            return refused(refusal.status_code.as_u16(), refusal.error_kind(), words_of(&refusal.body));
        }
        if error.as_uiaa_response().is_some() {
            let words = "it asks for further proof of identity".to_owned();
            return Self::Refused { code: "401".to_owned(), words };
        }
        if let HttpError::Api(unreadable) = error {
            return Self::Garbled(unreadable.to_string());
        }
        Self::Broken(error.to_string())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        if let Error::Http(error) = error {
            return Self::from(*error);
        }
        if let Error::WrongRoomState(_) = error {
            let words = "sitrep is not in the room".to_owned();
            return Self::Refused { code: "M_FORBIDDEN".to_owned(), words };
        }
        Self::Broken(error.to_string())
    }
}

fn refused(status: u16, kind: Option<&ErrorKind>, words: String) -> Failure {
    match kind {
        Some(ErrorKind::LimitExceeded(limit)) => Failure::Limited(wait(limit.retry_after.as_ref())),
        Some(ErrorKind::UnknownToken(token)) => Failure::LoggedOut { soft: token.soft_logout },
        Some(ErrorKind::MissingToken) => Failure::LoggedOut { soft: false },
        _ if status == 429 => Failure::Limited(DEFAULT_WAIT),
        _ if status >= 500 => Failure::Lost(format!("it has trouble of its own: {status} {words}")),
        // Request Timeout: whoever lost patience doesn't say whether the server had begun.
        _ if status == 408 => Failure::Lost("it took too long".to_owned()),
        // Misdirected Request and Too Early: about the connection, whoever says it (RFC 9110, RFC 8470).
        _ if matches!(status, 421 | 425) => Failure::Intercepted(status),
        Some(kind) => Failure::Refused { code: kind.errcode().to_string(), words },
        None => Failure::Intercepted(status),
    }
}

/// The access token has expired and could not be renewed. The request itself changed nothing.
fn not_renewed(error: &RefreshTokenError) -> Failure {
    let RefreshTokenError::MatrixAuth(error) = error else { return Failure::LoggedOut { soft: true } };
    match Failure::from(error.as_ref()) {
        // Whether the device still exists isn't said.
        Failure::Refused { .. } | Failure::LoggedOut { .. } => Failure::LoggedOut { soft: true },
        failure @ (Failure::Limited(_)
        | Failure::Unreached(_)
        | Failure::Intercepted(_)
        | Failure::NotYet(_)
        | Failure::Lost(_)
        | Failure::Garbled(_)
        | Failure::Broken(_)) => failure.while_reading(),
    }
}

fn wait(asked: Option<&RetryAfter>) -> Duration {
    let wait = match asked {
        Some(RetryAfter::Delay(delay)) => *delay,
        Some(RetryAfter::DateTime(moment)) => {
            moment.duration_since(std::time::SystemTime::now()).unwrap_or(DEFAULT_WAIT)
        }
        None => DEFAULT_WAIT,
    };
    wait.min(LONGEST_WAIT)
}

/// What the server says. A page of a proxy is nothing that belongs into a sentence.
fn words_of(body: &ErrorBody) -> String {
    match body {
        ErrorBody::Standard(standard) if !standard.message.is_empty() => standard.message.clone(),
        ErrorBody::Standard(_) | ErrorBody::Json(_) | ErrorBody::NotJson { .. } => {
            "no reason given".to_owned()
        }
    }
}

fn unanswered(error: &reqwest::Error) -> Failure {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if error.is_connect() || error.is_builder() {
        return Failure::Unreached(cause.to_string());
    }
    if error.is_timeout() {
        return Failure::Lost("it took too long".to_owned());
    }
    // The outermost words name the address, which may name people: the innermost are enough.
    Failure::Lost(cause.to_string())
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::{
        api::{EndpointError as _, client::uiaa::UiaaResponse, error::FromHttpResponseError},
        exports::http,
    };

    use super::*;

    fn answer(status: u16, retry_after: Option<&str>, body: &str) -> Failure {
        let mut response = http::Response::builder().status(status);
        if let Some(seconds) = retry_after {
            response = response.header("retry-after", seconds);
        }
        let response = response.body(body.as_bytes().to_vec()).unwrap();
        let error = UiaaResponse::from_http_response(response);
        Failure::from(HttpError::Api(Box::new(FromHttpResponseError::Server(error))))
    }

    #[test]
    fn answers_become_outcomes() {
        let permanent = |words: &str| Outcome::Permanent(format!("the homeserver refused: {words}"));
        let lost = |words: &str| Outcome::InDoubt(format!("the homeserver's answer was lost ({words})"));
        let trouble = |words: &str| lost(&format!("it has trouble of its own: {words}"));
        let elsewhere = |status: u16| {
            Outcome::Transient(format!("something else answered in place of the homeserver ({status})"))
        };
        let logged_out = Outcome::Transient("the homeserver no longer accepts the access token".to_owned());
        let forbidden = r#"{"errcode":"M_FORBIDDEN","error":"Not in room"}"#;
        let cases = [
            (403, forbidden, permanent("Not in room (M_FORBIDDEN)")),
            (400, r#"{"errcode":"ORG_X","error":"Odd"}"#, permanent("Odd (ORG_X)")),
            (404, r#"{"errcode":"M_NOT_FOUND","error":"No"}"#, permanent("No (M_NOT_FOUND)")),
            (404, "<html>nothing</html>", elsewhere(404)),
            (404, "404 page not found", elsewhere(404)),
            (403, r#"{"error":"blocked"}"#, elsewhere(403)),
            (400, "", elsewhere(400)),
            (421, forbidden, elsewhere(421)),
            (425, "", elsewhere(425)),
            (408, "", lost("it took too long")),
            (500, r#"{"errcode":"M_UNKNOWN","error":"Internal"}"#, trouble("500 Internal")),
            (502, "<html>bad gateway</html>", trouble("502 no reason given")),
            (401, r#"{"errcode":"M_UNKNOWN_TOKEN","error":"?"}"#, logged_out),
        ];
        for (status, body, expected) in cases {
            assert_eq!(answer(status, None, body).into_outcome(), expected, "{status} {body}");
        }
    }

    #[test]
    fn waits_are_believed_within_reason() {
        let limited = |rest: &str| format!(r#"{{"errcode":"M_LIMIT_EXCEEDED","error":"Slow"{rest}}}"#);
        let huge = u64::MAX.to_string();
        let cases = [
            (None, limited(r#","retry_after_ms":1500"#), 1500),
            (Some("7"), limited(""), 7000),
            (None, limited(""), 5000),
            (None, "slow down".to_owned(), 5000),
            (None, limited(r#","retry_after_ms":86400000"#), 600_000),
            (None, limited(&format!(r#","retry_after_ms":{huge}"#)), 5000),
            (None, limited(r#","retry_after_ms":-1"#), 5000),
            (None, limited(r#","retry_after_ms":"soon""#), 5000),
            (None, limited(r#","retry_after_ms":1e300"#), 5000),
            (Some("86400"), limited(""), 600_000),
            (Some(huge.as_str()), limited(""), 600_000),
            (Some("-7"), limited(""), 5000),
            (Some("Fri, 01 Jan 9999 00:00:00 GMT"), limited(""), 600_000),
            (Some("Fri, 01 Jan 1999 00:00:00 GMT"), limited(""), 5000),
            (Some("99999999999999999999999"), limited(""), 5000),
        ];
        for (retry_after, body, expected_ms) in cases {
            let expected = Outcome::RetryAfter(Duration::from_millis(expected_ms));
            assert_eq!(answer(429, retry_after, &body).into_outcome(), expected, "{retry_after:?} {body}");
        }
    }

    #[test]
    fn a_soft_logout_is_told_apart() {
        let body = r#"{"errcode":"M_UNKNOWN_TOKEN","error":"?","soft_logout":true}"#;
        assert_eq!(answer(401, None, body), Failure::LoggedOut { soft: true });
    }

    #[test]
    fn a_token_that_cannot_be_renewed_is_a_logout() {
        let response = |status: u16, body: &str| {
            let response = http::Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap();
            let error = FromHttpResponseError::Server(UiaaResponse::from_http_response(response));
            let error = HttpError::Api(Box::new(error));
            Failure::from(HttpError::RefreshToken(RefreshTokenError::MatrixAuth(error.into())))
        };
        let logged_out = Failure::LoggedOut { soft: true };
        assert_eq!(response(401, r#"{"errcode":"M_UNKNOWN_TOKEN","error":"?"}"#), logged_out);
        assert_eq!(response(403, r#"{"errcode":"M_FORBIDDEN","error":"expired"}"#), logged_out);
        assert!(matches!(response(502, ""), Failure::Unreached(_)), "nothing was asked for");
        let none = HttpError::RefreshToken(RefreshTokenError::RefreshTokenRequired);
        assert_eq!(Failure::from(none), logged_out);
    }

    #[test]
    fn nothing_is_in_doubt_after_reading() {
        let lost = Failure::Lost("it took too long".to_owned());
        assert!(matches!(lost.clone().into_outcome(), Outcome::InDoubt(_)));
        assert!(matches!(lost.while_reading().into_outcome(), Outcome::Transient(_)));
    }
}
