//! What pending deadlines cost while nothing is due, and how late they are when they are.
//!
//! A store holds so many incidents whose retrospective is booked, each with its next reminder in the due table. Every
//! size runs in a process of its own, so that memory and processor time are its own. In each:
//!
//! - opening: from a closed file to an engine with everything loaded that is owed, beside bare redb that opens the file
//!   and reads every row of it;
//! - idle: the processor time of one second in which nothing is due, beside a tokio runtime that does nothing but sleep;
//! - lateness: of a thousand reminders spread over five seconds, and of a thousand due at one moment, from the moment
//!   promised until it is decided (its commit is handed to the store), durable, and handed to the platform, beside a
//!   bare tokio sleep until the same moments. *Before the disk* leaves out what a decision waited for the commit
//!   in flight before it. What the threads of the process waited for a processor is printed with it: on a busy machine
//!   that is the lateness.
#![allow(clippy::print_stdout, reason = "the figures are its output")]

mod support;

use std::{
    collections::BTreeMap,
    error::Error,
    path::Path,
    process::Command,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use sitrep_core::{
    engine::{Engine, Input, Output},
    event::{Ahead, Subject},
    incident::IncidentId,
    port::{Action, Due, DueKey, Identity, Opened, Perform, Reason, Store as _},
    schedule::DueKind,
};
use sitrep_redb::{RedbStore, StoreKind};

use support::{
    driver::Driver,
    figures::{Processor, is_real_run, median, memory_bytes, ms, percentile},
    floor, past,
    platform::{self, InstantPlatform},
    recorder::{Recorded, Recorder},
};

type Failure = Box<dyn Error + Send + Sync>;

/// Told to the process that measures one size.
const SIZE: &str = "SITREP_BENCH_PENDING";
/// Tells it where the filled store is: filling it here would leave memory behind that opening then uses again.
const STORE: &str = "SITREP_BENCH_STORE";
/// How many fall due over some seconds, and again how many at one moment.
const FALLING_DUE: u64 = 1000;
const SPREAD_OVER: TimeDelta = TimeDelta::seconds(5);

fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    if let (Ok(size), Some(path)) = (std::env::var(SIZE), std::env::var_os(STORE)) {
        return runtime.block_on(measure(size.parse()?, Path::new(&path)));
    }
    let sizes: &[u64] = if is_real_run() { &[100, 10_000, 100_000] } else { &[100, 3000] };
    println!("| pending | what | figure |\n|---|---|---|");
    for size in sizes {
        let directory = tempfile::tempdir()?;
        let path = directory.path().join("store.redb");
        let filled = open(&path)?;
        runtime.block_on(past::fill(&filled, *size, |id| Some(reminder_due(id, *size))))?;
        drop(filled);
        let arguments = std::env::args().skip(1);
        let mut child = Command::new(std::env::current_exe()?);
        child.args(arguments).env(SIZE, size.to_string()).env(STORE, &path);
        if !child.status()?.success() {
            return Err(format!("the measurement of {size} deadlines failed").into());
        }
    }
    Ok(())
}

fn open(path: &Path) -> Result<RedbStore, Failure> {
    let identity = Identity { incarnation: "bench234".to_owned(), seed: "5e".repeat(32) };
    Ok(RedbStore::open(path, StoreKind::Service, identity)?)
}

/// The first moment at which something is due; an arbitrary one, the clock is set to it.
fn first_due() -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(30_000)
}

/// The moment at which many are due.
fn all_at_once() -> DateTime<Utc> {
    first_due() + SPREAD_OVER * 3
}

/// When the reminder of an incident is due.
fn reminder_due(id: u64, pending: u64) -> DateTime<Utc> {
    if pending < 2 * FALLING_DUE || id > 2 * FALLING_DUE {
        return first_due() + TimeDelta::days(30);
    }
    match id.checked_sub(FALLING_DUE + 1) {
        Some(_) => all_at_once(),
        None => first_due() + SPREAD_OVER * i32::try_from(id).unwrap_or_default() / 1000,
    }
}

