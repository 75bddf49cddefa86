//! From `!incident` sent to the reporter's invitation seen: sitrep, beside plain HTTP that waits on `/sync` for the
//! command and then makes the same room in one call.
//!
//! What it asks for is read from the first room that sitrep made, and after every round both rooms are compared event
//! by event: the homeserver had the same to do for both.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    AFTERMATH, compare,
    figures::ms,
    support::{Doing, Failed, PATIENCE, http::encoded, person::Person},
    town::Town,
    watcher::Watcher,
};

const GOAL: f64 = 1.2;
const CLIENT: &str = "/_matrix/client/v3";

/// What an answer to a request of the HTTP client may take.
const TIMEOUT: Duration = Duration::from_secs(60);

pub(crate) fn measure(rounds: usize) -> Result<(), Failed> {
    let mut town = Town::new()?;
    town.sitrep.start()?;
    let mut watcher = Watcher::new(&town.alice);
    watcher.catch_up()?;
    let (_, sample) = declare(&town.alice, &mut watcher, &town.ops)?;
    let insider = Person::log_in(&town.synapse.url, &town.account)?;
    let plan = Plan::read(&insider, &sample)?;
    let rival = Rival::log_in(&town)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let is_over = AtomicBool::new(false);
    let complaint: Mutex<Option<Failed>> = Mutex::new(None);
    thread::scope(|scope| {
        scope.spawn(|| {
            if let Err(failed) = rival.serve(&town.other, &town.alice.user_id, &plan, &is_over) {
                *complaint.lock().unwrap_or_else(PoisonError::into_inner) = Some(failed);
            }
        });
        let measured = (0..=rounds).try_for_each(|round| {
            let (took, room) = declare(&town.alice, &mut watcher, &town.ops)?;
            let (floor, floor_room) = declare(&town.alice, &mut watcher, &town.other)?;
            let made = (Plan::read(&insider, &room)?, Plan::read(&rival.person, &floor_room)?);
            if made.0.kinds() != made.1.kinds() {
                return Err(format!("different rooms: {:?} and {:?}", made.0.kinds(), made.1.kinds()).into());
            }
            for room in [&room, &floor_room] {
                town.alice.leave(room)?;
            }
            // The first one is for warming up.
            if round > 0 {
                ours.push(took);
                theirs.push(floor);
            }
            Ok::<_, Failed>(())
        });
        is_over.store(true, Ordering::Relaxed);
        measured
    })
    .map_err(|failed| complaint.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or(failed))?;
    compare(("sitrep", &ours), ("plain HTTP", &theirs), "ms", GOAL);
    Ok(())
}

/// Alice declares; how long until she sees the invitation, in milliseconds, and into which room it is.
fn declare(alice: &Person, watcher: &mut Watcher<'_>, room: &str) -> Result<(f64, String), Failed> {
    thread::sleep(AFTERMATH);
    watcher.catch_up()?;
    let began = Instant::now();
    alice.say(room, "!incident the checkout is down")?;
    let made = watcher.invitation()?;
    let took = ms(began.elapsed());
    thread::sleep(AFTERMATH);
    Ok((took, made))
}

/// A room as it was asked for.
struct Plan {
    /// Name, topic, and everything else that a room's maker says about it.
    said: Vec<Value>,
    invited: Vec<String>,
}

impl Plan {
    /// What was asked for when a room was made, from what its maker finds in it: the events before the invitations.
    fn read(maker: &Person, room: &str) -> Result<Self, Failed> {
        let events = maker.events(room)?;
        let is_invitation = |event: &crate::support::seen::Seen| event.content["membership"] == "invite";
        let invited =
            events.iter().filter(|event| is_invitation(event)).filter_map(|event| event.state_key.clone());
        let said = events.iter().take_while(|event| !is_invitation(event)).filter(|event| {
            !matches!(event.kind.as_str(), "m.room.create" | "m.room.member" | "m.room.canonical_alias")
        });
        let said = said.map(
            |event| json!({ "type": event.kind, "state_key": event.state_key, "content": event.content }),
        );
        Ok(Self { invited: invited.collect(), said: said.collect() })
    }

