//! Everything is killed while people work on Discord, and in the end everything is right.
//!
//! `SITREP_AXE_KILLS` and `SITREP_AXE_SEED` as for the axe on Matrix. People type, use slash commands and press buttons;
//! the second test has Discord misbehave besides. What nobody brings again, a slash command or a press that was made
//! while nobody listened, is carried out once or not at all.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::json;
use sitrep_fake_discord::Person;

use crate::axe::{seed_and_kills, survive, until_still};
use crate::support::Failed;
use crate::support::dice::Dice;
use crate::support::discord::Guild;
use crate::support::sitrep::Sitrep;
use crate::support::trials::{Test, test};

mod judge;

use judge::{Counts, judge};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("discord::killed_at_any_instant_it_does_everything_once", killed),
        test("discord::whatever_discord_does_it_does_everything_once", troubled),
    ]
}

/// How long everything that is owed may take, once nothing is killed any more.
const SETTLES_WITHIN: Duration = Duration::from_secs(180);
/// How many incidents one person has going at a time.
const AT_A_TIME: usize = 2;

/// How something was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// As a message, which stays.
    Typed(u64),
    /// As a slash command or a press, which is brought once.
    Given,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Deed {
    /// With words that no other title has.
    Declare(String),
    /// With words that nothing else has.
    Update(String),
    /// Whatever needs an answer and no more.
    Other,
    Talk,
}

/// What was said, by whom, where.
#[derive(Clone, Debug)]
struct Said {
    by: &'static str,
    channel: String,
    way: Way,
    deed: Deed,
}

/// Somebody at work.
struct Worker<'a> {
    name: &'static str,
    person: Person,
    guild: &'a Guild,
    dice: Dice,
    declared: usize,
    resolved: Vec<u64>,
    said: Vec<Said>,
}

impl Worker<'_> {
    fn work(mut self, stop: &AtomicBool) -> Result<Vec<Said>, Failed> {
        while !stop.load(Ordering::Relaxed) {
            self.do_something()?;
            thread::sleep(self.dice.millis(150, 900));
        }
        Ok(self.said)
    }

    fn do_something(&mut self) -> Result<(), Failed> {
        let rooms: Vec<u64> =
            self.guild.rooms().iter().map(|room| room.id).filter(|id| !self.resolved.contains(id)).collect();
        let mine: Vec<u64> =
            rooms.into_iter().filter(|id| self.person.reads(&id.to_string()).is_ok()).collect();
        if self.declared < AT_A_TIME && (mine.is_empty() || self.dice.chance(120)) {
            return self.declare();
        }
        if mine.is_empty() {
            return Ok(());
        }
        let room = mine[usize::try_from(self.dice.below(mine.len() as u64)).unwrap_or(0)];
        let (name, number) = (self.name, self.said.len());
        let (words, deed) = match self.dice.weighted(&[30, 22, 14, 16, 6, 10]) {
            0 => {
                let words = format!("news-{name}-{number}");
                (format!("!update {words} is under way"), Deed::Update(words))
            }
            1 => ("!status".to_owned(), Deed::Other),
            2 => ("!ack".to_owned(), Deed::Other),
            3 => (format!("!sev {}", self.dice.below(4) + 1), Deed::Other),
            4 => {
                self.resolved.push(room);
                self.declared = self.declared.saturating_sub(1);
                (format!("!resolve solved by {name}"), Deed::Other)
            }
            _ => (format!("talk {number} among people"), Deed::Talk),
        };
        self.say(&room.to_string(), &words, deed)
    }

    fn declare(&mut self) -> Result<(), Failed> {
        let words = format!("trouble {} {} again", self.name, self.said.len());
        self.declared += 1;
        let private = self.dice.chance(250);
        if self.dice.chance(250) {
            let options = [("title", json!(words)), ("private", json!(private))];
            // A slash command that nobody hears fails, and people give it again or don't.
            drop(self.person.slash("ops", "incident", &options)?);
            self.keep("ops", Way::Given, Deed::Declare(words));
            return Ok(());
        }
        let flag = if private { "--private " } else { "" };
        self.say("ops", &format!("!incident {flag}{words}"), Deed::Declare(words))
    }

    fn say(&mut self, channel: &str, words: &str, deed: Deed) -> Result<(), Failed> {
        let is_bare = !words.trim_start_matches('!').contains(' ');
        let way = if deed == Deed::Other && is_bare && self.dice.chance(400) {
            drop(self.person.slash(channel, words.trim_start_matches('!'), &[])?);
            Way::Given
        } else {
            Way::Typed(self.person.say(channel, words)?)
        };
        self.keep(channel, way, deed);
        Ok(())
    }

    fn keep(&mut self, channel: &str, way: Way, deed: Deed) {
        self.said.push(Said { by: self.name, channel: channel.to_owned(), way, deed });
    }
}

