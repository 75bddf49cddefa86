//! Resident memory, idle after a restart: with five channels of incidents and with two hundred, beside the bare bot on a
//! Discord like it.
//!
//! Both are restarted side by side and left alone for a while; a first run on a new store takes more and doesn't count.

use std::{thread, time::Duration};

use crate::{
    compare,
    figures::median,
    scene::{self, IDLE},
    support::{Doing, Failed},
    usage::Resident,
};

const GOAL: f64 = 1.25;

/// Past the time after which sitrep stores how far it has read when nothing else is to be stored.
const STORED: Duration = Duration::from_secs(75);

pub(crate) fn measure(rounds: usize) -> Result<(), Failed> {
    for channels in [5, 200] {
        let (ours, theirs) = (scene::discord(channels)?, scene::discord(channels)?);
        let (mut sitrep, mut bare) = (scene::sitrep(&ours)?, scene::bare(&theirs)?);
        if channels == 5 {
            println!("binaries: sitrep {:.1} MiB, bare bot {:.1} MiB", sitrep.size_mib()?, bare.size_mib()?);
        }
        sitrep.start()?;
        bare.start()?;
        for discord in [&ours, &theirs] {
            discord.person("alice").say("ops", "Good morning").doing("saying something")?;
        }
        thread::sleep(STORED);
        let (mut of_sitrep, mut of_bare) = (Resident::default(), Resident::default());
        for _ in 0..rounds {
            sitrep.start()?;
            bare.start()?;
            thread::sleep(IDLE);
            of_sitrep.take(&sitrep)?;
            of_bare.take(&bare)?;
        }
        println!("\n{channels} channels");
        compare(("sitrep", &of_sitrep.all), ("bare bot", &of_bare.all), "MiB", GOAL);
        println!("not a file's: sitrep {:.1}, bare bot {:.1}", median(&of_sitrep.own), median(&of_bare.own));
        scene::is_content(&ours)?;
        scene::is_content(&theirs)?;
    }
    Ok(())
}
