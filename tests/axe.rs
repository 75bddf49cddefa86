//! Everything is killed while people work, and in the end everything is right: each command carried out and answered
//! exactly once, one room an incident, nothing said twice.
//!
//! `SITREP_AXE_KILLS=300` makes the kills many, and `SITREP_AXE_SEED=17` makes them fall as they fell then, as far as a
//! real homeserver lets anything happen twice. The people are in `axe/people.rs`, what must hold in `axe/judge.rs`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::support::dice::Dice;
use crate::support::person::Person;
use crate::support::proxy::Proxy;
use crate::support::sitrep::{Home, Sitrep};
use crate::support::synapse::{Account, Limits, SERVER_NAME, Synapse};
use crate::support::trials::{Test, needs_synapse};
use crate::support::{Failed, poll};

mod judge;
mod people;
mod weather;

use judge::{Counts, Court, judge};
use people::{Said, Worker};
use weather::Weather;

pub(crate) fn tests() -> Vec<Test> {
    vec![
        needs_synapse("axe::killed_at_any_instant_it_does_everything_once", killed),
        needs_synapse("axe::whatever_the_homeserver_does_it_does_everything_once", troubled),
    ]
}

/// How often it is killed unless `SITREP_AXE_KILLS` says otherwise.
const KILLS: u64 = 12;
/// How many kills of sitrep there are to one of the homeserver.
const KILLS_A_HOMESERVER: u64 = 8;
/// How long everything that is owed may take to come to pass, once nothing is killed any more.
const SETTLES_WITHIN: Duration = Duration::from_secs(240);
/// How long nothing may change before it counts as settled.
const STILL_FOR: Duration = Duration::from_secs(3);
/// Between two judgements.
const JUDGED_EVERY: Duration = Duration::from_millis(500);

