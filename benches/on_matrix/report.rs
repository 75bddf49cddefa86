//! From `!report` sent to its line seen by whoever is on duty, who is mentioned in it: sitrep, beside plain HTTP that hears
//! the same message over `/sync` and says the same line and the same answer.
//!
//! What the plain client says is what sitrep said of the first report, word for word, with the same mention. It makes
//! nothing durable.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    AFTERMATH, compare,
    figures::ms,
    support::{Failed, PATIENCE, person::Person, synapse::SERVER_NAME},
    town::Town,
    watcher::Watcher,
};

const GOAL: f64 = 1.3;
const REPORT: &str = "!report the checkout takes ten seconds for whoever pays by card";

/// Nobody else is called while it is measured.
const DUTY: &str = "\n[report]\nacknowledge_within = \"12h\"\n\n[oncall.support]\npeople = [\"bob\"]\n";

/// The room of reports, in a town that has one.
pub(crate) fn support_room(town: &Town) -> Result<String, Failed> {
    let insider = Person::log_in(&town.synapse.url, &town.account)?;
    let room = town.alice.create_room(Some("support"), &[&town.bob.user_id, &town.account.user_id])?;
    town.bob.join(&room)?;
    insider.join(&room)?;
    Ok(room)
}

pub(crate) fn measure(rounds: usize) -> Result<(), Failed> {
    let of_matrix = format!("support_room = \"#support:{SERVER_NAME}\"\n");
    let mut town = Town::configured(&of_matrix, DUTY)?;
    let support = support_room(&town)?;
    let rival = Person::log_in(&town.synapse.url, &town.rival)?;
    let board = town.alice.create_room(Some("board"), &[&town.bob.user_id, &rival.user_id])?;
    town.bob.join(&board)?;
    rival.join(&board)?;
    town.sitrep.start()?;
    let mut on_duty = Watcher::new(&town.bob);
    on_duty.catch_up()?;
    let sitrep = &town.account.user_id;
    let (_, line) = report(&town.alice, &mut on_duty, (&town.ops, &support), sitrep)?;
    let answer = town.alice.events(&town.ops)?.into_iter().rfind(|seen| &seen.sender == sitrep);
    let answer = answer.ok_or("sitrep did not answer")?.content;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let is_over = AtomicBool::new(false);
    let complaint: Mutex<Option<Failed>> = Mutex::new(None);
    thread::scope(|scope| {
        scope.spawn(|| {
            let said = (&line, &answer);
            if let Err(failed) = serve(&rival, (&town.other, &board), said, &is_over) {
                *complaint.lock().unwrap_or_else(PoisonError::into_inner) = Some(failed);
            }
        });
        let measured = (0..=rounds).try_for_each(|round| {
            let (took, _) = report(&town.alice, &mut on_duty, (&town.ops, &support), sitrep)?;
            let (floor, _) = report(&town.alice, &mut on_duty, (&town.other, &board), &rival.user_id)?;
            // The first one is for warming up.
            if round > 0 {
                ours.push(took);
                theirs.push(floor);
            }
            Ok::<_, Failed>(())
        });
        is_over.store(true, Ordering::Relaxed);
        measured
    })
    .map_err(|failed| complaint.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or(failed))?;
    compare(("sitrep", &ours), ("plain HTTP", &theirs), "ms", GOAL);
    Ok(())
}

/// Alice reports; how long until whoever is on duty sees the line, in milliseconds, and what is in that.
fn report(
    alice: &Person,
    on_duty: &mut Watcher<'_>,
    (here, there): (&str, &str),
    bot: &str,
) -> Result<(f64, Value), Failed> {
    thread::sleep(AFTERMATH / 2);
    on_duty.catch_up()?;
    let began = Instant::now();
    alice.say(here, REPORT)?;
    let line = on_duty.mention(there, bot)?;
    Ok((ms(began.elapsed()), line))
}

/// Hears reports and says the line and the answer, until it is over.
fn serve(
    rival: &Person,
    (here, there): (&str, &str),
    (line, answer): (&Value, &Value),
    is_over: &AtomicBool,
) -> Result<(), Failed> {
    let mut hears = Watcher::new(rival);
    hears.catch_up()?;
    let until = Instant::now() + PATIENCE * 100;
    while !is_over.load(Ordering::Relaxed) && Instant::now() < until {
        let synced = hears.sync(Duration::from_secs(2))?;
        let events = synced["rooms"]["join"][here]["timeline"]["events"].as_array().into_iter().flatten();
        for event in events.filter(|event| event["content"]["body"] == REPORT) {
            rival.say_with(there, line.clone())?;
            let mut answer = answer.clone();
            answer["m.relates_to"] = json!({ "m.in_reply_to": { "event_id": event["event_id"] } });
            rival.say_with(here, answer)?;
        }
    }
    Ok(())
}
