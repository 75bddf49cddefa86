//! IDENTIFY and RESUME: who is let in, and what they are told first.
//!
//! - IDENTIFY begins a session: READY with the guilds as unavailable, then GUILD_CREATE for each of them. There are 1000 a
//!   day, and one in five seconds (`Faults::allow_hurry` lets tests that restart a bot not wait for it).
//! - RESUME goes on with one: everything after the number that the client gives, then RESUMED. A session that is unknown or
//!   was left too long ago is answered with op 9 and false, and the client may identify on the same connection.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::intents::Intents;
use super::session::Session;
use super::{Inner, frame};
use crate::intent;
use crate::render;
use crate::server::Server;
use crate::state::State;

/// Sessions that may be begun in a day.
pub(crate) const IDENTIFIES_A_DAY: usize = 1000;

/// One session may be begun in this time.
const BETWEEN_IDENTIFIES: Duration = Duration::from_secs(5);

/// Why a client is not let in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turned {
    /// The connection is closed with this code.
    Away(u16),
    /// Op 9, false: it must begin a new session.
    Back,
}

/// How many sessions may still be begun today.
pub(crate) fn identifies_left(state: &State) -> usize {
    let since = state.now() - TimeDelta::days(1);
    IDENTIFIES_A_DAY.saturating_sub(state.identifies.iter().filter(|at| **at > since).count())
}

/// Begins a session; the payloads to send, or why not.
pub(crate) fn identify(server: &Server, connection: u64, d: &Value) -> Result<Vec<String>, Turned> {
    let mut state = server.state();
    let mut inner = server.gateway.inner();
    inner.counts.identifies += 1;
    let now = state.now();
    if identifies_left(&state) == 0 {
        state.violation("more than 1000 identifies in a day: Discord resets the token");
        return Err(Turned::Away(4004));
    }
    state.identifies.push(now);
    let hasty =
        inner.last_identify.replace(Instant::now()).is_some_and(|last| last.elapsed() < BETWEEN_IDENTIFIES);
    if hasty && !inner.in_a_hurry {
        return Err(Turned::Back);
    }
    let Some(bits) = d["intents"].as_u64().filter(|_| d["properties"].is_object() && d["token"].is_string())
    else {
        state.violation(format!("an IDENTIFY that Discord can't read: {}", without_token(d)));
        return Err(Turned::Away(4002));
    };
    check_token(&state, d)?;
    let shard = shard(d)?;
    let intents = Intents::asked(bits, granted(&state)).map_err(Turned::Away)?;

    let id = format!("{:032x}", state.next_id());
    let mut session = Session::new(intents, state.bot(), connection, state.log.len());
    let ready = ready(&state, &format!("ws://{}", inner.address), &id, shard);
    let mut payloads = vec![session.tell("READY", &ready)];
    if intents.has(intent::GUILDS) && state.application.in_guild && state.guild.available {
        payloads.push(session.tell("GUILD_CREATE", &guild(&state, intents)));
    }
    inner.sessions.retain(|_, session| !session.is_over(now));
    inner.sessions.insert(id, session);
    Ok(payloads)
}

/// Takes a session up again; the payloads to send, or why not.
pub(crate) fn resume(server: &Server, connection: u64, d: &Value) -> Result<Vec<String>, Turned> {
    let state = server.state();
    let mut inner = server.gateway.inner();
    check_token(&state, d)?;
    let (Some(id), Some(seq)) = (d["session_id"].as_str(), d["seq"].as_u64()) else {
        return Err(Turned::Away(4002));
    };
    let now = state.now();
    inner.sessions.retain(|_, session| !session.is_over(now));
    let Inner { sessions, twists, counts, .. } = &mut *inner;
    let Some(session) = sessions.get_mut(id) else {
        counts.failed_resumes += 1;
        return Err(Turned::Back);
    };
    session.read_on(&state.log, twists);
    let Some(missed) = session.after(seq) else {
        counts.failed_resumes += 1;
        return Err(Turned::Away(4007));
    };
    let mut payloads = missed.to_vec();
    payloads.push(session.tell("RESUMED", &json!({})));
    session.connection = Some(connection);
    session.left_at = None;
    counts.resumes += 1;
    Ok(payloads)
}

/// What a session begins with.
fn ready(state: &State, url: &str, session: &str, shard: Option<[u64; 2]>) -> Value {
    let guilds =
        if state.application.in_guild { vec![render::guild::unavailable(state)] } else { Vec::new() };
    let mut ready = json!({
        "v": 10,
        "user": render::user::me(state),
        "guilds": guilds,
        "private_channels": [],
        "session_id": session,
        "session_type": "normal",
        "resume_gateway_url": url,
        "application": { "id": state.application.id.to_string(), "flags": state.application.flags() },
    });
    if let Some(shard) = shard {
        ready["shard"] = json!(shard);
    }
    ready
}

/// The guild as a session is told of it: its members only if it asked for them and may.
fn guild(state: &State, intents: Intents) -> Value {
    let mut guild = render::guild::whole(state);
    if intents.has(intent::GUILD_MEMBERS) {
        guild["members"] = state.guild.members.keys().map(|&who| render::user::member(state, who)).collect();
    }
    guild
}

/// What a client that is turned back is told.
pub(crate) fn invalid_session(resumable: bool) -> String {
    frame::payload(frame::op::INVALID_SESSION, &json!(resumable))
}

fn check_token(state: &State, d: &Value) -> Result<(), Turned> {
    let token = d["token"].as_str().unwrap_or_default();
    if token.trim_start_matches("Bot ") == state.application.token { Ok(()) } else { Err(Turned::Away(4004)) }
}

/// The privileged intents that the application was granted.
fn granted(state: &State) -> u64 {
    let application = &state.application;
    let bit = |granted, bit| if granted { bit } else { 0 };
    bit(application.message_content, intent::MESSAGE_CONTENT)
        | bit(application.members, intent::GUILD_MEMBERS)
}

fn shard(d: &Value) -> Result<Option<[u64; 2]>, Turned> {
    if d["shard"].is_null() {
        return Ok(None);
    }
    match (d["shard"][0].as_u64(), d["shard"][1].as_u64()) {
        (Some(id), Some(total)) if id < total => Ok(Some([id, total])),
        _ => Err(Turned::Away(4010)),
    }
}

fn without_token(d: &Value) -> Value {
    let mut d = d.clone();
    d["token"] = json!("...");
    d
}
