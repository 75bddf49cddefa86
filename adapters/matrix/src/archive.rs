//! Closing a room to everybody's words, and opening it again as it was.
//!
//! - Whatever people send asks for a power level that they don't have: ours, which nobody reaches in a room of version 12
//!   that we have made. Taking one's own words back stays possible.
//! - **What was so before is remembered in the room**, in a piece of state of ours: a lost disk loses no way back. It is
//!   written before anything changes.
//! - The room leaves the space and stays what else it was: whoever is in it reads it, whoever could enter it still can.
//! - Each step looks at how things stand, so that an attempt that was cut off is carried on by the next one.

use std::collections::BTreeMap;

use matrix_sdk::{
    Client,
    ruma::{RoomId, events::StateEventType},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sitrep_core::{
    port::{Outcome, Receipt},
    room::RoomRef,
};

use crate::{
    account::Account,
    failure::Failure,
    room_power::Power,
    room_state,
    space::{self, Place},
};

/// Where the room remembers what was so.
const MEMORY: &str = "org.sitrep.archive";

/// The level at which an ordinary administrator writes.
const ADMINISTRATOR: i64 = 100;

/// The highest that an event may say (Matrix specification, "Canonical JSON").
const HIGHEST: i64 = (1 << 53) - 1;

/// Taking one's words back.
const REDACTION: &str = "m.room.redaction";

/// What was so before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Memory {
    /// The level that writing asks for meanwhile. None if the room isn't archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<i64>,
    #[serde(default)]
    before: Before,
    /// The spaces that it was in, by their ids.
    #[serde(default)]
    places: BTreeMap<String, Place>,
}

/// The power levels that are others meanwhile; `None` for what wasn't said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Before {
    #[serde(default)]
    events_default: Option<Value>,
    #[serde(default)]
    events: BTreeMap<String, Option<Value>>,
    #[serde(default)]
    had_events: bool,
}

/// Sees to it that nobody but us writes in a room, and that it is in no space.
pub(crate) async fn close(account: &Account, room: &RoomRef) -> Result<Outcome, Failure> {
    let room = account.room(room).await?;
    let (client, id) = (account.client(), room.room_id());
    let Some(level) = level(account, &client, id).await? else { return Ok(powerless(account)) };
    let mut memory = recall(&client, id).await?;
    let levels = levels(&client, id).await?;
    let places = space::places(account, &room).await?;
    let is_closed = memory.level.is_some_and(|level| is_closed(&levels, level));
    if !is_closed {
        let (closed, before) = closed(&levels, level);
        memory.level = Some(level);
        memory.before = before;
        memory.places.extend(places.clone());
        write(&client, id, StateEventType::from(MEMORY), &memory).await?;
        write(&client, id, StateEventType::RoomPowerLevels, &closed).await?;
    }
    space::take_out(account, id, &places).await?;
    Ok(Outcome::Done(Receipt::Done))
}

/// Sees to it that a room is as it was before it was closed.
pub(crate) async fn open(account: &Account, room: &RoomRef) -> Result<Outcome, Failure> {
    let room = account.room(room).await?;
    let (client, id) = (account.client(), room.room_id());
    let memory = recall(&client, id).await?;
    let Some(level) = memory.level else { return Ok(Outcome::Done(Receipt::Done)) };
    if self::level(account, &client, id).await?.is_none() {
        return Ok(powerless(account));
    }
    let levels = levels(&client, id).await?;
    let opened = opened(&levels, level, &memory.before);
    if opened != levels {
        write(&client, id, StateEventType::RoomPowerLevels, &opened).await?;
    }
    space::put_back(account, id, &memory.places).await?;
    write(&client, id, StateEventType::from(MEMORY), &json!({})).await?;
    Ok(Outcome::Done(Receipt::Done))
}

fn powerless(account: &Account) -> Outcome {
    Outcome::Permanent(format!(
        "sitrep may not change who writes in the room; give {} a power level there at which permissions can be changed, \
         100 as a rule",
        account.settings.user
    ))
}

/// The level that shuts everybody out whom we can shut out. `None` if we may change none.
async fn level(account: &Account, client: &Client, room: &RoomId) -> Result<Option<i64>, Failure> {
    let power = Power::of(client, &account.me, room).await?;
    let changes = |kind| power.changes(kind);
    if !changes(StateEventType::RoomPowerLevels) || !changes(StateEventType::from(MEMORY)) {
        return Ok(None);
    }
    let others = power.highest_but_mine();
    Ok(match power.mine() {
        None => Some(others.saturating_add(1).clamp(ADMINISTRATOR, HIGHEST)),
        Some(mine) => (mine > power.of_everybody()).then_some(mine),
    })
}

async fn recall(client: &Client, room: &RoomId) -> Result<Memory, Failure> {
    let content: Option<Value> = room_state::read(client, room, StateEventType::from(MEMORY), "").await?;
    // What can't be read was not written by us.
    Ok(content.and_then(|content| serde_json::from_value(content).ok()).unwrap_or_default())
}

