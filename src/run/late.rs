//! A platform that may not be connected yet.
//!
//! A [`LatePlatform`] is a `Platform` from the moment that the process starts. It connects by itself, with patience, so
//! that a server that is down holds up neither the start nor the service of another platform.
//!
//! - Until it is connected nothing is heard from it, and what it is asked to do waits: for the connection as long as
//!   nothing speaks against it, and afterwards by being tried again.
//! - A refusal for good is heard as one. The process ends when it has heard that of every platform.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use sitrep_core::{
    port::{
        Batch, Capabilities, Finding, Level, ListenError, Outcome, Overview, Perform, Platform, Positions,
    },
    room::PlatformName,
};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How long something to be done waits for a connection that is being made.
const PERFORM_WAITS: Duration = Duration::from_secs(30);

/// One attempt to connect.
pub(super) type Connecting = Pin<Box<dyn Future<Output = Result<Arc<dyn Platform>, ListenError>> + Send>>;

/// How far it has come.
#[derive(Clone)]
enum Progress {
    /// It is being connected; with what went wrong at the last attempt.
    Connecting(Option<String>),
    Connected(Arc<dyn Platform>),
    /// It refuses for good.
    Refused(String),
}

/// A platform that may not be connected yet.
pub(super) struct LatePlatform {
    name: PlatformName,
    capabilities: Capabilities,
    progress: watch::Receiver<Progress>,
    /// What is to be known once it is connected.
    overview: Arc<Mutex<Option<Overview>>>,
    /// It ends when this is dropped.
    _connecting: JoinSet<()>,
}

impl LatePlatform {
    /// Begins to connect.
    pub(super) fn new(
        name: PlatformName,
        capabilities: Capabilities,
        connect: impl Fn() -> Connecting + Send + 'static,
    ) -> Self {
        let (tell, progress) = watch::channel(Progress::Connecting(None));
        let overview = Arc::new(Mutex::new(None));
        let mut connecting = JoinSet::new();
        connecting.spawn(keep_trying(connect, tell, Arc::clone(&overview)));
        Self { name, capabilities, progress, overview, _connecting: connecting }
    }

    /// Waits until it is connected.
    ///
    /// # Errors
    /// When something speaks against that, now or for good: the sentence says what.
    pub(super) async fn arrives(&self) -> Result<(), String> {
        let mut progress = self.progress.clone();
        let settled = progress.wait_for(|progress| !matches!(progress, Progress::Connecting(None))).await;
        match settled.as_deref() {
            Ok(Progress::Connected(_)) => Ok(()),
            Ok(Progress::Connecting(Some(sentence)) | Progress::Refused(sentence)) => Err(sentence.clone()),
            Ok(Progress::Connecting(None)) | Err(_) => Err(self.still_connecting()),
        }
    }

    /// The platform itself, however long it takes.
    ///
    /// # Errors
    /// When it was refused for good.
    pub(super) async fn connected(&self) -> Result<Arc<dyn Platform>, ListenError> {
        let mut progress = self.progress.clone();
        let settled = progress.wait_for(|progress| !matches!(progress, Progress::Connecting(_))).await;
        match settled.as_deref() {
            Ok(Progress::Connected(platform)) => Ok(Arc::clone(platform)),
            Ok(Progress::Refused(sentence)) => Err(ListenError::Fatal(sentence.clone())),
            Ok(Progress::Connecting(_)) | Err(_) => Err(ListenError::Transient(self.still_connecting())),
        }
    }

    /// Whether it is connected.
    pub(super) fn is_connected(&self) -> bool {
        matches!(self.now(), Progress::Connected(_))
    }

    fn now(&self) -> Progress {
        self.progress.borrow().clone()
    }

    fn still_connecting(&self) -> String {
        format!("The service is still connecting to {}. Ask again in a minute.", self.name.as_str())
    }
}

