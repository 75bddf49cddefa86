//! The server as far as sitrep needs to know it: its channels, threads and roles, and who is in a place to talk.
//!
//! - Without serenity's cache: a name, a parent, a kind, a topic and the last message of each channel are enough.
//! - It is read whole when sitrep connects and whenever the gateway begins anew, and follows the gateway's events.
//! - Whether a channel is open to us follows from roles and overwrites, because Discord tells nobody that they were
//!   shut out.
//!
//! Which channel a name in the configuration means, and which rooms are sitrep's own, is in `rooms.rs`.

use std::collections::{BTreeMap, BTreeSet};

use serenity::all::{
    AutoArchiveDuration, ChannelId, ChannelType, GuildChannel, GuildId, MessageId, PermissionOverwrite,
    PermissionOverwriteType, Permissions, Role, RoleId, UserId,
};

use crate::rooms::key_in;

/// How long a thread that is begun to talk stays in the list while nobody writes. One in place of a room stays longer.
pub(crate) const TALK_STAYS: AutoArchiveDuration = AutoArchiveDuration::ThreeDays;

/// A channel or thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Channel {
    pub(crate) name: String,
    pub(crate) kind: ChannelType,
    pub(crate) parent: Option<ChannelId>,
    pub(crate) topic: Option<String>,
    pub(crate) last_message: Option<MessageId>,
    /// Who made it, where that is known: a thread.
    pub(crate) owner: Option<UserId>,
    /// Whether it looks like a thread that is begun to talk about a message, not like one in place of a room: it is hidden
    /// sooner.
    pub(crate) is_for_talk: bool,
    /// Whom its overwrites let see it, and whom not.
    seers: Vec<(PermissionOverwriteType, bool)>,
}

impl From<&GuildChannel> for Channel {
    fn from(channel: &GuildChannel) -> Self {
        Self {
            name: channel.name.clone(),
            kind: channel.kind,
            parent: channel.parent_id,
            topic: channel.topic.clone(),
            last_message: channel.last_message_id,
            owner: channel.owner_id,
            is_for_talk: channel.kind == ChannelType::PublicThread
                && channel.thread_metadata.is_some_and(|it| it.auto_archive_duration == TALK_STAYS),
            seers: channel.permission_overwrites.iter().filter_map(sees).collect(),
        }
    }
}

/// Whether an overwrite lets somebody see the channel; `None` if it doesn't say.
fn sees(overwrite: &PermissionOverwrite) -> Option<(PermissionOverwriteType, bool)> {
    let view = Permissions::VIEW_CHANNEL;
    if overwrite.allow.contains(view) {
        Some((overwrite.kind, true))
    } else {
        overwrite.deny.contains(view).then_some((overwrite.kind, false))
    }
}

impl Channel {
    /// Whether people write in it, and it is no thread.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self.kind, ChannelType::Text | ChannelType::News)
    }

    /// Whether its overwrites keep anybody from seeing it.
    pub(crate) fn shuts_out(&self) -> bool {
        self.seers.iter().any(|(_, may_see)| !may_see)
    }

    /// Whether it is a thread.
    pub(crate) fn is_thread(&self) -> bool {
        matches!(self.kind, ChannelType::PublicThread | ChannelType::PrivateThread | ChannelType::NewsThread)
    }
}

/// What is known of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Guild {
    /// Which it is. Its number is that of the role that everybody has.
    pub(crate) id: GuildId,
    /// Who owns it.
    pub(crate) owner: UserId,
    /// Every channel and every active thread.
    pub(crate) channels: BTreeMap<ChannelId, Channel>,
    /// The names of roles.
    pub(crate) roles: BTreeMap<RoleId, String>,
    /// What each role may do everywhere.
    pub(crate) powers: BTreeMap<RoleId, Permissions>,
    /// The role that came with the bot: people mention it and mean the bot.
    pub(crate) own_role: Option<RoleId>,
    /// The roles that the bot has; `None` while that isn't known.
    pub(crate) my_roles: Option<BTreeSet<RoleId>>,
    /// Who is in which place to talk; `None` while only the gateway could say it and hasn't.
    pub(crate) talking: Option<BTreeMap<UserId, ChannelId>>,
    /// The channels in which we are alone with somebody, as far as they were heard of.
    pub(crate) directs: BTreeSet<ChannelId>,
    /// The channels that were rooms of our own, whatever has become of their topics.
    pub(crate) own: BTreeSet<ChannelId>,
    /// The threads that were begun under messages of ours: they are no rooms.
    pub(crate) begun: BTreeSet<ChannelId>,
    /// Which channel a configured name means, since it was first found.
    pub(crate) bound: BTreeMap<String, ChannelId>,
}

