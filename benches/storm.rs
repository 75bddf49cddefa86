//! Alerts accepted a second, beside bare redb; and how much memory a storm takes.
//!
//! An alert is accepted when it is durable with all that follows from it: its report, or what it changes about one, the
//! line to be posted or brought up to date, and the deadline after which somebody else is called. That is when a sender is
//! answered 202. The alerts come one a request, through a desk like the service's.
//!
//! - `at once`: a thousand new groups of one source. The first ten become a report each, the others a storm.
//! - `64` and `10` senders: fifty groups that have been told before are told again. Each sender waits until its alert is
//!   accepted, and tells the next. They are ten groups each of five sources, so that each is a report of its own: a group
//!   of a storm that is told again as it was is not even a fact.
//!
//! The floor writes the very rows of the commits that were durable when the last alert was accepted, in the same
//! transactions, with bare redb. Engine and floor take turns, the floor runs twice, and disturbed turns are told apart as
//! in `durable_commands.rs`: here only by the two floors, since a quiet machine can't always be had.
//!
//! Memory is that of a process of its own, which remembers nothing but what the engine does.
#![allow(clippy::print_stdout, reason = "the figures are its output")]

mod support;

use std::{
    collections::BTreeMap,
    error::Error,
    path::Path,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{TimeDelta, Utc};
use redb::Database;
use sitrep_core::{
    policy::Policy,
    port::{Alert, AlertState, Identity, Signal, Store},
};
use sitrep_redb::{RedbStore, StoreKind};
use tokio::task::JoinSet;

use support::{
    driver::{Desk, Driver},
    figures::{Processor, is_real_run, median, ms, percentile, resident_bytes},
    floor::{self, Rows},
    platform::{self, InstantPlatform},
    recorder::{Recorded, Recorder},
};

type Failure = Box<dyn Error + Send + Sync>;

/// The files that the floor writes: commit for commit, and again.
const FLOORS: [&str; 2] = ["floor.redb", "floor-again.redb"];
/// How much two runs of the same floor may differ.
const DISAGREEMENT: f64 = 1.1;
/// The groups that are told again.
const KNOWN: usize = 50;
/// How many new groups of a source are a report each.
const OF_A_SOURCE: usize = 10;
/// The longest that is waited for one thing to happen.
const PATIENCE: Duration = Duration::from_secs(60);
/// The word by which the benchmark asks itself for the memory of a storm.
const MEMORY: &str = "memory-of";

/// Which alerts come, and how.
#[derive(Clone, Copy)]
struct Course {
    name: &'static str,
    /// How many senders wait at once.
    senders: usize,
    /// How many alerts each turn has.
    alerts: usize,
    turns: usize,
    is_new: bool,
}

const COURSES: [Course; 3] = [
    Course { name: "1,000 new groups at once", senders: 1000, alerts: 1000, turns: 1, is_new: true },
    Course { name: "told again, 64 senders", senders: 64, alerts: 1000, turns: 10, is_new: false },
    Course { name: "told again, 10 senders", senders: 10, alerts: 500, turns: 10, is_new: false },
];

/// What one round measured.
#[derive(Default)]
struct Round {
    engine: Duration,
    processor: Processor,
    floor: Duration,
    floor_processor: Processor,
    floor_again: Duration,
    commits: usize,
    /// From handed in to accepted, in milliseconds.
    waits: Vec<f64>,
}

impl Round {
    /// Whether the same work took the same time twice.
    fn is_undisturbed(&self) -> bool {
        let control = self.floor_again.as_secs_f64() / self.floor.as_secs_f64();
        (1.0 / DISAGREEMENT..=DISAGREEMENT).contains(&control)
    }

    fn ratio(&self) -> f64 {
        (self.floor + self.floor_again).as_secs_f64() / 2.0 / self.engine.as_secs_f64()
    }
}

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().collect();
    if let Some(asked) = words.iter().position(|word| word == MEMORY) {
        let number = |at: usize| words.get(asked + at).and_then(|word| word.parse().ok());
        let (groups, sources) = (number(1).unwrap_or(1000), number(2).unwrap_or(1));
        return memory(groups, sources);
    }
    let (wanted, attempts) = if is_real_run() { (11, 33) } else { (1, 1) };
    println!(
        "| alerts | accepted /s | floor /s | **of floor** (lowest-highest) | all rounds | commits an alert \
         | CPU µs an alert: engine | floor | p50 | p99 | rounds | disturbed |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    for course in COURSES {
        let course = if is_real_run() { course } else { Course { turns: 1, alerts: 100, ..course } };
        let (mut quiet, mut disturbed) = (Vec::new(), Vec::new());
        for _ in 0..attempts {
            let round = round(course)?;
            if round.is_undisturbed() {
                quiet.push(round)
            } else {
                disturbed.push(round)
            };
            if quiet.len() == wanted {
                break;
            }
        }
        print(course, &quiet, &disturbed);
    }
    println!();
    println!("| groups | sources | resident before | after | the engine's reports, groups of storms |");
    println!("|---|---|---|---|---|");
    let sizes: [(usize, usize); 4] = [(1000, 1), (20_000, 1), (1000, 100), (20_000, 2000)];
    for (groups, sources) in sizes.into_iter().take(if is_real_run() { 4 } else { 1 }) {
        let [groups, sources] = [groups, sources].map(|number| number.to_string());
        let asked = Command::new(std::env::current_exe()?).args([MEMORY, &groups, &sources]).output()?;
        print!("{}", String::from_utf8_lossy(&asked.stdout));
        if !asked.status.success() {
            return Err(String::from_utf8_lossy(&asked.stderr).into_owned().into());
        }
    }
    Ok(())
}

