//! One connection to Discord's gateway: serenity's shard, turned by us.
//!
//! serenity's client would reconnect by itself, and does so in ways that can't be lived with. So each connection is a
//! shard runner without a manager that does anything, and these rules:
//!
//! - **It runs on a thread of its own.** When a socket closes without a code, or with one that serenity doesn't expect,
//!   the runner goes round without ever giving way; everything else must go on meanwhile. It stops as soon as it is
//!   given something to send.
//! - **It gets the gateway's address only at our pace.** A resume needs the address, which is under a lock that is ours:
//!   a server that greets and hangs up isn't called a thousand times a second.
//! - **It never identifies a second time.** A session that can't be resumed ends the connection, and `watchdog.rs` makes
//!   the next one.
//! - Events are taken where the runner reads them, one after another. serenity's event handlers would be tasks, in no
//!   order.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::Poll,
    thread,
    time::{Duration, Instant},
};

use serenity::{
    all::{Event, GatewayIntents, OnlineStatus, ShardId, ShardInfo},
    gateway::{
        CollectorCallback, ConnectionStage, GatewayError, Shard, ShardManager, ShardManagerOptions,
        ShardMessenger, ShardRunner, ShardRunnerInfo, ShardRunnerOptions,
    },
    http::Http,
};
use tokio::sync::{Mutex as Lock, OwnedMutexGuard, oneshot};

/// A single turn of the runner takes microseconds, but for a long event on a slow machine.
const SPINS_AFTER: Duration = Duration::from_secs(2);
/// How long a greeting, or what follows our answer to it, may take.
const GREETED_WITHIN: Duration = Duration::from_secs(30);
/// Discord beats every 41 seconds; serenity notices a beat that isn't answered at the next.
const SILENT_AFTER: Duration = Duration::from_secs(100);
/// How often a resume may be tried before a new session is begun.
const RESUMES: u32 = 4;

/// What hears the events, on the connection's thread: it must not wait for anything.
pub(crate) type Ear = Arc<dyn Fn(&Event) + Send + Sync>;

/// What a connection is made with.
pub(crate) struct Plan {
    pub(crate) address: String,
    pub(crate) token: String,
    pub(crate) intents: GatewayIntents,
    pub(crate) http: Arc<Http>,
    pub(crate) ear: Ear,
    /// Whether this address may be called, which the gateway gives for resuming.
    pub(crate) may_call: fn(&str) -> bool,
}

/// Why a connection ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// It was lost; the words continue a sentence.
    Lost(String),
    /// The gateway won't have us.
    Refused(GatewayError),
}

/// What can be told of a connection from outside its thread.
struct Pulse {
    began: Instant,
    /// Milliseconds since then; 0 while the runner rests.
    turning_since: AtomicU64,
    last_sign: AtomicU64,
    is_up: AtomicBool,
    messenger: OnceLock<ShardMessenger>,
    manager: OnceLock<Arc<ShardManager>>,
    latency: Mutex<Option<Duration>>,
    /// Where the gateway wants to be called to resume.
    resume_at: Mutex<Option<String>>,
    /// The address, from when the first call has had it until the connection is tended.
    kept: Mutex<Option<OwnedMutexGuard<String>>>,
}

impl Pulse {
    fn new() -> Self {
        Self {
            began: Instant::now(),
            turning_since: AtomicU64::new(0),
            last_sign: AtomicU64::new(0),
            is_up: AtomicBool::new(false),
            messenger: OnceLock::new(),
            manager: OnceLock::new(),
            latency: Mutex::new(None),
            resume_at: Mutex::new(None),
            kept: Mutex::new(None),
        }
    }

    /// Milliseconds since the connection began, from 1.
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }

    fn since(&self, moment: u64) -> Duration {
        Duration::from_millis(self.now().saturating_sub(moment))
    }

    fn heard(&self, event: &Event) {
        self.last_sign.store(self.now(), Ordering::Relaxed);
        if matches!(event, Event::Ready(_) | Event::Resumed(_)) {
            self.is_up.store(true, Ordering::Relaxed);
        }
        if let Event::Ready(event) = event {
            let at = event.ready.resume_gateway_url.trim_end_matches('/').to_owned();
            *self.resume_at() = Some(at);
        }
    }

    fn resume_at(&self) -> MutexGuard<'_, Option<String>> {
        self.resume_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> MutexGuard<'_, Option<OwnedMutexGuard<String>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks whether a heartbeat was answered since the last look: its latency is never twice the same.
    fn look_for_beats(&self) {
        let Some(manager) = self.manager.get() else { return };
        let Ok(runners) = manager.runners.try_lock() else { return };
        let Some(runner) = runners.get(&ShardId(0)) else { return };
        let mut latency = self.latency.lock().unwrap_or_else(PoisonError::into_inner);
        if *latency != runner.latency {
            *latency = runner.latency;
            self.last_sign.store(self.now(), Ordering::Relaxed);
        }
    }

    /// Whether the runner goes round without giving way.
    fn spins(&self) -> bool {
        let since = self.turning_since.load(Ordering::Relaxed);
        since != 0 && self.since(since) > SPINS_AFTER
    }

    /// Gives the runner something to send. On a socket that is gone this ends it; on one that isn't, nothing changes.
    fn poke(&self) {
        if let Some(messenger) = self.messenger.get() {
            messenger.set_status(OnlineStatus::Online);
        }
    }
}

