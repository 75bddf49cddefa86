//! Whatever tells sitrep something over HTTP, and asks how it is.
//!
//! A [`Machine`] speaks plain HTTP and shares no code with the server under test. What it may be answered is a number and
//! a text: judging them is the test's.

use std::time::Duration;

use serde_json::Value;
use ureq::http::Request;

use super::prometheus::free_port;
use super::{Doing, Failed};

/// Longer than any answer takes.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The secret of every source here.
pub(crate) const TOKEN: &str = "a-token-of-the-tests-0123456789";

/// Somebody who knows sitrep's address.
#[derive(Clone)]
pub(crate) struct Machine {
    agent: ureq::Agent,
    port: u16,
}

impl Machine {
    /// One for a sitrep that is still to be configured.
    pub(crate) fn new() -> Result<Machine, Failed> {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            .proxy(None)
            .build();
        Ok(Machine { agent: config.into(), port: free_port()? })
    }

    /// The address, without a path.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// `host:port`.
    pub(crate) fn target(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The section `[http]`, to which sections of sources may be added.
    pub(crate) fn section(&self) -> String {
        format!("\n[http]\nlisten = \"{}\"\n", self.target())
    }

    /// What is answered to a request with these headers, and what is said then.
    pub(crate) fn send(
        &self,
        (verb, path): (&str, &str),
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<(u16, String), Failed> {
        let doing = format!("{verb} {path}");
        let mut request = Request::builder().method(verb).uri(format!("{}{path}", self.address()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answered = match verb {
            "GET" => self.agent.run(request.body(()).doing(&doing)?),
            _ => self.agent.run(request.body(body.to_owned()).doing(&doing)?),
        };
        let mut answered = answered.doing(&doing)?;
        let text = answered.body_mut().read_to_string().doing(&doing)?;
        Ok((answered.status().as_u16(), text))
    }

    /// Asks for a page.
    pub(crate) fn get(&self, path: &str) -> Result<(u16, String), Failed> {
        self.send(("GET", path), &[], "")
    }

    /// Tells something with the token; gives back the number of the answer.
    pub(crate) fn tell(&self, path: &str, body: &str) -> Result<u16, Failed> {
        let authorization = format!("Bearer {TOKEN}");
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        Ok(self.send(("POST", path), &headers, body)?.0)
    }

    /// Tells something that has to be taken.
    pub(crate) fn told(&self, path: &str, body: &str) -> Result<(), Failed> {
        match self.tell(path, body)? {
            202 => Ok(()),
            other => Err(format!("{path} was answered {other}").into()),
        }
    }

    /// The same of JSON.
    pub(crate) fn told_json(&self, path: &str, body: &Value) -> Result<(), Failed> {
        self.told(path, &body.to_string())
    }
}

/// The section of a source, with more lines of its own.
pub(crate) fn source(name: &str, kind: &str, more: &str) -> String {
    format!("[http.sources.{name}]\nkind = \"{kind}\"\ntoken = \"{TOKEN}\"\n{more}\n")
}
