//! The `sitrep` binary: reads its arguments, wires core to the outside, and says how it ended.
//!
//! Exit codes: 0 fine, 1 failed, 2 wrong use or wrong configuration. Results go to standard output, the log and
//! everything that went wrong to standard error.

mod arguments;
mod backup;
mod config;
mod console;
mod control;
mod doctor;
mod export;
mod identity;
mod run;
mod subcommand;
mod wire;

use std::process::ExitCode;

use clap::Parser;

use arguments::Arguments;

fn main() -> ExitCode {
    // Two TLS libraries come with the chat SDKs; the first client that relied on a default would panic.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("the async runtime can't start: {error}")),
    };
    let code = match runtime.block_on(subcommand::execute(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => match failure.downcast::<subcommand::WrongUse>() {
            Ok(wrong) => {
                eprintln!("{wrong}");
                ExitCode::from(2)
            }
            Err(failure) => failed(&format!("{failure:#}")),
        },
    };
    // A read of the terminal that never ends must not hold up the end.
    runtime.shutdown_background();
    code
}

fn failed(sentence: &str) -> ExitCode {
    eprintln!("sitrep: {sentence}");
    ExitCode::FAILURE
}
