//! The engine turned by tokio the way the service turns it, on a clock that can be set.
//!
//! `src/run/driver.rs` is the original: one task a commit, a load or a performance, the inputs through one channel,
//! a sleep until the next deadline. Here a batch is handed in by the benchmark, and there is one platform.

use std::{collections::BTreeMap, future::Future, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use sitrep_core::{
    engine::{BatchId, Engine, Input, Output, SignalsId},
    policy::Policy,
    port::{Batch, Perform, Platform, Signal, Store, StoreError},
};
use tokio::{
    sync::{Semaphore, mpsc, oneshot},
    task::JoinSet,
};

/// The longest sleep, as in the service.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// How many things the platform is asked to do at once, as in the service.
const AT_ONCE: usize = 8;
/// How many requests wait at the desk at once, as in the service.
const WAITING: usize = 1024;

/// What a machine told, and whom to tell once it is durable.
type Told = (Vec<Signal>, oneshot::Sender<()>);

/// Where machines hand in what they tell: `src/run/desk.rs` is the original.
#[derive(Clone)]
pub(crate) struct Desk(mpsc::Sender<Told>);

impl Desk {
    /// Hands signals in, and waits until they are durable. `Err` says that too much waits.
    pub(crate) async fn take(&self, signals: Vec<Signal>) -> Result<(), &'static str> {
        let (taken, is_taken) = oneshot::channel();
        self.0.try_send((signals, taken)).map_err(|_| "too much is waiting")?;
        is_taken.await.map_err(|_| "it was not taken")
    }
}

/// An engine with its store and its platform.
pub(crate) struct Driver {
    pub(crate) engine: Engine,
    /// What the operator would have been told.
    pub(crate) notes: Vec<String>,
    store: Arc<dyn Store>,
    platform: Arc<dyn Platform>,
    permits: Arc<Semaphore>,
    inputs: mpsc::UnboundedReceiver<Input>,
    input: mpsc::UnboundedSender<Input>,
    desk: Desk,
    at_desk: mpsc::Receiver<Told>,
    told: BTreeMap<SignalsId, oneshot::Sender<()>>,
    last_signals: u64,
    last_batch: u64,
    tasks: JoinSet<()>,
    clock_ahead: TimeDelta,
}

impl Driver {
    /// Opens the store; [`Driver::settle`] then loads what is owed. The clock shows `now`.
    pub(crate) async fn open(
        policy: Policy,
        store: Arc<dyn Store>,
        platform: Arc<dyn Platform>,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let engine = Engine::new(policy, store.open().await?);
        let (input, inputs) = mpsc::unbounded_channel();
        let (ask, at_desk) = mpsc::channel(WAITING);
        let permits = Arc::new(Semaphore::new(AT_ONCE));
        let (notes, tasks) = (Vec::new(), JoinSet::new());
        let clock_ahead = now - Utc::now();
        Ok(Self {
            engine,
            notes,
            store,
            platform,
            permits,
            inputs,
            input,
            desk: Desk(ask),
            at_desk,
            told: BTreeMap::new(),
            last_signals: 0,
            last_batch: 0,
            tasks,
            clock_ahead,
        })
    }

    /// Where machines hand in what they tell.
    pub(crate) fn desk(&self) -> Desk {
        self.desk.clone()
    }

    fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.clock_ahead
    }

    /// Sets the clock, and gives back how far it is ahead of the real one.
    pub(crate) fn set_clock(&mut self, now: DateTime<Utc>) -> TimeDelta {
        self.clock_ahead = now - Utc::now();
        self.clock_ahead
    }

    /// Hands a batch in.
    pub(crate) fn deliver(&mut self, batch: Batch) {
        self.last_batch += 1;
        self.take(Input::Batch(BatchId(self.last_batch), batch));
    }

    /// Goes on until all that can be done now is decided, durable and done.
    pub(crate) async fn settle(&mut self) {
        self.do_what_is_asked();
        while !self.engine.is_idle() {
            self.wait(LONGEST_SLEEP).await;
        }
        // What has ended is counted to what it was started for, and not to what comes next.
        while self.tasks.try_join_next().is_some() {}
    }

    /// Whatever else waits at the desk is heard in the same round.
    fn hear(&mut self, told: Told) {
        let mut next = Some(told);
        while let Some((signals, taken)) = next {
            self.last_signals += 1;
            let id = SignalsId(self.last_signals);
            self.told.insert(id, taken);
            self.engine.handle(self.now(), Input::Signals(id, signals));
            next = self.at_desk.try_recv().ok();
        }
    }

    fn take(&mut self, input: Input) {
        self.engine.handle(self.now(), input);
        while let Ok(input) = self.inputs.try_recv() {
            self.engine.handle(self.now(), input);
        }
    }

    /// Waits for one thing to happen, and does what follows from it.
    pub(crate) async fn wait(&mut self, at_most: Duration) {
        // What was handed in before this is asked for now: nothing else may happen for long.
        self.do_what_is_asked();
        let until = self.engine.next_deadline().map(|at| (at - self.now()).to_std().unwrap_or_default());
        let sleep = tokio::time::sleep(until.map_or(at_most, |until| until.min(at_most)));
        tokio::select! {
            Some(input) = self.inputs.recv() => self.take(input),
            Some(told) = self.at_desk.recv() => self.hear(told),
            () = sleep => self.take(Input::Tick),
            Some(_) = self.tasks.join_next(), if !self.tasks.is_empty() => {}
        }
        self.do_what_is_asked();
    }

    fn do_what_is_asked(&mut self) {
        while let Some(output) = self.engine.poll() {
            match output {
                Output::Load(subject) => {
                    let store = Arc::clone(&self.store);
                    self.start(async move {
                        match store.load(subject).await {
                            Ok(records) => Some(Input::Loaded(subject, records)),
                            Err(_) => None,
                        }
                    });
                }
                Output::Commit(commit) => {
                    let store = Arc::clone(&self.store);
                    self.start(async move {
                        match store.commit(&commit).await {
                            Ok(()) => Some(Input::Committed),
                            Err(error) => Some(Input::CommitFailed(error)),
                        }
                    });
                }
                Output::Perform(perform) => self.perform(*perform),
                Output::Accept(_) => {}
                Output::Taken(id) => {
                    if let Some(taken) = self.told.remove(&id) {
                        let _ = taken.send(());
                    }
                }
                Output::Note(note) => self.notes.push(note),
            }
        }
    }

    fn perform(&mut self, perform: Perform) {
        let (platform, permits) = (Arc::clone(&self.platform), Arc::clone(&self.permits));
        self.start(async move {
            let _permit = permits.acquire().await;
            let outcome = platform.perform(&perform).await;
            Some(Input::Outcome(perform.id, outcome))
        });
    }

    fn start(&mut self, work: impl Future<Output = Option<Input>> + Send + 'static) {
        let input = self.input.clone();
        self.tasks.spawn(async move {
            if let Some(result) = work.await {
                let _ = input.send(result);
            }
        });
    }
}
