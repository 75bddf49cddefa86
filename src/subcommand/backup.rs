//! `sitrep backup FILE`: a backup now, taken by the service if it runs.

use std::{io::Write, path::Path};

use anyhow::{Context, Result, bail};
use sitrep_redb::{RedbStore, StoreKind};

use super::store_path;
use crate::{
    config::Config,
    control::{self, Request},
    identity,
};

pub(super) async fn backup(file: &Path, config: &Config) -> Result<()> {
    let file = std::path::absolute(file)?;
    let socket = control::socket_path(&config.data_dir);
    let answer = control::ask(&socket, &Request::Backup { file: file.clone() }).await?;
    match answer {
        Some(Ok(_)) => {}
        Some(Err(sentence)) => bail!("{sentence}"),
        None => {
            let path = store_path(config);
            if !path.exists() {
                bail!("there is nothing to back up: {} does not exist", path.display());
            }
            let store = RedbStore::open(&path, StoreKind::Service, identity::fresh()?)?;
            store.backup(&file).await.context("no backup was made")?;
        }
    }
    writeln!(std::io::stdout(), "{}", file.display())?;
    Ok(())
}
