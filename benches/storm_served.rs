//! A storm through the HTTP server: alerts over 64 connections, each sender's next one once the last is answered 202,
//! while somebody asks `!incidents` ten times a second.
//!
//! Server, desk, engine and store are those of the service, and the platform takes no time: what is measured is how long
//! machines hold people up before anything is sent. It is set beside the same server with a desk that keeps nothing. The
//! senders are threads of the same process, on the same processors.
#![allow(clippy::print_stdout, reason = "the figures are its output")]

mod support;

use std::{
    collections::BTreeMap,
    error::Error,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use chrono::Utc;
use secrecy::SecretString;
use sitrep_core::{
    engine::Status,
    policy::Policy,
    port::{self, Action, Identity, NotTaken, Perform, Signal},
};
use sitrep_http::{HttpServer, HttpSettings, Proof, SourceKind, SourceSettings};
use sitrep_redb::{RedbStore, StoreKind};
use tokio::time::{MissedTickBehavior, interval};

use support::{
    alertmanager::{SOURCES, TOKEN, tell},
    driver::{self, Driver},
    figures::{is_real_run, median, ms, percentile, resident_bytes},
    platform::{self, InstantPlatform},
};

type Failure = Box<dyn Error + Send + Sync>;

const SENDERS: usize = 64;
/// How often somebody asks.
const EVERY: Duration = Duration::from_millis(100);
/// The longest that is waited for one thing to happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// A desk in front of the engine.
struct Service(driver::Desk);

#[async_trait]
impl port::Desk for Service {
    async fn take(&self, signals: Vec<Signal>) -> Result<(), NotTaken> {
        self.0.take(signals).await.map_err(|_| NotTaken::Busy)
    }

    async fn status(&self) -> Option<Status> {
        None
    }
}

/// A desk that keeps nothing.
struct Nobody;

#[async_trait]
impl port::Desk for Nobody {
    async fn take(&self, _: Vec<Signal>) -> Result<(), NotTaken> {
        Ok(())
    }

    async fn status(&self) -> Option<Status> {
        None
    }
}

/// What a round measured; times in milliseconds.
struct Round {
    accepted: f64,
    refused: usize,
    waits: Vec<f64>,
    answers: Vec<f64>,
}

fn main() -> Result<(), Failure> {
    let (rounds, during) = if is_real_run() { (9, Duration::from_secs(5)) } else { (1, EVERY * 3) };
    let (mut service, mut nobody) = (Vec::new(), Vec::new());
    let before = resident_bytes()?;
    for _ in 0..rounds {
        service.push(with_engine(during)?);
        nobody.push(with_nobody(during)?);
    }
    println!(
        "| desk | 202 /s (lowest-highest) | others | to 202: p50 | p99 | answers to people: p50 | p99 | worst |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    print("engine and store", &service);
    print("keeps nothing", &nobody);
    let ratios: Vec<f64> =
        service.iter().zip(&nobody).map(|(service, nobody)| service.accepted / nobody.accepted).collect();
    println!("\nof the desk that keeps nothing: {:.2}, medians of {rounds} paired rounds", median(&ratios));
    let mib = |bytes: u64| bytes as f64 / 1024.0 / 1024.0;
    println!("resident before {:.1} MiB, after all rounds {:.1}", mib(before), mib(resident_bytes()?));
    Ok(())
}

fn print(desk: &str, rounds: &[Round]) {
    let accepted: Vec<f64> = rounds.iter().map(|round| round.accepted).collect();
    let of = |figure: &dyn Fn(&Round) -> f64| median(&rounds.iter().map(figure).collect::<Vec<_>>());
    let answers: Vec<f64> = rounds.iter().flat_map(|round| round.answers.iter().copied()).collect();
    println!(
        "| {desk} | {:.0} ({:.0}-{:.0}) | {} | {:.1} ms | {:.1} ms | {:.1} ms | {:.1} ms | {:.1} ms |",
        median(&accepted),
        percentile(&accepted, 0),
        percentile(&accepted, 100),
        rounds.iter().map(|round| round.refused).sum::<usize>(),
        of(&|round| percentile(&round.waits, 50)),
        of(&|round| percentile(&round.waits, 99)),
        percentile(&answers, 50),
        percentile(&answers, 99),
        percentile(&answers, 100),
    );
}

/// As many threads as the service has.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

fn server() -> Result<HttpServer, Failure> {
    let source = SourceSettings {
        kind: SourceKind::Alertmanager,
        proof: Proof::Token(SecretString::from(TOKEN)),
        per_minute: u32::MAX,
        max_body_bytes: 1024 * 1024,
    };
    let sources = (0..SOURCES).map(|number| (format!("prometheus-{number}"), source.clone())).collect();
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let settings = HttpSettings { listen, tls: None, sources, heartbeats: BTreeMap::new(), metrics: None };
    Ok(HttpServer::bind(settings)?)
}

/// Senders that go on until they are told that it is over.
struct Storm {
    began: Instant,
    is_over: Arc<AtomicBool>,
    senders: Vec<JoinHandle<(Vec<f64>, usize)>>,
}

impl Storm {
    fn begin(server: SocketAddr) -> Self {
        let (is_over, next) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let sender = |_| {
            let (is_over, next) = (Arc::clone(&is_over), Arc::clone(&next));
            thread::spawn(move || {
                let (mut waits, mut refused) = (Vec::new(), 0);
                while !is_over.load(Ordering::Relaxed) {
                    let began = Instant::now();
                    match tell(server, next.fetch_add(1, Ordering::Relaxed)) {
                        Ok(()) => waits.push(ms(began.elapsed())),
                        Err(_) => refused += 1,
                    }
                }
                (waits, refused)
            })
        };
        let senders = (0..SENDERS).map(sender).collect();
        Self { began: Instant::now(), is_over, senders }
    }

    fn is_finished(&self) -> bool {
        self.senders.iter().all(JoinHandle::is_finished)
    }

    fn end(self, took: Duration, answers: Vec<f64>) -> Result<Round, Failure> {
        let mut round = Round { accepted: 0.0, refused: 0, waits: Vec::new(), answers };
        for sender in self.senders {
            let (waits, refused) = sender.join().map_err(|_| "a sender gave up")?;
            round.waits.extend(waits);
            round.refused += refused;
        }
        round.accepted = round.waits.len() as f64 / took.as_secs_f64();
        Ok(round)
    }
}

fn with_nobody(during: Duration) -> Result<Round, Failure> {
    let runtime = runtime()?;
    let server = server()?;
    let address = server.address();
    runtime.spawn(server.serve(Arc::new(Nobody), std::future::pending::<()>()));
    let storm = Storm::begin(address);
    thread::sleep(during);
    let took = storm.began.elapsed();
    storm.is_over.store(true, Ordering::Relaxed);
    storm.end(took, Vec::new())
}

/// When each answer was about to be sent, by the message that it answers.
type Answered = Arc<Mutex<BTreeMap<String, Instant>>>;

fn with_engine(during: Duration) -> Result<Round, Failure> {
    let directory = tempfile::tempdir()?;
    let identity = Identity { incarnation: "bench234".to_owned(), seed: "5e".repeat(32) };
    let store = RedbStore::open(&directory.path().join("store.redb"), StoreKind::Service, identity)?;
    let answered = Answered::default();
    let platform = InstantPlatform::new({
        let answered = Arc::clone(&answered);
        move |perform: &Perform, _| {
            if let Action::Say { answers: Some(message), .. } = &perform.action {
                let mut answered = answered.lock().unwrap_or_else(PoisonError::into_inner);
                answered.entry(message.id.clone()).or_insert_with(Instant::now);
            }
        }
    });
    runtime()?.block_on(async {
        let mut driver = Driver::open(policy(), Arc::new(store), Arc::new(platform), Utc::now()).await?;
        driver.settle().await;
        let server = server()?;
        let address = server.address();
        tokio::spawn(server.serve(Arc::new(Service(driver.desk())), std::future::pending::<()>()));
        weather(&mut driver, address, (during, &answered)).await
    })
}

/// The default policy, with a room for reports.
fn policy() -> Policy {
    let mut policy = platform::policy();
    for platform in policy.platforms.values_mut() {
        platform.support_room = Some(platform::room("support"));
        platform.has_threads = true;
    }
    policy
}

async fn weather(
    driver: &mut Driver,
    server: SocketAddr,
    (during, answered): (Duration, &Answered),
) -> Result<Round, Failure> {
    let mut asked = BTreeMap::new();
    let mut clock = interval(EVERY);
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let storm = Storm::begin(server);
    let mut took = during;
    loop {
        tokio::select! {
            due = clock.tick() => {
                if storm.began.elapsed() < during {
                    let batch = platform::batch(asked.len(), [(platform::room("ops"), "!incidents".to_owned())]);
                    for inbound in &batch.inbounds {
                        // From when it was to be asked: a driver that is late must not make that look good.
                        asked.insert(inbound.message.id.clone(), due.into_std());
                    }
                    driver.deliver(batch);
                } else if !storm.is_over.swap(true, Ordering::Relaxed) {
                    took = storm.began.elapsed();
                } else if storm.is_finished() {
                    break;
                }
            }
            () = driver.wait(PATIENCE) => {}
        }
    }
    driver.settle().await;
    if !driver.notes.is_empty() {
        return Err(format!("{:?}", driver.notes).into());
    }
    let answered = answered.lock().unwrap_or_else(PoisonError::into_inner);
    let answers = asked.iter().map(|(id, at)| {
        let answer = answered.get(id).ok_or_else(|| format!("{id} was not answered"))?;
        Ok(ms(answer.duration_since(*at)))
    });
    storm.end(took, answers.collect::<Result<_, Failure>>()?)
}
