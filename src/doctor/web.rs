//! One question to a web server, with a deadline: whether it answers, and what time it has.

use std::{error::Error, time::Duration};

use chrono::{DateTime, Utc};
use reqwest::{Client, header::DATE, redirect::Policy};

const DEADLINE: Duration = Duration::from_secs(10);

/// What a server said.
pub(super) struct Answer {
    /// The HTTP status.
    pub(super) status: u16,
    /// Its clock, to the second.
    pub(super) date: Option<DateTime<Utc>>,
}

/// Asks for a page. A redirection is an answer.
pub(super) async fn ask(url: &str) -> Result<Answer, String> {
    let client = Client::builder().timeout(DEADLINE).redirect(Policy::none()).user_agent("sitrep").build();
    let asked = client.map_err(|error| innermost(&error))?.get(url).send().await;
    let answer =
        asked.map_err(
            |error| if error.is_timeout() { "it took too long".to_owned() } else { innermost(&error) },
        )?;
    let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok()).map(|date| date.to_utc());
    Ok(Answer { status: answer.status().as_u16(), date })
}

/// The outer words name the address once more.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

#[cfg(test)]
pub(super) mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    /// A server that answers everybody the same; its address.
    pub(crate) async fn server(answer: String) -> String {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let door = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", door.local_addr().expect("an address"));
        tokio::spawn(async move {
            while let Ok((mut visitor, _)) = door.accept().await {
                let _ = visitor.read(&mut [0; 4096]).await;
                let _ = visitor.write_all(answer.as_bytes()).await;
            }
        });
        address
    }
}