impl Guild {
    /// Takes over what the server says of all its channels.
    pub(crate) fn put_channels<'c>(&mut self, channels: impl IntoIterator<Item = &'c GuildChannel>) {
        self.channels = channels.into_iter().map(|channel| (channel.id, Channel::from(channel))).collect();
        self.note_own();
    }

    /// Takes over what the server says of one channel or thread. What is known of its last message stays known.
    pub(crate) fn put_channel(&mut self, channel: &GuildChannel) {
        let mut fresh = Channel::from(channel);
        let known = self.channels.get(&channel.id);
        fresh.last_message = fresh.last_message.max(known.and_then(|known| known.last_message));
        fresh.owner = fresh.owner.or(known.and_then(|known| known.owner));
        self.channels.insert(channel.id, fresh);
        self.note_own();
    }

    fn note_own(&mut self) {
        let marked = |channel: &Channel| channel.topic.as_deref().and_then(key_in).is_some();
        let own = self.channels.iter().filter(|(_, channel)| marked(channel)).map(|(id, _)| *id);
        self.own.extend(own);
    }

    /// Takes over what the server looks like, as it was asked for. What only the gateway says stays known.
    pub(crate) fn take_over(&mut self, seen: Self) {
        let Self { talking, directs, own, begun, bound, .. } = std::mem::take(self);
        *self = Self { talking, directs, own, begun, bound, ..seen };
        self.note_own();
    }

    /// Takes over what the server says of all its roles.
    pub(crate) fn put_roles<'r>(&mut self, roles: impl IntoIterator<Item = &'r Role>, me: UserId) {
        (self.roles, self.powers) = (BTreeMap::new(), BTreeMap::new());
        for role in roles {
            self.put_role(role, me);
        }
    }

    /// Takes over what the server says of one role.
    pub(crate) fn put_role(&mut self, role: &Role, me: UserId) {
        self.roles.insert(role.id, role.name.clone());
        self.powers.insert(role.id, role.permissions);
        if role.tags.bot_id == Some(me) {
            self.own_role = Some(role.id);
        }
    }

    /// A role is gone.
    pub(crate) fn drop_role(&mut self, role: RoleId) {
        self.roles.remove(&role);
        self.powers.remove(&role);
        if let Some(mine) = &mut self.my_roles {
            mine.remove(&role);
        }
    }

    /// A message was written in a channel.
    pub(crate) fn note_message(&mut self, channel: ChannelId, message: MessageId) {
        if let Some(channel) = self.channels.get_mut(&channel) {
            channel.last_message = channel.last_message.max(Some(message));
        }
    }

    /// Somebody went to a place to talk, or left. That says nothing of who was there before.
    pub(crate) fn note_talking(&mut self, person: UserId, place: Option<ChannelId>) {
        let Some(talking) = &mut self.talking else { return };
        match place {
            Some(place) => talking.insert(person, place),
            None => talking.remove(&person),
        };
    }

    /// Whether somebody is in a place to talk; `None` if that isn't known.
    pub(crate) fn is_occupied(&self, place: ChannelId) -> Option<bool> {
        Some(self.talking.as_ref()?.values().any(|at| *at == place))
    }

    /// The last message of a channel, or the channel itself: what comes later is new.
    pub(crate) fn end_of(&self, id: ChannelId) -> u64 {
        let last = self.channels.get(&id).and_then(|channel| channel.last_message);
        last.map_or(id.get(), |last| last.get().max(id.get()))
    }

    /// Whether everybody on the server may see a channel or thread.
    pub(crate) fn is_public(&self, id: ChannelId) -> bool {
        let Some(channel) = self.channels.get(&id) else { return false };
        if let (true, Some(parent)) = (channel.is_thread(), channel.parent) {
            return channel.kind != ChannelType::PrivateThread && self.is_public(parent);
        }
        let everyone = RoleId::new(self.id.get());
        let whose = PermissionOverwriteType::Role(everyone);
        let said = channel.seers.iter().find(|(kind, _)| *kind == whose).map(|(_, may_see)| *may_see);
        let may = self.powers.get(&everyone).copied().unwrap_or_default();
        said.unwrap_or_else(|| may.view_channel())
    }

    /// Whether we may see a channel or thread, as far as that is known.
    pub(crate) fn is_open(&self, id: ChannelId, me: UserId) -> bool {
        let Some(channel) = self.channels.get(&id) else { return false };
        if let (true, Some(parent)) = (channel.is_thread(), channel.parent) {
            return self.is_open(parent, me);
        }
        let (Some(mine), false) = (&self.my_roles, self.owner == me) else { return true };
        let everyone = RoleId::new(self.id.get());
        let mut may = Permissions::empty();
        for role in mine.iter().chain([&everyone]) {
            may |= self.powers.get(role).copied().unwrap_or_default();
        }
        if may.administrator() {
            return true;
        }
        // From the general to the particular: everybody, roles (one that allows is enough), ourselves.
        let says = |whose: PermissionOverwriteType| {
            channel.seers.iter().find(|(kind, _)| *kind == whose).map(|(_, may_see)| *may_see)
        };
        let of_roles: Vec<bool> =
            mine.iter().filter_map(|role| says(PermissionOverwriteType::Role(*role))).collect();
        let by_role = if of_roles.is_empty() { None } else { Some(of_roles.contains(&true)) };
        says(PermissionOverwriteType::Member(me))
            .or(by_role)
            .or_else(|| says(PermissionOverwriteType::Role(everyone)))
            .unwrap_or_else(|| may.view_channel())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    pub(crate) const ME: UserId = UserId::new(9);

    pub(crate) fn channel(id: u64, name: &str, more: Value) -> GuildChannel {
        let mut whole = json!({
            "id": id.to_string(), "type": 0, "guild_id": "1", "name": name, "position": 0, "flags": 0,
            "permission_overwrites": [],
        });
        whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(whole).unwrap()
    }

    pub(crate) fn guild() -> Guild {
        let view = Permissions::VIEW_CHANNEL;
        Guild {
            id: GuildId::new(1),
            roles: [(RoleId::new(1), "@everyone".to_owned()), (RoleId::new(2), "ops".to_owned())].into(),
            powers: [(RoleId::new(1), view), (RoleId::new(2), Permissions::empty())].into(),
            my_roles: Some([RoleId::new(2)].into()),
            owner: UserId::new(8),
            ..Guild::default()
        }
    }

    #[test]
    fn a_channel_is_open_unless_an_overwrite_shuts_us_out() {
        let view = Permissions::VIEW_CHANNEL.bits().to_string();
        let overwrite = |id: u64, kind: u8, allow: bool| {
            let (allow, deny) = if allow { (view.as_str(), "0") } else { ("0", view.as_str()) };
            json!({ "id": id.to_string(), "type": kind, "allow": allow, "deny": deny })
        };
        let cases = [
            (json!([]), true),
            (json!([overwrite(1, 0, false)]), false),
            (json!([overwrite(1, 0, false), overwrite(2, 0, true)]), true),
            (json!([overwrite(1, 0, false), overwrite(9, 1, true)]), true),
            (json!([overwrite(2, 0, true), overwrite(9, 1, false)]), false),
            (json!([overwrite(7, 1, false)]), true),
        ];
        for (overwrites, expected) in cases {
            let mut guild = guild();
            guild.put_channel(&channel(5, "ops", json!({ "permission_overwrites": overwrites })));
            assert_eq!(guild.is_open(ChannelId::new(5), ME), expected, "{overwrites}");
        }
    }

    #[test]
    fn a_thread_is_as_open_as_its_channel() {
        let mut guild = guild();
        guild.powers.insert(RoleId::new(1), Permissions::empty());
        guild.put_channel(&channel(5, "ops", json!({})));
        guild.put_channel(&channel(6, "talk", json!({ "type": 11, "parent_id": "5" })));
        assert!(!guild.is_open(ChannelId::new(6), ME));
        guild.powers.insert(RoleId::new(2), Permissions::ADMINISTRATOR);
        assert!(guild.is_open(ChannelId::new(6), ME));
    }

    #[test]
    fn what_is_known_of_a_channel_survives_news_of_it() {
        let mut guild = guild();
        guild.put_channel(&channel(5, "ops", json!({ "last_message_id": "70" })));
        guild.note_message(ChannelId::new(5), MessageId::new(80));
        guild.note_message(ChannelId::new(5), MessageId::new(75));
        guild.put_channel(&channel(5, "operations", json!({ "last_message_id": "70" })));
        let known = &guild.channels[&ChannelId::new(5)];
        assert_eq!((known.name.as_str(), known.last_message), ("operations", Some(MessageId::new(80))));
    }

    #[test]
    fn who_talks_is_where_they_went_last() {
        let (mut guild, alice) = (guild(), UserId::new(20));
        guild.note_talking(alice, Some(ChannelId::new(5)));
        assert_eq!(guild.is_occupied(ChannelId::new(6)), None, "nobody has said who was there");
        guild.talking = Some(BTreeMap::new());
        guild.note_talking(alice, Some(ChannelId::new(5)));
        guild.note_talking(alice, Some(ChannelId::new(6)));
        let occupied = |guild: &Guild| [5, 6].map(|id| guild.is_occupied(ChannelId::new(id)));
        assert_eq!(occupied(&guild), [Some(false), Some(true)]);
        guild.note_talking(alice, None);
        assert_eq!(occupied(&guild), [Some(false), Some(false)]);
    }
}
