//! The bot as core's `Platform`.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use sitrep_core::{
    port::{Batch, Capabilities, Finding, ListenError, Outcome, Overview, Perform, Platform, Positions},
    room::PlatformName,
};
use tokio::{runtime::Handle, task::JoinSet};

use crate::{
    account::Account, answer, commands, doctor, intake::Intake, perform, settings::DiscordSettings, watchdog,
};

/// What Discord can do natively.
pub const CAPABILITIES: Capabilities = Capabilities {
    edits: true,
    pins: true,
    threads: true,
    private_rooms: true,
    reactions: true,
    discreet_answers: true,
    forms: true,
    command_lists: true,
    meetings: true,
    appointments: true,
    attachments: true,
    archives: true,
};

/// The bot on its server.
pub struct DiscordPlatform {
    account: Arc<Account>,
    intake: Arc<Intake>,
    /// What goes on beside everything else. It ends when this is dropped.
    beside: Mutex<JoinSet<()>>,
    listens: AtomicBool,
}

impl DiscordPlatform {
    /// Logs in and finds the server.
    ///
    /// # Errors
    /// When there is no connection, and whether waiting may help.
    pub async fn connect(settings: DiscordSettings) -> Result<Self, ListenError> {
        let account = Arc::new(Account::connect(settings).await?);
        let intake = Arc::new(Intake::new(Arc::clone(&account), Handle::current()));
        Ok(Self { account, intake, beside: Mutex::default(), listens: AtomicBool::new(false) })
    }

    /// Connects to the gateway. Not before it is known how far was heard.
    fn begin(&self, after: &Positions) {
        if self.listens.swap(true, Ordering::Relaxed) {
            return;
        }
        self.intake.resume(after);
        let mut beside = self.beside.lock().unwrap_or_else(PoisonError::into_inner);
        beside.spawn(watchdog::keep(Arc::clone(&self.intake)));
        beside.spawn(answer::apologise(Arc::clone(&self.account)));
        beside.spawn(commands::keep(Arc::clone(&self.account)));
    }
}

#[async_trait]
impl Platform for DiscordPlatform {
    fn name(&self) -> PlatformName {
        self.account.name.clone()
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    async fn listen(&self, after: &Positions) -> Result<Batch, ListenError> {
        self.begin(after);
        self.intake.listen(after).await
    }

    async fn perform(&self, perform: &Perform) -> Outcome {
        perform::perform(&self.account, perform).await
    }

    fn inform(&self, overview: &Overview) {
        self.account.overview().clone_from(overview);
    }

    async fn checkup(&self) -> Vec<Finding> {
        let link = self.listens.load(Ordering::Relaxed).then(|| self.intake.link());
        doctor::check_up(&self.account, link).await
    }
}
