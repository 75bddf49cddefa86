//! What the homeserver is asked to leave out, and whether it pays: bare bots in one large room, each with another
//! filter. People there type, say something and read it.
//!
//! The last filter is the one that sitrep has (`adapters/matrix/src/intake.rs`).

use std::{fs, path::Path, thread, time::Duration};

use serde_json::json;

use crate::{
    support::{Doing, Failed, http::encoded, person::Person},
    town::Town,
    usage::{Usage, resident_mib},
};

const MEMBERS: usize = 200;
const MESSAGES: usize = 500;
const QUIET: Duration = Duration::from_secs(15);

const FILTERS: [(&str, &str); 3] = [
    ("the SDK's own", "{}"),
    ("no presence, typing and receipts", r#"{"presence":{"types":[]},"room":{"ephemeral":{"types":[]}}}"#),
    (
        "and members as they speak",
        r#"{"presence":{"types":[]},"room":{"ephemeral":{"types":[]},"timeline":{"limit":50},"state":{"lazy_load_members":true}}}"#,
    ),
];

pub(crate) fn measure(_rounds: usize) -> Result<(), Failed> {
    let town = Town::new()?;
    let mut speakers = Vec::new();
    for number in 0..MEMBERS {
        let member = town.synapse.person("member")?;
        member.join_asked(&town.alice, &town.ops)?;
        if number < 4 {
            speakers.push(member);
        }
    }
    let mut bots = Vec::new();
    for (name, filter) in FILTERS {
        let account = town.synapse.account("bot")?;
        Person::log_in(&town.synapse.url, &account)?.join_asked(&town.alice, &town.ops)?;
        let mut bot = town.bare_on(&account)?;
        bot.set("BARE_BOT_FILTER", filter);
        bot.start()?;
        thread::sleep(Duration::from_secs(3));
        bots.push((name, Usage::of(bot.id()?)?, bot));
    }
    let before = bots.iter().map(|(.., bot)| Usage::of(bot.id()?)).collect::<Result<Vec<_>, _>>()?;
    for number in 0..MESSAGES {
        talk(&speakers[number % speakers.len()], &speakers[(number + 1) % speakers.len()], &town.ops)?;
    }
    thread::sleep(QUIET);
    println!("one room of {MEMBERS} members, {MESSAGES} messages");
    for ((name, first, bot), before) in bots.iter_mut().zip(before) {
        let talked = Usage::of(bot.id()?)?.since(before);
        bot.start()?;
        thread::sleep(QUIET);
        println!(
            "{name}: first sync {:.2} s of processor time, talk {:.2} s and {:.1} MiB written, then {:.1} MiB resident, \
             {:.1} MiB on the disk",
            first.processor.as_secs_f64(),
            talked.processor.as_secs_f64(),
            mib(talked.written),
            resident_mib(bot.id()?)?.0,
            mib(stored(&bot.folder().join("store"))?),
        );
    }
    Ok(())
}

/// Somebody types and says something, and somebody else reads it.
fn talk(speaker: &Person, reader: &Person, room: &str) -> Result<(), Failed> {
    let path = format!("/_matrix/client/v3/rooms/{}", encoded(room));
    let typing = format!("{path}/typing/{}", encoded(&speaker.user_id));
    speaker.api.put(&typing, &json!({ "typing": true, "timeout": 10_000 }))?;
    let said = speaker.say(room, "I have looked at it, and it seems fine to me")?;
    speaker.api.put(&typing, &json!({ "typing": false }))?;
    reader.api.post(&format!("{path}/receipt/m.read/{}", encoded(&said)), &json!({}))?;
    Ok(())
}

fn stored(folder: &Path) -> Result<u64, Failed> {
    let files = fs::read_dir(folder).doing("looking at a store")?.flatten();
    Ok(files.filter_map(|file| file.metadata().ok()).map(|data| data.len()).sum())
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}
