//! From `!incident` said to the answer with the room's link visible: sitrep, beside a plain client that makes the same
//! calls on a Discord like it.
//!
//! - What sitrep asks for is read from the Discord that it asked: the room, and once there is one, what it says here and
//!   there at the same time. The plain client makes these calls, in this order and as much at once, and nothing else: it
//!   decides nothing, stores nothing, and need not hear of the command.
//! - The Discord for tests answers within a millisecond or two. The real one takes far longer, and with that an answer's
//!   time is measured too.

use std::{
    thread,
    time::{Duration, Instant},
};

use sitrep_fake_discord::Discord;
use tokio::runtime::Runtime;

use crate::{
    compare,
    figures::ms,
    plain::{Plain, Plan},
    scene,
    support::{Doing, Failed},
};

const GOAL: f64 = 1.2;

/// How long an answer of Discord's takes: as it comes, and about as it does over the Internet.
const ANSWERS: [Duration; 2] = [Duration::ZERO, Duration::from_millis(100)];

/// Longer than sitrep ever needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Long enough for everything that follows from a command to be over, and for Discord's limits not to be met.
const AFTERMATH: Duration = Duration::from_millis(2500);

pub(crate) fn measure(rounds: usize) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.doing("making a runtime")?;
    for answers in ANSWERS {
        println!("\nan answer of Discord's takes {} ms more than by itself", answers.as_millis());
        measure_with(&runtime, answers, rounds)?;
    }
    Ok(())
}

fn measure_with(runtime: &Runtime, answers: Duration, rounds: usize) -> Result<(), Failed> {
    let (ours, theirs) = (scene::discord(0)?, scene::discord(0)?);
    let mut sitrep = scene::sitrep(&ours)?;
    sitrep.start()?;
    for discord in [&ours, &theirs] {
        if !answers.is_zero() {
            discord.faults().slow("*", "/**", usize::MAX, answers);
        }
    }
    let plain = Plain::new(&theirs)?;
    thread::sleep(AFTERMATH);
    declare(runtime, &ours, |_| {})?;
    let seen = declare(runtime, &ours, |_| {})?;
    let plan = Plan::read(&ours, &seen, &theirs)?;
    println!("{} calls: the room, and then {} messages at once", plan.calls(), plan.calls() - 1);
    let (mut all, mut floor) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let made = declare(runtime, &ours, |_| {})?;
        let beside = declare(runtime, &theirs, |asked| {
            runtime.spawn(plain.open(&plan, asked));
        })?;
        let (made_plan, beside_plan) =
            (Plan::read(&ours, &made, &theirs)?, Plan::read(&theirs, &beside, &theirs)?);
        if !made_plan.is_like(&beside_plan) {
            return Err(format!("not the same was done: {made_plan:#?} and {beside_plan:#?}").into());
        }
        // The first one is for warming up.
        if round > 0 {
            all.push(made.took);
            floor.push(beside.took);
        }
    }
    compare(("sitrep", &all), ("plain client", &floor), "ms", GOAL);
    scene::is_content(&ours)?;
    scene::is_content(&theirs)
}

/// A declaration and what came of it.
pub(crate) struct Declared {
    /// Milliseconds until the answer.
    took: f64,
    /// Where it was declared, and the message that did.
    pub(crate) ops: u64,
    pub(crate) asked: u64,
    /// The room that the answer links to.
    pub(crate) room: u64,
    /// Where something was said once there was a room, in order, up to the first request of another kind.
    pub(crate) said_in: Vec<u64>,
}

/// Alice declares in a Discord, and whoever is told `then` does something about it.
fn declare(runtime: &Runtime, discord: &Discord, then: impl FnOnce(u64)) -> Result<Declared, Failed> {
    thread::sleep(AFTERMATH / 5);
    let ops = discord.channel("ops").ok_or("there is no channel")?.id;
    let mut news = discord.server().news();
    let asked_before = discord.requests().len();
    let began = Instant::now();
    let asked = discord.person("alice").say("ops", "!incident the checkout is down").doing("declaring")?;
    then(asked);
    let answer = || {
        let state = discord.server().state();
        let later = state.messages.get(&ops)?.range(asked + 1..);
        let mut answers = later.map(|(_, message)| message).filter(|message| message.reply_to == Some(asked));
        answers.find_map(|message| linked(&message.content))
    };
    let visible = runtime.block_on(async {
        let waiting = async {
            loop {
                news.mark_unchanged();
                if let Some(found) = answer() {
                    return Some(found);
                }
                news.changed().await.ok()?;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.ok().flatten()
    });
    let took = ms(began.elapsed());
    let room = visible.ok_or("no answer with a link came")?;
    thread::sleep(AFTERMATH);
    let requests = discord.requests().into_iter().skip(asked_before);
    let since_room = requests.skip_while(|request| !request.path.ends_with("/channels")).skip(1);
    let said_in = since_room.map_while(|request| spoken_in(&request.method, &request.path)).collect();
    Ok(Declared { took, ops, asked, room, said_in })
}

/// The channel in which a request says something.
fn spoken_in(method: &str, path: &str) -> Option<u64> {
    let channel = path.strip_prefix("/channels/")?.strip_suffix("/messages")?;
    channel.parse().ok().filter(|_| method == "POST")
}

/// The channel that a text links to.
fn linked(text: &str) -> Option<u64> {
    text.split_once("<#")?.1.split_once('>')?.0.parse().ok()
}
