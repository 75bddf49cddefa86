//! From a bot that was just invited to a working `/incident`: the link, the slash commands, the doctor, and a platform
//! that is away meanwhile.

use std::time::{Duration, Instant};

use sitrep_fake_discord::{Discord, permission};

use crate::service::town::Town;
use crate::support::Failed;
use crate::support::discord::{Guild, world};
use crate::support::sitrep::{Home, Output, Sitrep};
use crate::support::trials::{Test, needs_synapse, test};

/// Whether meetings work is no matter of the machine that runs the tests.
const NO_MEETING: &str = "[meeting]\nprovider = \"none\"\n";
const VOICE: &str = "[meeting]\nprovider = \"discord_voice\"\n";

/// A Matrix server that is away.
const AWAY: &str = "[matrix]\nhomeserver = \"http://127.0.0.1:9\"\nuser = \"@sitrep:example.org\"\n\
                    password = \"x\"\nrooms = [\"#ops:example.org\"]\nallow = [\"*:example.org\"]\n";

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("discord::what_the_invitation_asks_for_is_enough", invited),
        test("discord::slash_commands_are_told_once", commands_once),
        test("discord::slash_commands_come_back_when_they_are_lost", commands_lost),
        test("discord::slash_commands_are_told_again_after_a_failure", commands_failed),
        test("discord::the_doctor_finds_nothing_where_all_is_well", well),
        test("discord::the_doctor_names_every_permission_that_is_missing", permissions),
        test("discord::the_doctor_says_what_is_wrong_with_the_rest", unwell),
        test("discord::the_doctor_says_that_it_is_not_on_the_server", elsewhere),
        test("discord::a_matrix_that_is_away_at_the_start_holds_up_nothing", without_matrix),
        needs_synapse("discord::a_discord_that_is_away_at_the_start_holds_up_nothing", without_discord),
        test("discord::a_token_that_is_refused_ends_it_only_where_nothing_else_is_left", refused),
    ]
}

/// A server on which the bot may do exactly this.
fn with_permissions(bits: u64) -> Result<Guild, Failed> {
    Guild::of(world().bot_permissions(bits), "@everyone")
}

/// The permissions in the link that the binary prints.
fn asked_for(home: &Home) -> Result<u64, Failed> {
    let link = home.sitrep(&["invite-link"], "")?.succeeded()?;
    let permissions = link.split_once("permissions=").and_then(|(_, rest)| rest.split_once('&'));
    let permissions = permissions.and_then(|(bits, _)| bits.parse().ok());
    permissions.ok_or_else(|| format!("no permissions in {link}").into())
}

fn lines(output: &Output, level: &str) -> Vec<String> {
    let of_level = output.stdout.lines().filter_map(|line| line.strip_prefix(level)?.strip_prefix(' '));
    of_level.map(str::to_owned).collect()
}

fn one(lines: &[String], words: &str) -> Result<(), Failed> {
    match lines.iter().filter(|line| line.contains(words)).count() {
        1 => Ok(()),
        count => Err(format!("{words:?} is there {count} times in {lines:#?}").into()),
    }
}

fn invited() -> Result<(), Failed> {
    let probe = Guild::new()?;
    let bits = asked_for(&probe.home(VOICE)?)?;
    assert_eq!(bits & permission::ADMINISTRATOR, 0);
    // Whatever everybody may do elsewhere must not help: here everybody may do nothing, and who may command, little.
    let guild = Guild::of(world().bot_permissions(bits), "ops-people")?;
    {
        let mut state = guild.discord.server().state();
        let everyone = state.guild.id;
        for role in state.guild.roles.values_mut() {
            if role.id == everyone {
                role.permissions = 0;
            } else if role.name == "ops-people" {
                role.permissions = permission::OF_EVERYBODY & !permission::CONNECT;
            }
        }
    }
    let sitrep = guild.sitrep(VOICE)?;
    let doctor = sitrep.home().sitrep(&["doctor"], "")?;
    assert_eq!(doctor.status.code(), Some(0), "{}\n{}", doctor.stdout, doctor.stderr);
    for level in ["warning", "problem"] {
        assert!(lines(&doctor, level).is_empty(), "{}", doctor.stdout);
    }
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident checkout is down")?;
    assert!(!room.pins.is_empty());
    guild.declare(&alice, "!incident --private a leak")?;
    guild.ask(&alice, &room.id.to_string(), "!lead @bob")?;
    guild.ask(&alice, &room.id.to_string(), "!resolve done")?;
    guild.is_content()
}

