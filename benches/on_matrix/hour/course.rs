//! What happens when. Nobody waits for an answer of sitrep's but at the beginning: what is late is found in the rooms
//! afterwards.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{MESSAGES_AN_HOUR, scene::Scene};
use crate::{
    support::{Failed, person::Person, poll},
    usage::{Usage, resident_mib},
};

/// How often memory is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// How long it is waited for what is still on its way when all is over.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// What was done, and what it cost.
pub(super) struct Course {
    pub(super) room: String,
    pub(super) began: Instant,
    pub(super) took: Duration,
    /// The event ids of the commander's updates.
    pub(super) updates: Vec<String>,
    /// The event id of the commander's last word.
    pub(super) end: String,
    pub(super) talk: usize,
    pub(super) used: Usage,
    /// Resident, in MiB, again and again.
    pub(super) resident: Vec<f64>,
}

/// The words of an update.
pub(super) fn words(number: usize) -> String {
    format!("finding number {} of the search", number + 1)
}

pub(super) fn run(scene: &mut Scene, whole: Duration) -> Result<Course, Failed> {
    scene.sitrep.start()?;
    thread::sleep(Duration::from_secs(3));
    let scene = &*scene;
    let (began, before) = (Instant::now(), Usage::of(scene.sitrep.id()?)?);
    let alice = &scene.alice;
    alice.say(&scene.ops, "!incident --sev 1 checkout is down")?;
    let room = alice.wait_for_invite(|_| true)?.room;
    alice.join(&room)?;
    alice.say(&room, "!ack")?;
    let is_over = AtomicBool::new(false);
    let (inside, resident) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let acts = thread::scope(|scope| {
        scope.spawn(|| come_in(scene, &room, &inside, &is_over));
        let talking = scope.spawn(|| talk(scene, &room, &inside, &is_over));
        scope.spawn(|| look(scene, &resident, &is_over));
        let acts = act(scene, &room, began, whole);
        is_over.store(true, Ordering::Relaxed);
        let talk = talking.join().map_err(|_| Failed::from("the talk panicked"))?;
        let (updates, end) = acts?;
        Ok::<_, Failed>((updates, end, talk))
    });
    let (updates, end, talk) = acts?;
    let used = Usage::of(scene.sitrep.id()?)?.since(before);
    let resident = resident.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Course { room, began, took: began.elapsed(), updates, end, talk, used, resident })
}

/// The commander's part.
fn act(scene: &Scene, room: &str, began: Instant, whole: Duration) -> Result<(Vec<String>, String), Failed> {
    let interval = scene.interval;
    // A moment after something was asked.
    let moment = (interval / 10).min(Duration::from_secs(60));
    let asked = interval.mul_f64(1.8) + moment;
    let overdue = asked + interval.mul_f64(1.5) + moment;
    let times = [
        interval.mul_f64(0.3),
        interval.mul_f64(0.8),
        asked,
        overdue,
        overdue + interval.mul_f64(0.2),
        overdue + interval.mul_f64(0.35),
    ];
    let mut updates = Vec::new();
    for (number, time) in times.iter().enumerate() {
        thread::sleep(time.saturating_sub(began.elapsed()));
        println!("{:>6.1} min: update {}", began.elapsed().as_secs_f64() / 60.0, number + 1);
        updates.push(scene.alice.say(room, &format!("!update {}", words(number)))?);
    }
    thread::sleep((whole - moment).saturating_sub(began.elapsed()));
    println!("{:>6.1} min: the end", began.elapsed().as_secs_f64() / 60.0);
    let end = scene.alice.say(room, "!resolve the checkout is up again")?;
    // What limits hold back comes in the end.
    let last = scene.told.len();
    poll(PATIENCE, || {
        thread::sleep(Duration::from_secs(2));
        let mut told = 0;
        for room in &scene.told {
            let said = scene.alice.messages(room)?;
            told += usize::from(said.iter().any(|seen| seen.body.contains("checkout is up again")));
        }
        Ok((told == last).then_some(()))
    })?;
    Ok((updates, end))
}

/// Whoever is asked in comes.
fn come_in(scene: &Scene, room: &str, inside: &Mutex<Vec<usize>>, is_over: &AtomicBool) {
    while !is_over.load(Ordering::Relaxed) {
        let invited = scene.alice.invited(room).unwrap_or_default();
        for (number, person) in scene.people.iter().enumerate() {
            if invited.contains(&person.user_id) && person.join(room).is_ok() {
                inside.lock().unwrap_or_else(PoisonError::into_inner).push(number);
            }
        }
        thread::sleep(Duration::from_secs(2));
    }
}

/// Whoever is in the room says something, in turns. Gives back how much was said.
fn talk(scene: &Scene, room: &str, inside: &Mutex<Vec<usize>>, is_over: &AtomicBool) -> usize {
    let pause = Duration::from_secs(60 * 60) / MESSAGES_AN_HOUR as u32;
    let (mut said, mut turn, mut next) = (0, 0, Instant::now());
    while !is_over.load(Ordering::Relaxed) {
        next += pause;
        thread::sleep(next.saturating_duration_since(Instant::now()));
        let speaker = {
            let inside = inside.lock().unwrap_or_else(PoisonError::into_inner);
            inside.get(turn % inside.len().max(1)).and_then(|number| scene.people.get(*number))
        };
        let Some(speaker) = speaker else { continue };
        turn += 1;
        said += usize::from(speaks(speaker, room, turn));
    }
    said
}

/// A remark, and now and then a sign, which means nothing to sitrep either.
fn speaks(speaker: &Person, room: &str, turn: usize) -> bool {
    let said = speaker.say(room, &format!("I have looked at number {turn}, and it seems fine to me"));
    if let Ok(said) = &said
        && turn.is_multiple_of(10)
    {
        // Whoever has said too much of late leaves it at that.
        drop(speaker.react(room, said, "👍"));
    }
    said.is_ok()
}

fn look(scene: &Scene, resident: &Mutex<Vec<f64>>, is_over: &AtomicBool) {
    while !is_over.load(Ordering::Relaxed) {
        let now = scene.sitrep.id().and_then(resident_mib);
        if let Ok((all, _)) = now {
            resident.lock().unwrap_or_else(PoisonError::into_inner).push(all);
        }
        thread::sleep(LOOK_EVERY);
    }
}
