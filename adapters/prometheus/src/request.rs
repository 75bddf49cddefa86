//! One query over HTTP.

use std::{error::Error, time::Duration};

use reqwest::{Client, Response, StatusCode, Url, header, redirect};

use crate::{
    PrometheusSettings,
    answer::{self, Grid},
};

/// The largest answer that is read. An hour of one series is a few kilobytes.
const LARGEST: usize = 1024 * 1024;
/// How many redirections within the server are followed.
const REDIRECTIONS: usize = 3;
/// How long a connection may take to be made: below the deadline, so that it can be said.
const CONNECT_WITHIN: Duration = Duration::from_secs(4);

/// Asks one server.
pub(crate) struct Asker {
    client: Client,
    address: Url,
    token: Option<String>,
}

impl Asker {
    pub(crate) fn new(settings: PrometheusSettings) -> Result<Self, String> {
        let address = Url::parse(&format!("{}/api/v1/query_range", settings.address))
            .map_err(|error| format!("the address of Prometheus can't be read: {error}"))?;
        let client = Client::builder()
            .user_agent("sitrep")
            .connect_timeout(CONNECT_WITHIN)
            .redirect(within(&address))
            .build()
            .map_err(|error| innermost(&error))?;
        Ok(Self { client, address, token: settings.token })
    }

    /// The body of the answer.
    pub(crate) async fn ask(&self, query: &str, grid: Grid) -> Result<Vec<u8>, String> {
        // In the body: a query may be longer than an address can be.
        let mut form = self.address.clone();
        form.query_pairs_mut().clear().append_pair("query", query).extend_pairs(grid.parameters());
        let mut request = self
            .client
            .post(self.address.clone())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.query().unwrap_or_default().to_owned());
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.map_err(|error| unreachable(&error))?;
        let status = response.status();
        let body = read(response).await?;
        if status.is_success() { Ok(body) } else { Err(refusal(status, &body)) }
    }
}

/// A redirection is followed only if it stays with the server that was configured: the token is for no other.
fn within(address: &Url) -> redirect::Policy {
    let home = address.origin();
    redirect::Policy::custom(move |attempt| {
        match attempt.url().origin() == home && attempt.previous().len() <= REDIRECTIONS {
            true => attempt.follow(),
            false => attempt.stop(),
        }
    })
}

async fn read(mut response: Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
        if body.len() + chunk.len() > LARGEST {
            return Err("its answer is larger than a mebibyte".to_owned());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Why it did not do as it was asked.
fn refusal(status: StatusCode, body: &[u8]) -> String {
    let code = status.as_u16();
    match (status, answer::complaint(body)) {
        (_, Some(words)) => format!("Prometheus says: {words}"),
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, None) => {
            format!("Prometheus wants to know who asks ({code}): see token_file in [health]")
        }
        (StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED, None) => {
            format!("there is no Prometheus at the address in [health] ({code})")
        }
        (status, None) if status.is_redirection() => {
            format!("Prometheus sends us to another server ({code}): put the right address into [health]")
        }
        (_, None) => format!("Prometheus has trouble ({code})"),
    }
}

/// Why there is no answer. The address stays out of it: people read this in chat.
fn unreachable(error: &reqwest::Error) -> String {
    match error.is_timeout() {
        true => "Prometheus can't be reached in time".to_owned(),
        false => format!("Prometheus can't be reached ({})", answer::in_a_line(&innermost(error))),
    }
}

/// The outer words name the address.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if cause.to_string() == error.to_string() { "no answer".to_owned() } else { cause.to_string() }
}
