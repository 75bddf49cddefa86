//! `sitrep export [INC-7] --format md|json`: what is stored about incidents, on standard output. By the service if it
//! runs.

use std::io::{ErrorKind, Write};

use anyhow::{Result, bail};
use sitrep_redb::{RedbStore, StoreKind};

use super::store_path;
use crate::{
    config::Config,
    control::{self, Request},
    export::{Exporter, Wanted},
    identity, wire,
};

pub(super) async fn export(wanted: Wanted, config: &Config) -> Result<()> {
    let socket = control::socket_path(&config.data_dir);
    let written = match control::ask_for_text(&socket, &Request::Export(wanted), print).await? {
        Some(Ok(())) => Ok(()),
        Some(Err(sentence)) => bail!("{sentence}"),
        None => by_itself(wanted, config).await,
    };
    match written {
        // Whoever read it has read enough of it.
        Err(error) if is_broken_pipe(&error) => Ok(()),
        other => other,
    }
}

/// No service runs: the store is read here, and held meanwhile.
async fn by_itself(wanted: Wanted, config: &Config) -> Result<()> {
    let path = store_path(config);
    if !path.exists() {
        bail!("there is nothing to export: {} does not exist", path.display());
    }
    let store = RedbStore::open(&path, StoreKind::Service, identity::fresh()?)?;
    let exporter = Exporter::new(store, wire::policy(config));
    exporter.write(wanted, |text| async move { print(&text) }).await
}

fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
