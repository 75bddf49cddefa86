//! What can't work is said in a sentence that says what to do.

use std::time::{Duration, Instant};

use crate::support::Failed;
use crate::support::sitrep::{Home, Sitrep};
use crate::support::trials::{Test, needs_synapse, test};

use super::town::Town;

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("service::check_accepts_the_example", example),
        test("service::check_shows_line_and_caret", caret),
        test("service::an_unreachable_server_is_waited_for", unreachable),
        needs_synapse("service::a_wrong_password_is_a_sentence", password),
        needs_synapse("service::a_refused_token_is_a_sentence", token),
        needs_synapse("service::an_unknown_room_is_a_sentence_and_the_rest_goes_on", unknown_room),
        needs_synapse("service::a_second_service_is_refused", second),
    ]
}

fn example() -> Result<(), Failed> {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/config/sitrep.example.toml");
    let output = Home::new()?.sitrep(&["check", "--config", example], "")?.succeeded()?;
    assert!(output.trim_end().ends_with("fine"), "{output}");
    Ok(())
}

fn caret() -> Result<(), Failed> {
    let home = Home::with(&[("sitrep.toml", "[severity.sev1]\nupdate_evry = \"15m\"\n")])?;
    let output = home.sitrep(&["check"], "")?;
    assert_eq!(output.status.code(), Some(2), "{}", output.stderr);
    for expected in ["sitrep.toml:2:1", "update_evry = \"15m\"", "^^^^", "update_every"] {
        assert!(output.stderr.contains(expected), "{expected} is missing in\n{}", output.stderr);
    }
    assert_eq!(home.sitrep(&["frobnicate"], "")?.status.code(), Some(2));
    Ok(())
}

fn unreachable() -> Result<(), Failed> {
    let configuration = "[matrix]\nhomeserver = \"http://127.0.0.1:9\"\nuser = \"@sitrep:example.org\"\n\
                         password = \"x\"\nrooms = [\"#ops:example.org\"]\nallow = [\"*:example.org\"]\n";
    let mut sitrep = Sitrep::run_unready(Home::with(&[("sitrep.toml", configuration)])?)?;
    let began = Instant::now();
    while !sitrep.log().contains("Trying again in") {
        if began.elapsed() > Duration::from_secs(30) {
            return Err(format!("nothing was said about the server:\n{}", sitrep.log()).into());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(sitrep.terminate()?.success(), "it can be ended while it waits");
    Ok(())
}

fn password() -> Result<(), Failed> {
    let town = Town::new()?;
    let home = town.home("")?;
    home.write("password", "wrong")?;
    let output = home.sitrep(&["run"], "")?;
    assert_eq!(output.status.code(), Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("password") && !output.stderr.contains("wrong\n"), "{}", output.stderr);
    Ok(())
}

fn token() -> Result<(), Failed> {
    let town = Town::new()?;
    let login = "access_token = \"syt_not_a_token\"\ndevice_id = \"SITREP\"";
    let configuration = town.configuration("").replace("password_file = \"password\"", login);
    let output = Home::with(&[("sitrep.toml", &configuration)])?.sitrep(&["run"], "")?;
    assert_eq!(output.status.code(), Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("token") && !output.stderr.contains("syt_not"), "{}", output.stderr);
    Ok(())
}

fn unknown_room() -> Result<(), Failed> {
    let town = Town::new()?;
    let configuration =
        town.configuration("").replace("rooms = [\"#ops", "rooms = [\"#nowhere:sitrep.test\", \"#ops");
    let home = Home::with(&[("sitrep.toml", &configuration), ("password", &town.bot.password)])?;
    let sitrep = Sitrep::run(home)?;
    let listed = town.ask(&town.alice, &town.ops, "!incidents")?;
    assert!(listed.body.contains("Nothing is open"), "{}", listed.body);
    assert!(sitrep.log().contains("#nowhere:sitrep.test"), "{}", sitrep.log());
    Ok(())
}

fn second() -> Result<(), Failed> {
    let town = Town::new()?;
    let sitrep = town.sitrep("")?;
    let output = sitrep.home().sitrep(&["run"], "")?;
    assert_eq!(output.status.code(), Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("in use"), "{}", output.stderr);
    Ok(())
}