fn print(course: Course, quiet: &[Round], disturbed: &[Round]) {
    let alerts = (course.alerts * course.turns) as f64;
    let everything: Vec<f64> = quiet.iter().chain(disturbed).map(Round::ratio).collect();
    // Too few quiet ones: then all, and the row says so.
    let rounds: Vec<&Round> =
        if quiet.len() < 3 { quiet.iter().chain(disturbed).collect() } else { quiet.iter().collect() };
    let all = |figure: &dyn Fn(&Round) -> f64| rounds.iter().map(|round| figure(round)).collect::<Vec<_>>();
    let of = |figure: &dyn Fn(&Round) -> f64| median(&all(figure));
    let per_second = |time: Duration| alerts / time.as_secs_f64();
    let micros = |time: Duration| time.as_secs_f64() * 1e6 / alerts;
    let ratios = all(&Round::ratio);
    println!(
        "| {} | {:.0} | {:.0} | **{:.2}** ({:.2}-{:.2}) | {:.2} | {:.3} | {:.0} | {:.0} | {:.1} ms | {:.1} ms | {} | {} |",
        course.name,
        of(&|round| per_second(round.engine)),
        of(&|round| per_second((round.floor + round.floor_again) / 2)),
        median(&ratios),
        percentile(&ratios, 0),
        percentile(&ratios, 100),
        median(&everything),
        of(&|round| round.commits as f64 / alerts),
        of(&|round| micros(round.processor.used)),
        of(&|round| micros(round.floor_processor.used)),
        of(&|round| percentile(&round.waits, 50)),
        of(&|round| percentile(&round.waits, 99)),
        quiet.len(),
        disturbed.len(),
    );
}

