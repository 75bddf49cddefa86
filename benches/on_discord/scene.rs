//! Who is there: a Discord of one's own for each side, both alike, so that neither hears the other; sitrep on one of
//! them and the bare bot on another.

use std::{fmt::Write as _, time::Duration};

use sitrep_fake_discord::{Discord, World};

use crate::{
    program::Program,
    support::{Doing, Failed},
};

/// Who commands, and who is asked in.
const PEOPLE: [&str; 2] = ["alice", "bob"];

/// How many channels Discord allows in a category.
const CATEGORY: usize = 50;

/// Past the time after which tokio ends threads that have nothing to do.
pub(crate) const IDLE: Duration = Duration::from_secs(15);

/// A Discord with so many more channels in which somebody has spoken.
pub(crate) fn discord(more: usize) -> Result<Discord, Failed> {
    let mut world = World::new("Example").channel("ops").channel("status").category("Incidents");
    for person in PEOPLE {
        world = world.person(person, &[]);
    }
    let name = |number: usize| format!("2026-11-21-{:04}-the-checkout-is-down", number);
    for number in 0..more {
        let category = format!("Incidents before {}", number / CATEGORY);
        if number % CATEGORY == 0 {
            world = world.category(&category);
        }
        world = world.channel_in(&category, &name(number));
    }
    let discord = Discord::start(world).doing("starting a Discord")?;
    for number in 0..more {
        discord.person("alice").say(&name(number), "Good morning").doing("saying something")?;
    }
    Ok(discord)
}

/// What sitrep is told of that Discord.
pub(crate) fn section(discord: &Discord) -> String {
    let mut section = format!(
        "[discord]\ntoken_file = \"token\"\nguild_id = \"{}\"\nrooms = [\"ops\"]\nstakeholder_rooms = [\"status\"]\n\
         allow_roles = [\"@everyone\"]\napi_address = \"{}\"\nroot_certificate = \"discord.pem\"\n",
        discord.guild_id(),
        discord.api_address()
    );
    let _ = writeln!(section);
    section
}

/// What sitrep is told of the people there, and whom it asks in.
fn people(discord: &Discord) -> String {
    format!(
        "[severity.sev2]\ninvite = [\"bob\"]\n\n[people]\nbob = [\"discord:{}\"]\n",
        discord.person("bob").id()
    )
}

/// sitrep on that Discord, not started.
pub(crate) fn sitrep(discord: &Discord) -> Result<Program, Failed> {
    let configuration =
        format!("data_dir = \"data\"\ntimezone = \"UTC\"\n\n{}{}", section(discord), people(discord));
    Program::sitrep(&[
        ("sitrep.toml", configuration.as_str()),
        ("token", discord.token()),
        ("discord.pem", discord.certificate_pem()),
    ])
}

/// The bare bot on that Discord, not started.
pub(crate) fn bare(discord: &Discord) -> Result<Program, Failed> {
    let mut bare = Program::bare("bare_discord_bot")?;
    bare.write(&[("discord.pem", discord.certificate_pem())])?;
    bare.set("BARE_BOT_TOKEN", discord.token());
    bare.set("BARE_BOT_API", &discord.api_address().to_string());
    bare.set("BARE_BOT_CERTIFICATE", "discord.pem");
    Ok(bare)
}

/// Fails if a real Discord would have minded anything.
pub(crate) fn is_content(discord: &Discord) -> Result<(), Failed> {
    let violations = discord.violations();
    if violations.is_empty() {
        return Ok(());
    }
    Err(format!("Discord would not have had that:\n{}", violations.join("\n")).into())
}
