//! `sitrep doctor`: a line for everything that an incident needs, with and without the service.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::Failed;
use crate::support::person::Person;
use crate::support::sitrep::{Home, Output, Sitrep};
use crate::support::trials::{Test, needs_synapse, test};

use super::town::Town;

/// Whether meetings work is no matter of the machine that runs the tests.
const NO_MEETING: &str = "[meeting]\nprovider = \"none\"\n";

pub(super) fn tests() -> Vec<Test> {
    vec![
        needs_synapse("service::the_doctor_finds_nothing_where_all_is_well", fine),
        needs_synapse("service::the_doctor_asks_the_service_that_runs", running),
        needs_synapse("service::the_doctor_says_what_is_wrong_with_rooms", rooms),
        needs_synapse("service::the_doctor_says_that_a_password_is_wrong", password),
        test("service::the_doctor_says_that_there_is_no_connection", unconnected),
        test("service::the_doctor_refuses_a_wrong_configuration", configuration),
    ]
}

/// A town where sitrep may do everything.
fn healthy() -> Result<Town, Failed> {
    let town = Town::new()?;
    town.alice.set_power(&town.ops, &town.bot.user_id, 50)?;
    Ok(town)
}

/// The lines of a report, each of which begins with a level.
fn lines(output: &Output) -> Vec<(String, String)> {
    let line = |line: &str| {
        let (level, rest) = line.split_once(' ').unwrap_or_default();
        assert!(["ok", "note", "warning", "problem"].contains(&level), "{line}");
        (level.to_owned(), rest.to_owned())
    };
    output.stdout.lines().map(line).collect()
}

/// Nothing is wrong, and everything was looked at.
fn is_well(output: &Output, town: &Town) -> Result<(), Failed> {
    assert_eq!(output.status.code(), Some(0), "{}\n{}", output.stdout, output.stderr);
    let lines = lines(output);
    for expected in [
        format!("Matrix: logged in as {}", town.bot.user_id),
        "Encryption: a room can be made, and what sitrep encrypts there can be read back".to_owned(),
        "Encryption: this device is signed by the account's identity".to_owned(),
        "Encryption: keys are backed up, and the recovery key opens the backup".to_owned(),
        format!("Room {}: sitrep is in it, reads, speaks, mentions, pins", town.ops_alias),
        format!("Room {}: sitrep is in it, reads, speaks, mentions", town.status_alias),
        "Clock: this machine and the homeserver agree".to_owned(),
        "Store: verified".to_owned(),
        "Disk: data can be written".to_owned(),
    ] {
        let is_ok = lines.iter().any(|(level, line)| level == "ok" && line.starts_with(&expected));
        assert!(is_ok, "`{expected}` is missing in\n{}", output.stdout);
    }
    let limits = lines.iter().find(|(_, line)| line.starts_with("Limits: ")).ok_or("nothing about limits")?;
    assert_eq!(limits.0, "note", "{limits:?}");
    Ok(())
}

/// The rooms that the bot is in.
fn rooms_of_the_bot(town: &Town) -> Result<BTreeSet<String>, Failed> {
    let bot = Person::log_in(&town.synapse.url, &town.bot)?;
    let answer = bot.api.get("/_matrix/client/v3/joined_rooms")?;
    let rooms = answer["joined_rooms"].as_array().into_iter().flatten();
    Ok(rooms.filter_map(Value::as_str).map(str::to_owned).collect())
}

fn fine() -> Result<(), Failed> {
    let town = healthy()?;
    let home = town.home(NO_MEETING)?;
    is_well(&home.sitrep(&["doctor"], "")?, &town)?;
    is_well(&home.sitrep(&["doctor"], "")?, &town)?;
    let expected = BTreeSet::from([town.ops.clone(), town.status.clone()]);
    assert_eq!(rooms_of_the_bot(&town)?, expected, "it has left the rooms that it made");
    for room in [&town.ops, &town.status] {
        assert!(town.said_in(&town.alice, room)?.is_empty(), "nobody has noticed");
    }
    let _sitrep = Sitrep::run(home)?;
    let listed = town.ask(&town.alice, &town.ops, "!incidents")?;
    assert!(listed.body.contains("Nothing is open"), "the service goes on from there: {}", listed.body);
    Ok(())
}

fn running() -> Result<(), Failed> {
    let town = healthy()?;
    let sitrep = town.sitrep(NO_MEETING)?;
    let (room, _) = town.declare("!incident checkout is down")?;
    let session = sitrep.home().read("data/matrix/session.json")?;
    for _ in 0..2 {
        is_well(&sitrep.home().sitrep(&["doctor"], "")?, &town)?;
        town.ask(&town.alice, &room, "!status")?;
    }
    assert_eq!(sitrep.home().read("data/matrix/session.json")?, session, "on its own session");
    assert!(!sitrep.log().contains("ERROR"), "{}", sitrep.log());
    let said = town.said_in(&town.alice, &town.ops)?;
    assert_eq!(said.len(), 1, "nothing but the answer to the declaration");
    Ok(())
}

