//! The console: a whole workspace in a terminal, without account or server.
//!
//! People and rooms are played by whoever sits in front of it; sitrep is the real one, with a real store, so what is
//! tried here is what happens on a chat platform.
//!
//! - With a terminal it is a small chat program ([`terminal`]); without one each line of standard input is a message
//!   and standard output is the conversation ([`script`]). Both read what is typed through [`input`].
//! - Its data lie in one directory: the store, the chat and how far `/wait` has moved the clock. A start goes on
//!   where the last one ended, however it ended.
//! - At a frozen moment everything random follows from the moment, so that a conversation is a snapshot.
//!
//! The chat itself is the console's adapter, which the simulation talks to as well.

mod clock;
mod directory;
mod input;
mod lines;
mod machine;
mod overview;
mod script;
mod seat;
mod terminal;
mod transcript;
mod workspace;

use std::{
    io::{IsTerminal, stdin, stdout},
    path::PathBuf,
    sync::Arc,
};

use anyhow::Result;
use sitrep_core::{policy::Policy, port::Platform};

use crate::{identity, subcommand::WrongUse};
use clock::Clock;
use directory::Directory;
use workspace::Workspace;

/// The people who are there from the start, as far as no configuration says otherwise.
const PEOPLE: [&str; 3] = ["alice", "bob", "carol"];

/// What the command line says about the console.
#[derive(Clone, Debug)]
pub(crate) struct ConsoleArguments {
    /// Where its data lie.
    pub(crate) data_dir: Option<PathBuf>,
    /// The moment at which its clock stands still, as it was typed.
    pub(crate) at: Option<String>,
}

/// Runs the console until its input ends. `figures` measures the system, if anything does.
///
/// # Errors
/// When its data can't be used, or the moment that was typed can't be read.
pub(crate) async fn run(
    arguments: ConsoleArguments,
    policy: Policy,
    figures: Option<Arc<dyn Platform>>,
) -> Result<()> {
    let frozen = arguments.at.as_deref().map(|typed| clock::moment(typed, policy.timezone)).transpose();
    let frozen = frozen.map_err(|sentence| WrongUse(format!("--at: {sentence}")))?;
    let fresh = frozen.map_or_else(identity::fresh, |moment| Ok(clock::identity_at(moment)))?;
    let directory = Directory::choose(arguments.data_dir, frozen.is_some())?;
    let clock = Clock::open(frozen, directory.path())?;
    let workspace = Workspace::open(directory.path(), clock, fresh, (policy, figures)).await?;
    if stdin().is_terminal() && stdout().is_terminal() {
        terminal::run(workspace, directory.path()).await
    } else {
        script::run(workspace).await
    }
}
