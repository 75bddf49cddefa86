//! Reading a calendar from where it is, if it has changed.

use std::{fmt::Write, path::Path, time::Duration};

use reqwest::{
    Client, StatusCode,
    header::{ETAG, HeaderMap, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED},
    redirect,
};
use tokio::io::AsyncReadExt;

use crate::{Address, Source};

/// The most bytes that are read.
const MOST_BYTES: usize = 5 * 1024 * 1024;
/// How long asking may take, from the first word to the last.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it may be sent elsewhere.
const MOST_REDIRECTS: usize = 5;

/// Where a calendar is read, and what is known of the copy that was read last.
pub(crate) struct Reader {
    source: Source,
    client: Option<Client>,
    /// What tells this copy from the next: headers of an answer, or time and size of a file.
    known: Known,
}

#[derive(Default)]
struct Known {
    headers: HeaderMap,
    file: Option<(std::time::SystemTime, u64)>,
}

impl Reader {
    pub(crate) fn new(source: Source) -> Self {
        Self { source, client: None, known: Known::default() }
    }

    /// The text, if it is not the one that was read before.
    ///
    /// # Errors
    /// A sentence without the address.
    pub(crate) async fn read(&mut self) -> Result<Option<String>, String> {
        match self.source.clone() {
            Source::File(path) => self.read_file(&path).await,
            Source::Url(address) => {
                let asked = tokio::time::timeout(PATIENCE, self.ask(&address)).await;
                asked.unwrap_or_else(|_| Err(format!("it took longer than {} seconds", PATIENCE.as_secs())))
            }
        }
    }

    /// What was read last was no good: it is read again, changed or not.
    pub(crate) fn forget(&mut self) {
        self.known = Known::default();
    }

    async fn read_file(&mut self, path: &Path) -> Result<Option<String>, String> {
        let failed = |error: std::io::Error| format!("the file can't be read: {error}");
        let about = tokio::fs::metadata(path).await.map_err(failed)?;
        let state = about.modified().ok().map(|modified| (modified, about.len()));
        if state.is_some() && state == self.known.file {
            return Ok(None);
        }
        let file = tokio::fs::File::open(path).await.map_err(failed)?;
        let mut bytes = Vec::new();
        let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX) + 1;
        file.take(most).read_to_end(&mut bytes).await.map_err(failed)?;
        let text = decoded(bytes)?;
        self.known.file = state;
        Ok(Some(text))
    }

    async fn ask(&mut self, address: &Address) -> Result<Option<String>, String> {
        let client = self.client()?;
        let mut request = client.get(address.expose());
        for (known, condition) in [(ETAG, IF_NONE_MATCH), (LAST_MODIFIED, IF_MODIFIED_SINCE)] {
            if let Some(value) = self.known.headers.get(known) {
                request = request.header(condition, value);
            }
        }
        let mut answer = request.send().await.map_err(reason)?;
        if answer.status() == StatusCode::NOT_MODIFIED {
            return Ok(None);
        }
        if !answer.status().is_success() {
            return Err(format!("it answered {}", answer.status()));
        }
        let headers = answer.headers().clone();
        let mut bytes = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(reason)? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > MOST_BYTES {
                break;
            }
        }
        let text = decoded(bytes)?;
        self.known.headers = headers;
        Ok(Some(text))
    }

    fn client(&mut self) -> Result<Client, String> {
        if let Some(client) = &self.client {
            return Ok(client.clone());
        }
        let built = Client::builder()
            .user_agent("sitrep")
            .redirect(redirect::Policy::limited(MOST_REDIRECTS))
            .timeout(PATIENCE)
            .build()
            .map_err(reason)?;
        Ok(self.client.insert(built).clone())
    }
}

fn decoded(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.len() > MOST_BYTES {
        return Err(format!("it is larger than {} MiB", MOST_BYTES / 1024 / 1024));
    }
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Why asking failed, with what is behind it and without the address.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut said = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(deeper) = source {
        let _ = write!(said, ": {deeper}");
        source = deeper.source();
    }
    said
}
