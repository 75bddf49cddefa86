//! The service: connects, serves, ends in order.
//!
//! `connect.rs` knows the platforms, `late.rs` waits for one of them, `listener.rs` hears it, `picture.rs` draws for it, `driver.rs` turns the
//! engine, `readiness.rs` says when that serves people.

mod connect;
mod desk;
mod driver;
mod late;
mod listener;
mod machines;
mod picture;
mod readiness;

pub(crate) use connect::{by_itself, figures};

use std::{io::IsTerminal, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result, bail};
use sitrep_core::port::{self, Platform};
use sitrep_redb::{RedbStore, StoreKind};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    backup::{self, Backups, NightlyBackup},
    config::Config,
    control::{self, Desk},
    doctor::Clinic,
    export::Exporter,
    identity, wire,
};

use driver::{Driver, Ended};
use machines::Machines;

/// How long what is in hand may take to be finished at the end. Supervisors kill after ten seconds or more.
const ENDS_WITHIN: Duration = Duration::from_secs(8);

/// What is logged unless `SITREP_LOG` says otherwise. The SDK reports every refused request as an error, also those
/// that are expected; the adapter says what matters in sentences of its own. It also warns, at every sync and every
/// invitation, of what it can't do before its device is signed, and of lists of devices that are being asked for.
/// serenity reports what its client puts right by itself, and quotes what it can't read: people's words among it.
const DEFAULT_LOG: &str = "warn,sitrep=info,sitrep_matrix=info,sitrep_discord=info,serenity=off,matrix_sdk::http_client=off,\
    matrix_sdk_crypto::backups=error,matrix_sdk::room::shared_room_history=error,\
    matrix_sdk_crypto::store=error";

/// What is never logged, whatever `SITREP_LOG` says: these name whole requests and frames, the bot's token and those of
/// interactions in them.
const WITH_SECRETS: [&str; 3] = ["serenity::http=off", "serenity::gateway=off", "tungstenite=off"];

/// Serves until told to end.
///
/// # Errors
/// When it can't be served: the store can't be used, or a platform refuses for good.
pub(crate) async fn serve(config: &Config, store_path: &Path) -> Result<()> {
    log_to_standard_error();
    make_private_dir(&config.data_dir)?;
    let store = RedbStore::open(store_path, StoreKind::Service, identity::fresh()?)?;
    let backups = Arc::new(Backups::new(store.clone(), &config.data_dir));
    let socket = control::listen(&config.data_dir)?;
    let _scheduler = match &config.schedule.backup {
        Some(expression) => {
            let keep = usize::try_from(config.schedule.keep_backups)?;
            let nightly = NightlyBackup::new(expression, config.timezone, keep)?;
            Some(backup::start(nightly, Arc::clone(&backups)).await?)
        }
        None => None,
    };
    let clinic = Arc::new(Clinic::new(config, store.clone()));
    let ended = {
        let exporter = Arc::new(Exporter::new(store.clone(), wire::policy(config)));
        let desk = Desk { backups, clinic: Arc::clone(&clinic), exporter };
        let asked = control::serve(socket, &desk);
        let served = serve_chat(config, store, &clinic);
        tokio::pin!(asked, served);
        tokio::select! {
            () = asked => Ok(()),
            ended = served => ended,
        }
    };
    let _ = std::fs::remove_file(control::socket_path(&config.data_dir));
    ended
}

async fn serve_chat(config: &Config, store: RedbStore, clinic: &Clinic) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let told_to_end = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    tokio::pin!(told_to_end);
    let platforms = connect::all(config);
    let figures = connect::figures(config);
    let to_chat = platforms.iter().map(|late| Arc::clone(late) as Arc<dyn Platform>);
    clinic.serves(to_chat.chain(figures.clone()).collect());
    let machines = Machines::prepare(config)?;
    let (desk, asked) = desk::desk();
    let driver = Driver::new(wire::policy(config), Arc::new(store), (platforms, figures), asked).await?;
    let desk: Arc<dyn port::Desk> = Arc::new(desk);
    let (ending, is_ending) = tokio::sync::oneshot::channel::<()>();
    // Nothing more is taken in once it is told to end; what was is answered.
    let machines = machines.start(&desk, async move {
        let _ = is_ending.await;
    });
    let told_to_end = async move {
        told_to_end.await;
        drop(ending);
    };
    tokio::pin!(told_to_end);
    let ended = driver.run(told_to_end, ENDS_WITHIN).await?;
    machines.finish().await;
    match ended {
        Ended::AsTold => Ok(()),
        Ended::Refused(sentence) => bail!("{sentence}"),
    }
}

/// The data directory holds people's words and the session of the account: nobody else may look into it.
pub(crate) fn make_private_dir(path: &Path) -> Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("the directory {} can't be made", path.display()))?;
    // One that was there before may be open to others. Where it isn't ours to change, whoever made it has decided.
    let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700));
    Ok(())
}

pub(crate) fn log_to_standard_error() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("SITREP_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(DEFAULT_LOG));
    let filter = WITH_SECRETS
        .iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(filter, tracing_subscriber::EnvFilter::add_directive);
    let is_read_by_people = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = log.with_ansi(is_read_by_people).try_init();
}
