use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use super::Bot;
use crate::permission as bit;

fn all(bot: &Bot) -> String {
    format!("/guilds/{}/scheduled-events", bot.guild())
}

fn retro() -> Value {
    let at = |hours| (Utc::now() + TimeDelta::hours(hours)).to_rfc3339();
    json!({
        "name": "Retrospective", "description": "INC-1", "privacy_level": 2, "entity_type": 3,
        "scheduled_start_time": at(24), "scheduled_end_time": at(25),
        "entity_metadata": { "location": "https://discord.com/channels/1/2" },
    })
}

fn with(key: &str, value: Value) -> Value {
    let mut event = retro();
    event[key] = value;
    event
}

#[test]
fn an_event_is_made_moved_and_called_off() {
    let bot = Bot::new();
    let from = bot.log();
    let id = bot.post(&all(&bot), retro()).ok().id();
    let path = format!("{}/{id}", all(&bot));
    let later = (Utc::now() + TimeDelta::hours(48)).to_rfc3339();
    let end = (Utc::now() + TimeDelta::hours(49)).to_rfc3339();
    bot.patch(&path, json!({ "scheduled_start_time": later, "scheduled_end_time": end })).ok();
    assert_eq!(
        bot.get(&all(&bot)).ok().body[0]["entity_metadata"]["location"],
        "https://discord.com/channels/1/2"
    );
    bot.patch(&path, json!({ "status": 3 })).refused(400, 50035);
    bot.patch(&path, json!({ "status": 4 })).ok();
    assert_eq!(bot.get(&all(&bot)).ok().body, json!([]));
    bot.delete(&path).ok();
    bot.get(&path).refused(404, 10070);
    assert_eq!(bot.told(from).len(), 4);
    bot.in_order();
}

#[test]
fn its_form_keeps_to_the_rules() {
    let mut endless = retro();
    endless.as_object_mut().unwrap().remove("scheduled_end_time");
    let wrong = [
        with("name", json!("n".repeat(101))),
        with("description", json!("d".repeat(1001))),
        with("entity_metadata", json!({ "location": "l".repeat(101) })),
        with("entity_metadata", json!({ "location": "" })),
        endless,
    ];
    for wrong in wrong {
        let bot = Bot::new();
        bot.post(&all(&bot), wrong).refused(400, 50035);
        assert_eq!(bot.violations().len(), 1);
    }
    let bot = Bot::new();
    let past = with("scheduled_start_time", json!((Utc::now() - TimeDelta::hours(1)).to_rfc3339()));
    bot.post(&all(&bot), past).refused(400, 50035);
}

#[test]
fn a_hundred_may_be_open() {
    let bot = Bot::new();
    let first = bot.post(&all(&bot), retro()).ok().id();
    for _ in 1..100 {
        bot.post(&all(&bot), retro()).ok();
    }
    bot.post(&all(&bot), retro()).refused(400, 30038);
    bot.delete(&format!("{}/{first}", all(&bot))).ok();
    bot.post(&all(&bot), retro()).ok();
    bot.in_order();
}

#[test]
fn making_one_needs_a_permission_of_its_own() {
    let bot = Bot::new();
    bot.revoke(bit::CREATE_EVENTS);
    bot.post(&all(&bot), retro()).refused(403, 50013);
}
