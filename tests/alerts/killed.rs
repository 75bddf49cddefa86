//! The service is killed again and again while something tells it of alerts until each is answered with 202.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::discord::{Guild, plain};
use crate::support::machine::{Machine, source};
use crate::support::trials::{Test, test};
use crate::support::{Failed, PATIENCE};

pub(super) fn tests() -> Vec<Test> {
    vec![test("alerts::what_was_answered_202_is_there_once_after_kills", kills)]
}

const GROUPS: usize = 60;
/// So many of them have a line of their own; the others are a storm.
const LINES: usize = 10;
const KILLS: u32 = 5;

/// Where things stand in what `mine` sends.
const FIELDS: &str = "per_minute = 100000\n[http.sources.mine.fields]\ngroup = \"/id\"\ntitle = \"/message\"";

/// Tells of every group, each until it is taken; how many attempts that took.
fn tells(machine: &Machine) -> Result<usize, Failed> {
    let mut attempts = 0;
    for group in 0..GROUPS {
        let body = json!({ "id": group, "message": format!("Check {group:03} fails") }).to_string();
        let give_up = Instant::now() + PATIENCE;
        loop {
            attempts += 1;
            match machine.tell("/alerts/mine", &body) {
                Ok(202) => break,
                Ok(503) | Err(_) if Instant::now() < give_up => thread::sleep(Duration::from_millis(25)),
                Ok(other) => return Err(format!("group {group} was answered {other}").into()),
                Err(failed) => return Err(failed),
            }
        }
        thread::sleep(Duration::from_millis(40));
    }
    Ok(attempts)
}

fn kills() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let machine = Machine::new()?;
    let more = [machine.section(), source("mine", "generic", FIELDS)];
    let mut sitrep = guild.sitrep(&more.concat())?;
    let sender = machine.clone();
    let sender = thread::spawn(move || tells(&sender));
    for kill in 0..KILLS {
        thread::sleep(Duration::from_millis(u64::from(150 + kill * 130)));
        sitrep.kill9();
        sitrep.start_unready()?;
    }
    let attempts = sender.join().map_err(|_| Failed::from("the sender panicked"))??;
    assert!(attempts > GROUPS, "no kill was noticed");
    let count = GROUPS - LINES;
    let storm = guild.hear_words("support", &format!("a storm of alerts from mine: {count} more"))?;
    is_there_once(&guild, storm.id)?;
    // What is stored says the same after one more start, which says nothing new.
    sitrep.kill9();
    sitrep.start_again()?;
    machine.told_json("/alerts/mine", &json!({ "id": GROUPS - 1, "message": "again" }))?;
    machine.told_json("/alerts/mine", &json!({ "id": GROUPS, "message": "one more" }))?;
    guild.hear_words("support", &format!("a storm of alerts from mine: {} more", count + 1))?;
    is_there_once(&guild, storm.id)?;
    eprintln!("{GROUPS} groups told in {attempts} attempts over {KILLS} kills: each is there once");
    guild.is_content()
}

/// One line for each of the first groups, and one for the storm.
fn is_there_once(guild: &Guild, storm: u64) -> Result<(), Failed> {
    let said = guild.said_in("support");
    let lines: Vec<String> = said.iter().filter(|message| message.id != storm).map(plain).collect();
    let told = |line: &String| {
        line.split("alert from mine: ").nth(1).map(|title| title[.."Check 000".len()].to_owned())
    };
    let titles: BTreeSet<String> = lines.iter().filter_map(told).collect();
    let expected: BTreeSet<String> = (0..LINES).map(|group| format!("Check {group:03}")).collect();
    match lines.len() == LINES && titles == expected {
        true => Ok(()),
        false => Err(format!("not each once:\n{}", guild.transcript()).into()),
    }
}
