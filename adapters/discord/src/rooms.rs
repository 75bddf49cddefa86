//! Which channel is which room.
//!
//! - A configured room keeps its configured name everywhere outside this crate, so that what is stored can be compared
//!   with what is configured. Any other is known by its number.
//! - **A name keeps meaning the channel that it was first found to mean**, while that is there: a channel that somebody
//!   renames is still heard, and another one that takes the name is not.
//! - A room of sitrep's own has a topic that ends in a key of ours, or is a thread that we made in
//!   place of a room. Nothing needs to be remembered for it; and it stays ours when people move it, or write another topic, or remove its category.
//! - What is said in a thread is said in the room that the thread belongs to, also in one that we began to talk in.

use serenity::all::{ChannelId, UserId};
use sitrep_core::{
    port::RoomKind,
    room::{PlatformName, RoomRef},
};

use crate::guild::{Channel, Guild};

/// What stands in front of the key at the end of a topic.
pub(crate) const KEY_MARK: &str = " \u{b7} ";

/// Where something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) room: RoomRef,
    /// The thread within the room.
    pub(crate) thread: Option<String>,
    pub(crate) kind: RoomKind,
}

impl Guild {
    /// The channel that a name in the configuration means: `ops`, `#ops`, or an id.
    pub(crate) fn configured(&self, named: &str) -> Option<ChannelId> {
        let bound = self.bound.get(named).filter(|id| self.channels.contains_key(id));
        bound.copied().or_else(|| self.find(named))
    }

    fn find(&self, named: &str) -> Option<ChannelId> {
        let bare = named.trim_start_matches('#');
        let by_id = bare.parse().ok().filter(|id| *id != 0).map(ChannelId::new);
        let by_id = by_id.filter(|id| self.channels.contains_key(id));
        let named = |channel: &Channel| channel.is_text() && channel.name == bare;
        by_id.or_else(|| self.channels.iter().find(|(_, channel)| named(channel)).map(|(id, _)| *id))
    }

    /// Looks up what every configured name means, and gives those that mean nothing.
    pub(crate) fn bind<'r>(&mut self, rooms: &'r [String]) -> Vec<&'r str> {
        let mut missing = Vec::new();
        for name in rooms {
            match self.configured(name) {
                Some(id) => {
                    self.bound.insert(name.clone(), id);
                }
                None => missing.push(name.as_str()),
            }
        }
        missing
    }

    /// The name under which the configuration knows a channel.
    pub(crate) fn configured_name(&self, channel: ChannelId) -> Option<&str> {
        self.bound.iter().find(|(_, id)| **id == channel).map(|(name, _)| name.as_str())
    }

    /// The channel behind a room's handle: a configured name, or a number. Nothing else is looked for by name: anybody
    /// may call a channel by the number of one that is gone.
    pub(crate) fn channel_of(&self, room: &str, configured: &[String]) -> Option<ChannelId> {
        if configured.iter().any(|name| name == room) {
            return self.configured(room);
        }
        room.parse().ok().filter(|id| *id != 0).map(ChannelId::new)
    }
}

/// The key at the end of a topic: incarnation, commit and place in it, as core makes it.
pub(crate) fn key_in(topic: &str) -> Option<&str> {
    let (_, key) = topic.rsplit_once(KEY_MARK)?;
    let parts: Vec<&str> = key.split('-').collect();
    let is_hex = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_hexdigit());
    let [incarnation, sequence, place] = parts[..] else { return None };
    let is_random = incarnation.len() == 8 && incarnation.chars().all(|c| c.is_ascii_alphanumeric());
    (is_random && is_hex(sequence) && is_hex(place)).then_some(key)
}

/// What rooms are to be told apart by.
pub(crate) struct Rooms<'a> {
    pub(crate) platform: &'a PlatformName,
    pub(crate) me: UserId,
}

