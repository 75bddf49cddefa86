//! An appointment about a room: a scheduled event that takes place at the room's address, which is how it is found.
//!
//! Everybody on the server reads the calendar; what may stand in it is core's to say. One that begins in the past can't
//! be made, and nobody needs it: what the calendar said before goes. One that has begun can't be put off: another takes
//! its place.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use serenity::{all::GuildId, http::Route};
use sitrep_core::{
    port::{Appointment, Receipt},
    room::RoomRef,
};

use crate::{
    account::Account,
    client::Call,
    failure::{Failure, code},
    raw::RawEvent,
    render::shortened,
    say,
};

/// What Discord allows.
const NAME: usize = 100;
const ABOUT: usize = 1_000;

/// The number of what is going on.
const GOING_ON: u8 = 2;
/// The numbers of what is to come and of what is going on.
const STANDING: [u8; 2] = [1, GOING_ON];

/// Sees to it that the calendar says this about a room.
pub(crate) async fn appoint(
    account: &Account,
    room: &RoomRef,
    appointment: Option<&Appointment>,
) -> Result<Receipt, Failure> {
    let place = address(account, say::channel(account, room, None)?);
    let guild_id = GuildId::new(account.settings.guild_id);
    let all: Vec<RawEvent> = account.client.ask(Call::get(Route::GuildScheduledEvents { guild_id })).await?;
    let mut ours =
        all.iter().filter(|event| is_about(event, &place) && event.creator_id == Some(account.user));
    let is_over = |wanted: &Appointment| wanted.starts_at <= Utc::now() + TimeDelta::seconds(5);
    match (appointment, ours.next()) {
        (None, None) => {}
        (None, Some(first)) => remove(account, first).await?,
        (Some(wanted), Some(first)) if is_so(first, wanted) => {}
        (Some(wanted), first) if is_over(wanted) => {
            if let Some(first) = first {
                remove(account, first).await?;
            }
        }
        (Some(wanted), Some(first)) if first.status == GOING_ON => {
            remove(account, first).await?;
            make(account, wanted, &place).await?;
        }
        (Some(wanted), Some(first)) => {
            let route = Route::GuildScheduledEvent { guild_id, event_id: first.id };
            let call = Call::patch(route, body(wanted, &place)).needs("Create Events");
            account.client.send(call).await.map_err(Failure::while_reading)?;
        }
        (Some(wanted), None) => make(account, wanted, &place).await?,
    }
    for second in ours {
        remove(account, second).await?;
    }
    Ok(Receipt::Done)
}

/// The address of a channel, in a browser and in Discord itself.
pub(crate) fn address(account: &Account, channel: serenity::all::ChannelId) -> String {
    format!("https://discord.com/channels/{}/{channel}", account.settings.guild_id)
}

async fn make(account: &Account, wanted: &Appointment, place: &str) -> Result<(), Failure> {
    let guild_id = GuildId::new(account.settings.guild_id);
    let call = Call::post(Route::GuildScheduledEvents { guild_id }, body(wanted, place));
    account.client.send(call.needs("Create Events")).await.map(drop)
}

async fn remove(account: &Account, event: &RawEvent) -> Result<(), Failure> {
    let guild_id = GuildId::new(account.settings.guild_id);
    let route = Route::GuildScheduledEvent { guild_id, event_id: event.id };
    match account
        .client
        .send(Call::delete(route).needs("Create Events"))
        .await
        .map_err(Failure::while_reading)
    {
        Err(failure) if !failure.is(&[code::UNKNOWN_EVENT]) => Err(failure),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn is_about(event: &RawEvent, place: &str) -> bool {
    let location = event.entity_metadata.as_ref().and_then(|place| place.location.as_deref());
    location == Some(place) && STANDING.contains(&event.status)
}

fn is_so(event: &RawEvent, wanted: &Appointment) -> bool {
    let same = |one: DateTime<Utc>, other: DateTime<Utc>| one.timestamp() == other.timestamp();
    event.name == shortened(&wanted.name, NAME)
        && event.description.as_deref().unwrap_or_default() == shortened(&wanted.about, ABOUT)
        && same(event.scheduled_start_time, wanted.starts_at)
        && event.scheduled_end_time.is_some_and(|end| same(end, wanted.ends_at))
}

/// An event outside Discord, which needs a place and an end.
fn body(wanted: &Appointment, place: &str) -> Value {
    json!({
        "name": shortened(&wanted.name, NAME),
        "description": shortened(&wanted.about, ABOUT),
        "scheduled_start_time": wanted.starts_at.to_rfc3339(),
        "scheduled_end_time": wanted.ends_at.to_rfc3339(),
        "privacy_level": 2,
        "entity_type": 3,
        "entity_metadata": { "location": place },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_appointment_is_known_by_its_place_and_changed_if_it_differs() {
        let starts_at = DateTime::from_timestamp(2_000_000_000, 5).unwrap();
        let wanted = Appointment {
            name: "x".repeat(120),
            about: "Why".to_owned(),
            starts_at,
            ends_at: starts_at + TimeDelta::hours(1),
        };
        let mut event = body(&wanted, "https://discord.com/channels/1/2");
        event["id"] = "7".into();
        event["status"] = 1.into();
        let read = |event: &Value| -> RawEvent { serde_json::from_value(event.clone()).unwrap() };
        assert!(is_so(&read(&event), &wanted) && is_about(&read(&event), "https://discord.com/channels/1/2"));
        assert!(!is_about(&read(&event), "https://discord.com/channels/1/3"));
        let changed: [(&str, Value); 4] = [
            ("name", "y".into()),
            ("description", Value::Null),
            ("scheduled_start_time", "2033-05-18T03:33:21Z".into()),
            ("scheduled_end_time", Value::Null),
        ];
        for (field, value) in changed {
            let mut other = event.clone();
            other[field] = value;
            assert!(!is_so(&read(&other), &wanted), "{field}");
        }
        event["status"] = 3.into();
        assert!(!is_about(&read(&event), "https://discord.com/channels/1/2"), "it is over");
    }
}
