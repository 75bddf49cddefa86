//! Plain HTTP with JSON, as one Matrix user: the least that a test can stand on.
//!
//! It shares no code with the adapter under test, so that both can't be wrong in the same way.
//!
//! - [`Api::ask`] shows whatever the server answered; [`Api::call`] demands success.
//! - Only `call` waits when the server says 429, as a person would.
//! - No connection is kept: one that outlived a killed server would fail the next call.

use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::http::{Request, request};

use super::{Doing, Failed};

/// Longer than any long poll asked for here, so that only a server that hangs runs into it.
const TIMEOUT: Duration = Duration::from_secs(90);

/// How long `call` puts up with 429.
const LIMITED_PATIENCE: Duration = Duration::from_secs(120);

/// What a server answered; `body` is null if it wasn't JSON.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    /// The `M_...` code of a refusal.
    pub(crate) fn errcode(&self) -> Option<&str> {
        self.body["errcode"].as_str()
    }

    pub(crate) fn succeeded(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} {}", self.status, self.body)
    }
}

/// A server as seen by one of its users, or by somebody without an account.
#[derive(Clone)]
pub(crate) struct Api {
    agent: ureq::Agent,
    base: String,
    token: Option<String>,
}

impl Api {
    /// `base` without a slash at its end.
    pub(crate) fn anonymous(base: &str) -> Api {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            .max_idle_connections(0)
            .proxy(None)
            .build();
        Api { agent: config.into(), base: base.to_owned(), token: None }
    }

    pub(crate) fn authorized(base: &str, token: &str) -> Api {
        Api { token: Some(token.to_owned()), ..Api::anonymous(base) }
    }

    /// One request, and whatever the server answered.
    pub(crate) fn ask(&self, verb: &str, path: &str, body: Option<&Value>) -> Result<Answer, Failed> {
        let doing = format!("{verb} {path}");
        let request = self.request(verb, path);
        let answered = match body {
            None => self.agent.run(request.body(()).doing(&doing)?),
            Some(body) => {
                let request = request.header("content-type", "application/json");
                self.agent.run(request.body(body.to_string()).doing(&doing)?)
            }
        };
        let mut answered = answered.doing(&doing)?;
        let status = answered.status().as_u16();
        let text = answered.body_mut().read_to_string().doing(&doing)?;
        Ok(Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::Null) })
    }

    /// One request that has to succeed, repeated for as long as the server asks to be left alone.
    pub(crate) fn call(&self, verb: &str, path: &str, body: Option<&Value>) -> Result<Value, Failed> {
        let give_up = Instant::now() + LIMITED_PATIENCE;
        loop {
            let answer = self.ask(verb, path, body)?;
            if answer.succeeded() {
                return Ok(answer.body);
            }
            let wait = Duration::from_millis(answer.body["retry_after_ms"].as_u64().unwrap_or(1000));
            if answer.status != 429 || Instant::now() + wait > give_up {
                return Err(format!("{verb} {path} was answered {answer}").into());
            }
            thread::sleep(wait);
        }
    }

    /// What lies under a path, byte by byte.
    pub(crate) fn bytes(&self, path: &str) -> Result<Vec<u8>, Failed> {
        let mut answered = self.agent.run(self.request("GET", path).body(()).doing(path)?).doing(path)?;
        if answered.status().as_u16() != 200 {
            return Err(format!("GET {path} was answered {}", answered.status()).into());
        }
        answered.body_mut().read_to_vec().doing(path)
    }

    pub(crate) fn get(&self, path: &str) -> Result<Value, Failed> {
        self.call("GET", path, None)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, Failed> {
        self.call("POST", path, Some(body))
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Result<Value, Failed> {
        self.call("PUT", path, Some(body))
    }

    fn request(&self, verb: &str, path: &str) -> request::Builder {
        let request = Request::builder().method(verb).uri(format!("{}{path}", self.base));
        match &self.token {
            None => request,
            Some(token) => request.header("authorization", format!("Bearer {token}")),
        }
    }
}

/// One piece of a path or a query: everything but RFC 3986's unreserved characters is percent-encoded.
pub(crate) fn encoded(piece: &str) -> String {
    let mut encoded = String::new();
    for byte in piece.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
