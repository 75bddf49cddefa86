//! The socket through which the binary talks to a running service: one line of JSON each way, and several back where
//! the answer is long.
//!
//! It lies in the data directory and only its user can open it, so whoever can ask could also read the data.

use std::{
    io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sitrep_core::port::Finding;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream, unix::OwnedWriteHalf},
    sync::Mutex,
};

use crate::{
    backup::Backups,
    doctor::Clinic,
    export::{Exporter, Wanted},
};

/// The longest request; a path is shorter.
const LONGEST_REQUEST: u64 = 64 * 1024;
/// How long a client may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a client may take to accept a piece of a long answer.
const ACCEPTS_WITHIN: Duration = Duration::from_secs(60);

/// What can be asked of a running service.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Request {
    /// Write a backup.
    Backup {
        /// To this file.
        file: PathBuf,
    },
    /// Examine yourself.
    Doctor,
    /// Write down what is stored.
    Export(Wanted),
}

/// What a running service gives back.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Given {
    /// It is done, and there is nothing to say about it.
    Nothing,
    /// What an examination has found.
    Findings(Vec<Finding>),
    /// A piece of text, and there is more.
    Text(String),
}

/// The answer, or the sentence that says why there is none.
type Answer = std::result::Result<Given, String>;

/// What requests are answered with.
pub(crate) struct Desk {
    pub(crate) backups: Arc<Backups>,
    pub(crate) clinic: Arc<Clinic>,
    pub(crate) exporter: Arc<Exporter>,
}

/// Where the socket of a data directory is.
pub(crate) fn socket_path(data_dir: &Path) -> PathBuf {
    data_dir.join("sitrep.sock")
}

/// Asks a running service; `None` when none runs.
pub(crate) async fn ask(socket: &Path, request: &Request) -> Result<Option<Answer>> {
    let Some(stream) = connect(socket, request).await? else { return Ok(None) };
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).await?;
    Ok(Some(serde_json::from_str(&answer).context("the service ended before it had answered")?))
}

/// A connection with the request on its way; `None` when no service runs.
async fn connect(socket: &Path, request: &Request) -> Result<Option<UnixStream>> {
    let mut stream = match UnixStream::connect(socket).await {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => {
            return Err(error)
                .with_context(|| format!("the service can't be asked through {}", socket.display()));
        }
    };
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    Ok(Some(stream))
}

/// Asks a running service for a text, which is handed on piece by piece; `None` when none runs.
pub(crate) async fn ask_for_text(
    socket: &Path,
    request: &Request,
    hand_on: impl Fn(&str) -> Result<()>,
) -> Result<Option<std::result::Result<(), String>>> {
    let Some(stream) = connect(socket, request).await? else { return Ok(None) };
    let mut lines = BufReader::new(stream).lines();
    while let Some(line) = lines.next_line().await? {
        match serde_json::from_str::<Answer>(&line)? {
            Ok(Given::Text(text)) => hand_on(&text)?,
            Ok(Given::Nothing | Given::Findings(_)) => return Ok(Some(Ok(()))),
            Err(sentence) => return Ok(Some(Err(sentence))),
        }
    }
    anyhow::bail!("the service ended before it had answered")
}

/// Opens the socket of a data directory. One that a killed service left behind is replaced; the store's own lock
/// keeps a second service away.
///
/// # Errors
/// When the socket can't be made.
pub(crate) fn listen(data_dir: &Path) -> Result<UnixListener> {
    let path = socket_path(data_dir);
    match std::fs::remove_file(&path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("{} can't be replaced", path.display())),
    }
    let listener = UnixListener::bind(&path).with_context(|| format!("{} can't be made", path.display()))?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Answers whoever asks, one after the other, for ever. A long answer is given beside the others.
pub(crate) async fn serve(listener: UnixListener, desk: &Desk) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                if let Err(error) = answer(stream, desk).await {
                    tracing::warn!("a request through the control socket failed: {error:#}");
                }
            }
            Err(error) => {
                tracing::warn!("the control socket can't accept: {error}");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn answer(stream: UnixStream, desk: &Desk) -> Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    tokio::time::timeout(PATIENCE, BufReader::new(read.take(LONGEST_REQUEST)).read_line(&mut line)).await??;
    let answer: Answer = match serde_json::from_str(&line) {
        Ok(Request::Backup { file }) => {
            let written = desk.backups.write(&file).await;
            written.map(|()| Given::Nothing).map_err(|error| format!("{error:#}"))
        }
        Ok(Request::Export(wanted)) => {
            tokio::spawn(export(Arc::clone(&desk.exporter), wanted, write));
            return Ok(());
        }
        Ok(Request::Doctor) => Ok(Given::Findings(desk.clinic.examine().await)),
        Err(error) => Err(format!("that is not a request: {error}")),
    };
    give(&mut write, &answer).await
}

async fn give(write: &mut OwnedWriteHalf, answer: &Answer) -> Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    tokio::time::timeout(ACCEPTS_WITHIN, write.write_all(&line)).await??;
    Ok(())
}

/// Whoever asked may take it slowly, or go away: nobody else waits for them.
async fn export(exporter: Arc<Exporter>, wanted: Wanted, write: OwnedWriteHalf) {
    let write = Mutex::new(write);
    let hand_out = |text| {
        let write = &write;
        async move { give(&mut *write.lock().await, &Ok(Given::Text(text))).await }
    };
    let written = exporter.write(wanted, hand_out).await;
    let answer = written.map(|()| Given::Nothing).map_err(|error| format!("{error:#}"));
    if let Err(error) = give(&mut *write.lock().await, &answer).await {
        tracing::debug!("an export was not taken to its end: {error:#}");
    }
}
