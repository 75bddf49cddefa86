//! From `!status` sent to its answer seen: sitrep, which makes durable that it was asked before it answers, beside the
//! bare bot, which echoes. Each is asked in a room of its own, with the same people in it, in turns.

use std::{thread, time::Instant};

use crate::{
    AFTERMATH, compare,
    figures::ms,
    support::{Failed, person::Person},
    town::Town,
    watcher::Watcher,
};

const GOAL: f64 = 1.1;

pub(crate) fn measure(rounds: usize) -> Result<(), Failed> {
    let mut town = Town::new()?;
    let mut bare = town.bare()?;
    bare.start()?;
    town.sitrep.start()?;
    let mut watcher = Watcher::new(&town.alice);
    watcher.catch_up()?;
    // Asked in an incident's room: with nothing open there would be nothing to say.
    town.alice.say(&town.ops, "!incident the checkout is down")?;
    let incident = watcher.invitation()?;
    town.alice.join(&incident)?;
    town.bob.join(&incident)?;
    thread::sleep(AFTERMATH * 2);
    let (mut ours, mut echo) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let answered = ask(&town.alice, &mut watcher, &incident, &town.account.user_id)?;
        let echoed = ask(&town.alice, &mut watcher, &town.other, &town.rival.user_id)?;
        // The first one is for warming up.
        if round > 0 {
            ours.push(answered);
            echo.push(echoed);
        }
    }
    compare(("sitrep's answer", &ours), ("the bare bot's echo", &echo), "ms", GOAL);
    Ok(())
}

/// How long an answer takes, in milliseconds.
fn ask(alice: &Person, watcher: &mut Watcher<'_>, room: &str, bot: &str) -> Result<f64, Failed> {
    thread::sleep(AFTERMATH / 5);
    watcher.catch_up()?;
    let began = Instant::now();
    alice.say(room, "!status")?;
    let answer = watcher.message(room, bot)?;
    let took = ms(began.elapsed());
    if answer.is_empty() {
        return Err("an empty answer".into());
    }
    Ok(took)
}