/// How often Discord was told of the commands.
fn told(discord: &Discord) -> usize {
    let is_telling = |request: &&sitrep_fake_discord::state::Request| {
        request.method == "PUT" && request.path.ends_with("/commands") && request.status == 200
    };
    discord.requests().iter().filter(is_telling).count()
}

fn commands_once() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let began = Instant::now();
    let mut sitrep = guild.sitrep("")?;
    guild.wait("the commands", || (told(&guild.discord) == 1).then_some(()))?;
    assert!(began.elapsed() < Duration::from_secs(30), "within half a minute of the start");
    let looks = || {
        let is_look = |request: &&sitrep_fake_discord::state::Request| {
            request.method == "GET" && request.path.ends_with("/commands")
        };
        guild.discord.requests().iter().filter(is_look).count()
    };
    sitrep.restart()?;
    guild.wait("a look at the commands", || (looks() == 1).then_some(()))?;
    guild.ask(&guild.person("alice"), "ops", "!incidents")?;
    assert_eq!(told(&guild.discord), 1, "nothing has changed");
    guild.is_content()
}

fn commands_lost() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let mut sitrep = guild.sitrep("")?;
    guild.wait("the commands", || (told(&guild.discord) == 1).then_some(()))?;
    guild.discord.server().state().commands.clear();
    sitrep.restart()?;
    guild.wait("the commands again", || (told(&guild.discord) == 2).then_some(()))?;
    guild.is_content()
}

fn commands_failed() -> Result<(), Failed> {
    let guild = Guild::new()?;
    guild.discord.faults().refuse("PUT", "/applications/*/guilds/*/commands", 2, (503, 0));
    let sitrep = guild.sitrep("")?;
    guild.ask(&guild.person("alice"), "ops", "!incidents")?;
    guild.wait("the commands", || (told(&guild.discord) == 1).then_some(()))?;
    assert!(sitrep.log().contains("could not be told of the slash commands"), "{}", sitrep.log());
    guild.is_content()
}

fn well() -> Result<(), Failed> {
    let guild = Guild::of(world(), "ops-people")?;
    let channels = |guild: &Guild| guild.discord.channels().len();
    let before = channels(&guild);
    let home = guild.home(NO_MEETING)?;
    let alone = home.sitrep(&["doctor"], "")?;
    assert_eq!(alone.status.code(), Some(0), "{}\n{}", alone.stdout, alone.stderr);
    one(&lines(&alone, "warning"), "are not there yet; what is typed, as `!incident`, works")?;
    let sitrep = Sitrep::run(home)?;
    guild.wait("the commands", || (told(&guild.discord) == 1).then_some(()))?;
    let asked = sitrep.home().sitrep(&["doctor"], "")?;
    assert_eq!(asked.status.code(), Some(0), "{}\n{}", asked.stdout, asked.stderr);
    let fine = lines(&asked, "ok");
    for expected in [
        "Discord: logged in as sitrep",
        "Discord: what people say can be read (MESSAGE CONTENT)",
        "Discord: sitrep is on the server Example",
        "Permission: View Channels.",
        "Permission: Manage Channels.",
        "Permission: Manage Roles.",
        "Permission: Pin Messages.",
        "Permission: Create Events.",
        "Room ops: sitrep sees it, reads, speaks, mentions, pins, begins threads.",
        "Room status: sitrep sees it, reads, speaks, mentions.",
        "Category Incidents: it is made with the first incident",
        "Channels: the server has",
        "Private channel: one can be made that nobody else sees, and removed again",
        "Clock: this machine and Discord agree",
        "Slash commands: all",
        "Gateway: connected, and everything is heard",
        "Gateway: sitrep may log in there",
        "Store: verified",
    ] {
        one(&fine, expected)?;
    }
    assert_eq!(lines(&asked, "warning"), Vec::<String>::new());
    assert_eq!(channels(&guild), before, "nothing is left of it");
    for room in ["ops", "support", "status"] {
        assert!(guild.said_in(room).is_empty(), "nobody has noticed");
    }
    for output in [&alone, &asked] {
        let all = format!("{}{}{}", output.stdout, output.stderr, sitrep.log());
        assert!(!all.contains(guild.discord.token()), "the token is shown: {all}");
    }
    guild.is_content()
}

