//! Telling Discord of the commands.
//!
//! All of them are replaced in one request, and only when they have changed since, when the server has lost them, or
//! for another bot or server: making them counts against a limit of 200 a day. What was told last is in a file.

use std::{fs, io, path::Path, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use serenity::{
    all::{ApplicationId, CreateCommand, GuildId},
    http::Route,
};
use sha2::{Digest, Sha256};
use tokio::time::sleep;

use super::definitions;
use crate::{
    account::Account,
    client::{Call, Client},
    failure::Failure,
    settings::DiscordSettings,
};

/// The name of the file in the state directory.
const NAME: &str = "commands.json";

/// The pause after a failure, and how long it may grow.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(10 * 60);
/// How often it is looked whether they are still there: sitrep may have been put out and taken in again.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(60 * 60);

/// What was told, to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    application: ApplicationId,
    guild: GuildId,
    /// Of the definitions.
    hash: String,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Registration {
    /// Nothing had changed.
    Unchanged,
    /// Discord was told.
    Told,
}

/// A command as Discord gives it back.
#[derive(Debug, Deserialize)]
struct Known {
    name: String,
}

/// Sees to it, for ever, that the server has the commands of this version. A refusal is said once.
pub(crate) async fn keep(account: Arc<Account>) {
    let bot = (account.application, GuildId::new(account.settings.guild_id));
    let (mut pause, mut was_said) = (FIRST_PAUSE, false);
    loop {
        match register(&account.client, bot, &account.settings).await {
            Ok(registration) => {
                if registration == Registration::Told {
                    tracing::info!("Discord knows the slash commands");
                }
                (pause, was_said) = (FIRST_PAUSE, false);
                sleep(LOOKED_AT_EVERY).await;
            }
            Err(Failure::LoggedOut) => return,
            Err(failure) => {
                if !was_said {
                    tracing::warn!("{} {ADVICE}", complaint(&failure));
                    was_said = true;
                }
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

const ADVICE: &str = "What is typed works without them. If it stays so, see what `sitrep doctor` says.";

fn complaint(failure: &Failure) -> String {
    format!("Discord could not be told of the slash commands ({}).", failure.words())
}

/// Sees to it that the server has the commands of this version.
///
/// # Errors
/// When Discord can't be asked or told; it can be tried again.
async fn register(
    client: &Client,
    (application, guild): (ApplicationId, GuildId),
    settings: &DiscordSettings,
) -> Result<Registration, Failure> {
    let state_dir = settings.state_dir.as_path();
    let definitions = definitions(&settings.words);
    let wanted = Told { application, guild, hash: hash(&definitions) };
    let route = || Route::GuildCommands { application_id: application, guild_id: guild };
    if read(state_dir).as_ref() == Some(&wanted) {
        let known: Vec<Known> = client.ask(Call::get(route())).await?;
        if known.len() == definitions.len() && known.iter().all(|known| is_ours(&known.name)) {
            return Ok(Registration::Unchanged);
        }
    }
    client.send(Call::put(route(), Some(json!(definitions)))).await?;
    if let Err(error) = write(state_dir, &wanted) {
        // They are told once more at the next start, and no harm is done.
        tracing::warn!("which commands Discord was told of can't be kept: {error}");
    }
    Ok(Registration::Told)
}

/// Which of our commands the server lacks.
///
/// # Errors
/// When Discord can't be asked.
pub(crate) async fn missing(
    client: &Client,
    (application, guild): (ApplicationId, GuildId),
) -> Result<Vec<&'static str>, Failure> {
    let route = Route::GuildCommands { application_id: application, guild_id: guild };
    let known: Vec<Known> = client.ask(Call::get(route)).await?;
    let is_known = |name: &str| known.iter().any(|known| known.name == name);
    Ok(sitrep_core::command::VERBS.iter().map(|verb| verb.name).filter(|name| !is_known(name)).collect())
}

fn is_ours(name: &str) -> bool {
    sitrep_core::command::VERBS.iter().any(|verb| verb.name == name)
}

fn hash(definitions: &[CreateCommand]) -> String {
    let digest = Sha256::digest(json!(definitions).to_string());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read(state_dir: &Path) -> Option<Told> {
    serde_json::from_slice(&fs::read(state_dir.join(NAME)).ok()?).ok()
}

/// Whole or not at all: what can't be read counts as nothing.
fn write(state_dir: &Path, told: &Told) -> io::Result<()> {
    let text = serde_json::to_value(told).map(|told: Value| told.to_string())?;
    fs::write(state_dir.join(NAME), text)
}

#[cfg(test)]
mod tests {
    use sitrep_core::message::catalogue::Words;

    use super::*;

    fn told(hash: &str) -> Told {
        Told { application: ApplicationId::new(1), guild: GuildId::new(2), hash: hash.to_owned() }
    }

    #[test]
    fn what_was_told_is_known_again() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let first = told(&hash(&definitions(&Words::default())));
        write(folder, &first).unwrap();
        assert_eq!(read(folder), Some(first.clone()));
        assert_ne!(read(folder), Some(Told { application: ApplicationId::new(3), ..first.clone() }));
        fs::write(folder.join(NAME), "{").unwrap();
        assert_eq!(read(folder), None, "half a file is nothing");
        fs::remove_file(folder.join(NAME)).unwrap();
        assert_eq!(read(folder), None);
    }

    #[test]
    fn another_definition_has_another_hash() {
        let all = definitions(&Words::default());
        assert_eq!(hash(&all), hash(&definitions(&Words::default())), "the same in every run");
        assert_ne!(hash(&all), hash(&all[1..]));
    }
}