/// A connection. It ends when this is dropped.
pub(crate) struct Line {
    pulse: Arc<Pulse>,
    ended: oneshot::Receiver<Ended>,
    stop: Option<oneshot::Sender<()>>,
    address: Address,
    may_call: fn(&str) -> bool,
}

impl Line {
    /// Calls the gateway.
    pub(crate) fn open(plan: Plan) -> Self {
        let pulse = Arc::new(Pulse::new());
        let (stop, stopped) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let (address, may_call) = (Address::new(&plan.address), plan.may_call);
        let (inside, lent) = (Arc::clone(&pulse), Arc::clone(&address.shared));
        let spawned = thread::Builder::new().name("discord".to_owned()).spawn(move || {
            let _ = end.send(run(&plan, lent, &inside, stopped));
        });
        if let Err(error) = spawned {
            tracing::error!("No thread could be started for Discord's gateway: {error}.");
        }
        Self { pulse, ended, stop: Some(stop), address, may_call }
    }

    /// Whether it was greeted, and not hung up on since.
    pub(crate) fn is_up(&self) -> bool {
        self.pulse.is_up.load(Ordering::Relaxed)
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<Ended> {
        match self.ended.try_recv() {
            Ok(ended) => Some(ended),
            Err(oneshot::error::TryRecvError::Empty) => None,
            Err(oneshot::error::TryRecvError::Closed) => Some(Ended::Lost("its thread ended".to_owned())),
        }
    }

    /// Looks after the connection, some times a second. Gives what is wrong if it must be ended.
    pub(crate) async fn tend(&mut self) -> Option<String> {
        if self.pulse.spins() {
            self.pulse.poke();
            return Some("the connection was closed without a word".to_owned());
        }
        self.pulse.look_for_beats();
        if self.is_up() {
            self.address.settle();
        }
        if let Some(kept) = self.pulse.kept().take() {
            self.address.held = Some(kept);
        }
        if let Some(held) = &mut self.address.held
            && let Some(at) = self.pulse.resume_at().take().filter(|at| (self.may_call)(at))
        {
            **held = at;
        }
        if self.address.lend_if_due().await {
            self.pulse.is_up.store(false, Ordering::Relaxed);
            self.pulse.last_sign.store(self.pulse.now(), Ordering::Relaxed);
        }
        if self.address.lent > RESUMES {
            return Some("the session can't be resumed".to_owned());
        }
        let silent_for = self.pulse.since(self.pulse.last_sign.load(Ordering::Relaxed));
        let limit = if self.is_up() { SILENT_AFTER } else { GREETED_WITHIN };
        (silent_for > limit).then(|| format!("nothing was heard for {} s", silent_for.as_secs()))
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if self.pulse.spins() {
            self.pulse.poke();
        }
    }
}

/// The gateway's address, which the runner needs to resume, lent out ever more slowly.
struct Address {
    shared: Arc<Lock<String>>,
    /// Ours while nobody may have it.
    held: Option<OwnedMutexGuard<String>>,
    /// How often it was lent since the connection last was up for a while.
    lent: u32,
    lent_at: Instant,
}

impl Address {
    /// How long a connection is up before a new trouble is one of its own.
    const SETTLES: Duration = Duration::from_secs(60);

    /// The first call may have it at once.
    fn new(address: &str) -> Self {
        let shared = Arc::new(Lock::new(address.to_owned()));
        Self { shared, held: None, lent: 0, lent_at: Instant::now() }
    }

    fn settle(&mut self) {
        if self.lent_at.elapsed() > Self::SETTLES {
            self.lent = 0;
        }
    }