    /// The events by their types, and how many people are asked in.
    fn kinds(&self) -> (Vec<&str>, usize) {
        let kinds = self.said.iter().filter_map(|event| event["type"].as_str());
        (kinds.collect(), self.invited.len())
    }

    fn request(&self, number: usize) -> Value {
        let content = |kind: &str, field: &str| {
            let event = self.said.iter().find(|event| event["type"] == kind);
            event.map_or(Value::Null, |event| event["content"][field].clone())
        };
        let apart = ["m.room.name", "m.room.topic", "m.room.power_levels"];
        let rest: Vec<&Value> =
            self.said.iter().filter(|event| !apart.iter().any(|kind| event["type"] == *kind)).collect();
        json!({
            "room_alias_name": format!("rival-{number}-0"),
            "name": content("m.room.name", "name"),
            "topic": content("m.room.topic", "topic"),
            "preset": "private_chat",
            "invite": self.invited,
            "initial_state": rest,
        })
    }
}

/// A client of plain HTTP that does one thing. Its connection is kept, as any client's.
struct Rival {
    person: Person,
    agent: ureq::Agent,
    base: String,
    token: String,
}

impl Rival {
    fn log_in(town: &Town) -> Result<Self, Failed> {
        let config = ureq::Agent::config_builder().timeout_global(Some(TIMEOUT)).proxy(None).build();
        let agent: ureq::Agent = config.into();
        let base = town.synapse.url.clone();
        let identifier = json!({ "type": "m.id.user", "user": town.rival.user_id });
        let body =
            json!({ "type": "m.login.password", "identifier": identifier, "password": town.rival.password });
        let mut answer = agent.post(format!("{base}{CLIENT}/login")).send_json(body).doing("logging in")?;
        let answer: Value = answer.body_mut().read_json().doing("logging in")?;
        let token = answer["access_token"].as_str().ok_or("no token").doing("logging in")?.to_owned();
        let person = Person::with_token(&base, &town.rival.user_id, &token);
        Ok(Self { person, agent, base, token })
    }

    fn serve(&self, room: &str, reporter: &str, plan: &Plan, is_over: &AtomicBool) -> Result<(), Failed> {
        let filter = encoded(
            &json!({ "presence": { "types": [] }, "room": { "ephemeral": { "types": [] } } }).to_string(),
        );
        let mut since = String::new();
        let mut number = 0;
        let until = Instant::now() + PATIENCE * 100;
        while !is_over.load(Ordering::Relaxed) && Instant::now() < until {
            let path = format!("{CLIENT}/sync?timeout=2000&filter={filter}{since}");
            let request = self.agent.get(format!("{}{path}", self.base));
            let request = request.header("authorization", format!("Bearer {}", self.token));
            let synced: Value = request.call().doing("syncing")?.body_mut().read_json().doing("syncing")?;
            let events = synced["rooms"]["join"][room]["timeline"]["events"].as_array().into_iter().flatten();
            let is_command = |event: &Value| {
                event["sender"] == reporter
                    && event["content"]["body"].as_str().is_some_and(|body| body.starts_with("!incident"))
            };
            let commands =
                if since.is_empty() { 0 } else { events.filter(|event| is_command(event)).count() };
            for _ in 0..commands {
                number += 1;
                let request = self.agent.post(format!("{}{CLIENT}/createRoom", self.base));
                let request = request.header("authorization", format!("Bearer {}", self.token));
                request.send_json(plan.request(number)).doing("making a room")?;
            }
            let next = synced["next_batch"].as_str().ok_or("no position").doing("syncing")?;
            since = format!("&since={}", encoded(next));
        }
        Ok(())
    }
}
