//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use sitrep_core::{incident::IncidentId, message::catalogue::Language};

use crate::export::Format;

/// A ChatOps incident bot: the whole incident process, in chat.
///
/// Without a subcommand it opens the console: a whole workspace in the terminal, without account or server.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) subcommand: Option<Sub>,
    #[command(flatten)]
    pub(crate) console: Console,
}

/// The console's own arguments.
#[derive(Debug, Args)]
pub(crate) struct Console {
    /// The directory in which the console keeps its data.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Freeze the clock at a moment, such as 2026-11-22T10:53; whatever is random follows from it.
    #[arg(long, value_name = "MOMENT")]
    pub(crate) at: Option<String>,
    /// A configuration for severities, time zone, meeting and the like; its chat platforms are not contacted.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The language in which sitrep speaks.
    #[arg(long, value_name = "en|de", value_parser = language)]
    pub(crate) language: Option<Language>,
}

fn language(code: &str) -> Result<Language, String> {
    Language::of_code(code).ok_or_else(|| format!("it is {}", Language::ALL.map(Language::code).join(" or ")))
}

/// Which configuration a subcommand is about.
#[derive(Debug, Args)]
pub(crate) struct Configured {
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "sitrep.toml")]
    pub(crate) config: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Sub {
    /// Connect to the configured chat platforms and serve.
    Run(Configured),
    /// Say what is wrong with a configuration; contacts nobody.
    Check(Configured),
    /// Prove, against the real servers, that an incident would work; also while the service runs.
    Doctor(Configured),
    /// Print every sentence that sitrep says, as a file to begin one's own wording from.
    Messages {
        /// The language in which sitrep speaks.
        #[arg(long, value_name = "en|de", value_parser = language, default_value = "en")]
        language: Language,
    },
    /// Print the link that asks sitrep onto the configured Discord server; contacts nobody.
    InviteLink(Configured),
    /// Write a backup to a new file, also while the service runs.
    Backup {
        /// The file to write; it must not exist.
        file: PathBuf,
        #[command(flatten)]
        configured: Configured,
    },
    /// Write what is stored about incidents to standard output, also while the service runs.
    Export {
        /// One incident, such as INC-7; without it all that are not private.
        incident: Option<IncidentId>,
        /// md: the timeline for people to read. json: every fact with its words, a line each.
        #[arg(long, value_name = "md|json", default_value = "md")]
        format: Format,
        #[command(flatten)]
        configured: Configured,
    },
    /// Put a backup into an empty data directory.
    Restore {
        /// The backup.
        file: PathBuf,
        #[command(flatten)]
        configured: Configured,
    },
}
