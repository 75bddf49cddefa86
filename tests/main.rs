//! The end-to-end tests: the real binary, spoken to by test people, against real servers.
//!
//! One test binary. Each topic file lists its tests; whether a test is ignored is decided when the run
//! starts, because that depends on whether Synapse can be made on this machine.
//!
//! - `cargo test --test end_to_end` installs Synapse from PyPI into the target directory the first time.
//! - `SITREP_WITHOUT_SYNAPSE=1` accepts a run without it, except where `CI` is set; `SITREP_WITHOUT_PROMETHEUS=1` likewise.
//!
//! What the tests are written with is in `support/`.

use std::process::ExitCode;

mod alerts;
mod axe;
mod conformance;
mod console;
mod discord_adapter;
mod encryption;
mod guide;
mod health;
mod limits;
mod matrix_adapter;
mod readme;
mod service;
mod support;
mod synapse_harness;

fn main() -> ExitCode {
    let topics = [
        alerts::tests(),
        axe::tests(),
        conformance::tests(),
        console::tests(),
        discord_adapter::tests(),
        encryption::tests(),
        guide::tests(),
        health::tests(),
        limits::tests(),
        matrix_adapter::tests(),
        readme::tests(),
        service::tests(),
        synapse_harness::tests(),
    ];
    support::trials::run(topics.into_iter().flatten().collect())
}
