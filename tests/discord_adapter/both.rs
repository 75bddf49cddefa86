//! Matrix and Discord in one process: each runs its own incidents, and tells the other's stakeholders.

use crate::service::town::Town;
use crate::support::Failed;
use crate::support::discord::Guild;
use crate::support::sitrep::{Home, Sitrep};
use crate::support::trials::{Test, needs_synapse};

pub(super) fn tests() -> Vec<Test> {
    vec![
        needs_synapse("discord::both_platforms_in_one_process", both),
        needs_synapse("discord::one_platform_that_is_away_holds_up_no_other", away),
    ]
}

/// One service on both, which knows alice and bob by both of their names.
fn service(town: &Town, guild: &Guild) -> Result<Sitrep, Failed> {
    let (alice, bob) = (guild.person("alice").id(), guild.person("bob").id());
    let people = format!(
        "[people]\nalice = [{:?}, \"discord:{alice}\"]\nbob = [{:?}, \"discord:{bob}\"]\n",
        town.alice.user_id, town.bob.user_id
    );
    let configuration = town.configuration(&format!("{}\n{people}", guild.section()));
    let home = Home::with(&[
        ("sitrep.toml", &configuration),
        ("password", &town.bot.password),
        ("discord-token", guild.discord.token()),
        ("discord.pem", guild.discord.certificate_pem()),
    ])?;
    Sitrep::run(home)
}

fn both() -> Result<(), Failed> {
    let (town, guild) = (Town::new()?, Guild::new()?);
    let mut sitrep = service(&town, &guild)?;
    let alice = guild.person("alice");
    guild.ask(&alice, "ops", "!incidents")?;
    // Declared on Matrix, it has its room there, and Discord's stakeholders hear of it.
    let (matrix_room, _) = town.declare("!incident checkout is down")?;
    guild.hear_words("status", "checkout is down")?;
    town.ask(&town.alice, &matrix_room, "!ack")?;
    town.ask(&town.alice, &matrix_room, "!update half of it is drained")?;
    let told = guild.hear_words("status", "half of it is drained")?;
    let id = alice.id();
    assert!(told.mentions.is_empty() && told.text().contains(&format!("<@{id}>")), "{told:#?}");
    assert!(guild.rooms().is_empty(), "its room is on Matrix");
    // Declared on Discord, the other way round.
    let room = guild.declare(&alice, "!incident payroll is late")?;
    town.hear(&town.bob, &town.status, |seen| seen.body.contains("payroll is late"))?;
    let id = room.id.to_string();
    guild.ask(&alice, &id, "!ack")?;
    guild.ask(&alice, &id, "!update the bank is back")?;
    let told = town.hear(&town.bob, &town.status, |seen| seen.body.contains("the bank is back"))?;
    assert!(told.mentions.is_empty(), "{told:?}");
    assert!(!told.body.contains(&alice.id().to_string()), "people have names: {}", told.body);
    // What is private stays on its platform, and with those who are asked in.
    guild.declare(&alice, "!incident --private zebra")?;
    let everything = guild.ask(&alice, "ops", "!incidents")?;
    assert!(
        everything.text().contains("checkout is down") && everything.text().contains("payroll is late"),
        "{}",
        everything.text()
    );
    for seen in town.said_in(&town.alice, &town.status)?.iter().chain(&town.said_in(&town.alice, &town.ops)?)
    {
        assert!(!seen.body.contains("zebra"), "{}", seen.body);
    }
    // Both remember after a kill.
    sitrep.kill9();
    sitrep.start_again()?;
    guild.ask(&alice, &id, "!resolve done")?;
    town.ask(&town.alice, &matrix_room, "!resolve done")?;
    town.hear(&town.bob, &town.status, |seen| seen.body.contains("INC-2 is resolved"))?;
    guild.hear_words("status", "INC-1 is resolved")?;
    guild.is_content()
}

fn away() -> Result<(), Failed> {
    let (town, guild) = (Town::new()?, Guild::new()?);
    let _sitrep = service(&town, &guild)?;
    guild.ask(&guild.person("alice"), "ops", "!incidents")?;
    guild.discord.faults().refuse_connections(std::time::Duration::from_secs(600));
    guild.discord.faults().reset();
    guild.discord.faults().refuse("*", "/**", 100_000, (503, 0));
    let (room, answer) = town.declare("!incident checkout is down")?;
    assert!(answer.body.contains("INC-1"), "{}", answer.body);
    town.ask(&town.alice, &room, "!resolve done")?;
    guild.discord.faults().mend();
    guild.discord.faults().refuse_connections(std::time::Duration::ZERO);
    guild.hear_words("status", "INC-1 is resolved")?;
    guild.ask(&guild.person("alice"), "ops", "!incidents")?;
    guild.is_content()
}
