//! `sitrep run`: the service.

use anyhow::Result;

use super::{WrongUse, store_path};
use crate::{config::Config, run};

pub(super) async fn run(config: &Config) -> Result<()> {
    config.require_platform().map_err(|problem| WrongUse(problem.to_string()))?;
    run::serve(config, &store_path(config)).await
}
