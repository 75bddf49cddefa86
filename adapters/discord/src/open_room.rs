//! Making a room, once.
//!
//! - The key stands at the end of the topic, where a second attempt finds the room. Titles stay out of it.
//! - Everything is in the one request: name, topic, category, and who sees it.
//! - **A room that is found again is looked at before it is used**: a private one that others see is not.
//! - People who are asked in never cost the room: if Discord refuses, it is tried once without them.
//! - Where the server has as many channels as Discord allows, a public incident runs in a thread (`thread_room.rs`).

use serde_json::{Value, json};
use serenity::all::{ChannelId, UserId};
use sitrep_core::{
    person::Person,
    port::{Attempt, Receipt},
    room::RoomRef,
};

use crate::{
    account::Account,
    category::{self, Shelf},
    channels,
    failure::{Failure, code},
    guild::Channel,
    overwrites::{Access, Use, Visibility},
    raw::{RawChannel, kind},
    rooms::{KEY_MARK, key_in},
    thread_room,
};

/// What a topic may have (Discord: 1024 characters).
const TOPIC: usize = 1_000;
/// What a name may have.
const NAME: usize = 100;

/// How many categories are tried for one room.
const CATEGORIES: u32 = 4;

/// The room to be made.
pub(crate) struct Plan<'a> {
    pub(crate) name: &'a str,
    pub(crate) topic: &'a str,
    pub(crate) invited: &'a [Person],
    pub(crate) is_private: bool,
}

/// Makes the room, or finds the one that was made under the key.
pub(crate) async fn open(account: &Account, attempt: &Attempt, plan: &Plan<'_>) -> Result<Receipt, Failure> {
    if !account.doing.is_fresh(attempt) {
        let all = channels::all(account).await?;
        if let Some(found) = with_key(&all, &attempt.key) {
            return usable(account, found, plan.is_private).map(|()| receipt(account, found.id));
        }
        if let Some(thread) = thread_room::find(account, attempt, plan).await? {
            return Ok(receipt(account, thread));
        }
    }
    let people = user_ids(account, plan.invited);
    let made = match make(account, attempt, plan, &people).await {
        Err(failure) if !people.is_empty() && may_be_about_people(&failure) => {
            tracing::warn!("A room is made without those who are asked in, because {}.", failure.words());
            make(account, attempt, plan, &[]).await
        }
        made => made,
    };
    match made {
        Ok(id) => Ok(receipt(account, id)),
        Err(failure) if failure.is(&[code::CHANNELS_FULL]) => {
            thread_room::open(account, attempt, plan).await.map(|id| receipt(account, id))
        }
        Err(failure) => Err(failure),
    }
}

async fn make(
    account: &Account,
    attempt: &Attempt,
    plan: &Plan<'_>,
    people: &[UserId],
) -> Result<ChannelId, Failure> {
    let access = Access { to: Use::Writing, is_private: plan.is_private, people };
    let body = || -> Value {
        json!({
            "name": slug(plan.name),
            "type": kind::TEXT,
            "topic": topic(plan.topic, &attempt.key),
        })
    };
    in_category(account, &access, body).await
}

/// Makes a channel in a category with room in it, seen by those who are meant.
pub(crate) async fn in_category(
    account: &Account,
    access: &Access<'_>,
    form: impl Fn() -> Value,
) -> Result<ChannelId, Failure> {
    for _ in 1..CATEGORIES {
        let category = category::with_room_on(account, Shelf::Rooms).await?;
        match make_in(account, access, category, form()).await {
            Err(failure) if failure.blames("parent_id") => category::refused(account, category).await?,
            made => return made,
        }
    }
    let category = category::with_room_on(account, Shelf::Rooms).await?;
    make_in(account, access, category, form()).await
}

async fn make_in(
    account: &Account,
    access: &Access<'_>,
    category: ChannelId,
    mut form: Value,
) -> Result<ChannelId, Failure> {
    let visibility = Visibility::of(account);
    let shuts_out = account.guild().channels.get(&category).is_some_and(Channel::shuts_out);
    let inherited = if shuts_out && visibility.is_open_to_all() && !access.is_private {
        channels::one(account, category).await?.map(|it| it.permission_overwrites).unwrap_or_default()
    } else {
        Vec::new()
    };
    form["parent_id"] = json!(category);
    form["permission_overwrites"] = visibility.overwrites(access, &inherited).into();
    channels::make(account, form).await
}