impl Rooms<'_> {
    /// What a channel is to sitrep. One that was never heard of may be anything.
    pub(crate) fn kind_of(&self, guild: &Guild, id: ChannelId) -> RoomKind {
        if guild.configured_name(id).is_some() {
            return RoomKind::Configured;
        }
        if guild.directs.contains(&id) {
            return RoomKind::Direct;
        }
        let Some(channel) = guild.channels.get(&id) else { return RoomKind::Other };
        let is_ours = if channel.is_thread() {
            channel.owner == Some(self.me) && !channel.is_for_talk && !guild.begun.contains(&id)
        } else {
            let is_marked = channel.topic.as_deref().and_then(key_in).is_some();
            channel.is_text() && (is_marked || guild.own.contains(&id))
        };
        if is_ours { RoomKind::Own } else { RoomKind::Other }
    }

    /// As what a channel is heard: a thread as the room that it belongs to, unless it is a room itself.
    pub(crate) fn heard_as(&self, guild: &Guild, id: ChannelId) -> RoomKind {
        let thread_of =
            guild.channels.get(&id).filter(|channel| channel.is_thread()).and_then(|it| it.parent);
        match (self.kind_of(guild, id), thread_of) {
            (RoomKind::Other, Some(parent)) => self.kind_of(guild, parent),
            (kind, _) => kind,
        }
    }

    /// The room and thread that a channel is.
    pub(crate) fn spot(&self, guild: &Guild, id: ChannelId) -> Spot {
        let kind = self.kind_of(guild, id);
        let thread_of =
            guild.channels.get(&id).filter(|channel| channel.is_thread()).and_then(|it| it.parent);
        if let (RoomKind::Other, Some(parent)) = (kind, thread_of) {
            let kind = self.kind_of(guild, parent);
            return Spot { room: self.room(guild, parent), thread: Some(id.to_string()), kind };
        }
        Spot { room: self.room(guild, id), thread: None, kind }
    }

    fn room(&self, guild: &Guild, id: ChannelId) -> RoomRef {
        let name = guild.configured_name(id).map_or_else(|| id.to_string(), str::to_owned);
        RoomRef::new(self.platform, name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        guild::tests::{ME, channel, guild},
        settings::tests::settings,
    };

    fn known() -> Guild {
        let mut guild = guild();
        let own = json!({ "parent_id": "50", "topic": "It is down \u{b7} abcdefgh-1f-0" });
        for channel in [
            channel(10, "ops", json!({})),
            channel(11, "random", json!({})),
            channel(50, "Incidents", json!({ "type": 4 })),
            channel(51, "Incidents 2", json!({ "type": 4 })),
            channel(52, "Incidents of old", json!({ "type": 4 })),
            channel(60, "down", own.clone()),
            channel(61, "no-key", json!({ "parent_id": "50", "topic": "It is down" })),
            channel(62, "elsewhere", json!({ "parent_id": "52", "topic": "It is \u{b7} abcdefgh-1f-0" })),
            channel(63, "overflow", json!({ "parent_id": "51", "topic": "It is \u{b7} abcdefgh-1f-0" })),
            channel(70, "talk", json!({ "type": 11, "parent_id": "10", "owner_id": "20" })),
            channel(71, "ours", json!({ "type": 11, "parent_id": "10", "owner_id": "9" })),
            channel(73, "begun", json!({ "type": 11, "parent_id": "11", "owner_id": "9" })),
            channel(
                75,
                "REP-2",
                json!({
                    "type": 11, "parent_id": "10", "owner_id": "9",
                    "thread_metadata": { "archived": false, "auto_archive_duration": 4320, "locked": false },
                }),
            ),
            channel(74, "REP-1", json!({ "type": 11, "parent_id": "10", "owner_id": "9" })),
            channel(72, "in ours", json!({ "type": 11, "parent_id": "60", "owner_id": "20" })),
        ] {
            guild.put_channel(&channel);
        }
        guild.begun.extend([73, 74].map(ChannelId::new));
        guild.directs.insert(ChannelId::new(80));
        guild
    }

    #[test]
    fn every_channel_is_one_kind_of_room() {
        let (mut guild, settings, platform) = (known(), settings(), PlatformName::new("discord"));
        assert_eq!(guild.bind(&settings.rooms), vec!["status"], "there is no such channel");
        let rooms = Rooms { platform: &platform, me: ME };
        let cases = [
            (10, "#ops", None, RoomKind::Configured),
            (11, "11", None, RoomKind::Other),
            (60, "60", None, RoomKind::Own),
            (61, "61", None, RoomKind::Other),
            (62, "62", None, RoomKind::Own),
            (63, "63", None, RoomKind::Own),
            (70, "#ops", Some("70"), RoomKind::Configured),
            (71, "71", None, RoomKind::Own),
            (72, "60", Some("72"), RoomKind::Own),
            (73, "11", Some("73"), RoomKind::Other),
            (74, "#ops", Some("74"), RoomKind::Configured),
            (75, "#ops", Some("75"), RoomKind::Configured),
            (80, "80", None, RoomKind::Direct),
            (99, "99", None, RoomKind::Other),
        ];
        for (id, room, thread, kind) in cases {
            let spot = rooms.spot(&guild, ChannelId::new(id));
            let expected =
                Spot { room: RoomRef::new(&platform, room), thread: thread.map(str::to_owned), kind };
            assert_eq!(spot, expected, "{id}");
        }
        guild.put_channel(&channel(13, "999", json!({})));
        let handles = [
            ("#ops", Some(10)),
            ("60", Some(60)),
            ("999", Some(999)),
            ("random", None),
            ("nowhere", None),
            ("0", None),
        ];
        for (room, id) in handles {
            assert_eq!(guild.channel_of(room, &settings.rooms), id.map(ChannelId::new), "{room}");
        }
    }

    #[test]
    fn a_room_of_our_own_stays_ours_whatever_people_do_to_it() {
        let (mut guild, platform) = (known(), PlatformName::new("discord"));
        let rooms = Rooms { platform: &platform, me: ME };
        guild.channels.remove(&ChannelId::new(50));
        guild.put_channel(&channel(60, "down", json!({ "topic": "Something else" })));
        assert_eq!(rooms.kind_of(&guild, ChannelId::new(60)), RoomKind::Own);
    }

    #[test]
    fn a_name_keeps_its_channel() {
        let mut guild = known();
        let rooms = vec!["#ops".to_owned()];
        guild.bind(&rooms);
        guild.put_channel(&channel(10, "operations", json!({})));
        guild.put_channel(&channel(12, "ops", json!({})));
        assert_eq!(guild.bind(&rooms), Vec::<&str>::new());
        assert_eq!(guild.configured("#ops"), Some(ChannelId::new(10)));
        guild.channels.remove(&ChannelId::new(10));
        guild.bind(&rooms);
        assert_eq!(guild.configured("#ops"), Some(ChannelId::new(12)), "the channel is gone");
    }

    #[test]
    fn keys_are_told_from_words() {
        let cases = [
            ("It is down \u{b7} abcdefgh-1f-0", Some("abcdefgh-1f-0")),
            ("It \u{b7} is \u{b7} a1b2c3d4-0-10", Some("a1b2c3d4-0-10")),
            ("It is down abcdefgh-1f-0", None),
            ("It is \u{b7} down", None),
            ("It is \u{b7} abcdefgh-1f", None),
            ("It is \u{b7} abcdefgh-1f-0 indeed", None),
        ];
        for (topic, expected) in cases {
            assert_eq!(key_in(topic), expected, "{topic}");
        }
    }
}
