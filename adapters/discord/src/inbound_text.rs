//! What a message says, as core reads it.
//!
//! - `<@123>` is a person and becomes `@123`: handles are numbers. `<#..>`, `<@&..>` and emojis become what people see.
//! - **A mention of the bot at the start counts as the prefix.** That works even where Discord keeps the words of
//!   messages from bots, because it shows them those in which they are mentioned.
//! - Nobody has been asked yet whether the author may command: a text is read once, from the front.

use serenity::all::{ChannelId, RoleId, UserId};

use crate::guild::Guild;

/// Nothing in angle brackets that means anything is longer: an emoji's name has 32 characters.
const MAX_TAG_BYTES: usize = 80;

/// Who is spoken to, and what commands begin with.
pub(crate) struct Listener<'a> {
    pub(crate) me: UserId,
    pub(crate) prefix: &'a str,
    /// Where it is written.
    pub(crate) here: ChannelId,
}

/// The text of a message.
pub(crate) fn read(text: &str, guild: &Guild, listener: &Listener<'_>) -> String {
    match addressed(text.trim_start(), guild, listener.me) {
        Some(rest) => {
            let rest = readable(rest.trim_start_matches([',', ':']).trim(), guild, listener.here);
            match rest.as_str() {
                "" => format!("{}help", listener.prefix),
                typed if typed.starts_with(listener.prefix) => rest,
                words => format!("{}{words}", listener.prefix),
            }
        }
        None => readable(text, guild, listener.here),
    }
}

/// What follows a mention of the bot, or of the role that came with it, at the start.
fn addressed<'t>(text: &'t str, guild: &Guild, me: UserId) -> Option<&'t str> {
    let (tag, rest) = tag(text)?;
    let is_me = match Tag::of(tag)? {
        Tag::Person(id) => id == me,
        Tag::Role(id) => guild.own_role == Some(id),
        Tag::Channel(_) | Tag::Named(_) => false,
    };
    is_me.then_some(rest)
}

/// A text in which nobody is spoken to.
pub(crate) fn readable(text: &str, guild: &Guild, here: ChannelId) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        read.push_str(&rest[..start]);
        rest = &rest[start..];
        let known = tag(rest).and_then(|(tag, after)| Some((Tag::of(tag)?.shown(guild, here)?, after)));
        match known {
            Some((shown, after)) => {
                read.push_str(&shown);
                rest = after;
            }
            None => {
                read.push('<');
                rest = &rest[1..];
            }
        }
    }
    read.push_str(rest);
    read
}

/// What stands between angle brackets at the start, and what follows.
fn tag(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('<')?;
    let end = inner.bytes().take(MAX_TAG_BYTES).position(|byte| matches!(byte, b'>' | b'<' | b'\n'))?;
    (inner.as_bytes()[end] == b'>').then(|| (&inner[..end], &inner[end + 1..]))
}

/// What Discord writes between angle brackets.
enum Tag<'t> {
    Person(UserId),
    Role(RoleId),
    Channel(ChannelId),
    /// Something that brings its name: an emoji, a slash command.
    Named(&'t str),
}

impl<'t> Tag<'t> {
    fn of(tag: &'t str) -> Option<Self> {
        let number = |text: &str| text.parse::<u64>().ok().filter(|id| *id != 0 && *id != u64::MAX);
        if let Some(role) = tag.strip_prefix("@&") {
            return Some(Self::Role(RoleId::new(number(role)?)));
        }
        if let Some(person) = tag.strip_prefix('@') {
            return Some(Self::Person(UserId::new(number(person.strip_prefix('!').unwrap_or(person))?)));
        }
        if let Some(channel) = tag.strip_prefix('#') {
            return Some(Self::Channel(ChannelId::new(number(channel)?)));
        }
        if tag.starts_with('/') {
            return tag.rsplit_once(':').map(|(name, _)| Self::Named(name));
        }
        let emoji = tag.strip_prefix('a').unwrap_or(tag);
        let (name, id) = emoji.strip_prefix(':')?.rsplit_once(':')?;
        number(id)?;
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        is_name.then_some(Self::Named(name))
    }

    fn shown(&self, guild: &Guild, here: ChannelId) -> Option<String> {
        match self {
            Self::Person(id) => Some(format!("@{id}")),
            Self::Role(id) => Some(format!("@{}", guild.roles.get(id).map_or("role", String::as_str))),
            Self::Channel(id) => {
                // The name of a room is nobody's business who may not see it, and numbers can be guessed.
                let may_be_named = *id == here || guild.is_public(*id);
                let known = guild.channels.get(id).filter(|_| may_be_named);
                Some(format!("#{}", known.map_or("channel", |known| known.name.as_str())))
            }
            Self::Named(name) if name.starts_with('/') => Some((*name).to_owned()),
            Self::Named(name) => Some(format!(":{name}:")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::guild::tests::{ME, channel, guild};

    fn read_text(text: &str) -> String {
        let mut guild = guild();
        guild.put_channel(&channel(10, "ops", json!({})));
        let view = (1 << 10).to_string();
        let hidden =
            json!({ "permission_overwrites": [{ "id": "1", "type": 0, "allow": "0", "deny": view }] });
        guild.put_channel(&channel(12, "layoffs", hidden.clone()));
        guild.put_channel(&channel(13, "2026-incident", hidden));
        guild.put_channel(&channel(14, "whispers", json!({ "type": 12, "parent_id": "10" })));
        guild.put_channel(&channel(15, "thoughts", json!({ "type": 11, "parent_id": "10" })));
        guild.own_role = Some(RoleId::new(2));
        read(text, &guild, &Listener { me: ME, prefix: "!", here: ChannelId::new(13) })
    }

    #[test]
    fn mentions_become_readable() {
        let cases = [
            ("!lead <@123>", "!lead @123"),
            ("!invite <@!123> <@45>", "!invite @123 @45"),
            ("see <#10> and <#11>", "see #ops and #channel"),
            ("see <#12>, <#13>, <#14> and <#15>", "see #channel, #2026-incident, #channel and #thoughts"),
            ("ask <@&2> or <@&3>", "ask @ops or @role"),
            ("<:fire:55> <a:wave:56>", ":fire: :wave:"),
            ("try </incident:77>", "try /incident"),
            ("a < b > c <@> <@x> <#> <:a:>", "a < b > c <@> <@x> <#> <:a:>"),
            ("<<@123>", "<@123"),
            ("<t:1700000000:R>", "<t:1700000000:R>"),
            ("!update mail <ops@example.org>", "!update mail <ops@example.org>"),
        ];
        for (text, expected) in cases {
            assert_eq!(read_text(text), expected, "{text}");
        }
    }

    #[test]
    fn whoever_mentions_the_bot_first_speaks_to_it() {
        let cases = [
            ("<@9> ack", "!ack"),
            ("<@!9>, incident it is down", "!incident it is down"),
            (" <@9>: lead <@123>", "!lead @123"),
            ("<@9> !ack", "!ack"),
            ("<@&2> status", "!status"),
            ("<@9>", "!help"),
            ("<@8> ack", "@8 ack"),
            ("thanks <@9>", "thanks @9"),
        ];
        for (text, expected) in cases {
            assert_eq!(read_text(text), expected, "{text}");
        }
    }

    #[test]
    fn hostile_text_costs_little() {
        for part in ["<", "<@", "<@9", "<:a:", "<@123>", "<#10"] {
            let text = part.repeat(20_000 / part.len());
            let started = std::time::Instant::now();
            read_text(&text);
            assert!(started.elapsed().as_millis() < 150, "{part}");
        }
    }
}
