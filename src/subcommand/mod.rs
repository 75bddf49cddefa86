//! What the binary can be asked to do, one file a subcommand.

mod backup;
mod check;
mod doctor;
mod export;
mod invite_link;
mod messages;
mod restore;
mod run;

use std::path::{Path, PathBuf};

use anyhow::Result;
use sitrep_core::message::catalogue::Words;

use crate::{
    arguments::{Arguments, Sub},
    config::{self, Config},
    console::{self, ConsoleArguments},
    export::Wanted,
    wire,
};

/// Wrong use or wrong configuration: exit code 2. Holds what a person reads.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct WrongUse(pub(crate) String);

/// Does what the command line says.
///
/// # Errors
/// When it can't be done; [`WrongUse`] when that is up to who asked.
pub(crate) async fn execute(arguments: Arguments) -> Result<()> {
    match arguments.subcommand {
        None => {
            let config = arguments.console.config.as_deref().map(load).transpose()?.unwrap_or_default();
            let mut policy = wire::console_policy(&config);
            if let Some(language) = arguments.console.language {
                policy.words = Words::of(language);
            }
            let arguments = ConsoleArguments { data_dir: arguments.console.data, at: arguments.console.at };
            console::run(arguments, policy, crate::run::figures(&config)).await
        }
        Some(Sub::Run(configured)) => run::run(&load(&configured.config)?).await,
        Some(Sub::Check(configured)) => check::check(&configured.config),
        Some(Sub::Doctor(configured)) => doctor::doctor(&load(&configured.config)?).await,
        Some(Sub::Messages { language }) => messages::messages(language),
        Some(Sub::InviteLink(configured)) => invite_link::invite_link(&configured.config),
        Some(Sub::Backup { file, configured }) => backup::backup(&file, &load(&configured.config)?).await,
        Some(Sub::Export { incident, format, configured }) => {
            export::export(Wanted { incident, format }, &load(&configured.config)?).await
        }
        Some(Sub::Restore { file, configured }) => restore::restore(&file, &load(&configured.config)?),
    }
}

/// Reads a configuration with the environment over it.
fn load(path: &Path) -> Result<Config> {
    // Variables that are not text can't be ours.
    let environment = std::env::vars_os()
        .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)));
    config::load(path, environment).map_err(|problems| WrongUse(problems.to_string()).into())
}

/// The service's store within its data directory.
pub(crate) fn store_path(config: &Config) -> PathBuf {
    config.data_dir.join("sitrep.redb")
}
