//! Signs on messages: pressed, and taken off again.
//!
//! - They count on any message in a room that is heard. Which of them means anything is core's to say.
//! - **Who takes a sign off is whose it was**: Discord says so of one. Of those that somebody takes off all at once it
//!   says nothing but the message, so that only those are known that were heard since the session began.
//! - Discord gives signs no number and tells nobody what happened to them while they were away.

use std::sync::Arc;

use chrono::Utc;
use serde::Deserialize;
use serenity::all::{ChannelId, GuildId, MessageId, Reaction, ReactionType, UserId};
use sitrep_core::port::{Content, RoomKind};

use crate::{
    inbound::{self, Deed, Known, number_at},
    intake::Intake,
    rooms::Spot,
    server_events::is_ours,
    streams::Item,
};

/// All signs of a message, or all of one kind, were taken off at once. serenity can't read the second.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Swept {
    pub(crate) channel_id: ChannelId,
    pub(crate) message_id: MessageId,
    pub(crate) guild_id: Option<GuildId>,
    /// The kind; `None` for all.
    pub(crate) emoji: Option<ReactionType>,
}

/// A sign was put on a message.
pub(crate) fn put(intake: &Arc<Intake>, reaction: &Reaction) {
    let is_bot = reaction.member.as_ref().is_some_and(|member| member.user.bot);
    let Some((message, who, sign)) = sign_of(reaction).filter(|_| !is_bot) else { return };
    let Some(spot) = heard_at(intake, reaction.guild_id, reaction.channel_id) else { return };
    if who == intake.account.user || !intake.inner().signs.put((message, who, sign.clone())) {
        return;
    }
    if spot.kind == RoomKind::Own {
        intake.account.doing.note_present(reaction.channel_id, who);
    }
    let now = Utc::now();
    let deed = Deed {
        id: id("reacted", message, who, &sign),
        spot,
        who,
        known: inbound::who_reacted(reaction),
        content: Content::Reacted { message: message.to_string(), key: sign },
        awaits_answer: false,
        sent_at: now,
    };
    intake.put(Item { channel: reaction.channel_id, order: number_at(now), message: None, deed: Some(deed) });
}

/// A sign was taken off.
pub(crate) fn taken_off(intake: &Arc<Intake>, reaction: &Reaction) {
    let Some((message, who, sign)) = sign_of(reaction) else { return };
    let Some(spot) = heard_at(intake, reaction.guild_id, reaction.channel_id) else { return };
    // One that was put on before the session began is taken off now all the same.
    intake.inner().signs.remove(&(message, who, sign.clone()));
    if who != intake.account.user {
        unreacted(intake, reaction.channel_id, &spot, (message, who, sign));
    }
}

/// All were taken off at once.
pub(crate) fn swept(intake: &Arc<Intake>, swept: &Swept) {
    let Some(spot) = heard_at(intake, swept.guild_id, swept.channel_id) else { return };
    let is_it = |(message, _, sign): &(MessageId, UserId, String)| {
        let is_kind = swept.emoji.as_ref().is_none_or(|kind| unicode(kind) == Some(sign));
        *message == swept.message_id && is_kind
    };
    let gone = intake.inner().signs.take(is_it);
    for sign in gone {
        unreacted(intake, swept.channel_id, &spot, sign);
    }
}

/// A sign that stands for itself: Discord's own emojis and those of a server mean nothing here.
fn sign_of(reaction: &Reaction) -> Option<(MessageId, UserId, String)> {
    Some((reaction.message_id, reaction.user_id?, unicode(&reaction.emoji)?.clone()))
}

fn unicode(kind: &ReactionType) -> Option<&String> {
    if let ReactionType::Unicode(sign) = kind { Some(sign) } else { None }
}

/// Which room a channel is, if it is one that is heard.
fn heard_at(intake: &Intake, guild: Option<GuildId>, channel: ChannelId) -> Option<Spot> {
    if guild.is_some() && !is_ours(intake, guild.map(GuildId::get)) {
        return None;
    }
    let guild = intake.account.guild();
    let spot = intake.account.spot(&guild, channel);
    Some(spot).filter(|spot| spot.kind != RoomKind::Other)
}

fn unreacted(
    intake: &Arc<Intake>,
    channel: ChannelId,
    spot: &Spot,
    (message, who, key): (MessageId, UserId, String),
) {
    let now = Utc::now();
    let deed = Deed {
        id: id("unreacted", message, who, &key),
        spot: spot.clone(),
        who,
        // It takes no right to take one's own sign off: nobody need be asked what they may do.
        known: Known::default(),
        content: Content::Unreacted { message: message.to_string(), key },
        awaits_answer: false,
        sent_at: now,
    };
    intake.put(Item { channel, order: number_at(now), message: None, deed: Some(deed) });
}

/// Whoever presses twice in a moment presses twice.
fn id(what: &str, message: MessageId, who: UserId, key: &str) -> String {
    let moment = Utc::now().timestamp_nanos_opt().unwrap_or_default();
    format!("{what}:{message}:{who}:{key}:{moment}")
}
