//! From what Discord delivers to what core hears.
//!
//! - What people write counts, what they change and take back, and the signs that they put on messages and take off. Bots,
//!   webhooks and Discord's own announcements are passed over.
//! - A message is read leniently, from the gateway and from a channel's history alike: whoever uses a client that gets a
//!   detail wrong is still somebody who calls for help.
//! - Discord gives only messages and interactions a number. Everything else gets one made of what it is about.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::Value;
use serenity::all::{ChannelId, GuildId, Message, MessageId, MessageUpdateEvent, Reaction, RoleId, UserId};
use sitrep_core::port::{Content, Inbound, Standing};

use crate::{account::Account, guild::Guild, rooms::Spot};

/// When Discord's numbers begin, in milliseconds ("Snowflakes" in its documentation).
const EPOCH_MS: u64 = 1_420_070_400_000;
/// A person's message, and one that answers another.
const SPEECH: [u8; 2] = [0, 19];

/// How long after it was made a change may be heard of.
const EDITS_COME_WITHIN: TimeDelta = TimeDelta::minutes(10);
/// How old a message may be that is changed: core remembers what it did about messages for two weeks.
const EDITED_WITHIN: TimeDelta = TimeDelta::days(13);

/// The moment that is in a number of Discord's.
pub(crate) fn moment_of(id: u64) -> DateTime<Utc> {
    let ms = (id >> 22).saturating_add(EPOCH_MS);
    i64::try_from(ms).ok().and_then(DateTime::from_timestamp_millis).unwrap_or_default()
}

/// The least number of that moment.
pub(crate) fn number_at(moment: DateTime<Utc>) -> u64 {
    u64::try_from(moment.timestamp_millis()).unwrap_or_default().saturating_sub(EPOCH_MS) << 22
}

/// A message, as much of it as is needed.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Spoken {
    pub(crate) id: MessageId,
    pub(crate) channel_id: ChannelId,
    pub(crate) guild_id: Option<GuildId>,
    author: Option<Author>,
    member: Option<Membership>,
    #[serde(default)]
    pub(crate) content: String,
    #[serde(rename = "type", default)]
    kind: u8,
    webhook_id: Option<Value>,
    nonce: Option<Value>,
}

#[derive(Clone, Debug, Deserialize)]
struct Author {
    id: UserId,
    username: Option<String>,
    global_name: Option<String>,
    #[serde(default)]
    bot: bool,
}

/// What a server says of somebody who is on it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Membership {
    nick: Option<String>,
    #[serde(default)]
    roles: Vec<RoleId>,
    user: Option<Author>,
}

impl From<&Message> for Spoken {
    fn from(message: &Message) -> Self {
        let author = &message.author;
        let member = message.member.as_ref();
        Self {
            id: message.id,
            channel_id: message.channel_id,
            guild_id: message.guild_id,
            author: Some(Author {
                id: author.id,
                username: Some(author.name.clone()),
                global_name: author.global_name.clone(),
                bot: author.bot,
            }),
            member: member.map(|member| Membership {
                nick: member.nick.clone(),
                roles: member.roles.clone(),
                user: None,
            }),
            content: message.content.clone(),
            kind: message.kind.into(),
            webhook_id: message.webhook_id.map(|id| id.to_string().into()),
            nonce: message.nonce.as_ref().and_then(|nonce| serde_json::to_value(nonce).ok()),
        }
    }
}

impl Spoken {
    /// The same message read from a channel's history, which doesn't say that it is on a server.
    pub(crate) fn on_server(self, account: &Account) -> Self {
        let guild = account.guild();
        let is_on_server = !guild.directs.contains(&self.channel_id);
        Self { guild_id: is_on_server.then_some(guild.id), ..self }
    }

    /// Who wrote it, if it was a person.
    pub(crate) fn person(&self) -> Option<UserId> {
        let author = self.author.as_ref().filter(|author| !author.bot && self.webhook_id.is_none());
        author.filter(|_| SPEECH.contains(&self.kind)).map(|author| author.id)
    }

    /// Who wrote it, person or not, if it was not ourselves.
    pub(crate) fn other(&self, me: UserId) -> Option<UserId> {
        self.author.as_ref().map(|author| author.id).filter(|author| *author != me)
    }

    /// The nonce of a message of our own.
    pub(crate) fn own_nonce(&self, me: UserId) -> Option<&str> {
        let is_ours = self.author.as_ref().is_some_and(|author| author.id == me);
        self.nonce.as_ref().filter(|_| is_ours)?.as_str()
    }

