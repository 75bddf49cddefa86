//! Resident memory, idle after a restart: with five rooms and with two hundred, beside the bare bot in the same rooms.
//!
//! Both are restarted side by side and left alone for a while; a first run on a new store takes more and doesn't count.

use std::{thread, time::Duration};

use crate::{
    compare,
    figures::median,
    support::{Failed, person::Person},
    town::Town,
    usage::Resident,
};

const GOAL: f64 = 1.25;

/// Past the time after which tokio ends threads that have nothing to do.
const IDLE: Duration = Duration::from_secs(15);

/// Past the time after which sitrep stores how far it has read when nothing else is to be stored.
const STORED: Duration = Duration::from_secs(75);

pub(crate) fn measure(rounds: usize) -> Result<(), Failed> {
    let mut town = Town::new()?;
    let mut bare = town.bare()?;
    println!("binaries: sitrep {:.1} MiB, bare bot {:.1} MiB", town.sitrep.size_mib()?, bare.size_mib()?);
    let bots = [&town.account, &town.rival];
    let bots = bots.map(|account| Person::log_in(&town.synapse.url, account));
    let bots = bots.into_iter().collect::<Result<Vec<Person>, Failed>>()?;
    let mut rooms = 2;
    for wanted in [5, 200] {
        town.sitrep.stop()?;
        bare.stop()?;
        while rooms < wanted {
            let invited: Vec<&str> =
                bots.iter().chain([&town.bob]).map(|person| person.user_id.as_str()).collect();
            let room = town.alice.create_room(Some(&format!("room-{rooms}")), &invited)?;
            for person in bots.iter().chain([&town.bob]) {
                person.join(&room)?;
            }
            town.alice.say(&room, "Good morning")?;
            rooms += 1;
        }
        // They hear of the rooms, and are started again on what they have stored.
        town.sitrep.start()?;
        bare.start()?;
        thread::sleep(STORED);
        let (mut ours, mut theirs) = (Resident::default(), Resident::default());
        for _ in 0..rounds {
            town.sitrep.start()?;
            bare.start()?;
            thread::sleep(IDLE);
            ours.take(&town.sitrep)?;
            theirs.take(&bare)?;
        }
        println!("\n{wanted} rooms");
        compare(("sitrep", &ours.all), ("bare bot", &theirs.all), "MiB", GOAL);
        println!("not a file's: sitrep {:.1}, bare bot {:.1}", median(&ours.own), median(&theirs.own));
    }
    Ok(())
}
