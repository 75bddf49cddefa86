//! The least that a bot made with matrix-sdk can be: what sitrep on Matrix is measured against.
//!
//! It goes on with its session or logs in by password, syncs, and answers `!status` with the same word. It has the
//! SDK's own defaults, and the runtime and the libraries that sitrep has. `benches/on_matrix/` starts it.
//!
//! Configured by the environment: `BARE_BOT_HOMESERVER`, `BARE_BOT_USER`, `BARE_BOT_PASSWORD`, and `BARE_BOT_FOLDER`
//! for its session and the SDK's store; `BARE_BOT_FILTER`, if there is one, is what it asks the homeserver to leave out,
//! as JSON. Without them it ends at once: `cargo bench` runs it after building it.

use std::{env, error::Error, fs, path::Path, time::Duration};

use matrix_sdk::{
    AuthSession, Client, SessionMeta, SessionTokens,
    authentication::matrix::MatrixSession,
    config::SyncSettings,
    ruma::{UserId, api::client::filter::FilterDefinition, events::room::message::RoomMessageEventContent},
    sync::SyncResponse,
};
use serde::Deserialize;

/// What it listens for and what it says.
const COMMAND: &str = "!status";

/// What it says of itself when it hears.
const READY: &str = "the bare bot is ready";

type Failure = Box<dyn Error + Send + Sync>;

/// An event, as far as it matters here.
#[derive(Deserialize)]
struct Glimpse {
    sender: String,
    content: Content,
}

#[derive(Deserialize)]
struct Content {
    body: String,
}

fn main() -> Result<(), Failure> {
    let Ok(homeserver) = env::var("BARE_BOT_HOMESERVER") else { return Ok(()) };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(serve(&homeserver))
}

async fn serve(homeserver: &str) -> Result<(), Failure> {
    let folder = env::var("BARE_BOT_FOLDER")?;
    let folder = Path::new(&folder);
    let client =
        Client::builder().homeserver_url(homeserver).sqlite_store(folder.join("store"), None).build().await?;
    enter(&client, &folder.join("session.json")).await?;
    let mut settings = SyncSettings::new();
    if let Ok(filter) = env::var("BARE_BOT_FILTER") {
        let filter: FilterDefinition = serde_json::from_str(&filter)?;
        settings = settings.filter(filter.into());
    }
    client.sync_once(settings.clone().timeout(Duration::ZERO)).await?;
    eprintln!("{READY}");
    let settings = settings.timeout(Duration::from_secs(30));
    loop {
        let answer = client.sync_once(settings.clone()).await?;
        echo(&client, &answer).await?;
    }
}

/// Goes on with the stored session, or logs in.
async fn enter(client: &Client, file: &Path) -> Result<(), Failure> {
    if let Ok(stored) = fs::read_to_string(file) {
        let (user, device, token): (String, String, String) = serde_json::from_str(&stored)?;
        let session = AuthSession::Matrix(MatrixSession {
            meta: SessionMeta { user_id: UserId::parse(user)?, device_id: device.as_str().into() },
            tokens: SessionTokens { access_token: token, refresh_token: None },
        });
        return Ok(client.restore_session(session).await?);
    }
    let (user, password) = (env::var("BARE_BOT_USER")?, env::var("BARE_BOT_PASSWORD")?);
    let answer = client.matrix_auth().login_username(&user, &password).send().await?;
    let session = (answer.user_id.as_str(), answer.device_id.as_str(), answer.access_token.as_str());
    fs::write(file, serde_json::to_string(&session)?)?;
    Ok(())
}

async fn echo(client: &Client, answer: &SyncResponse) -> Result<(), Failure> {
    for (id, update) in &answer.rooms.joined {
        for event in &update.timeline.events {
            let Ok(seen) = event.raw().deserialize_as_unchecked::<Glimpse>() else { continue };
            let is_mine = client.user_id().is_some_and(|me| *me == *seen.sender);
            if !is_mine
                && seen.content.body == COMMAND
                && let Some(room) = client.get_room(id)
            {
                room.send(RoomMessageEventContent::text_plain(COMMAND)).await?;
            }
        }
    }
    Ok(())
}