#[async_trait]
impl Platform for LatePlatform {
    fn name(&self) -> PlatformName {
        self.name.clone()
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    async fn listen(&self, after: &Positions) -> Result<Batch, ListenError> {
        self.connected().await?.listen(after).await
    }

    async fn perform(&self, perform: &Perform) -> Outcome {
        // Right after the start everything would fail once, and be tried again the later for it.
        let _ = timeout(PERFORM_WAITS, self.arrives()).await;
        match self.now() {
            Progress::Connected(platform) => platform.perform(perform).await,
            Progress::Connecting(None) => Outcome::Transient("there is no connection yet".to_owned()),
            Progress::Connecting(Some(sentence)) | Progress::Refused(sentence) => {
                Outcome::Transient(sentence)
            }
        }
    }

    fn inform(&self, overview: &Overview) {
        // Held until it is passed on, so that an older one can't come after a newer.
        let mut latest = lock(&self.overview);
        *latest = Some(overview.clone());
        if let Progress::Connected(platform) = self.now() {
            platform.inform(overview);
        }
    }

    async fn checkup(&self) -> Vec<Finding> {
        match self.now() {
            Progress::Connected(platform) => platform.checkup().await,
            Progress::Connecting(None) => vec![Finding::told(Level::Problem, &self.still_connecting())],
            Progress::Connecting(Some(sentence)) | Progress::Refused(sentence) => {
                vec![Finding::told(Level::Problem, &sentence)]
            }
        }
    }
}

/// Connects, however often it takes, unless it is refused for good.
async fn keep_trying(
    connect: impl Fn() -> Connecting + Send,
    tell: watch::Sender<Progress>,
    overview: Arc<Mutex<Option<Overview>>>,
) {
    let mut pause = Duration::from_secs(1);
    loop {
        match connect().await {
            Ok(platform) => {
                let latest = lock(&overview);
                if let Some(overview) = latest.as_ref() {
                    platform.inform(overview);
                }
                tell.send_replace(Progress::Connected(platform));
                drop(latest);
                break;
            }
            Err(ListenError::Fatal(sentence)) => {
                tell.send_replace(Progress::Refused(sentence));
                break;
            }
            Err(ListenError::Transient(sentence)) => {
                tracing::warn!("{sentence} Trying again in {} s.", pause.as_secs());
                tell.send_replace(Progress::Connecting(Some(sentence)));
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
    // Who asks afterwards is told what was told last.
    tell.closed().await;
}

fn lock(overview: &Mutex<Option<Overview>>) -> MutexGuard<'_, Option<Overview>> {
    overview.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use chrono::Utc;
    use sitrep_core::{
        effect::EffectId,
        port::{Action, Attempt, Receipt},
        room::{MessageRef, RoomRef},
    };

    use super::*;

    /// A platform that does everything and remembers what it was told.
    #[derive(Default)]
    struct Willing {
        overviews: Mutex<usize>,
    }

    #[async_trait]
    impl Platform for Willing {
        fn name(&self) -> PlatformName {
            PlatformName::new("willing")
        }

        fn capabilities(&self) -> Capabilities {
            Capabilities::default()
        }

        async fn listen(&self, _after: &Positions) -> Result<Batch, ListenError> {
            Ok(Batch::default())
        }

        async fn perform(&self, _perform: &Perform) -> Outcome {
            Outcome::Done(Receipt::Done)
        }

        fn inform(&self, _overview: &Overview) {
            *self.overviews.lock().expect("a count") += 1;
        }
    }

    /// One that connects after so many attempts in vain.
    fn after(failures: usize, platform: &Arc<Willing>) -> LatePlatform {
        let (tries, platform) = (AtomicUsize::new(0), Arc::clone(platform));
        let connect = move || -> Connecting {
            let is_away = tries.fetch_add(1, Ordering::Relaxed) < failures;
            let platform = Arc::clone(&platform);
            Box::pin(async move {
                match is_away {
                    true => Err(ListenError::Transient("It is away.".to_owned())),
                    false => Ok(platform as Arc<dyn Platform>),
                }
            })
        };
        LatePlatform::new(PlatformName::new("willing"), Capabilities::default(), connect)
    }

    fn refused() -> LatePlatform {
        let connect = || -> Connecting {
            Box::pin(async { Err(ListenError::Fatal("The token is wrong.".to_owned())) })
        };
        LatePlatform::new(PlatformName::new("willing"), Capabilities::default(), connect)
    }

    fn work() -> Perform {
        let platform = PlatformName::new("willing");
        let message = MessageRef { room: RoomRef::new(&platform, "ops"), id: "1".to_owned(), thread: None };
        Perform {
            id: EffectId { sequence: 1, index: 0 },
            platform,
            action: Action::Pin { message },
            attempt: Attempt { key: "key".to_owned(), first_tried: Utc::now(), number: 1 },
        }
    }

    #[tokio::test]
    async fn what_is_asked_right_after_the_start_waits_for_the_connection() {
        let late = after(0, &Arc::default());
        assert_eq!(late.perform(&work()).await, Outcome::Done(Receipt::Done));
        assert_eq!(late.arrives().await, Ok(()));
    }

    #[tokio::test]
    async fn one_that_is_away_is_tried_again_and_what_it_is_asked_meanwhile_too() {
        let willing = Arc::default();
        let late = after(1, &willing);
        assert_eq!(late.arrives().await, Err("It is away.".to_owned()));
        assert_eq!(late.perform(&work()).await, Outcome::Transient("It is away.".to_owned()));
        assert_eq!(late.checkup().await, [Finding::told(Level::Problem, "It is away.")]);
        late.inform(&Overview::default());
        assert_eq!(*willing.overviews.lock().expect("a count"), 0);
        assert!(late.listen(&Positions::new()).await.is_ok(), "it is heard as soon as it is there");
        assert_eq!(late.perform(&work()).await, Outcome::Done(Receipt::Done));
        assert_eq!(*willing.overviews.lock().expect("a count"), 1, "what it missed it is told");
    }

    #[tokio::test]
    async fn a_refusal_for_good_is_heard_and_loses_nothing() {
        let late = refused();
        let heard = late.listen(&Positions::new()).await;
        assert_eq!(heard, Err(ListenError::Fatal("The token is wrong.".to_owned())));
        assert_eq!(late.perform(&work()).await, Outcome::Transient("The token is wrong.".to_owned()));
        assert_eq!(late.checkup().await, [Finding::told(Level::Problem, "The token is wrong.")]);
    }
}