/// One round, in files of its own, with as many threads as the service has.
fn round(course: Course) -> Result<Round, Failure> {
    let directory = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let round = runtime.block_on(take_turns(directory.path(), course))?;
    drop(runtime);
    for floor in FLOORS {
        floor::compare(&directory.path().join("store.redb"), &directory.path().join(floor))?;
    }
    Ok(round)
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

async fn open(store: Arc<dyn Store>) -> Result<Driver, Failure> {
    let platform = Arc::new(InstantPlatform::new(|_, _| {}));
    let mut driver = Driver::open(policy(), store, platform, Utc::now()).await?;
    driver.settle().await;
    Ok(driver)
}

fn redb(directory: &Path) -> Result<RedbStore, Failure> {
    let identity = Identity { incarnation: "bench234".to_owned(), seed: "5e".repeat(32) };
    Ok(RedbStore::open(&directory.join("store.redb"), StoreKind::Service, identity)?)
}

async fn take_turns(directory: &Path, course: Course) -> Result<Round, Failure> {
    let store = Recorder::new(redb(directory)?);
    let mut driver = open(Arc::new(store.clone())).await?;
    let floors = FLOORS.map(|name| floor::create(&directory.join(name)));
    let floors: Vec<Database> = floors.into_iter().collect::<Result<_, _>>()?;
    if !course.is_new {
        let known = (0..KNOWN).map(|number| vec![alert(number, KNOWN / OF_A_SOURCE, number)]).collect();
        tell(&mut driver, KNOWN, known).await?;
        driver.settle().await;
    }
    let mut round = Round::default();
    for turn in 0..course.turns {
        // Not timed: what came before, and what was still to be done when the last alert was accepted.
        write_both(&floors, &store.take().0)?;
        let numbers = turn * course.alerts..(turn + 1) * course.alerts;
        let alerts = numbers.map(|number| match course.is_new {
            true => vec![alert(number, 1, number)],
            false => vec![alert(number % KNOWN, KNOWN / OF_A_SOURCE, number)],
        });
        let alerts = alerts.collect();
        let (began, processor) = (Instant::now(), Processor::so_far()?);
        let waits = tell(&mut driver, course.senders, alerts).await?;
        let (time, processor) = (began.elapsed(), Processor::so_far()?.since(processor));
        let (commits, recording) = store.take();
        driver.settle().await;
        round.engine += time.saturating_sub(recording);
        round.processor.used += processor.used.saturating_sub(recording);
        round.waits.extend(waits);
        round.commits += commits.len();

        let rows =
            commits.iter().map(|recorded| Rows::of(&recorded.commit)).collect::<Result<Vec<_>, _>>()?;
        let before = Processor::so_far()?;
        round.floor += write_all(&floors[0], &rows)?;
        round.floor_processor.used += Processor::so_far()?.since(before).used;
        round.floor_again += write_all(&floors[1], &rows)?;
    }
    write_both(&floors, &store.take().0)?;
    if driver.notes.is_empty() { Ok(round) } else { Err(format!("{:?}", driver.notes).into()) }
}

/// Has so many senders tell these, each the next once its last one is accepted. Gives how long each took.
async fn tell(driver: &mut Driver, senders: usize, mut told: Vec<Vec<Signal>>) -> Result<Vec<f64>, Failure> {
    let all = told.len();
    let mut tasks = JoinSet::new();
    for number in 0..senders.min(all) {
        let share = all / senders.min(all) + usize::from(number < all % senders.min(all));
        tasks.spawn(send(driver.desk(), told.split_off(told.len() - share)));
    }
    let mut waits = Vec::new();
    while !tasks.is_empty() {
        tokio::select! {
            Some(sent) = tasks.join_next() => waits.extend(sent??),
            () = driver.wait(PATIENCE) => {}
        }
    }
    Ok(waits)
}

async fn send(desk: Desk, told: Vec<Vec<Signal>>) -> Result<Vec<f64>, Failure> {
    let mut waits = Vec::new();
    for signals in told {
        let began = Instant::now();
        desk.take(signals).await?;
        waits.push(ms(began.elapsed()));
    }
    Ok(waits)
}

/// An alert as Alertmanager tells it: `group` says of which group, `time` how often something was told before.
fn alert(group: usize, sources: usize, time: usize) -> Signal {
    let labels = [
        ("alertname", "RequestsFail".to_owned()),
        ("cluster", "eu-central-1".to_owned()),
        ("container", format!("checkout-{group}")),
        ("instance", format!("10.2.{}.{}:9090", group / 256 % 256, group % 256)),
        ("namespace", "shop".to_owned()),
        ("severity", "critical".to_owned()),
    ];
    let labels: BTreeMap<String, String> = labels.map(|(key, value)| (key.to_owned(), value)).into();
    Signal::Alert(Alert {
        source: format!("prometheus-{}", group % sources),
        group: format!("{{}}:{{alertname=\"RequestsFail\", instance=\"{group}\", namespace=\"shop\"}}"),
        state: AlertState::Firing,
        title: format!("more than 5 % of the requests to checkout {group} have failed for ten minutes"),
        firing: u32::try_from(time % 7 + 1).unwrap_or(1),
        labels,
        link: Some(format!("https://prometheus.example.org/graph?g0.expr=requests_failed&g0.tab={group}")),
        since: Some(Utc::now() - TimeDelta::minutes(10)),
    })
}

fn write_both(floors: &[Database], commits: &[Recorded]) -> Result<(), Failure> {
    for recorded in commits {
        let rows = Rows::of(&recorded.commit)?;
        floors.iter().try_for_each(|floor| floor::write(floor, &rows))?;
    }
    Ok(())
}

fn write_all(database: &Database, transactions: &[Rows]) -> Result<Duration, Failure> {
    let began = Instant::now();
    for rows in transactions {
        floor::write(database, rows)?;
    }
    Ok(began.elapsed())
}

/// How much memory this process has more of once so many groups have been told, and told again, by 64 senders.
fn memory(groups: usize, sources: usize) -> Result<(), Failure> {
    let directory = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let mut driver = open(Arc::new(redb(directory.path())?)).await?;
        let before = resident_bytes()?;
        // A thousand at a time, or the alerts themselves would be what is measured.
        for told in 0..2 {
            for first in (0..groups).step_by(1000) {
                let numbers = first..(first + 1000).min(groups);
                let alerts = numbers.map(|number| vec![alert(number, sources, told)]).collect();
                tell(&mut driver, 64, alerts).await?;
            }
            driver.settle().await;
        }
        let mib = |bytes: u64| bytes as f64 / 1024.0 / 1024.0;
        let status = driver.engine.status(Utc::now());
        println!(
            "| {groups} | {sources} | {:.1} MiB | {:.1} MiB | {status:?} |",
            mib(before),
            mib(resident_bytes()?),
        );
        Ok(())
    })
}
