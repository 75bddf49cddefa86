//! Ten thousand messages that mean nothing to a bot, in one room in which both are: what they cost each of them.
//!
//! Both hear the same messages at the same time. A sync may bring several, so that the slower one syncs less often.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    program::Program,
    support::{Failed, person::Person},
    town::Town,
    usage::Usage,
};

const MESSAGES: usize = 10_000;
const SPEAKERS: usize = 4;
/// No goal is set for it but this: not to be noticeably more than the SDK costs by itself.
const GOAL: f64 = 1.25;
/// Whoever has used nothing for so long has dealt with everything; past a minute even a position alone is written.
const QUIET: Duration = Duration::from_secs(70);

pub(crate) fn measure(rounds: usize) -> Result<(), Failed> {
    let mut town = Town::new()?;
    let mut bare = town.bare()?;
    Person::log_in(&town.synapse.url, &town.rival)?.join_asked(&town.alice, &town.ops)?;
    let speakers = (0..SPEAKERS).map(|_| {
        let speaker = town.synapse.person("speaker")?;
        speaker.join_asked(&town.alice, &town.ops)?;
        Ok(speaker)
    });
    let speakers = speakers.collect::<Result<Vec<Person>, Failed>>()?;
    bare.start()?;
    town.sitrep.start()?;
    thread::sleep(Duration::from_secs(5));
    for _ in 0..rounds {
        let before = [usage(&town.sitrep)?, usage(&bare)?];
        let began = Instant::now();
        talk(&speakers, &town.ops)?;
        let talked = began.elapsed();
        thread::sleep(QUIET);
        let after = [usage(&town.sitrep)?, usage(&bare)?];
        println!("{MESSAGES} messages in {:.0} s", talked.as_secs_f64());
        let used = [0, 1].map(|index| after[index].since(before[index]));
        for (name, used) in ["sitrep", "bare bot"].into_iter().zip(used) {
            println!(
                "{name}: {:.2} s of processor time, {:.1} MiB written",
                used.processor.as_secs_f64(),
                used.written as f64 / 1024.0 / 1024.0
            );
        }
        println!(
            "ratios: processor {:.2}, writes {:.2} (goal: at most {GOAL})",
            used[0].processor.as_secs_f64() / used[1].processor.as_secs_f64(),
            used[0].written as f64 / used[1].written as f64
        );
    }
    Ok(())
}

fn usage(program: &Program) -> Result<Usage, Failed> {
    Usage::of(program.id()?)
}

fn talk(speakers: &[Person], room: &str) -> Result<(), Failed> {
    thread::scope(|scope| {
        let talking: Vec<_> = speakers
            .iter()
            .map(|speaker| {
                scope.spawn(move || {
                    (0..MESSAGES / SPEAKERS).try_for_each(|number| {
                        speaker.say(
                            room,
                            &format!("I have looked at number {number}, and it seems fine to me"),
                        )?;
                        Ok::<_, Failed>(())
                    })
                })
            })
            .collect();
        talking
            .into_iter()
            .try_for_each(|thread| thread.join().map_err(|_| Failed::from("a speaker panicked"))?)
    })
}
