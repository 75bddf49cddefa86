//! The console in a terminal: a small chat program.

pub(crate) mod overview;

use std::path::Path;

use anyhow::Result;

use super::workspace::Workspace;

pub(crate) async fn run(_workspace: Workspace, _directory: &Path) -> Result<()> {
    Ok(())
}
