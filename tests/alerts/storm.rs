//! A thousand groups of alerts at once, while people on Discord and on Matrix go on with what they do.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::service::town::Town;
use crate::support::discord::{Guild, plain};
use crate::support::machine::{Machine, source};
use crate::support::sitrep::{Home, Sitrep};
use crate::support::trials::{Test, needs_synapse};
use crate::support::{Doing, Failed};

pub(super) fn tests() -> Vec<Test> {
    vec![needs_synapse("alerts::a_storm_disturbs_nobody", storm)]
}

const GROUPS: usize = 1000;
const SENDERS: usize = 4;
/// Lines of the first groups, and of the storm.
const MOST_LINES: usize = 12;
/// Answers are expected within a second; this is for a loaded machine.
const SLACK: Duration = Duration::from_secs(3);
/// More than this a thousand groups don't take, in MiB: each is some words and a few numbers.
const MOST_GROWTH: u64 = 32;

/// Where things stand in what `mine` sends.
const FIELDS: &str = "per_minute = 100000\n[http.sources.mine.fields]\ngroup = \"/id\"\ntitle = \"/message\"\nlabels = \"/labels\"";

/// One service on both.
fn service(town: &Town, guild: &Guild, machine: &Machine) -> Result<Sitrep, Failed> {
    let more = [guild.section(), machine.section(), source("mine", "generic", FIELDS)];
    Sitrep::run(Home::with(&[
        ("sitrep.toml", &town.configuration(&more.concat())),
        ("password", &town.bot.password),
        ("discord-token", guild.discord.token()),
        ("discord.pem", guild.discord.certificate_pem()),
    ])?)
}

/// How much of the service is in memory, in MiB.
fn resident(sitrep: &Sitrep) -> Result<u64, Failed> {
    let id = sitrep.id().ok_or("it does not run")?;
    let status = fs::read_to_string(format!("/proc/{id}/status")).doing("asking how large it is")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().doing("reading VmRSS")?;
    Ok(kib / 1024)
}

/// The share of one sender; how many were taken.
fn tells(machine: &Machine, sender: usize) -> Result<usize, Failed> {
    for group in (sender..GROUPS).step_by(SENDERS) {
        let labels = json!({ "instance": format!("node-{group}"), "severity": "critical", "team": "shop" });
        let message = format!("Node {group:04} can't be reached from two of three places");
        machine.told_json("/alerts/mine", &json!({ "id": group, "message": message, "labels": labels }))?;
    }
    Ok((sender..GROUPS).step_by(SENDERS).count())
}

/// Between two commands of a person: Discord itself has nobody say more than five things in five seconds.
const PAUSE: Duration = Duration::from_millis(1100);

/// Asks again and again until it is over, and while its end is still being shown; how long each answer took.
fn asks(is_over: &AtomicBool, ask: impl Fn() -> Result<(), Failed>) -> Result<Vec<Duration>, Failed> {
    const AT_LEAST: usize = 8;
    let mut waited = Vec::new();
    while !is_over.load(Ordering::SeqCst) || waited.len() < AT_LEAST {
        let began = Instant::now();
        ask()?;
        waited.push(began.elapsed());
        thread::sleep(PAUSE);
    }
    waited.sort();
    Ok(waited)
}

fn storm() -> Result<(), Failed> {
    let (town, guild) = (Town::new()?, Guild::new()?);
    let machine = Machine::new()?;
    let sitrep = service(&town, &guild, &machine)?;
    let alice = guild.person("alice");
    guild.ask(&alice, "ops", "!incidents")?;
    town.ask(&town.alice, &town.ops, "!incidents")?;
    let before = resident(&sitrep)?;
    let is_over = AtomicBool::new(false);
    let began = Instant::now();
    let (took, on_discord, on_matrix) = thread::scope(|scope| {
        let on_discord = scope.spawn(|| asks(&is_over, || guild.ask(&alice, "ops", "!incidents").map(drop)));
        let on_matrix =
            scope.spawn(|| asks(&is_over, || town.ask(&town.alice, &town.ops, "!incidents").map(drop)));
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                scope.spawn({
                    let machine = machine.clone();
                    move || tells(&machine, sender)
                })
            })
            .collect();
        let taken: Result<Vec<usize>, Failed> = senders.into_iter().map(joined).collect();
        let took = began.elapsed();
        is_over.store(true, Ordering::SeqCst);
        let (on_discord, on_matrix) = (joined(on_discord), joined(on_matrix));
        assert_eq!(taken?.iter().sum::<usize>(), GROUPS, "all of them were answered 202");
        Ok::<_, Failed>((took, on_discord?, on_matrix?))
    })?;
    guild.hear_words("support", &format!("a storm of alerts from mine: {} more", GROUPS - 10))?;
    let lines = guild.said_in("support");
    assert!(lines.len() <= MOST_LINES, "{}", guild.transcript());
    let of_their_own = lines.iter().filter(|line| plain(line).contains("alert from mine: Node")).count();
    assert_eq!(of_their_own, 10);
    let after = resident(&sitrep)?;
    eprintln!("{GROUPS} groups told in {took:?}; resident {before} MiB before, {after} MiB after");
    for (place, waited) in [("Discord", &on_discord), ("Matrix", &on_matrix)] {
        let (median, longest) = (waited[waited.len() / 2], waited[waited.len() - 1]);
        eprintln!("{place}: {} commands answered, median {median:?}, longest {longest:?}", waited.len());
        assert!(longest < SLACK, "{place}: {longest:?}");
    }
    assert!(after < before + MOST_GROWTH, "{before} MiB before, {after} MiB after");
    guild.is_content()
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, Result<T, Failed>>) -> Result<T, Failed> {
    thread.join().map_err(|_| Failed::from("a thread panicked"))?
}