async fn measure(pending: u64, path: &Path) -> Result<(), Failure> {
    // First, while the memory is untouched; and kept, so that nothing of it is used again.
    let _alone = due_table_alone(pending)?;

    let released: Arc<Mutex<BTreeMap<IncidentId, DateTime<Utc>>>> = Arc::default();
    let on_perform = {
        let released = Arc::clone(&released);
        move |perform: &Perform, at| {
            if let Action::Say { room, .. } = &perform.action {
                let number = room.room.split('-').nth(5).and_then(|number| number.parse().ok());
                let mut released = released.lock().unwrap_or_else(PoisonError::into_inner);
                released.extend(number.map(|number| (IncidentId(number), at)));
            }
        }
    };
    let platform = Arc::new(InstantPlatform::new(on_perform));

    let before = memory_bytes()?;
    let began = Instant::now();
    let store = Recorder::new(open(path)?);
    let an_hour_before = first_due() - TimeDelta::hours(1);
    let mut driver =
        Driver::open(platform::policy(), Arc::new(store.clone()), platform, an_hour_before).await?;
    driver.settle().await;
    println!("| {pending} | open, everything owed loaded | {:.0} ms |", ms(began.elapsed()));
    if driver.engine.pending_deadlines() as u64 != pending || !store.take().0.is_empty() {
        return Err("the engine found something out of place".into());
    }
    print_memory(pending, "its incident and redb's cache included", memory_bytes()?.saturating_sub(before));
    deciding_alone(pending).await?;
    idle(&mut driver, pending).await?;
    talk(&mut driver, pending).await?;
    if pending >= 2 * FALLING_DUE {
        late(&mut driver, &store, &released, pending, "spread over 5 s", first_due()).await?;
        late(&mut driver, &store, &released, pending, "due at once", all_at_once()).await?;
    }
    drop((driver, store));
    let began = Instant::now();
    let rows = floor::read_all(path)?;
    println!(
        "| {pending} | floor: bare redb opens, verifies and reads {rows} rows | {:.0} ms |",
        ms(began.elapsed())
    );
    Ok(())
}

/// An engine that holds deadlines and nothing else.
fn due_table_alone(pending: u64) -> Result<Engine, Failure> {
    let kind = DueKind::RetrospectiveReminder(Ahead::Day);
    let due = |id| Due {
        at: reminder_due(id, pending),
        key: DueKey { subject: Subject::Incident(IncidentId(id)), kind },
    };
    let before = memory_bytes()?;
    let opened = Opened {
        identity: Identity { incarnation: "bench234".to_owned(), seed: "5e".repeat(32) },
        sequence: 0,
        live: Vec::new(),
        dues: (1..=pending).map(due).collect(),
        effects: Vec::new(),
        seen: Vec::new(),
        positions: Vec::new(),
    };
    let engine = Engine::new(platform::policy(), opened);
    print_memory(pending, "the deadline alone", memory_bytes()?.saturating_sub(before));
    Ok(engine)
}

/// What a few take drowns in what the process takes anyway.
fn print_memory(pending: u64, what: &str, bytes: u64) {
    if pending >= FALLING_DUE {
        println!("| {pending} | memory of each, {what} | {} bytes |", bytes / pending);
    }
}

/// The engine alone decides what is due at once: a round of as many as go into one commit, without a disk. The least of
/// several times, because a machine that is busy can only make it longer.
async fn deciding_alone(pending: u64) -> Result<(), Failure> {
    // Others that are pending are not looked at; to load them again each time would take long.
    if !(2 * FALLING_DUE..=10_000).contains(&pending) {
        return Ok(());
    }
    let directory = tempfile::tempdir()?;
    let copy = directory.path().join("store.redb");
    let store = open(&copy)?;
    past::fill(&store, 2 * FALLING_DUE, |id| Some(reminder_due(id, pending))).await?;
    let mut least = f64::MAX;
    let mut decided = 0;
    for _ in 0..if is_real_run() { 15 } else { 1 } {
        let mut engine = Engine::new(platform::policy(), store.open().await?);
        let before = first_due() - TimeDelta::hours(1);
        while let Some(output) = engine.poll() {
            if let Output::Load(subject) = output {
                engine.handle(before, Input::Loaded(subject, store.load(subject).await?));
            }
        }
        let began = Instant::now();
        engine.handle(all_at_once() + TimeDelta::days(1) - TimeDelta::hours(2), Input::Tick);
        least = least.min(ms(began.elapsed()));
        while let Some(output) = engine.poll() {
            if let Output::Commit(commit) = output {
                decided = commit.dues_ended.len();
            }
        }
    }
    println!("| {pending} | engine alone: deciding {decided} at once, the least of 15 | {least:.1} ms |");
    Ok(())
}

/// Nothing happens, for a while.
async fn idle(driver: &mut Driver, pending: u64) -> Result<(), Failure> {
    let seconds = if is_real_run() { 10 } else { 1 };
    let whole = Duration::from_secs(seconds);
    // The threads that read the store end when they have been idle for ten seconds; that is not idleness.
    tokio::time::sleep(Duration::from_secs(if is_real_run() { 12 } else { 0 })).await;
    let before = Processor::so_far()?;
    tokio::time::sleep(whole).await;
    let floor = Processor::so_far()?.since(before).used.as_secs_f64() * 1e6 / seconds as f64;
    let (began, before) = (Instant::now(), Processor::so_far()?);
    while began.elapsed() < whole {
        driver.wait(whole.saturating_sub(began.elapsed())).await;
    }
    let used = Processor::so_far()?.since(before).used.as_secs_f64() * 1e6 / seconds as f64;
    println!(
        "| {pending} | processor time an idle second (floor: only sleeping) | {used:.0} µs ({floor:.0} µs) |"
    );
    Ok(())
}