fn permissions() -> Result<(), Failed> {
    let lacking = permission::PIN_MESSAGES | permission::CREATE_EVENTS | permission::MANAGE_CHANNELS;
    let guild = with_permissions(permission::OF_THE_BOT & !lacking)?;
    let output = guild.home(NO_MEETING)?.sitrep(&["doctor"], "")?;
    assert_eq!(output.status.code(), Some(1), "{}\n{}", output.stdout, output.stderr);
    let problems = lines(&output, "problem");
    one(
        &problems,
        "Permission: sitrep lacks Manage Channels, which it needs to make a channel for each incident",
    )?;
    one(&problems, "Private channel: none can be made: sitrep lacks the permission Manage Channels")?;
    let warnings = lines(&output, "warning");
    for expected in [
        "sitrep lacks Pin Messages, which",
        "sitrep lacks Create Events, which",
        "Room ops: sitrep lacks Pin Messages there",
    ] {
        one(&warnings, expected)?;
    }
    for line in problems.iter().chain(&warnings) {
        assert!(line.matches(". ").count() >= 1, "it says what to do: {line}");
    }
    one(&lines(&output, "ok"), "Permission: Manage Roles.")?;
    guild.is_content()
}

fn unwell() -> Result<(), Failed> {
    let guild = Guild::of(world().message_content(false), "nobody-has-this")?;
    guild.close_to_sitrep("status");
    let configuration = guild.configuration(NO_MEETING).replace("[\"ops\"]", "[\"ops\", \"nowhere\"]");
    let output = guild.home_with(&configuration)?.sitrep(&["doctor"], "")?;
    assert_eq!(output.status.code(), Some(1), "{}\n{}", output.stdout, output.stderr);
    let problems = lines(&output, "problem");
    one(&problems, "Room nowhere: there is no text channel of that name")?;
    one(&problems, "Room status: sitrep may not see it")?;
    one(&problems, "Roles: there is no role nobody-has-this on the server")?;
    one(&lines(&output, "warning"), "what people say can't be read, so `!incident` is not heard")?;
    guild.is_content()
}

fn elsewhere() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let configuration = guild.configuration(NO_MEETING);
    let id = guild.discord.guild_id().to_string();
    let output = guild.home_with(&configuration.replace(&id, "17"))?.sitrep(&["doctor"], "")?;
    assert_eq!(output.status.code(), Some(1), "{}\n{}", output.stdout, output.stderr);
    assert_eq!(lines(&output, "problem").len(), 1, "{}", output.stdout);
    assert!(output.stdout.contains("invite-link"), "it says how to get there: {}", output.stdout);
    Ok(())
}

fn without_matrix() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let mut sitrep = guild.sitrep(&format!("{AWAY}\n{NO_MEETING}"))?;
    let log = sitrep.log();
    assert!(
        log.contains(
            "matrix is still missing. Matrix at http://127.0.0.1:9: the homeserver could not be reached"
        ),
        "{log}"
    );
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident checkout is down")?;
    guild.ask(&alice, &room.id.to_string(), "!resolve done")?;
    let doctor = sitrep.home().sitrep(&["doctor"], "")?;
    one(&lines(&doctor, "problem"), "http://127.0.0.1:9: the homeserver could not be reached")?;
    one(&lines(&doctor, "ok"), "Gateway: connected")?;
    assert!(sitrep.terminate()?.success());
    guild.is_content()
}

fn without_discord() -> Result<(), Failed> {
    let town = Town::new()?;
    let discord = "[discord]\ntoken = \"MTc.x.y\"\nguild_id = \"17\"\nrooms = [\"ops\"]\nallow_roles = [\"@everyone\"]\n\
                   stakeholder_rooms = [\"status\"]\napi_address = \"127.0.0.1:9\"\n";
    let mut sitrep = town.sitrep(&format!("{NO_MEETING}{discord}"))?;
    assert!(sitrep.log().contains("discord is still missing. "), "{}", sitrep.log());
    let (room, _) = town.declare("!incident checkout is down")?;
    town.ask(&town.alice, &room, "!resolve done")?;
    assert!(sitrep.terminate()?.success());
    Ok(())
}

fn refused() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let configuration = guild.configuration(NO_MEETING);
    let home = guild.home_with(&configuration)?;
    home.write("discord-token", "MTc.sesame.sesame")?;
    let ended = home.sitrep(&["run"], "")?;
    assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("token") && !ended.stderr.contains("sesame"), "{}", ended.stderr);
    home.write("sitrep.toml", &format!("{configuration}\n{AWAY}"))?;
    let mut sitrep = Sitrep::run_unready(home)?;
    let says = |words: &str| sitrep.log().contains(words);
    guild.wait("both to be said", || (says("Trying again in 2 s") && says("ERROR")).then_some(()))?;
    assert!(sitrep.terminate()?.success(), "the other may still come");
    Ok(())
}
