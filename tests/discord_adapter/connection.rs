//! The gateway, and everything that becomes of it: afterwards people are heard as before, and Discord has not been
//! bothered with more sessions than it takes.

use std::time::Duration;

use crate::support::Failed;
use crate::support::discord::Guild;
use crate::support::trials::{Test, test};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("discord::it_reconnects_when_asked_to", asked_to),
        test("discord::it_comes_back_after_a_close_without_a_code", closed_without_code),
        test("discord::it_comes_back_after_closes_that_make_clients_spin", spinning),
        test("discord::it_comes_back_after_every_other_close", other_closes),
        test("discord::a_session_that_is_invalid_is_begun_anew", invalid),
        test("discord::a_silent_socket_is_noticed", silent),
        test("discord::missing_acknowledgements_are_noticed", unacknowledged),
        test("discord::instant_deaths_of_connections_make_no_storm", storm),
        test("discord::a_gateway_that_is_away_is_waited_for", away),
        test("discord::what_it_does_not_know_does_not_disturb_it", unknown),
        test("discord::a_token_that_is_not_taken_any_more_is_a_sentence", token),
        test("discord::it_goes_offline_when_it_ends", ends),
    ]
}

/// With heartbeats so close that a test needn't wait for them.
fn hasty() -> Result<Guild, Failed> {
    let guild = Guild::new()?;
    guild.discord.faults().set_heartbeat(Duration::from_millis(1500));
    Ok(guild)
}

/// Something happens to the connection, and people are heard all the same. `sessions`: how many may be begun by then.
fn survives(guild: &Guild, sessions: usize, what: impl FnOnce()) -> Result<(), Failed> {
    let alice = guild.person("alice");
    guild.ask(&alice, "ops", "!incidents")?;
    let before = guild.discord.identifies();
    what();
    let answer = guild.ask(&alice, "ops", "!incidents")?;
    assert!(answer.text().contains("Nothing is open"), "{}", answer.text());
    let begun = guild.discord.identifies() - before;
    assert!(begun <= sessions, "{begun} sessions were begun");
    guild.is_content()
}

fn asked_to() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    survives(&guild, 0, || guild.discord.faults().reconnect())?;
    survives(&guild, 0, || guild.discord.faults().reset())
}

fn closed_without_code() -> Result<(), Failed> {
    let guild = hasty()?;
    let _sitrep = guild.sitrep("")?;
    survives(&guild, 2, || guild.discord.faults().close(None))?;
    survives(&guild, 2, || guild.discord.faults().close(None))
}

fn spinning() -> Result<(), Failed> {
    for code in [4003, 4010] {
        let guild = hasty()?;
        let _sitrep = guild.sitrep("")?;
        survives(&guild, 2, || guild.discord.faults().close(Some(code)))?;
    }
    Ok(())
}

fn other_closes() -> Result<(), Failed> {
    let guild = hasty()?;
    let _sitrep = guild.sitrep("")?;
    for code in [1000, 4000, 4007, 4009] {
        survives(&guild, 2, || guild.discord.faults().close(Some(code)))?;
    }
    Ok(())
}

fn invalid() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    survives(&guild, 1, || guild.discord.faults().invalidate(true))?;
    survives(&guild, 2, || guild.discord.faults().invalidate(false))
}

fn silent() -> Result<(), Failed> {
    let guild = hasty()?;
    let _sitrep = guild.sitrep("")?;
    survives(&guild, 2, || guild.discord.faults().silence())
}

fn unacknowledged() -> Result<(), Failed> {
    let guild = hasty()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    guild.ask(&alice, "ops", "!incidents")?;
    let gateway = guild.discord.gateway();
    let before = gateway.counts();
    guild.discord.faults().no_acks();
    guild.wait("another connection", || (gateway.counts().connections > before.connections).then_some(()))?;
    survives(&guild, 1, || {})
}

fn storm() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let gateway = guild.discord.gateway();
    guild.ask(&guild.person("alice"), "ops", "!incidents")?;
    let before = gateway.counts().connections;
    guild.discord.faults().die_after_handshake(1_000_000);
    guild.discord.faults().reset();
    std::thread::sleep(Duration::from_secs(6));
    let tried = gateway.counts().connections - before;
    assert!(tried >= 1, "it tries again");
    assert!(tried <= 10, "{tried} connections in six seconds are a storm");
    guild.discord.faults().die_after_handshake(0);
    survives(&guild, 2, || {})
}

fn away() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let mut sitrep = guild.sitrep("")?;
    survives(&guild, 2, || {
        guild.discord.faults().refuse_connections(Duration::from_secs(4));
        guild.discord.faults().reset();
    })?;
    assert!(sitrep.ended()?.is_none());
    Ok(())
}

fn unknown() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    for payload in [
        r#"{"op":0,"s":3,"t":"SOMETHING_NEW","d":{"guild_id":"1","odd":[1,2]}}"#,
        r#"{"op":0,"s":4,"t":"MESSAGE_CREATE","d":{"not":"a message"}}"#,
        r#"{"op":0,"s":5,"t":"INTERACTION_CREATE","d":{}}"#,
        r#"{"op":99,"d":null}"#,
    ] {
        survives(&guild, 1, || guild.discord.faults().say(payload))?;
    }
    Ok(())
}

fn token() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let mut sitrep = guild.sitrep("")?;
    guild.ask(&guild.person("alice"), "ops", "!incidents")?;
    guild.discord.reset_token();
    guild.discord.faults().close(Some(4004));
    sitrep.wait_for_end()?;
    assert!(sitrep.log().to_lowercase().contains("token"), "{}", sitrep.log());
    assert!(!sitrep.log().contains(guild.discord.token()), "it is not in the log");
    // And at the start.
    let output = sitrep.home().sitrep(&["run"], "")?;
    assert_eq!(output.status.code(), Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("token"), "{}", output.stderr);
    let refused = guild.discord.requests().iter().filter(|request| request.status == 401).count();
    assert!(refused <= 10, "it was refused {refused} times and went on asking");
    Ok(())
}

fn ends() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let mut sitrep = guild.sitrep("")?;
    guild.ask(&guild.person("alice"), "ops", "!incidents")?;
    assert!(sitrep.terminate()?.success());
    guild.wait("it is offline", || (!guild.discord.gateway().is_connected()).then_some(()))?;
    guild.is_content()
}