    /// What is known of its author; no roles unless the server said them.
    pub(crate) fn who(&self) -> Known {
        let called = self.author.as_ref().and_then(|author| author.called());
        match &self.member {
            Some(member) => {
                Known { called: member.nick.clone().or(called), roles: Some(member.roles.clone()) }
            }
            None => Known { called, roles: None },
        }
    }
}

impl Author {
    fn called(&self) -> Option<String> {
        self.global_name.clone().or_else(|| self.username.clone())
    }
}

impl From<Membership> for Known {
    fn from(member: Membership) -> Self {
        let called = member.nick.or_else(|| member.user.and_then(|user| user.called()));
        Self { called, roles: Some(member.roles) }
    }
}

/// What is known of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// What people call them on this server.
    pub(crate) called: Option<String>,
    /// Their roles; `None` while the server must be asked.
    pub(crate) roles: Option<Vec<RoleId>>,
}

impl Known {
    /// Every name of every role that they have. Everybody on the server has the one that bears its number; of whom the
    /// server said nothing, it isn't known that they are on it.
    pub(crate) fn standing(&self, guild: &Guild) -> Standing {
        let mut groups = Vec::new();
        if self.roles.is_some() {
            groups.extend(["@everyone".to_owned(), guild.id.to_string()]);
        }
        for role in self.roles.iter().flatten() {
            groups.extend(guild.roles.get(role).cloned());
            groups.push(role.to_string());
        }
        Standing { called: self.called.clone(), groups }
    }
}

/// What somebody did, before it is known whether the server must be asked about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deed {
    /// What core knows it by.
    pub(crate) id: String,
    pub(crate) spot: Spot,
    pub(crate) who: UserId,
    pub(crate) known: Known,
    pub(crate) content: Content,
    pub(crate) awaits_answer: bool,
    pub(crate) sent_at: DateTime<Utc>,
}

impl Deed {
    /// Something that Discord gave no number, and whose doing it was is not known.
    pub(crate) fn ours(account: &Account, spot: Spot, id: String, content: Content) -> Self {
        let known = Known { called: None, roles: Some(Vec::new()) };
        Self { id, spot, who: account.user, known, content, awaits_answer: false, sent_at: Utc::now() }
    }

    /// What a person wrote.
    pub(crate) fn said(spoken: &Spoken, spot: Spot, text: String) -> Option<Self> {
        Some(Self {
            id: spoken.id.to_string(),
            spot,
            who: spoken.person()?,
            known: spoken.who(),
            content: Content::Said(text),
            awaits_answer: false,
            sent_at: moment_of(spoken.id.get()),
        })
    }

    /// What somebody's message says now. Of a bot's only that it changed: it may have been put on record, and what it
    /// says is no command, whatever it begins with.
    pub(crate) fn edited(
        spoken: &Spoken,
        (me, prefix): (UserId, &str),
        spot: Spot,
        (text, at): (String, DateTime<Utc>),
    ) -> Option<Self> {
        let is_person = spoken.person().is_some();
        let who = spoken.other(me).filter(|_| is_person || !text.trim_start().starts_with(prefix))?;
        Some(Self {
            id: format!("edited:{}:{}", spoken.id, at.timestamp_millis()),
            spot,
            who,
            known: if is_person { spoken.who() } else { Known::default() },
            content: Content::Edited { message: spoken.id.to_string(), text },
            awaits_answer: false,
            sent_at: at,
        })
    }

    /// Whether the server must be asked about them before core hears of it: core asks who may command, and mere talk
    /// it passes over.
    pub(crate) fn needs_roles(&self, prefix: &str) -> bool {
        let may_command = match &self.content {
            Content::Said(text) | Content::Edited { text, .. } => text.trim_start().starts_with(prefix),
            Content::Reacted { .. } | Content::Filled { .. } => true,
            Content::Redacted { .. }
            | Content::Unreacted { .. }
            | Content::Joined
            | Content::Unreadable
            | Content::Removed { .. }
            | Content::Gone
            | Content::Moved { .. } => false,
        };
        may_command && self.known.roles.is_none()
    }

    /// What core hears.
    pub(crate) fn inbound(self, account: &Account, guild: &Guild) -> Inbound {
        let Spot { room, thread, kind } = self.spot;
        Inbound {
            message: sitrep_core::room::MessageRef { room, id: self.id, thread },
            person: account.person(self.who),
            standing: self.known.standing(guild),
            kind,
            content: self.content,
            awaits_answer: self.awaits_answer,
            sent_at: self.sent_at,
        }
    }
}

