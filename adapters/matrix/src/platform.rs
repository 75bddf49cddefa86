//! The account as core's `Platform`.

use std::{pin::Pin, sync::Arc, time::Duration};

use async_trait::async_trait;
use sitrep_core::{
    port::{
        Action, Batch, Capabilities, Finding, ListenError, Outcome, Perform, Platform, Positions, Receipt,
    },
    room::PlatformName,
};
use tokio::{sync::Mutex, task::JoinSet, time::timeout};

use crate::{
    account::Account,
    archive, buttons, direct, doctor, edit,
    encryption::{self, EncryptionReport, RoomUse},
    failure::Failure,
    intake::Intake,
    invite, name, open_room, pin, read, say,
    settings::MatrixSettings,
    space,
};

/// What Matrix can do natively.
pub const CAPABILITIES: Capabilities = Capabilities {
    edits: true,
    pins: true,
    threads: true,
    private_rooms: true,
    reactions: true,
    discreet_answers: false,
    forms: false,
    command_lists: false,
    meetings: false,
    appointments: false,
    attachments: true,
    archives: true,
};

/// How long one attempt may take in all. Each request within it has a deadline of its own.
const PERFORM_DEADLINE: Duration = Duration::from_secs(60);

/// What [`MatrixPlatform::connect`] gives back.
pub type Connecting = Pin<Box<dyn Future<Output = Result<MatrixPlatform, ListenError>> + Send>>;

/// sitrep's account on a homeserver.
pub struct MatrixPlatform {
    account: Arc<Account>,
    intake: Mutex<Intake>,
    /// What goes on beside everything else. It ends when this is dropped.
    _beside: JoinSet<()>,
}

impl MatrixPlatform {
    /// Logs in, or goes on with the stored session, and enters the configured rooms. A room that can't be entered
    /// doesn't hold this up: it is said in the log, with what to do about it, and tried again.
    ///
    /// # Errors
    /// When there is no connection, and whether waiting may help.
    pub fn connect(settings: MatrixSettings) -> Connecting {
        // Boxed: otherwise all of the SDK that it awaits would be compiled into each crate that calls it.
        Box::pin(Self::connected(settings))
    }

    async fn connected(settings: MatrixSettings) -> Result<Self, ListenError> {
        let account = Arc::new(Account::connect(settings).await?);
        account.rooms.settle(&account.client(), &account.settings).await;
        let intake = Mutex::new(Intake::new(Arc::clone(&account)));
        let mut beside = JoinSet::new();
        beside.spawn(encryption::keep(Arc::clone(&account)));
        beside.spawn(space::keep(Arc::clone(&account)));
        Ok(Self { account, intake, _beside: beside })
    }

    /// How encryption stands. Changes nothing.
    ///
    /// # Errors
    /// When the homeserver can't be asked, in words that continue a sentence.
    pub async fn encryption(&self) -> Result<EncryptionReport, String> {
        in_time(encryption::report(&self.account)).await
    }

    /// Says something in an encrypted room made for that, reads it back, and leaves the room. Gives how long saying
    /// and reading took.
    ///
    /// # Errors
    /// When it doesn't come back as it was said, in words that continue a sentence.
    pub async fn try_encryption(&self) -> Result<Duration, String> {
        in_time(encryption::round_trip(&self.account)).await
    }
}

#[async_trait]
impl Platform for MatrixPlatform {
    fn name(&self) -> PlatformName {
        self.account.platform.clone()
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    async fn listen(&self, after: &Positions) -> Result<Batch, ListenError> {
        self.intake.lock().await.listen(after).await
    }

    async fn perform(&self, perform: &Perform) -> Outcome {
        match timeout(PERFORM_DEADLINE, act(&self.account, perform)).await {
            Ok(outcome) => outcome,
            Err(_) => Outcome::InDoubt("the homeserver takes too long to answer".to_owned()),
        }
    }

    async fn checkup(&self) -> Vec<Finding> {
        doctor::check_up(&self.account).await
    }
}

async fn in_time<T>(asking: impl Future<Output = Result<T, Failure>>) -> Result<T, String> {
    match timeout(PERFORM_DEADLINE, asking).await {
        Ok(answer) => answer.map_err(|failure| failure.words()),
        Err(_) => Err("the homeserver takes too long to answer".to_owned()),
    }
}

async fn act(account: &Account, perform: &Perform) -> Outcome {
    let attempt = &perform.attempt;
    let done = match &perform.action {
        Action::Say { room, thread, answers, message, attachment, .. } => {
            let (thread, answers, attachment) = (thread.as_ref(), answers.as_ref(), attachment.as_deref());
            say::say(account, attempt, &say::Speech { room, thread, answers, message, attachment }).await
        }
        Action::Edit { message, content, .. } => edit::edit(account, attempt, message, content).await,
        Action::OpenRoom { name, topic, invited, private, open_to } => {
            let open_to = open_to.as_ref().filter(|_| !private);
            let room_use = if *private { RoomUse::Private } else { RoomUse::Public };
            let plan = open_room::Plan { name, topic, invited, open_to, room_use };
            account.space.meet(&account.settings, invited);
            open_room::open(account, attempt, &plan).await
        }
        Action::Pin { message } => pin::pin(account, message).await,
        Action::Invite { room, people } => {
            account.space.meet(&account.settings, people);
            return settled(account, invite::invite(account, room, people).await);
        }
        Action::OpenDirect { person } => direct::open(account, attempt, person).await,
        Action::Name { room, name, topic } => name::name(account, room, name, topic).await,
        Action::Buttons { message, buttons } => buttons::put(account, attempt, message, buttons).await,
        Action::OpenMeeting { .. } => {
            return Outcome::Permanent("there are no voice channels on Matrix".to_owned());
        }
        Action::CloseMeeting { .. } | Action::Appoint { .. } => Ok(Receipt::Done),
        Action::Read { message } => return settled(account, read::read(account, message).await),
        Action::Archive { room } => return settled(account, archive::close(account, room).await),
        Action::Restore { room } => return settled(account, archive::open(account, room).await),
        Action::Measure { .. } => return Outcome::Permanent("Matrix measures nothing".to_owned()),
    };
    settled(account, done.map(Outcome::Done))
}

/// What became of an attempt, however it ended.
fn settled(account: &Account, ended: Result<Outcome, Failure>) -> Outcome {
    match ended {
        Ok(outcome) => outcome,
        Err(failure) => {
            if let Failure::Limited(_) = failure {
                account.waits.note();
            }
            failure.into_outcome()
        }
    }
}
