//! What whoever runs sitrep on Discord relies on.

use sitrep_fake_discord::permission;

use crate::support::Failed;
use crate::support::discord::Guild;
use crate::support::sitrep::Sitrep;
use crate::support::trials::{Test, test};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("discord::slash_commands_are_registered_once", registered_once),
        test("discord::the_doctor_finds_nothing_to_complain_of", healthy),
        test("discord::the_doctor_names_what_is_missing", missing),
        test("discord::no_token_is_logged_whatever_is_asked_for", no_token_is_logged),
    ]
}

fn registered_once() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let mut sitrep = guild.sitrep("")?;
    guild.wait("slash commands", || (!guild.discord.commands().is_empty()).then_some(()))?;
    let names: Vec<String> =
        guild.discord.commands().iter().filter_map(|it| it["name"].as_str().map(str::to_owned)).collect();
    for verb in ["incident", "ack", "update", "resolve", "status", "incidents", "lead", "help"] {
        assert!(names.iter().any(|name| name == verb), "/{verb} is missing in {names:?}");
    }
    let made = guild.discord.command_creates();
    sitrep.restart()?;
    guild.ask(&guild.person("alice"), "ops", "!incidents")?;
    let asked = guild
        .discord
        .requests()
        .iter()
        .filter(|it| it.path.ends_with("/commands") && it.method != "GET")
        .count();
    assert_eq!((guild.discord.command_creates(), asked), (made, 1), "200 may be made a day");
    guild.is_content()
}

fn healthy() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let sitrep = guild.sitrep("")?;
    guild.ask(&guild.person("alice"), "ops", "!incidents")?;
    let before: Vec<String> = guild.discord.channels().into_iter().map(|it| it.name).collect();
    let output = sitrep.home().sitrep(&["doctor"], "")?;
    let report = output.succeeded()?;
    assert!(report.contains("Discord"), "{report}");
    let after: Vec<String> =
        guild.discord.channels().into_iter().map(|it| it.name).filter(|name| name != "Incidents").collect();
    assert_eq!(after, before, "the private channel that it tries is gone again");
    assert!(
        guild.said_in("ops").len() == 1 && guild.discord.pings().is_empty(),
        "people notice nothing of it"
    );
    guild.is_content()
}

fn missing() -> Result<(), Failed> {
    let guild = Guild::new()?;
    guild.discord.revoke(permission::PIN_MESSAGES | permission::CREATE_EVENTS);
    let sitrep = guild.sitrep("")?;
    guild.ask(&guild.person("alice"), "ops", "!incidents")?;
    let output = sitrep.home().sitrep(&["doctor"], "")?;
    for named in ["Pin Messages", "Create Events"] {
        assert!(output.stdout.contains(named), "{named} is missing in\n{}", output.stdout);
    }
    guild.is_content()
}

/// Tokens of interactions answer for sitrep for a quarter of an hour; they stand in the addresses of requests.
fn no_token_is_logged() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let sitrep = Sitrep::run(guild.home("")?.and_variable("SITREP_LOG", "trace"))?;
    let alice = guild.person("alice");
    guild.ask(&alice, "ops", "!incidents")?;
    guild.first_answer(&alice.slash("ops", "incidents", &[])?)?;
    let log = sitrep.log();
    assert!(log.contains("TRACE") && log.contains("DEBUG"), "everything else is logged");
    let paths: Vec<String> = guild.discord.requests().into_iter().map(|it| it.path).collect();
    let of_interactions =
        paths.iter().filter_map(|path| path.split("/interactions/").nth(1)?.split('/').nth(1));
    let tokens: Vec<&str> = of_interactions.chain([guild.discord.token()]).collect();
    assert!(tokens.len() > 1, "an interaction was answered: {paths:?}");
    for token in tokens {
        let line = log.lines().find(|line| line.contains(token));
        assert!(line.is_none(), "{}", line.unwrap_or_default());
    }
    guild.is_content()
}
