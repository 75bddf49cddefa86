//! Resident memory of one sitrep on Matrix and on Discord, beside the bare bots of both together; idle after a restart.

use std::{fs, thread};

use crate::{
    compare,
    figures::median,
    scene::{self, IDLE},
    support::{Doing, Failed},
    town::Town,
    usage::Resident,
};

/// What each has by itself.
const GOAL: f64 = 1.25;

const CHANNELS: usize = 5;

pub(crate) fn measure(rounds: usize) -> Result<(), Failed> {
    let mut town = Town::new()?;
    let (ours, theirs) = (scene::discord(CHANNELS)?, scene::discord(CHANNELS)?);
    let file = town.sitrep.folder().join("sitrep.toml");
    let on_matrix = fs::read_to_string(file).doing("reading a configuration")?;
    town.sitrep.write(&[
        ("sitrep.toml", &format!("{on_matrix}\n{}", scene::section(&ours))),
        ("token", ours.token()),
        ("discord.pem", ours.certificate_pem()),
    ])?;
    let (mut on_matrix, mut on_discord) = (town.bare()?, scene::bare(&theirs)?);
    let (mut both, mut matrix, mut discord) = (Resident::default(), Resident::default(), Resident::default());
    // The first start is on a new store, which takes more and doesn't count.
    for round in 0..=rounds {
        for program in [&mut town.sitrep, &mut on_matrix, &mut on_discord] {
            program.start()?;
        }
        thread::sleep(IDLE);
        if round > 0 {
            both.take(&town.sitrep)?;
            matrix.take(&on_matrix)?;
            discord.take(&on_discord)?;
        }
    }
    let sum: Vec<f64> =
        matrix.all.iter().zip(&discord.all).map(|(matrix, discord)| matrix + discord).collect();
    compare(("sitrep on both", &both.all), ("both bare bots", &sum), "MiB", GOAL);
    println!(
        "bare bots: on Matrix {:.1}, on Discord {:.1}; not a file's: sitrep {:.1}, bare bots {:.1} and {:.1}",
        median(&matrix.all),
        median(&discord.all),
        median(&both.own),
        median(&matrix.own),
        median(&discord.own)
    );
    scene::is_content(&ours)
}