    /// Lends it if somebody waits for it, and it is time. Whether it was lent.
    async fn lend_if_due(&mut self) -> bool {
        let pause = if self.lent == 0 { Duration::ZERO } else { Duration::from_secs(1 << self.lent.min(5)) };
        let Some(held) = self.held.take() else {
            // The first call has it.
            return false;
        };
        if self.lent_at.elapsed() < pause {
            self.held = Some(held);
            return false;
        }
        // In the queue before the lock is given away: however late this thread goes on, nobody has it twice.
        let mut back = pin!(Arc::clone(&self.shared).lock_owned());
        let queued = poll_fn(|context| Poll::Ready(back.as_mut().poll(context))).await;
        debug_assert!(queued.is_pending(), "the lock is ours");
        drop(held);
        match poll_fn(|context| Poll::Ready(back.as_mut().poll(context))).await {
            Poll::Ready(held) => {
                // Nobody waited.
                self.held = Some(held);
                false
            }
            Poll::Pending => {
                (self.lent, self.lent_at) = (self.lent + 1, Instant::now());
                self.held = Some(back.await);
                true
            }
        }
    }
}

/// The life of a connection, on its thread.
fn run(plan: &Plan, address: Arc<Lock<String>>, pulse: &Arc<Pulse>, stopped: oneshot::Receiver<()>) -> Ended {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Ended::Lost(format!("no runtime could be made: {error}")),
    };
    // What serenity's manager would start instead of us ends with the runtime.
    runtime.block_on(async {
        tokio::select! {
            ended = converse(plan, address, pulse) => ended,
            _ = stopped => Ended::Lost("it was ended".to_owned()),
        }
    })
}

async fn converse(plan: &Plan, address: Arc<Lock<String>>, pulse: &Arc<Pulse>) -> Ended {
    let me = ShardId(0);
    let only = ShardInfo { id: me, total: 1 };
    let shard = match Shard::new(Arc::clone(&address), &plan.token, only, plan.intents, None).await {
        Ok(shard) => shard,
        Err(error) => return Ended::Lost(format!("the gateway can't be reached ({error})")),
    };
    // At once: whoever hangs up before the connection is first tended isn't called in a rush either.
    *pulse.kept() = Some(address.lock_owned().await);
    let (manager, _returned) = ShardManager::new(ShardManagerOptions {
        data: Arc::default(),
        event_handlers: Vec::new(),
        raw_event_handlers: Vec::new(),
        shard_index: 0,
        shard_init: 0,
        shard_total: 1,
        // What it starts by itself gets nowhere.
        ws_url: Arc::default(),
        http: Arc::clone(&plan.http),
        intents: plan.intents,
        presence: None,
    });
    let mut runner = ShardRunner::new(ShardRunnerOptions {
        data: Arc::default(),
        event_handlers: Vec::new(),
        raw_event_handlers: Vec::new(),
        manager: Arc::clone(&manager),
        shard,
        http: Arc::clone(&plan.http),
    });
    let messenger = ShardMessenger::new(&runner);
    let (ear, inside) = (Arc::clone(&plan.ear), Arc::clone(pulse));
    messenger.add_collector(CollectorCallback(Box::new(move |event| {
        inside.heard(event);
        ear(event);
        true
    })));
    let info =
        ShardRunnerInfo { latency: None, runner_tx: messenger.clone(), stage: ConnectionStage::Connecting };
    manager.runners.lock().await.insert(me, info);
    // A runner that gives up asks the manager to start another, and waits for its own end to be noted: it is.
    manager.shutdown_finished(me);
    let _ = (pulse.messenger.set(messenger), pulse.manager.set(manager));
    pulse.last_sign.store(pulse.now(), Ordering::Relaxed);
    let mut running = pin!(runner.run());
    let ran = poll_fn(|context| {
        pulse.turning_since.store(pulse.now(), Ordering::Relaxed);
        let turned = running.as_mut().poll(context);
        pulse.turning_since.store(0, Ordering::Relaxed);
        turned
    });
    match ran.await {
        Err(serenity::Error::Gateway(error)) => Ended::Refused(error),
        Ok(()) => Ended::Lost("the connection ended".to_owned()),
        Err(error) => Ended::Lost(format!("the connection failed ({error})")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_address_is_lent_ever_more_slowly() {
        let mut address = Address::new("ws://127.0.0.1:1");
        assert!(!address.lend_if_due().await, "the first call has it");
        address.held = Some(Arc::clone(&address.shared).lock_owned().await);
        assert!(!address.lend_if_due().await, "nobody waits for it yet");
        let taken = tokio::spawn({
            let shared = Arc::clone(&address.shared);
            async move { shared.lock().await.clone() }
        });
        tokio::task::yield_now().await;
        assert!(address.lend_if_due().await);
        assert_eq!(taken.await.unwrap(), "ws://127.0.0.1:1");
        let again = tokio::spawn({
            let shared = Arc::clone(&address.shared);
            async move { shared.lock().await.clone() }
        });
        tokio::task::yield_now().await;
        assert!(!address.lend_if_due().await, "it was lent a moment ago");
        address.lent_at = Instant::now().checked_sub(Duration::from_secs(3)).unwrap();
        assert!(address.lend_if_due().await);
        again.await.unwrap();
        assert_eq!(address.lent, 2);
    }
}
