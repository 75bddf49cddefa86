//! Durable commands a second, beside bare redb.
//!
//! A command is `!update TEXT` typed in the room of an open incident, and all that follows until nothing is left to
//! do: the fact and its words, the promise moved, the mark and the position of the message, the answer, the news for
//! the stakeholders and what changes on the card, each performed by a platform that takes no time, and its outcome
//! made durable.
//!
//! The floor writes the very rows of the engine's own commits, in the same transactions, with bare redb; the second
//! floor writes them in two transactions a batch, the fewest that the promises allow: what was decided, before anything
//! is said, and what became of it.
//!
//! - Engine and floors take turns batch by batch; a ratio is the median of the rounds' own ratios.
//! - On a machine that is busy with something else a commit waits milliseconds for a processor, and that does not
//!   even out: it slows the floor's one thread and the engine's several differently, and the same code gave ratios
//!   from 0.3 to 2.6. So the kernel is asked how long each side waited for a processor, and the floor runs twice. A
//!   round is counted only if neither side waited for more than its usual share and the two floors agree within
//!   a tenth, whatever the ratio was. How many rounds were not is printed; too few good ones give no figure.
#![allow(clippy::print_stdout, reason = "the figures are its output")]

mod support;

use std::{
    error::Error,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::Utc;
use redb::Database;
use sitrep_core::{port::Identity, room::RoomRef};
use sitrep_redb::{RedbStore, StoreKind};

use support::{
    driver::Driver,
    figures::{Processor, is_real_run, median, percentile},
    floor::{self, Rows},
    platform::{self, InstantPlatform},
    recorder::{Recorded, Recorder},
};

type Failure = Box<dyn Error + Send + Sync>;

/// How many incidents are open; the commands are spread over their rooms.
const OPEN_INCIDENTS: usize = 10;
/// The files that the floors write: commit for commit, in two transactions a batch, and commit for commit again.
const FLOORS: [&str; 3] = ["floor.redb", "two-a-batch.redb", "floor-again.redb"];
/// How much two runs of the same floor may differ.
const DISAGREEMENT: f64 = 1.1;
/// The part of its time for which a side may wait for a processor. On two shared cores the quietest rounds waited for
/// half of it (the engine, whose threads wait side by side, for two thirds), and disturbed ones for eight tenths and
/// more. The limits were drawn between them by the waits alone.
const FLOOR_WAITS: f64 = 0.6;
const ENGINE_WAITS: f64 = 0.75;

/// What one round measured.
#[derive(Default)]
struct Round {
    engine: Duration,
    engine_processor: Processor,
    floor: Duration,
    floor_processor: Processor,
    two_a_batch: Duration,
    floor_again: Duration,
    commits: usize,
}

impl Round {
    /// Whether the machine had time for both sides, and treated the same work in the same way.
    fn is_undisturbed(&self) -> bool {
        let waited =
            |processor: Processor, time: Duration| processor.waited.as_secs_f64() / time.as_secs_f64();
        waited(self.engine_processor, self.engine) <= ENGINE_WAITS
            && waited(self.floor_processor, self.floor) <= FLOOR_WAITS
            && (1.0 / DISAGREEMENT..=DISAGREEMENT).contains(&self.control())
    }

    /// The floor held against itself.
    fn control(&self) -> f64 {
        self.floor_again.as_secs_f64() / self.floor.as_secs_f64()
    }
}

fn main() -> Result<(), Failure> {
    let (wanted, attempts) = if is_real_run() { (11, 150) } else { (1, 1) };
    println!(
        "| waiting | engine /s | floor /s | **of floor** (lowest-highest) | two a batch /s | of that \
         | commits a command | CPU µs a command: engine | floor | rounds | disturbed |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for (waiting, batches) in [(1, 30), (10, 10), (100, 1)] {
        let (mut rounds, mut disturbed) = (Vec::new(), 0);
        // The first warms up.
        round(waiting, 1)?;
        for _ in 0..attempts {
            let round = round(waiting, if is_real_run() { batches } else { 1 })?;
            if round.is_undisturbed() || !is_real_run() {
                rounds.push(round);
            } else {
                disturbed += 1;
            }
            if rounds.len() == wanted {
                break;
            }
        }
        if rounds.len() == wanted {
            print(waiting, (waiting * batches) as f64, &rounds, disturbed);
        } else {
            println!(
                "| {waiting} | not measured: the machine was busy in {disturbed} of {attempts} rounds | | | | | | | | | |"
            );
        }
    }
    Ok(())
}

fn print(waiting: usize, commands: f64, rounds: &[Round], disturbed: usize) {
    let all = |figure: &dyn Fn(&Round) -> f64| rounds.iter().map(figure).collect::<Vec<_>>();
    let of = |figure: &dyn Fn(&Round) -> f64| median(&all(figure));
    let per_second = |time: Duration| commands / time.as_secs_f64();
    let micros = |time: Duration| time.as_secs_f64() * 1e6 / commands;
    let ratios = all(&|round| round.floor.as_secs_f64() / round.engine.as_secs_f64());
    println!(
        "| {waiting} | {:.0} | {:.0} | **{:.2}** ({:.2}-{:.2}) | {:.0} | {:.2} | {:.2} | {:.0} | {:.0} | {} | {disturbed} |",
        of(&|round| per_second(round.engine)),
        of(&|round| per_second(round.floor)),
        median(&ratios),
        percentile(&ratios, 0),
        percentile(&ratios, 100),
        of(&|round| per_second(round.two_a_batch)),
        of(&|round| round.two_a_batch.as_secs_f64() / round.engine.as_secs_f64()),
        of(&|round| round.commits as f64 / commands),
        of(&|round| micros(round.engine_processor.used)),
        of(&|round| micros(round.floor_processor.used)),
        rounds.len(),
    );
}

/// One round, in files of its own, with as many threads as the service has.
fn round(waiting: usize, batches: usize) -> Result<Round, Failure> {
    let directory = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let round = runtime.block_on(take_turns(directory.path(), waiting, batches))?;
    drop(runtime);
    for floor in FLOORS {
        floor::compare(&directory.path().join("store.redb"), &directory.path().join(floor))?;
    }
    Ok(round)
}

async fn take_turns(directory: &Path, waiting: usize, batches: usize) -> Result<Round, Failure> {
    let identity = Identity { incarnation: "bench234".to_owned(), seed: "5e".repeat(32) };
    let store = Recorder::new(RedbStore::open(&directory.join("store.redb"), StoreKind::Service, identity)?);
    let platform = Arc::new(InstantPlatform::new(|_, _| {}));
    let mut driver = Driver::open(platform::policy(), Arc::new(store.clone()), platform, Utc::now()).await?;
    let rooms = open_incidents(&mut driver).await?;
    let [floor, two_a_batch, floor_again] = FLOORS.map(|name| floor::create(&directory.join(name)));
    let (floor, two_a_batch, floor_again) = (floor?, two_a_batch?, floor_again?);
    let (opening, _) = store.take();
    for rows in one_by_one(&opening)? {
        for database in [&floor, &two_a_batch, &floor_again] {
            floor::write(database, &rows)?;
        }
    }
    let mut round = Round::default();
    for batch in 0..batches {
        let first = OPEN_INCIDENTS + batch * waiting;
        let said = (first..first + waiting).map(|number| {
            let words = "the second database takes the load, and half of the requests go through again";
            (rooms[number % rooms.len()].clone(), format!("!update {words}, measurement {number}"))
        });
        let inbounds = platform::batch(first, said);
        let (began, processor) = (Instant::now(), Processor::so_far()?);
        driver.deliver(inbounds);
        driver.settle().await;
        let (time, processor) = (began.elapsed(), Processor::so_far()?.since(processor));
        let (commits, recording) = store.take();
        round.engine += time.saturating_sub(recording);
        round.engine_processor.used += processor.used.saturating_sub(recording);
        round.engine_processor.waited += processor.waited;
        round.commits += commits.len();

        let as_committed = one_by_one(&commits)?;
        let in_two = decided_and_done(&commits)?;
        let before = Processor::so_far()?;
        round.floor += write_all(&floor, &as_committed)?;
        let processor = Processor::so_far()?.since(before);
        round.floor_processor.used += processor.used;
        round.floor_processor.waited += processor.waited;
        round.two_a_batch += write_all(&two_a_batch, &in_two)?;
        round.floor_again += write_all(&floor_again, &as_committed)?;
    }
    if driver.engine.pending_effects() > 0 || !driver.notes.is_empty() {
        return Err(
            format!("{} effects are left; {:?}", driver.engine.pending_effects(), driver.notes).into()
        );
    }
    Ok(round)
}

/// Declares the incidents, and gives back their rooms.
async fn open_incidents(driver: &mut Driver) -> Result<Vec<RoomRef>, Failure> {
    driver.settle().await;
    let titles = (0..OPEN_INCIDENTS).map(|number| format!("!incident checkout {number} is down"));
    driver.deliver(platform::batch(0, titles.map(|title| (platform::room("ops"), title))));
    driver.settle().await;
    let rooms: Vec<RoomRef> = driver.engine.incident_rooms().cloned().collect();
    if rooms.len() == OPEN_INCIDENTS && driver.notes.is_empty() {
        Ok(rooms)
    } else {
        Err(format!("{} incidents have a room; {:?}", rooms.len(), driver.notes).into())
    }
}

fn one_by_one(commits: &[Recorded]) -> Result<Vec<Rows>, Failure> {
    commits.iter().map(|recorded| Rows::of(&recorded.commit)).collect()
}

/// The first commit of a batch holds what was decided; the others, together, what became of it.
fn decided_and_done(commits: &[Recorded]) -> Result<Vec<Rows>, Failure> {
    let Some((decided, done)) = commits.split_first() else { return Err("a batch made no commit".into()) };
    let mut together = Rows::default();
    for recorded in done {
        together.add(&recorded.commit)?;
    }
    Ok(vec![Rows::of(&decided.commit)?, together])
}

fn write_all(database: &Database, transactions: &[Rows]) -> Result<Duration, Failure> {
    let began = Instant::now();
    for rows in transactions {
        floor::write(database, rows)?;
    }
    Ok(began.elapsed())
}