/// A Discord that bears with so many kills, and sitrep on it.
fn begun(kills: u64) -> Result<(Guild, Sitrep), Failed> {
    let guild = Guild::new()?;
    guild.discord.faults().allow_late_answers();
    // Whoever is started anew doesn't know which limits it had met: each start meets a few.
    guild.discord.set_ledger_bound(60 + 10 * usize::try_from(kills).unwrap_or_default());
    let sitrep = guild.sitrep("")?;
    // Nothing is heard in a channel from before the first start.
    guild.ask(&guild.person("alice"), "ops", "!incidents")?;
    Ok((guild, sitrep))
}

fn killed() -> Result<(), Failed> {
    let (seed, kills) = seed_and_kills();
    let mut dice = Dice::new(seed);
    let (guild, mut sitrep) = begun(kills)?;
    let said = while_people_work(&guild, &mut dice, |dice| {
        for _ in 0..kills {
            survive(&mut sitrep, dice)?;
        }
        Ok(())
    })?;
    let counts = settle(&guild, &mut sitrep, &said)?;
    eprintln!("axe on Discord: seed {seed}, {kills} kills, {counts:?}");
    guild.is_content()
}

fn troubled() -> Result<(), Failed> {
    let (seed, kills) = seed_and_kills();
    let mut dice = Dice::new(seed);
    let (guild, mut sitrep) = begun(kills)?;
    let said = while_people_work(&guild, &mut dice, |dice| {
        for _ in 0..kills {
            trouble(&guild, dice);
            if dice.chance(250) {
                survive(&mut sitrep, dice)?;
            } else {
                thread::sleep(dice.millis(300, 1800));
            }
        }
        Ok(())
    })?;
    guild.discord.faults().mend();
    guild.discord.faults().duplicate(0);
    guild.discord.faults().reorder(0);
    let counts = settle(&guild, &mut sitrep, &said)?;
    eprintln!("axe on Discord: seed {seed}, {kills} rounds of trouble, {counts:?}");
    guild.is_content()
}

/// Something goes wrong.
fn trouble(guild: &Guild, dice: &mut Dice) {
    use sitrep_fake_discord::refusal::Scope;
    let faults = guild.discord.faults();
    let (method, path) = [
        ("POST", "/channels/*/messages"),
        ("POST", "/guilds/*/channels"),
        ("PATCH", "/channels/**"),
        ("PUT", "/channels/**"),
        ("*", "/**"),
    ][usize::try_from(dice.below(5)).unwrap_or(0)];
    match dice.below(11) {
        0 | 1 => faults.lose_reply(method, path, 1),
        2 => faults.cut_before(method, path, 2),
        3 => faults.limit(method, path, 1, (Scope::User, Duration::from_millis(700))),
        4 => faults.refuse(method, path, 2, (502, 0)),
        5 => faults.reset(),
        6 => faults.invalidate(false),
        7 => faults.close(None),
        8 => faults.duplicate(10),
        9 => faults.reorder(10),
        _ => faults.reconnect(),
    }
}

/// Everybody works until it is done; gives back what they said.
fn while_people_work(
    guild: &Guild,
    dice: &mut Dice,
    mut it: impl FnMut(&mut Dice) -> Result<(), Failed>,
) -> Result<Vec<Said>, Failed> {
    let stop = AtomicBool::new(false);
    let workers = ["alice", "bob", "carol"].map(|name| Worker {
        name,
        person: guild.person(name),
        guild,
        dice: dice.fork(),
        declared: 0,
        resolved: Vec::new(),
        said: Vec::new(),
    });
    thread::scope(|scope| {
        let working = workers.map(|worker| scope.spawn(|| worker.work(&stop)));
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
fn settle(guild: &Guild, sitrep: &mut Sitrep, said: &[Said]) -> Result<Counts, Failed> {
    let settled = until_still(SETTLES_WITHIN, || {
        if let Some(status) = sitrep.ended()? {
            return Err(format!("sitrep ended by itself ({status})").into());
        }
        let (findings, counts) = judge(guild, said);
        Ok((findings, counts, counts))
    })?;
    settled.map_err(|wrong| format!("{wrong}\n{}", guild.transcript()).into())
}