fn may_be_about_people(failure: &Failure) -> bool {
    failure.blames("permission_overwrites") || failure.is(&[code::UNKNOWN_USER, code::UNKNOWN_MEMBER])
}

/// The room that was made under a key, the first if there are two.
fn with_key<'c>(channels: &'c [RawChannel], key: &str) -> Option<&'c RawChannel> {
    let has_key = |channel: &&RawChannel| channel.topic.as_deref().and_then(key_in) == Some(key);
    channels.iter().filter(has_key).min_by_key(|channel| channel.id)
}

/// Whether a room that was found may be used.
fn usable(account: &Account, found: &RawChannel, is_private: bool) -> Result<(), Failure> {
    if is_private && !Visibility::of(account).is_private(&found.permission_overwrites) {
        let words = format!("the channel that was made for it, {}, is open to others now", found.id);
        return Err(Failure::refused(words));
    }
    Ok(())
}

fn receipt(account: &Account, id: ChannelId) -> Receipt {
    Receipt::Room(RoomRef::new(&account.name, id.to_string()))
}

/// Who is let in as it is made: everybody once, without ourselves.
pub(crate) fn user_ids(account: &Account, people: &[Person]) -> Vec<UserId> {
    let mut ids: Vec<UserId> = Vec::new();
    for id in people.iter().filter_map(|person| account.user_id(person)) {
        if id != account.user && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// A topic with the key at its end.
pub(crate) fn topic(topic: &str, key: &str) -> String {
    let topic: String = topic.split(char::is_control).collect::<Vec<_>>().join(" ");
    let mut kept = topic.trim().to_owned();
    while kept.encode_utf16().count() > TOPIC - KEY_MARK.len() - key.len() {
        kept.pop();
    }
    format!("{}{KEY_MARK}{key}", kept.trim_end())
}

/// A channel's name: Discord makes small letters of them itself, and takes letters of any script.
pub(crate) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.chars().flat_map(char::to_lowercase) {
        match character {
            _ if slug.encode_utf16().count() >= NAME => break,
            character if character.is_alphanumeric() || character == '_' => slug.push(character),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "incident".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_discord_keeps_them() {
        let cases = [
            ("2026-11-22-1053-checkout-is-down", "2026-11-22-1053-checkout-is-down"),
            ("Checkout Is Down!", "checkout-is-down"),
            ("2026-Überlastung-日本", "2026-überlastung-日本"),
            ("--a---b--", "a-b"),
            ("@everyone <#1>", "everyone-1"),
            ("!!!", "incident"),
            ("", "incident"),
        ];
        for (name, expected) in cases {
            assert_eq!(slug(name), expected, "{name}");
        }
        assert_eq!(slug(&"x".repeat(200)).len(), NAME);
    }

    #[test]
    fn topics_end_in_the_key() {
        let key = "abcdefgh-1f-0";
        for words in ["INC-1 · It is down", "", "two\nlines", &"🔥".repeat(2_000)] {
            let topic = topic(words, key);
            assert_eq!(key_in(&topic), Some(key), "{topic}");
            assert!(topic.encode_utf16().count() <= TOPIC && !topic.contains('\n'));
        }
        assert_eq!(topic("INC-1 · It is down", key), "INC-1 · It is down · abcdefgh-1f-0");
    }

    #[test]
    fn a_room_is_found_by_its_key() {
        let channel = |id: u64, topic: &str| -> RawChannel {
            serde_json::from_value(json!({ "id": id.to_string(), "type": 0, "topic": topic })).unwrap()
        };
        let channels = [
            channel(7, "b · abcdefgh-1f-0"),
            channel(6, "a · abcdefgh-1f-0"),
            channel(5, "a · abcdefgh-1f-1"),
            channel(4, "abcdefgh-1f-0"),
        ];
        let found = |key: &str| with_key(&channels, key).map(|channel| channel.id.get());
        assert_eq!(found("abcdefgh-1f-0"), Some(6), "the first of two");
        assert_eq!(found("abcdefgh-20-0"), None);
    }
}
