//! A storm through the whole service: alerts over 64 connections, each sender's next one once the last is answered 202,
//! while somebody asks `!incidents` every second and waits for the answers.
//!
//! As in `storm.rs` there are fifty groups, ten of each of five sources, and each is told again and again; their lines are
//! brought up to date meanwhile. Senders, Synapse and sitrep share the machine.

use std::{
    collections::BTreeMap,
    net::TcpListener,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    AFTERMATH,
    alertmanager::{GROUPS, SOURCES, TOKEN, tell},
    figures::{ms, percentile},
    report::support_room,
    support::{Doing, Failed, PATIENCE, person::Person, synapse::SERVER_NAME},
    town::Town,
    usage::{Usage, resident_mib},
    watcher::Watcher,
};

const SENDERS: usize = 64;
/// How often somebody asks.
const EVERY: Duration = Duration::from_millis(1000);

/// Alerts for so many seconds, after as many without.
pub(crate) fn measure(seconds: usize) -> Result<(), Failed> {
    let listen =
        TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).doing("finding a port")?;
    let sources = (0..SOURCES).map(|number| {
        format!("\n[http.sources.prometheus-{number}]\nkind = \"alertmanager\"\ntoken = \"{TOKEN}\"\nper_minute = 100000\n")
    });
    let sections = format!("\n[http]\nlisten = \"{listen}\"\n{}", sources.collect::<String>());
    let mut town = Town::configured(&format!("support_room = \"#support:{SERVER_NAME}\"\n"), &sections)?;
    support_room(&town)?;
    town.sitrep.start()?;
    for number in 0..GROUPS {
        tell(listen, number).doing("telling an alert")?;
    }
    thread::sleep(AFTERMATH * 4);
    let during = Duration::from_secs(seconds as u64);
    let quiet = ask_for(&town, during)?;
    show("answers with no alerts", &quiet);
    let before = resident_mib(town.sitrep.id()?)?.0;
    let used = Usage::of(town.sitrep.id()?)?;
    let (is_over, waits) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    let (refused, next) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let began = Instant::now();
    let (stormy, took) = thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let began = Instant::now();
                    match tell(listen, next.fetch_add(1, Ordering::Relaxed)) {
                        Ok(()) => {
                            waits.lock().unwrap_or_else(PoisonError::into_inner).push(ms(began.elapsed()))
                        }
                        Err(_) => drop(refused.fetch_add(1, Ordering::Relaxed)),
                    }
                }
            });
        }
        let stormy = ask_for(&town, during);
        is_over.store(true, Ordering::Relaxed);
        (stormy, began.elapsed())
    });
    show("answers in the storm (goal: p99 within 1000 ms)", &stormy?);
    let used = Usage::of(town.sitrep.id()?)?.since(used);
    let waits = waits.into_inner().unwrap_or_else(PoisonError::into_inner);
    show("from sent to 202", &waits);
    println!(
        "{:.0} answers 202 a second, {} others; {:.2} s of processor time in {:.1} s; resident {before:.1} MiB, then {:.1}",
        waits.len() as f64 / took.as_secs_f64(),
        refused.load(Ordering::Relaxed),
        used.processor.as_secs_f64(),
        took.as_secs_f64(),
        resident_mib(town.sitrep.id()?)?.0,
    );
    Ok(())
}

fn show(what: &str, times: &[f64]) {
    println!(
        "{what}: p50 {:.1} ms, p99 {:.1}, worst {:.1} ({})",
        percentile(times, 50),
        percentile(times, 99),
        percentile(times, 100),
        times.len()
    );
}

/// Asks again and again, whether or not the last one is answered, and gives how long each answer took, in milliseconds.
fn ask_for(town: &Town, during: Duration) -> Result<Vec<f64>, Failed> {
    let asked: Mutex<BTreeMap<String, Instant>> = Mutex::default();
    let mut watcher = Watcher::new(&town.bob);
    watcher.catch_up()?;
    let is_asked = AtomicBool::new(false);
    thread::scope(|scope| {
        let asking = scope.spawn(|| ask(&town.alice, &town.ops, during, (&asked, &is_asked)));
        let mut seen: BTreeMap<String, Instant> = BTreeMap::new();
        let mut until = Instant::now() + during + PATIENCE;
        loop {
            let synced = watcher.sync(Duration::from_millis(500))?;
            let events =
                synced["rooms"]["join"][&town.ops]["timeline"]["events"].as_array().into_iter().flatten();
            for event in events.filter(|event| event["sender"] == town.account.user_id.as_str()) {
                let answered = &event["content"]["m.relates_to"]["m.in_reply_to"]["event_id"];
                if let Some(id) = answered.as_str() {
                    seen.entry(id.to_owned()).or_insert_with(Instant::now);
                }
            }
            let asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
            let is_complete =
                is_asked.load(Ordering::Relaxed) && asked.keys().all(|id| seen.contains_key(id));
            if is_complete || Instant::now() > until {
                until = Instant::now();
                break;
            }
        }
        asking.join().map_err(|_| "whoever asked gave up")??;
        let asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
        // One that was never answered took at least until now.
        let took = |(id, at): (&String, &Instant)| ms(seen.get(id).unwrap_or(&until).duration_since(*at));
        Ok(asked.iter().map(took).collect())
    })
}

type Asked<'a> = (&'a Mutex<BTreeMap<String, Instant>>, &'a AtomicBool);

fn ask(alice: &Person, room: &str, during: Duration, (asked, is_asked): Asked<'_>) -> Result<(), Failed> {
    let began = Instant::now();
    let mut due = began;
    while due < began + during {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let at = Instant::now();
        let said = alice.say(room, "!incidents");
        if let Ok(id) = &said {
            asked.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), at);
        }
        said?;
        due += EVERY;
    }
    is_asked.store(true, Ordering::Relaxed);
    Ok(())
}
