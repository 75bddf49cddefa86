//! The engine turned by tokio: commits, loads and performances side by side, in real time.

use std::{
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::Utc;
use sitrep_core::{
    engine::{BatchId, Engine, Input, Output, SignalsId, Status},
    event::Subject,
    policy::Policy,
    port::{Action, Outcome, Perform, Platform, Store, StoreError},
    room::PlatformName,
};
use tokio::{
    sync::{Semaphore, mpsc, oneshot},
    task::JoinSet,
};

use super::{
    desk::Asked,
    late::LatePlatform,
    listener::{Heard, listen},
    picture,
    readiness::Readiness,
};

/// The longest sleep: a clock that is set, or a machine that was suspended, is noticed within it.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// How many things one platform is asked to do at once.
const AT_ONCE: usize = 8;
/// How many messages that could not be decrypted are tried again at once.
const READ_AT_ONCE: usize = 4;
/// How often facts that can't be read are asked for again.
const LOADS_TRIED: u32 = 3;
/// What is said of work that panicked; the panic itself is in the log.
const PANICKED: &str = "it ended unexpectedly";
/// The longest an attempt may take, whatever the adapter does.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(120);

/// How serving ended.
pub(super) enum Ended {
    /// It was told to.
    AsTold,
    /// No platform can be heard any more; the sentence says what to do.
    Refused(String),
}

/// The engine with everything that it needs to run.
pub(super) struct Driver {
    engine: Engine,
    store: Arc<dyn Store>,
    platforms: BTreeMap<PlatformName, Arc<LatePlatform>>,
    /// What measures the system: it is asked like a platform, and nobody speaks there.
    figures: Option<Arc<dyn Platform>>,
    /// How many more things each platform may be asked to do now.
    permits: BTreeMap<PlatformName, Arc<Semaphore>>,
    /// For trying again to read messages: each attempt takes seconds, and no answer waits behind it.
    reading: BTreeMap<PlatformName, Arc<Semaphore>>,
    /// What is asked at the desk.
    asked: mpsc::Receiver<Asked>,
    /// Whom to tell that what machines told is durable.
    told: BTreeMap<SignalsId, oneshot::Sender<()>>,
    last_signals: u64,
    inputs: mpsc::UnboundedReceiver<Input>,
    input: mpsc::UnboundedSender<Input>,
    /// Whom to tell that a batch is committed, and the platforms that it came from.
    batches: BTreeMap<BatchId, (oneshot::Sender<()>, Option<PlatformName>)>,
    readiness: Readiness,
    last_batch: u64,
    tasks: JoinSet<()>,
}

impl Driver {
    pub(super) async fn new(
        policy: Policy,
        store: Arc<dyn Store>,
        (platforms, figures): (Vec<Arc<LatePlatform>>, Option<Arc<dyn Platform>>),
        asked: mpsc::Receiver<Asked>,
    ) -> Result<Self, StoreError> {
        let engine = Engine::new(policy, store.open().await?);
        let (input, inputs) = mpsc::unbounded_channel();
        let platforms: BTreeMap<_, _> =
            platforms.into_iter().map(|platform| (platform.name(), platform)).collect();
        let at_once = |count: usize| {
            platforms.keys().map(move |name| (name.clone(), Arc::new(Semaphore::new(count)))).collect()
        };
        let (permits, reading) = (at_once(AT_ONCE), at_once(READ_AT_ONCE));
        let was_heard = |name: &PlatformName| (name.clone(), !engine.positions(name).is_empty());
        let readiness = Readiness::new(platforms.keys().map(was_heard), Instant::now());
        let (batches, tasks) = (BTreeMap::new(), JoinSet::new());
        Ok(Self {
            engine,
            store,
            platforms,
            figures,
            permits,
            reading,
            asked,
            told: BTreeMap::new(),
            last_signals: 0,
            inputs,
            input,
            batches,
            readiness,
            last_batch: 0,
            tasks,
        })
    }

    /// Serves until `told_to_end`, and then finishes what is in hand for as long as `ends_within`.
    pub(super) async fn run(
        mut self,
        told_to_end: Pin<&mut impl Future<Output = ()>>,
        ends_within: Duration,
    ) -> Result<Ended, StoreError> {
        let (heard, mut hears) = mpsc::channel(16);
        let mut listeners = JoinSet::new();
        // What is stored comes first: how far each platform has been read is part of it.
        self.engine.handle(Utc::now(), Input::Tick);
        for (name, platform) in &self.platforms {
            let after = self.engine.positions(name);
            listeners.spawn(listen(Arc::clone(platform), after, heard.clone()));
        }
        drop(heard);
        let mut refusals = Vec::new();
        let mut told_to_end = told_to_end;
        let ended = loop {
            self.do_what_is_asked();
            self.inform();
            self.readiness.say(Instant::now());
            let sleep = tokio::time::sleep(self.time_to_sleep());
            tokio::select! {
                () = &mut told_to_end => break Ended::AsTold,
                Some(input) = self.inputs.recv() => {
                    // Without it numbers and names would be given out twice.
                    if let Input::LoadFailed(Subject::Workspace, error) = input {
                        return Err(error);
                    }
                    self.take(input);
                }
                Some(asked) = self.asked.recv() => self.answer(asked),
                heard = hears.recv() => match heard {
                    Some(Heard::Batch(batch, committed)) => {
                        let platform = batch.positions.first().map(|position| position.platform.clone());
                        self.last_batch += 1;
                        let id = BatchId(self.last_batch);
                        self.batches.insert(id, (committed, platform));
                        self.take(Input::Batch(id, batch));
                    }
                    Some(Heard::Connected(name)) => self.readiness.connected(&name),
                    Some(Heard::Missing(name, sentence)) => self.readiness.missing(&name, sentence),
                    Some(Heard::Refused(sentence)) => {
                        tracing::error!("{sentence}");
                        refusals.push(sentence);
                    }
                    None => break Ended::Refused(refusals.join(" ")),
                },
                () = sleep => self.take(Input::Tick),
                Some(_) = self.tasks.join_next(), if !self.tasks.is_empty() => {}
            }
        };
        listeners.abort_all();
        tracing::info!("ending: finishing what is in hand");
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
        if tokio::time::timeout(ends_within, self.finish()).await.is_err() {
            tracing::info!("what is left is on disk and goes on at the next start");
        }
        Ok(ended)
    }

    /// Goes on until nothing is in hand. What only waits for a later attempt stays on disk.
    async fn finish(&mut self) {
        loop {
            self.do_what_is_asked();
            if self.engine.is_idle() {
                return;
            }
            match self.inputs.recv().await {
                Some(input) => self.take(input),
                None => return,
            }
        }
    }

    /// Somebody hands something in at the desk, or asks how things stand. Whatever else waits there is heard in the same
    /// round: that is what makes one commit of a storm.
    fn answer(&mut self, asked: Asked) {
        let mut next = Some(asked);
        while let Some(asked) = next {
            match asked {
                Asked::Take(signals, taken) => {
                    self.last_signals += 1;
                    let id = SignalsId(self.last_signals);
                    self.told.insert(id, taken);
                    self.engine.handle(Utc::now(), Input::Signals(id, signals));
                }
                Asked::Status(tell) => {
                    let _ = tell.send(self.status());
                }
            }
            next = self.asked.try_recv().ok();
        }
    }

    /// How things stand.
    fn status(&self) -> Status {
        let mut status = self.engine.status(Utc::now());
        let connected = |late: &Arc<LatePlatform>| late.is_connected();
        status.platforms =
            self.platforms.iter().map(|(name, late)| (name.as_str().to_owned(), connected(late))).collect();
        status.is_ready &= self.readiness.is_said();
        status
    }

    fn take(&mut self, input: Input) {
        self.engine.handle(Utc::now(), input);
        // Whatever else has arrived is decided in the same round.
        while let Ok(input) = self.inputs.try_recv() {
            self.engine.handle(Utc::now(), input);
        }
    }

    fn time_to_sleep(&self) -> Duration {
        let until = self.engine.next_deadline().map(|at| (at - Utc::now()).to_std().unwrap_or_default());
        let ready = self.readiness.look_again_in(Instant::now());
        [until, ready].into_iter().flatten().fold(LONGEST_SLEEP, Duration::min)
    }

    /// Tells the platforms what is going on, for lists to pick from.
    fn inform(&mut self) {
        if let Some(overview) = self.engine.overview_if_changed() {
            self.platforms.values().for_each(|platform| platform.inform(&overview));
        }
    }

    /// Starts everything that the engine asks for.
    fn do_what_is_asked(&mut self) {
        while let Some(output) = self.engine.poll() {
            match output {
                Output::Load(subject) => {
                    let store = Arc::clone(&self.store);
                    let panicked = Input::LoadFailed(subject, StoreError::Failed(PANICKED.to_owned()));
                    self.start(load(store, subject), panicked);
                }
                Output::Commit(commit) => {
                    let store = Arc::clone(&self.store);
                    let work = async move {
                        match store.commit(&commit).await {
                            Ok(()) => Input::Committed,
                            Err(error) => Input::CommitFailed(error),
                        }
                    };
                    self.start(work, Input::CommitFailed(StoreError::Failed(PANICKED.to_owned())));
                }
                Output::Perform(perform) => self.perform(*perform),
                Output::Accept(id) => {
                    if let Some((committed, platform)) = self.batches.remove(&id) {
                        let _ = committed.send(());
                        platform.iter().for_each(|name| self.readiness.heard(name));
                    }
                }
                Output::Taken(id) => {
                    if let Some(taken) = self.told.remove(&id) {
                        let _ = taken.send(());
                    }
                }
                Output::Note(note) => tracing::warn!("{note}"),
            }
        }
    }

    fn platform(&self, name: &PlatformName) -> Option<Arc<dyn Platform>> {
        let to_chat = self.platforms.get(name).map(|late| Arc::clone(late) as Arc<dyn Platform>);
        to_chat.or_else(|| self.figures.clone().filter(|figures| figures.name() == *name))
    }

    fn perform(&mut self, perform: Perform) {
        let platform = self.platform(&perform.platform);
        // A room is what everybody waits for: it never waits behind slow messages.
        let is_room = matches!(perform.action, Action::OpenRoom { .. });
        let is_read = matches!(perform.action, Action::Read { .. });
        let permits = if is_read { &self.reading } else { &self.permits };
        let permits = permits.get(&perform.platform).filter(|_| !is_room).cloned();
        let id = perform.id;
        let work = async move {
            let Some(platform) = platform else {
                let reason = format!("{} is not configured", perform.platform.as_str());
                return Input::Outcome(id, Outcome::Permanent(reason));
            };
            let _permit = match &permits {
                Some(permits) => permits.acquire().await.ok(),
                None => None,
            };
            let perform = picture::drawn(perform).await;
            let outcome = tokio::time::timeout(LONGEST_ATTEMPT, platform.perform(&perform)).await;
            let outcome =
                outcome.unwrap_or_else(|_| Outcome::InDoubt("the platform does not answer".to_owned()));
            Input::Outcome(id, outcome)
        };
        self.start(work, Input::Outcome(id, Outcome::InDoubt(PANICKED.to_owned())));
    }

    /// Starts something whose result is an input; a panic in it has an input of its own, or the engine would wait
    /// for ever.
    fn start(&mut self, work: impl Future<Output = Input> + Send + 'static, panicked: Input) {
        let input = self.input.clone();
        self.tasks.spawn(async move {
            let _ = input.send(tokio::spawn(work).await.unwrap_or(panicked));
        });
    }
}

/// Reads a subject's facts, with some patience.
async fn load(store: Arc<dyn Store>, subject: Subject) -> Input {
    let mut tries = 0;
    loop {
        match store.load(subject).await {
            Ok(records) => return Input::Loaded(subject, records),
            // What is damaged stays damaged: everybody else is served without it.
            Err(error @ StoreError::Damaged(_)) => return Input::LoadFailed(subject, error),
            Err(error) if tries == LOADS_TRIED => return Input::LoadFailed(subject, error),
            Err(error) => {
                tracing::error!("{error}; trying again");
                tries += 1;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}
