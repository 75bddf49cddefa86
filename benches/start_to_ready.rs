//! From the start of the process until sitrep answers, and from a closed file to an engine with a long past.
//!
//! - The engine: a store of ten thousand past incidents is opened, its rows are read and the workspace is loaded, beside
//!   bare redb that opens the file, verifies it and reads the same rows.
//! - The binary: `sitrep --data DIR` is started, `!help` is typed, and the first byte of the answer ends the
//!   measurement: it is ready and has made one command durable. Once with an empty directory, once with one that holds
//!   past incidents, which were typed into the same binary. Beside it `sitrep --version` from start to end: loading the
//!   program and nothing else.
//!
//! The binary is the one in `SITREP_BIN`, or the one that lies beside this benchmark's own profile.
#![allow(clippy::print_stdout, reason = "the figures are its output")]

mod support;

use std::{
    error::Error,
    fmt::Write as _,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::Utc;
use sitrep_core::port::Identity;
use sitrep_redb::{RedbStore, StoreKind};

use support::{
    driver::Driver,
    figures::{is_real_run, median, ms, percentile},
    floor, past,
    platform::{self, InstantPlatform},
};

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let (rounds, past, typed) = if is_real_run() { (15, 10_000, 300) } else { (1, 100, 3) };
    println!("| what | median (lowest-highest) of {rounds} |\n|---|---|");
    engine(rounds, past)?;
    let Some(binary) = binary()? else {
        let sentence = "the binary was NOT measured, because there is none. Build it with `cargo build --release --bin \
                        sitrep`, or say where it is with SITREP_BIN";
        println!("| {sentence} | |");
        return if is_real_run() { Err(sentence.into()) } else { Ok(()) };
    };
    println!("| *binary: {}* | |", profile(&binary));
    console(&binary, rounds, typed)
}

fn print(what: &str, figures: &[f64]) {
    let (lowest, highest) = (percentile(figures, 0), percentile(figures, 100));
    println!("| {what} | {:.1} ms ({lowest:.1}-{highest:.1}) |", median(figures));
}

/// The engine with its store.
fn engine(rounds: usize, past: u64) -> Result<(), Failure> {
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("store.redb");
    let identity = || Identity { incarnation: "bench234".to_owned(), seed: "5e".repeat(32) };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let filled = RedbStore::open(&path, StoreKind::Service, identity())?;
    runtime.block_on(past::fill(&filled, past, |_| None))?;
    drop(filled);
    let (mut ready, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let began = Instant::now();
        let store = RedbStore::open(&path, StoreKind::Service, identity())?;
        let driver = runtime.block_on(async {
            let platform = Arc::new(InstantPlatform::new(|_, _| {}));
            let mut driver = Driver::open(platform::policy(), Arc::new(store), platform, Utc::now()).await?;
            driver.settle().await;
            Ok::<_, Failure>(driver)
        })?;
        ready.push(ms(began.elapsed()));
        if driver.engine.incident_rooms().count() as u64 != past {
            return Err("the engine does not know every past incident".into());
        }
        drop(driver);
        let began = Instant::now();
        floor::read_start(&path)?;
        floor.push(ms(began.elapsed()));
    }
    let bytes = std::fs::metadata(&path)?.len() / 1024 / 1024;
    print(&format!("engine over {past} past incidents ({bytes} MiB)"), &ready);
    print("floor: bare redb opens, verifies and reads the same rows", &floor);
    Ok(())
}

/// The binary to start, if there is one.
fn binary() -> Result<Option<PathBuf>, Failure> {
    if let Some(named) = std::env::var_os("SITREP_BIN") {
        let named = PathBuf::from(named);
        return if named.is_file() {
            Ok(Some(named))
        } else {
            Err(format!("SITREP_BIN is {}, which is not there", named.display()).into())
        };
    }
    let own = std::env::current_exe()?;
    let beside = own.parent().and_then(Path::parent).map(|profile| profile.join("sitrep"));
    Ok(beside.filter(|path| path.is_file()))
}

/// The profile a binary was built with, as far as its directory tells.
fn profile(binary: &Path) -> String {
    let directory = binary.parent().and_then(Path::file_name).unwrap_or_default();
    format!("from {}/", directory.to_string_lossy())
}

fn console(binary: &Path, rounds: usize, typed: usize) -> Result<(), Failure> {
    let filled = tempfile::tempdir()?;
    fill(binary, filled.path(), typed)?;
    let (mut empty_ready, mut filled_ready, mut loading) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let empty = tempfile::tempdir()?;
        empty_ready.push(ms(until_answer(binary, empty.path())?));
        filled_ready.push(ms(until_answer(binary, filled.path())?));
        let began = Instant::now();
        if !Command::new(binary).arg("--version").stdout(Stdio::null()).status()?.success() {
            return Err("the binary can't say its version".into());
        }
        loading.push(ms(began.elapsed()));
    }
    print("console, empty: start to first answer", &empty_ready);
    print(&format!("console, {typed} past incidents: start to first answer"), &filled_ready);
    print("floor: `sitrep --version`, start to end", &loading);
    Ok(())
}

/// From the start of the process to the first byte of its answer.
fn until_answer(binary: &Path, data: &Path) -> Result<Duration, Failure> {
    let began = Instant::now();
    let mut child =
        Command::new(binary).arg("--data").arg(data).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let (mut input, mut output) =
        (child.stdin.take().ok_or("no input")?, child.stdout.take().ok_or("no output")?);
    input.write_all(b"!help\n")?;
    let mut first = [0];
    output.read_exact(&mut first)?;
    let ready = began.elapsed();
    drop(input);
    let mut said = String::new();
    output.read_to_string(&mut said)?;
    if !child.wait()?.success() || !said.contains("!resolve") {
        return Err(format!("the console did not answer `!help`, but said: {said}").into());
    }
    Ok(ready)
}

/// Types past incidents into the binary.
fn fill(binary: &Path, data: &Path, incidents: usize) -> Result<(), Failure> {
    let mut script = String::new();
    for number in 1..=incidents {
        writeln!(script, "!incident checkout {number} is down")?;
        writeln!(script, "!update INC-{number} half of the requests fail")?;
        writeln!(script, "!resolve INC-{number} the first database had run out of connections")?;
        writeln!(script, "!retro INC-{number} decline the same as the last one")?;
    }
    let file = data.with_extension("script");
    std::fs::write(&file, script)?;
    let output = Command::new(binary).arg("--data").arg(data).stdin(std::fs::File::open(&file)?).output()?;
    std::fs::remove_file(file)?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() || !said.contains(&format!("INC-{incidents}")) {
        return Err(
            format!("the console could not be filled: {}", String::from_utf8_lossy(&output.stderr)).into()
        );
    }
    Ok(())
}