async fn levels(client: &Client, room: &RoomId) -> Result<Value, Failure> {
    let content: Option<Value> = room_state::read(client, room, StateEventType::RoomPowerLevels, "").await?;
    Ok(content.filter(Value::is_object).unwrap_or_else(|| json!({})))
}

async fn write(
    client: &Client,
    room: &RoomId,
    kind: StateEventType,
    content: &impl Serialize,
) -> Result<(), Failure> {
    let content = serde_json::to_value(content).map_err(|error| Failure::Broken(error.to_string()))?;
    room_state::write(client, room, kind, "", &content).await
}

/// A level as it stands in an event: older rooms may have it as text.
fn number(level: &Value) -> Option<i64> {
    level.as_i64().or_else(|| level.as_str()?.trim().parse().ok())
}

/// Whether nothing asks for less than this level.
fn is_closed(levels: &Value, level: i64) -> bool {
    let is_high = |asked: &Value| number(asked).is_some_and(|asked| asked >= level);
    let mut events = levels["events"].as_object().into_iter().flatten();
    is_high(&levels["events_default"]) && events.all(|(kind, asked)| kind == REDACTION || is_high(asked))
}

/// The power levels under which whatever is sent asks for this one, and what was so before.
fn closed(levels: &Value, level: i64) -> (Value, Before) {
    let mut closed = levels.clone();
    let events = levels["events"].as_object();
    let mut before = Before {
        events_default: levels.get("events_default").cloned(),
        events: BTreeMap::new(),
        had_events: events.is_some(),
    };
    let redaction = events.and_then(|events| events.get(REDACTION));
    let as_before = redaction.or(before.events_default.as_ref()).cloned().unwrap_or_else(|| 0.into());
    for (kind, asked) in events.into_iter().flatten() {
        if kind != REDACTION && number(asked).is_none_or(|asked| asked < level) {
            before.events.insert(kind.clone(), Some(asked.clone()));
            closed["events"][kind] = level.into();
        }
    }
    if redaction.is_none() {
        before.events.insert(REDACTION.to_owned(), None);
        closed["events"][REDACTION] = as_before;
    }
    closed["events_default"] = level.into();
    (closed, before)
}

/// The power levels with everything that closing has changed as it was before. What people have changed since stays.
fn opened(levels: &Value, level: i64, before: &Before) -> Value {
    let mut opened = levels.clone();
    let Some(fields) = opened.as_object_mut() else { return opened };
    if fields.get("events_default").and_then(number) == Some(level) {
        match &before.events_default {
            Some(asked) => fields.insert("events_default".to_owned(), asked.clone()),
            None => fields.remove("events_default"),
        };
    }
    if let Some(events) = fields.get_mut("events").and_then(Value::as_object_mut) {
        for (kind, asked) in &before.events {
            let is_ours =
                kind == REDACTION || events.get(kind).and_then(number).is_some_and(|asked| asked == level);
            match asked {
                Some(asked) if is_ours => drop(events.insert(kind.clone(), asked.clone())),
                None if is_ours => drop(events.remove(kind)),
                Some(_) | None => {}
            }
        }
        if events.is_empty() && !before.had_events {
            fields.remove("events");
        }
    }
    opened
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_closed_and_opened_again() {
        let made = json!({
            "users": { "@bob:example.org": 50 }, "users_default": 0, "events_default": 0, "state_default": 50, "ban": 50,
            "events": { "m.room.name": 50, "m.room.tombstone": 150, "m.reaction": 0, "org.old": "0" },
        });
        let cases = [
            made,
            json!({}),
            json!({ "events": {} }),
            json!({ "events_default": 25, "events": { "m.room.redaction": 10 } }),
            json!({ "events_default": "0" }),
        ];
        for levels in cases {
            let (shut, before) = closed(&levels, 100);
            assert!(is_closed(&shut, 100) && !is_closed(&levels, 100), "{shut}");
            assert_eq!(shut["events_default"], 100);
            let kept = levels["events"].get(REDACTION).or(levels.get("events_default"));
            assert_eq!(shut["events"][REDACTION], kept.cloned().unwrap_or_else(|| 0.into()), "{levels}");
            for untouched in ["users", "users_default", "state_default", "ban"] {
                assert_eq!(shut.get(untouched), levels.get(untouched));
            }
            assert_eq!(opened(&shut, 100, &before), levels);
            // Opened twice it stays as it is.
            assert_eq!(opened(&levels, 100, &before), levels);
            let stored: Before = serde_json::from_value(serde_json::to_value(&before).unwrap()).unwrap();
            assert_eq!(stored, before);
        }
    }

    #[test]
    fn what_people_change_meanwhile_stays() {
        let (mut shut, before) = closed(&json!({ "events": { "m.reaction": 0, "m.room.name": 50 } }), 100);
        shut["events"]["m.reaction"] = 30.into();
        shut["users"] = json!({ "@bob:example.org": 50 });
        let expected =
            json!({ "events": { "m.reaction": 30, "m.room.name": 50 }, "users": { "@bob:example.org": 50 } });
        assert_eq!(opened(&shut, 100, &before), expected);
    }
}
