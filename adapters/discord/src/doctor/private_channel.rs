//! A private channel, really made, looked at and removed again: what no table of permissions proves.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use serenity::http::Route;
use sitrep_core::port::Finding;

use super::{
    failed,
    server::{CATEGORY, Channel, Server},
};
use crate::{account::Account, client::Call, failure::Failure, permissions::VIEW_CHANNEL};

const NAME: &str = "sitrep-doctor";
const TOPIC: &str = "Made by `sitrep doctor` to see whether it can, and removed at once.";

/// Further apart than this, and "30 minutes ago" is wrong for somebody.
const LARGEST_DIFFERENCE: TimeDelta = TimeDelta::seconds(30);

/// The milliseconds from which ids count: the beginning of 2015 ("Snowflakes").
const DISCORDS_EPOCH: i64 = 1_420_070_400_000;

pub(super) async fn check(account: &Account, server: &Server) -> Vec<Finding> {
    // One may be left of an examination that was cut short.
    remove_left_over(account, &server.channels).await;
    let (before, began) = (Utc::now(), Instant::now());
    let made = match make(account, server).await {
        Ok(made) => made,
        Err(failure) => {
            if matches!(failure, Failure::Lost(_) | Failure::Garbled(_)) {
                // It may have been made after all.
                let route = Route::GuildChannels { guild_id: server.id };
                let now: Vec<Channel> = account.client.ask(Call::get(route)).await.unwrap_or_default();
                remove_left_over(account, &now).await;
            }
            return vec![failed("Private channel: none can be made", &failure)];
        }
    };
    let (took, after) = (began.elapsed(), Utc::now());
    let mut findings = vec![judge(server, &made, took)];
    if let Err(failure) = remove(account, &made).await {
        let what = format!("Private channel: the one that was made, #{}, can't be removed", made.name);
        let mut finding = failed(&what, &failure);
        finding.remedy = Some("Delete it by hand; nobody else sees it".to_owned());
        findings.push(finding);
    }
    findings.push(clock(&made, before, after));
    findings
}

async fn make(account: &Account, server: &Server) -> Result<Channel, Failure> {
    let view = VIEW_CHANNEL.to_string();
    let category = {
        let guild = account.guild();
        let name = &account.settings.category;
        let is_ours = |it: &&Channel| it.kind == CATEGORY && guild.is_our_category(it.id, name);
        let has_room = |it: &&Channel| {
            server.channels.iter().filter(|channel| channel.parent_id == Some(it.id)).count() < 50
        };
        server.channels.iter().filter(is_ours).find(has_room).map(|it| it.id.to_string())
    };
    let form = json!({
        "name": NAME, "type": 0, "topic": TOPIC, "parent_id": category,
        "permission_overwrites": [
            { "id": account.user.to_string(), "type": 1, "allow": view, "deny": "0" },
            { "id": server.everyone().to_string(), "type": 0, "allow": "0", "deny": view },
        ],
    });
    let route = Route::GuildChannels { guild_id: server.id };
    account.client.ask(Call::post(route, form).needs("Manage Channels and Manage Roles")).await
}

async fn remove_left_over(account: &Account, channels: &[Channel]) {
    let is_left_over = |it: &&Channel| it.name == NAME && it.topic.as_deref() == Some(TOPIC);
    for channel in channels.iter().filter(is_left_over) {
        let _ = remove(account, channel).await;
    }
}

async fn remove(account: &Account, channel: &Channel) -> Result<(), Failure> {
    let route = Route::Channel { channel_id: channel.id };
    account.client.send(Call::delete(route).needs("Manage Channels")).await.map(drop)
}

/// Whether what came back is as private as what was asked for.
fn judge(server: &Server, made: &Channel, took: Duration) -> Finding {
    let (everyone, me) = (server.everyone().get(), server.me.get());
    let of = |id: u64| made.permission_overwrites.iter().find(|it| it.id.get() == id);
    let is_shut = of(everyone).is_some_and(|it| it.deny & VIEW_CHANNEL != 0 && it.allow & VIEW_CHANNEL == 0);
    let lets_in = |it: &super::server::Overwrite| it.id.get() != me && it.allow & VIEW_CHANNEL != 0;
    let others = made.permission_overwrites.iter().filter(|it| lets_in(it)).count();
    if !is_shut || others > 0 {
        return Finding::problem(
            "Private channel: one was made, and others than those who were asked in may see it",
            "Declare no private incident until this is understood; see the permissions of the category",
        );
    }
    Finding::ok(format!(
        "Private channel: one can be made that nobody else sees, and removed again ({} ms)",
        took.as_millis()
    ))
}

/// Whether our clock and Discord's agree: an id says when it was given out.
fn clock(made: &Channel, before: DateTime<Utc>, after: DateTime<Utc>) -> Finding {
    let there = i64::try_from(made.id.get() >> 22).ok().map(|since| since + DISCORDS_EPOCH);
    let there = there.and_then(DateTime::from_timestamp_millis).unwrap_or(before);
    let (behind, ahead) = (before - there, there - after);
    if behind.max(ahead) <= LARGEST_DIFFERENCE {
        return Finding::ok("Clock: this machine and Discord agree");
    }
    let direction = if behind > ahead { "ahead of" } else { "behind" };
    Finding::problem(
        format!("Clock: this machine is {} s {direction} Discord", behind.max(ahead).num_seconds()),
        "Have it get its time from the network, with systemd: timedatectl set-ntp true",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use sitrep_core::port::Level;

    use super::super::server::tests::server;
    use super::*;

    fn channel(id: u64, overwrites: &Value) -> Channel {
        let channel = json!({ "id": id.to_string(), "type": 0, "permission_overwrites": overwrites });
        serde_json::from_value(channel).unwrap()
    }

    #[test]
    fn what_came_back_must_be_private() {
        let view = VIEW_CHANNEL.to_string();
        let over =
            |id: u64, allow: &str, deny: &str| json!({ "id": id.to_string(), "allow": allow, "deny": deny });
        let server = server(0, 0, json!([]));
        for (overwrites, level) in [
            (json!([over(9, &view, "0"), over(1, "0", &view)]), Level::Ok),
            (json!([over(9, &view, "0")]), Level::Problem),
            (json!([over(9, &view, "0"), over(1, &view, "0")]), Level::Problem),
            (json!([over(9, &view, "0"), over(1, "0", &view), over(3, &view, "0")]), Level::Problem),
        ] {
            let found = judge(&server, &channel(5, &overwrites), Duration::ZERO);
            assert_eq!(found.level, level, "{overwrites}");
        }
    }

    #[test]
    fn clocks_that_differ_are_told() {
        let now = DateTime::from_timestamp(1_790_000_000, 0).expect("a moment");
        let id = |seconds: i64| {
            let since = now.timestamp_millis() + seconds * 1000 - DISCORDS_EPOCH;
            channel(u64::try_from(since).expect("after 2015") << 22, &json!([]))
        };
        assert_eq!(clock(&id(0), now, now).level, Level::Ok);
        assert_eq!(clock(&id(25), now, now).level, Level::Ok);
        let (slow, fast) = (clock(&id(300), now, now), clock(&id(-300), now, now));
        assert!(slow.level == Level::Problem && slow.what.contains("behind"), "{slow}");
        assert!(fast.level == Level::Problem && fast.what.contains("ahead of"), "{fast}");
    }
}
