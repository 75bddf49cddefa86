//! `sitrep restore FILE`: a backup becomes the store of an empty data directory.

use std::{io::Write, path::Path};

use anyhow::{Context, Result, bail};
use sitrep_redb::StoreKind;

use super::store_path;
use crate::{config::Config, identity};

pub(super) fn restore(file: &Path, config: &Config) -> Result<()> {
    let path = store_path(config);
    if path.exists() {
        bail!(
            "{} exists already, and a restore replaces nothing. Stop the service, move the data directory away, and \
             restore into an empty one",
            path.display()
        );
    }
    std::fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("{} can't be made", config.data_dir.display()))?;
    sitrep_redb::restore(file, &path, StoreKind::Service, &identity::fresh()?)?;
    writeln!(std::io::stdout(), "{}", path.display())?;
    Ok(())
}
