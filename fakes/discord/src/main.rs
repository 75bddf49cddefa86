//! `fake-discord`: a Discord on this machine, with a prompt to be people in it.

use std::process::ExitCode;

use clap::Parser;
use sitrep_fake_discord::terminal::{Arguments, run};

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("fake-discord: {error:#}");
            ExitCode::FAILURE
        }
    }
}