fn rooms() -> Result<(), Failed> {
    let town = Town::new()?;
    let configuration = town
        .configuration(NO_MEETING)
        .replace("rooms = [\"#ops", "rooms = [\"#nowhere:sitrep.test\", \"#ops");
    let configuration = configuration.replacen(
        "stakeholder_rooms = [",
        "support_room = \"#closed\"\nstakeholder_rooms = [",
        1,
    );
    let closed = town.synapse.unique("closed");
    town.alice.create_room(Some(&closed), &[])?;
    let configuration = configuration.replace("#closed", &format!("#{closed}:sitrep.test"));
    let home = Home::with(&[("sitrep.toml", &configuration), ("password", &town.bot.password)])?;
    let alone = home.sitrep(&["doctor"], "")?;
    let sitrep = Sitrep::run(home)?;
    let log = sitrep.log();
    let asked = sitrep.home().sitrep(&["doctor"], "")?;
    let pinless = format!("may not pin messages in the room {}", town.ops_alias);
    let closed = format!("may not enter the room #{closed}:sitrep.test. Invite {}", town.bot.user_id);
    for output in [&alone, &asked] {
        assert_eq!(output.status.code(), Some(1), "{}\n{}", output.stdout, output.stderr);
        let problems: Vec<String> =
            lines(output).into_iter().filter(|(level, _)| level == "problem").map(|(_, line)| line).collect();
        assert_eq!(problems.len(), 3, "{}", output.stdout);
        for expected in ["The room #nowhere:sitrep.test does not exist. Create it", &pinless, &closed] {
            assert!(problems.iter().any(|line| line.contains(expected)), "{expected} in {}", output.stdout);
        }
        assert!(output.stderr.contains("3 problems were found"), "{}", output.stderr);
    }
    for expected in ["#nowhere:sitrep.test does not exist", &pinless, &closed] {
        assert!(log.contains(expected), "at the start it is in the log: {expected} in {log}");
    }
    let listed = town.ask(&town.alice, &town.ops, "!incidents")?;
    assert!(listed.body.contains("Nothing is open"), "the rest goes on: {}", listed.body);
    // What is mended is well the next time.
    town.alice.set_power(&town.ops, &town.bot.user_id, 50)?;
    let mended = sitrep.home().sitrep(&["doctor"], "")?;
    assert!(!mended.stdout.contains(&pinless), "{}", mended.stdout);
    // Where it may not even speak, that is the worst.
    town.alice.set_state(
        &town.status,
        "m.room.power_levels",
        "",
        &serde_json::json!({ "events_default": 50 }),
    )?;
    let mute = sitrep.home().sitrep(&["doctor"], "")?;
    let expected = format!("problem sitrep may not speak in the room {}", town.status_alias);
    assert!(mute.stdout.contains(&expected), "{}", mute.stdout);
    Ok(())
}

fn password() -> Result<(), Failed> {
    let town = Town::new()?;
    let home = town.home(NO_MEETING)?;
    home.write("password", "sesame")?;
    let output = home.sitrep(&["doctor"], "")?;
    assert_eq!(output.status.code(), Some(1), "{}\n{}", output.stdout, output.stderr);
    assert!(output.stdout.contains("did not accept the password"), "{}", output.stdout);
    assert!(!format!("{}{}", output.stdout, output.stderr).contains("sesame"));
    assert!(lines(&output).iter().any(|(level, line)| level == "ok" && line.starts_with("Disk:")));
    Ok(())
}

fn unconnected() -> Result<(), Failed> {
    let configuration = "[matrix]\nhomeserver = \"http://127.0.0.1:9\"\nuser = \"@sitrep:example.org\"\n\
                         password = \"x\"\nrooms = [\"#ops:example.org\"]\nallow = [\"*:example.org\"]\n";
    let configuration = format!("{configuration}\n[meeting]\nbase_url = \"http://127.0.0.1:9\"\n");
    let home = Home::with(&[("sitrep.toml", &configuration)])?;
    let alone = home.sitrep(&["doctor"], "")?;
    let mut sitrep = Sitrep::run_unready(home)?;
    let began = Instant::now();
    while !sitrep.log().contains("Trying again in") {
        if began.elapsed() > Duration::from_secs(30) {
            return Err(format!("nothing was said about the server:\n{}", sitrep.log()).into());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let asked = sitrep.home().sitrep(&["doctor"], "")?;
    for output in [alone, asked] {
        assert_eq!(output.status.code(), Some(1), "{}\n{}", output.stdout, output.stderr);
        let lines = lines(&output);
        let says = |level: &str, words: &str| {
            lines.iter().any(|(found, line)| found == level && line.contains(words))
        };
        assert!(
            says("problem", "http://127.0.0.1:9: the homeserver could not be reached"),
            "{}",
            output.stdout
        );
        assert!(says("warning", "Meeting: http://127.0.0.1:9 can't be reached"), "{}", output.stdout);
    }
    assert!(sitrep.terminate()?.success());
    Ok(())
}

fn configuration() -> Result<(), Failed> {
    let home = Home::with(&[("sitrep.toml", "[matrix]\nhomserver = \"x\"\n")])?;
    let wrong = home.sitrep(&["doctor"], "")?;
    assert_eq!(wrong.status.code(), Some(2), "{}", wrong.stderr);
    assert!(wrong.stdout.is_empty() && wrong.stderr.contains("homeserver"), "{}", wrong.stderr);
    let empty = Home::with(&[("sitrep.toml", "")])?.sitrep(&["doctor"], "")?;
    assert_eq!(empty.status.code(), Some(2), "{}", empty.stderr);
    Ok(())
}
