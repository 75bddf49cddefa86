//! `sitrep doctor`: a line for everything that an incident needs. By the service if it runs.

use std::{fs, io::Write, os::unix::fs::MetadataExt, path::Path};

use anyhow::{Result, bail};
use sitrep_core::port::{Finding, Level};
use sitrep_redb::{RedbStore, StoreKind};

use super::{WrongUse, store_path};
use crate::{
    config::Config,
    control::{self, Given, Request},
    doctor, identity,
    run::{self, log_to_standard_error, make_private_dir},
};

pub(super) async fn doctor(config: &Config) -> Result<()> {
    config.require_platform().map_err(|problem| WrongUse(problem.to_string()))?;
    let socket = control::socket_path(&config.data_dir);
    let findings = match control::ask(&socket, &Request::Doctor).await? {
        Some(Ok(Given::Findings(findings))) => findings,
        Some(Ok(Given::Nothing | Given::Text(_))) => {
            bail!("the service that runs is of another version: restart it")
        }
        Some(Err(sentence)) => bail!("{sentence}"),
        None => by_itself(config).await?,
    };
    let mut out = std::io::stdout().lock();
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    match findings.iter().filter(|finding| finding.level == Level::Problem).count() {
        0 => Ok(()),
        1 => bail!("one problem was found"),
        count => bail!("{count} problems were found"),
    }
}

/// What is written here belongs to whoever writes it: by another user than the service's, it would be files that the
/// service can't read.
fn same_user(data_dir: &Path) -> Result<()> {
    let (Ok(dir), Ok(me)) = (fs::metadata(data_dir), fs::metadata("/proc/self")) else { return Ok(()) };
    if dir.uid() != me.uid() {
        bail!(
            "{} belongs to another user. Start the service and ask again, or run this as that user",
            data_dir.display()
        );
    }
    Ok(())
}

/// No service runs: connects as it would. The store is held meanwhile, so that none can start beside it.
async fn by_itself(config: &Config) -> Result<Vec<Finding>> {
    log_to_standard_error();
    same_user(&config.data_dir)?;
    make_private_dir(&config.data_dir)?;
    let store = match RedbStore::open(&store_path(config), StoreKind::Service, identity::fresh()?) {
        Ok(store) => store,
        Err(error) => bail!("{error}"),
    };
    let (platforms, troubles) = run::by_itself(config).await;
    let mut findings = doctor::examine((config, false), &store, &platforms).await;
    findings.extend(troubles);
    Ok(findings)
}
