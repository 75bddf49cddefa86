//! `sitrep restore FILE`: a backup becomes the store of an empty data directory.

use std::{io::Write, path::Path};

use anyhow::{Result, bail};
use sitrep_redb::StoreKind;

use super::store_path;
use crate::{config::Config, identity, run::make_private_dir};

pub(super) fn restore(file: &Path, config: &Config) -> Result<()> {
    let path = store_path(config);
    let folder = &config.data_dir;
    if std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!(
            "{} is not empty, and a restore replaces nothing. Stop the service, move that directory away, and \
             restore again",
            folder.display()
        );
    }
    make_private_dir(folder)?;
    sitrep_redb::restore(file, &path, StoreKind::Service, &identity::fresh()?)?;
    writeln!(std::io::stdout(), "{}", path.display())?;
    Ok(())
}
