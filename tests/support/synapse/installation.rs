//! Synapse from PyPI: see `venv.rs` for how it comes here.

use std::path::PathBuf;

use crate::support::venv::{self, Trouble, Venv};

/// The release that the facts about Synapse were measured with.
const SYNAPSE: Venv =
    Venv { name: "Synapse", package: "matrix-synapse", version: "1.163.2", import: "synapse" };

/// The Python that has Synapse; the first call installs it, which takes about a minute.
pub(crate) fn python() -> Result<PathBuf, Trouble> {
    venv::python(&SYNAPSE)
}