/// People talk, which is nobody's business.
async fn talk(driver: &mut Driver, pending: u64) -> Result<(), Failure> {
    let talk =
        |number| platform::batch(number, [(platform::room("ops"), "has anyone seen the graphs?".to_owned())]);
    // The first position of a stream is written at once.
    driver.deliver(talk(0));
    driver.settle().await;
    let mut micros = Vec::new();
    for number in 1..=2000 {
        let batch = talk(number);
        let began = Instant::now();
        driver.deliver(batch);
        micros.push(began.elapsed().as_secs_f64() * 1e6);
    }
    driver.settle().await;
    println!("| {pending} | time of a line of talk, median | {:.1} µs |", median(&micros));
    Ok(())
}

/// The clock is set to a second before the moment, and what falls due is watched.
async fn late(
    driver: &mut Driver,
    store: &Recorder<RedbStore>,
    released: &Mutex<BTreeMap<IncidentId, DateTime<Utc>>>,
    pending: u64,
    what: &str,
    from: DateTime<Utc>,
) -> Result<(), Failure> {
    driver.settle().await;
    let ahead = driver.set_clock(from - TimeDelta::seconds(1));
    store.take();
    let before = Processor::so_far()?;
    let lasts = (SPREAD_OVER + TimeDelta::seconds(3)).to_std()?;
    let began = Instant::now();
    while began.elapsed() < lasts {
        driver.wait(lasts.saturating_sub(began.elapsed())).await;
    }
    let waited = Processor::so_far()?.since(before).waited;
    let (commits, _) = store.take();
    let released = std::mem::take(&mut *released.lock().unwrap_or_else(PoisonError::into_inner));
    let late = Late::of(&commits, &released, ahead);
    if late.decided.len() as u64 != FALLING_DUE || late.released.len() as u64 != FALLING_DUE {
        let sentence =
            format!("{} of {FALLING_DUE} were decided, {} said", late.decided.len(), late.released.len());
        return Err(sentence.into());
    }
    let floor = sleep_until_each(&late.due, ahead).await;
    let p = |figures: &[f64]| format!("{:.1} / {:.1} ms", percentile(figures, 50), percentile(figures, 99));
    let fsync: Vec<f64> =
        commits.iter().map(|commit| (commit.durable - commit.began).as_seconds_f64() * 1e3).collect();
    for (figure, figures) in [
        ("**decided, before the disk**", &late.before_the_disk),
        ("decided", &late.decided),
        ("durable", &late.durable),
        ("handed to the platform", &late.released),
        ("one commit", &fsync),
        ("floor: tokio's sleep alone", &floor),
    ] {
        println!("| {pending} | {what}: {figure}, p50 / p99 | {} |", p(figures));
    }
    println!("| {pending} | {what}: waited for a processor, all threads together | {:.0} ms |", ms(waited));
    Ok(())
}

/// How late each was, in milliseconds.
#[derive(Default)]
struct Late {
    due: Vec<DateTime<Utc>>,
    decided: Vec<f64>,
    before_the_disk: Vec<f64>,
    durable: Vec<f64>,
    released: Vec<f64>,
}

impl Late {
    fn of(commits: &[Recorded], released: &BTreeMap<IncidentId, DateTime<Utc>>, ahead: TimeDelta) -> Self {
        let mut late = Self::default();
        for (place, recorded) in commits.iter().enumerate() {
            for ended in recorded.commit.dues_ended.iter().filter(|ended| ended.reason == Reason::Fired) {
                let due = ended.due.at;
                let after = |moment: DateTime<Utc>| (moment + ahead - due).as_seconds_f64() * 1e3;
                // One commit is in flight at a time, so those before this one are apart from each other.
                let on_disk: f64 = commits[..place]
                    .iter()
                    .map(|other| (after(other.durable) - after(other.began).max(0.0)).max(0.0))
                    .sum();
                late.due.push(due);
                late.decided.push(after(recorded.began));
                late.before_the_disk.push(after(recorded.began) - on_disk);
                late.durable.push(after(recorded.durable));
                if let Subject::Incident(id) = ended.due.key.subject {
                    late.released.extend(released.get(&id).map(|at| after(*at)));
                }
            }
        }
        late
    }
}

/// The same pauses with nothing but tokio.
async fn sleep_until_each(dues: &[DateTime<Utc>], ahead: TimeDelta) -> Vec<f64> {
    let mut sorted = dues.to_vec();
    sorted.sort();
    let Some(first) = sorted.first().copied() else { return Vec::new() };
    // As far ahead of the first as the engine was.
    let shift = (Utc::now() + ahead) - (first - TimeDelta::seconds(1));
    let mut late = Vec::new();
    for due in sorted {
        let now = || Utc::now() + ahead - shift;
        if let Ok(pause) = (due - now()).to_std() {
            tokio::time::sleep(pause).await;
        }
        late.push((now() - due).as_seconds_f64() * 1e3);
    }
    late
}
