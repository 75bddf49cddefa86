//! A Discord at a prompt: to try sitrep without an account, and to look over its shoulder.
//!
//! - It writes a folder with everything that sitrep needs to come here (`config.rs`), says what to run, and then takes
//!   lines: what one says as one of three people (`line.rs`, `desk.rs`).
//! - What arrives is printed as it arrives, to whoever one is at the moment and as they see it (`watch.rs`, `shown.rs`).
//! - At a terminal lines are edited (`prompt.rs`). From a pipe each line is one message, the conversation is all that
//!   goes to standard output, and it ends when the input does and everything has been said (`script.rs`).
//! - Nothing is kept: the next start is a new server with new people of the same names.

mod completion;
mod config;
mod desk;
mod line;
mod lists;
mod options;
mod prompt;
mod script;
mod shown;
mod watch;
mod words;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use clap::Parser;

use crate::discord::Discord;
use crate::listen::Addresses;
use crate::world::World;
use desk::Desk;

/// A Discord on this machine, with a prompt to be people in it.
#[derive(Clone, Debug, Parser)]
#[command(name = "fake-discord", version)]
pub struct Arguments {
    /// Write sitrep.toml, the token and the certificate into this folder. Without it, into one for temporary files.
    #[arg(long, value_name = "FOLDER")]
    pub write_config: Option<PathBuf>,
    /// The port of the interface (HTTPS).
    #[arg(long, default_value_t = 3443)]
    pub port: u16,
    /// The port of the gateway. Without it, the one after that of the interface.
    #[arg(long)]
    pub gateway_port: Option<u16>,
    /// The server's name.
    #[arg(long, default_value = "Example")]
    pub server: String,
    /// Don't let the bot read what people write unless they mention it, as if MESSAGE CONTENT were off in its portal.
    #[arg(long)]
    pub without_message_content: bool,
    /// From a pipe: how many seconds to wait for the bot, and for what /until asks for.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub patience: u64,
}

/// Runs until the input ends.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let gateway = arguments.gateway_port.unwrap_or(if arguments.port == 0 { 0 } else { arguments.port + 1 });
    let folder = match &arguments.write_config {
        Some(folder) => folder.clone(),
        None => std::env::temp_dir().join(format!("fake-discord-{}", std::process::id())),
    };
    config::check(&folder)?;
    let discord = Discord::start_at(world(arguments), Addresses::ports(arguments.port, gateway))?;
    config::write(&folder, &discord)?;
    words::introduce(&folder, &discord);
    let desk = Arc::new(Mutex::new(Desk::new(discord, "alice", "ops")));
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        prompt::run(&desk)?;
        Ok(ExitCode::SUCCESS)
    } else {
        script::run(&desk, std::time::Duration::from_secs(arguments.patience))
    }
}

fn world(arguments: &Arguments) -> World {
    World::new(&arguments.server)
        .role("responders")
        .person("alice", &["responders"])
        .person("bob", &["responders"])
        .person("carol", &[])
        .channel("ops")
        .channel("support")
        .channel("status")
        .message_content(!arguments.without_message_content)
}