/// A change of a message's words, and when it was made. Whatever else happens to a message that was ever changed, a pin
/// or an unfolded link, says that too.
pub(crate) fn edit(event: &MessageUpdateEvent) -> Option<(Spoken, DateTime<Utc>)> {
    let at = event.edited_timestamp?;
    let spoken = Spoken {
        id: event.id,
        channel_id: event.channel_id,
        guild_id: event.guild_id,
        author: event.author.as_ref().map(|author| Author {
            id: author.id,
            username: Some(author.name.clone()),
            global_name: author.global_name.clone(),
            bot: author.bot,
        }),
        member: event.member.clone().flatten().map(|member| Membership {
            nick: member.nick.clone(),
            roles: member.roles.clone(),
            user: None,
        }),
        content: event.content.clone()?,
        kind: event.kind.map_or(0, u8::from),
        webhook_id: event.webhook_id.flatten().map(|id| id.to_string().into()),
        nonce: None,
    };
    let moment = DateTime::parse_from_rfc3339(&at.to_string()).ok()?;
    Some((spoken, moment.to_utc()))
}

/// Whether a change is one that was just made, of a message that core still knows.
pub(crate) fn is_fresh_edit(message: MessageId, edited_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - edited_at < EDITS_COME_WITHIN && now - moment_of(message.get()) < EDITED_WITHIN
}

/// What is known of somebody who put a sign on a message.
pub(crate) fn who_reacted(reaction: &Reaction) -> Known {
    let Some(member) = &reaction.member else { return Known::default() };
    let user = &member.user;
    let called = member.nick.clone().or_else(|| user.global_name.clone());
    Known { called: Some(called.unwrap_or_else(|| user.name.clone())), roles: Some(member.roles.clone()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::guild::tests::guild;

    fn spoken(more: Value) -> Spoken {
        let mut whole = json!({
            "id": "400", "channel_id": "10", "content": "!ack", "type": 0,
            "author": { "id": "20", "username": "alice", "global_name": "Alice" },
        });
        whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(whole).unwrap()
    }

    #[test]
    fn only_people_speak() {
        let cases = [
            (json!({}), true),
            (json!({ "type": 19 }), true),
            (json!({ "author": { "id": "20", "bot": true } }), false),
            (json!({ "webhook_id": "77" }), false),
            (json!({ "type": 7 }), false),
            (json!({ "author": null }), false),
        ];
        for (more, expected) in cases {
            assert_eq!(spoken(more.clone()).person().is_some(), expected, "{more}");
        }
    }

    #[test]
    fn what_happens_to_a_message_that_was_once_changed_is_no_change() {
        let now = DateTime::from_timestamp_millis(1_763_805_180_000).unwrap();
        let written = |days| MessageId::new(number_at(now - TimeDelta::days(days)));
        let cases = [
            (1, TimeDelta::seconds(2), true),
            (1, TimeDelta::seconds(-2), true),
            (1, TimeDelta::minutes(11), false),
            (12, TimeDelta::seconds(2), true),
            (14, TimeDelta::seconds(2), false),
        ];
        for (days, ago, expected) in cases {
            assert_eq!(is_fresh_edit(written(days), now - ago, now), expected, "{days} {ago}");
        }
    }

    #[test]
    fn only_our_own_nonce_is_ours() {
        let own = spoken(json!({ "author": { "id": "9", "bot": true }, "nonce": "abcdefgh-1-0" }));
        assert_eq!(own.own_nonce(UserId::new(9)), Some("abcdefgh-1-0"));
        assert_eq!(own.own_nonce(UserId::new(20)), None);
        assert_eq!(spoken(json!({ "nonce": 7 })).own_nonce(UserId::new(20)), None);
    }

    #[test]
    fn people_are_called_what_the_server_calls_them() {
        let nick = json!({ "member": { "nick": "Al", "roles": ["2", "3"] } });
        let cases = [
            (json!({}), Some("Alice"), vec![]),
            (nick, Some("Al"), vec!["@everyone", "1", "ops", "2", "3"]),
            (json!({ "member": { "nick": null, "roles": [] } }), Some("Alice"), vec!["@everyone", "1"]),
            (json!({ "author": { "id": "20", "username": "alice" } }), Some("alice"), vec![]),
        ];
        for (more, called, groups) in cases {
            let standing = spoken(more.clone()).who().standing(&guild());
            assert_eq!(standing.called.as_deref(), called, "{more}");
            assert_eq!(standing.groups, groups, "{more}");
        }
    }

    #[test]
    fn numbers_hold_moments() {
        let moment = DateTime::from_timestamp_millis(1_763_805_180_000).unwrap();
        assert_eq!(moment_of(number_at(moment) + 12_345), moment);
    }
}