/// A number from the environment.
fn number_from(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

/// Three people, their rooms and the bot's account.
struct Site {
    bot: Account,
    ops: String,
    status: String,
    home: Option<Home>,
    people: Vec<(&'static str, Person)>,
}

impl Site {
    /// On a server, with sitrep looking for it at `url`.
    fn new(synapse: &Synapse, url: &str) -> Result<Site, Failed> {
        let bot = synapse.account("sitrep")?;
        let names = ["alice", "bob", "carol"];
        let people = names.map(|name| synapse.person(name).map(|person| (name, person)));
        let people: Vec<(&str, Person)> = people.into_iter().collect::<Result<_, _>>()?;
        let (ops_name, status_name) = (synapse.unique("ops"), synapse.unique("status"));
        let mut everybody = vec![bot.user_id.as_str()];
        everybody.extend(people.iter().skip(1).map(|(_, person)| person.user_id.as_str()));
        let alice = &people[0].1;
        let ops = alice.create_room(Some(&ops_name), &everybody)?;
        let status = alice.create_room(Some(&status_name), &everybody)?;
        for (_, person) in people.iter().skip(1) {
            person.join(&ops)?;
            person.join(&status)?;
        }
        let ids: Vec<String> = people.iter().map(|(_, person)| format!("{:?}", person.user_id)).collect();
        let roster: Vec<String> =
            people.iter().map(|(name, person)| format!("{name} = [{:?}]", person.user_id)).collect();
        let configuration = format!(
            "data_dir = \"data\"\ntimezone = \"UTC\"\n\n[matrix]\nhomeserver = \"{url}\"\nuser = \"{}\"\n\
             password_file = \"password\"\nencrypt = \"never\"\nrooms = [\"#{ops_name}:{SERVER_NAME}\"]\n\
             stakeholder_rooms = [\"#{status_name}:{SERVER_NAME}\"]\nallow = [{}]\n\n[people]\n{}\n\n\
             [teams]\neverybody = [\"alice\", \"bob\", \"carol\"]\n\n[severity.sev1]\ninvite = [\"everybody\"]\n\n\
             [severity.sev2]\ninvite = [\"everybody\"]\n",
            bot.user_id,
            ids.join(", "),
            roster.join("\n"),
        );
        let home = Home::with(&[("sitrep.toml", &configuration), ("password", &bot.password)])?;
        Ok(Site { bot, ops, status, home: Some(home), people })
    }
}

fn killed() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let mut site = Site::new(&synapse, &synapse.url)?;
    let (seed, kills) = seed_and_kills();
    let mut dice = Dice::new(seed);
    let mut sitrep = Sitrep::run(site.home.take().ok_or("no home")?)?;
    let said = while_people_work(&mut site, &mut dice, |dice| {
        for _ in 0..kills {
            survive(&mut sitrep, dice)?;
        }
        Ok(())
    })?;
    let counts = settle(&synapse, &site, &said)?;
    eprintln!("axe: seed {seed}, {kills} kills, {counts:?}");
    Ok(())
}

fn troubled() -> Result<(), Failed> {
    let mut synapse = Synapse::start(Limits::Lifted)?;
    let proxy = Proxy::of(&synapse.url)?;
    let mut site = Site::new(&synapse, &proxy.url)?;
    let (seed, kills) = seed_and_kills();
    let mut dice = Dice::new(seed);
    let weather = Arc::new(Mutex::new(Weather::new(dice.fork())));
    let mut sitrep = Sitrep::run(site.home.take().ok_or("no home")?)?;
    let rule = Arc::clone(&weather);
    proxy.rules(move |asked| rule.lock().unwrap_or_else(PoisonError::into_inner).fate(asked));
    let said = while_people_work(&mut site, &mut dice, |dice| {
        for round in 1..=kills {
            // Mostly it lives through the trouble; a real crash in the midst of it is the worst of both.
            if dice.chance(250) {
                survive(&mut sitrep, dice)?;
            } else {
                thread::sleep(dice.millis(500, 2500));
            }
            if round % KILLS_A_HOMESERVER == KILLS_A_HOMESERVER / 2 {
                synapse.kill();
                thread::sleep(dice.millis(0, 3000));
                synapse.start_again()?;
            }
        }
        Ok(())
    })?;
    proxy.rules(|_| crate::support::proxy::Fate::Pass);
    let counts = settle(&synapse, &site, &said)?;
    let faults = weather.lock().unwrap_or_else(PoisonError::into_inner).counts();
    eprintln!("axe: seed {seed}, {kills} rounds, {counts:?}, faults {faults:?}");
    Ok(())
}

pub(crate) fn seed_and_kills() -> (u64, u64) {
    let clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seed = number_from("SITREP_AXE_SEED").unwrap_or(clock.as_secs() % 100_000);
    eprintln!("axe: run it again with SITREP_AXE_SEED={seed}");
    (seed, number_from("SITREP_AXE_KILLS").unwrap_or(KILLS))
}

/// Lets it live for a moment, which may end as it starts, kills it, and starts it again.
pub(crate) fn survive(sitrep: &mut Sitrep, dice: &mut Dice) -> Result<(), Failed> {
    let life = match dice.below(4) {
        0 => dice.millis(0, 500),
        1 | 2 => dice.millis(300, 2000),
        _ => dice.millis(1500, 5000),
    };
    thread::sleep(life);
    if let Some(status) = sitrep.ended()? {
        return Err(format!("sitrep ended by itself ({status})").into());
    }
    sitrep.kill9();
    sitrep.start_unready()
}

/// Everybody works until it is done; gives back what they said.
fn while_people_work(
    site: &mut Site,
    dice: &mut Dice,
    mut it: impl FnMut(&mut Dice) -> Result<(), Failed>,
) -> Result<Vec<Said>, Failed> {
    let stop = AtomicBool::new(false);
    let workers: Vec<Worker> = std::mem::take(&mut site.people)
        .into_iter()
        .map(|(name, person)| Worker::new(name, person, &site.ops, dice.fork()))
        .collect();
    thread::scope(|scope| {
        let working: Vec<_> = workers.into_iter().map(|worker| scope.spawn(|| worker.work(&stop))).collect();
        let done = it(dice);
        stop.store(true, Ordering::Relaxed);
        let mut said = Vec::new();
        for worker in working {
            said.extend(worker.join().map_err(|_| Failed::from("somebody at work panicked"))??);
        }
        done.map(|()| said)
    })
}

/// Waits until everything owed has come to pass and nothing changes any more, and judges it.
fn settle(synapse: &Synapse, site: &Site, said: &[Said]) -> Result<Counts, Failed> {
    let eyes = Person::log_in(&synapse.url, &site.bot)?;
    let court = Court { eyes: &eyes, ops: &site.ops, status: &site.status, said };
    let settled = until_still(SETTLES_WITHIN, || {
        let (findings, counts) = judge(&court)?;
        Ok((findings.0, counts, counts.messages + counts.edits))
    })?;
    settled.map_err(Failed::from)
}

/// Judges again and again: what is wrong, how much there was to judge, and what changes as long as anything does. Gives
/// back what there was once nothing is wrong and nothing has changed for a while, or else what is still wrong.
pub(crate) fn until_still<C, S: PartialEq>(
    within: Duration,
    mut judge: impl FnMut() -> Result<(Vec<String>, C, S), Failed>,
) -> Result<Result<C, String>, Failed> {
    let mut still: Option<(Instant, S)> = None;
    let mut wrong = Vec::new();
    let settled = poll(within, || {
        let (findings, counts, sign) = judge()?;
        wrong = findings;
        let unchanged = still.take().filter(|(_, before)| *before == sign);
        let since = unchanged.map_or_else(Instant::now, |(at, _)| at);
        still = Some((since, sign));
        if wrong.is_empty() && since.elapsed() > STILL_FOR {
            return Ok(Some(counts));
        }
        thread::sleep(JUDGED_EVERY);
        Ok(None)
    })?;
    Ok(settled.ok_or_else(|| {
        let shown: Vec<&str> = wrong.iter().take(20).map(String::as_str).collect();
        format!("{} things are wrong:\n{}", wrong.len(), shown.join("\n"))
    }))
}
