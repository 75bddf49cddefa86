//! Messages and channels as lines of text.
//!
//! `[#ops] sitrep: text`, further lines indented by two spaces, buttons in parentheses, and what matters to know about it
//! after the name: for whose eyes it is, whether it was changed, what it answers.

use chrono::{DateTime, Local};
use serde_json::Value;

use crate::state::State;
use crate::state::channel::{Channel, ChannelKind};
use crate::state::message::{PIN_NOTICE, THREAD_NOTICE};
use crate::view::{Attachment, Message, name};

/// A channel's name, as people write it.
pub(super) fn place(state: &State, channel: &Channel) -> String {
    match (channel.kind, channel.parent.and_then(|parent| state.channels.get(&parent))) {
        (ChannelKind::Direct, _) => format!("@{}", name(state, state.bot())),
        (ChannelKind::PublicThread | ChannelKind::PrivateThread, Some(parent)) => {
            format!("#{} > {}", parent.name, channel.name)
        }
        (ChannelKind::Voice, _) => format!("voice {}", channel.name),
        (ChannelKind::Category, _) => channel.name.clone(),
        _ => format!("#{}", channel.name),
    }
}

/// A message with its place and its author.
pub(super) fn message(state: &State, it: &Message, changed: bool) -> String {
    let place =
        state.channels.get(&it.channel).map_or_else(String::new, |channel| self::place(state, channel));
    format!("[{place}] {}", said(state, it, changed))
}

/// A message with its author.
pub(super) fn said(state: &State, it: &Message, changed: bool) -> String {
    let mut marks = Vec::new();
    if it.only_for.is_some() {
        marks.push("only you see this".to_owned());
    }
    if changed {
        marks.push("edited".to_owned());
    }
    if let Some(answered) = it.reply_to.filter(|_| it.kind != PIN_NOTICE)
        && let Some(answered) = state.messages.get(&it.channel).and_then(|all| all.get(&answered))
    {
        marks.push(format!("to {}", name(state, answered.author)));
    }
    let marks = if marks.is_empty() { String::new() } else { format!(" ({})", marks.join(", ")) };
    format!("{}{marks}: {}", it.author, body(state, it))
}

/// What a message says, further lines indented.
pub(super) fn body(state: &State, it: &Message) -> String {
    let mut text = match it.kind {
        PIN_NOTICE => "pinned a message".to_owned(),
        THREAD_NOTICE => format!("started a thread: {}", it.content),
        _ if it.thinking => "is thinking...".to_owned(),
        _ => plain(state, &it.text()),
    };
    let parts: Vec<String> = it.components.iter().map(row).filter(|row| !row.is_empty()).collect();
    let files = it.attachments.iter().map(attached);
    let parts: Vec<String> = files.chain(parts).collect();
    if !parts.is_empty() {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&parts.join("\n"));
    }
    text.replace('\n', "\n  ")
}

/// A picture, by what it says to those who can't see it; any other file by its name.
fn attached(it: &Attachment) -> String {
    match &it.description {
        Some(description) if it.kind.starts_with("image/") => format!("[picture: {description}]"),
        _ => format!("[file: {}, {} bytes]", it.name, it.content.len()),
    }
}

/// A row of buttons and lists.
fn row(component: &Value) -> String {
    let label = component["label"].as_str().or_else(|| component["emoji"]["name"].as_str()).unwrap_or("?");
    match component["type"].as_u64() {
        Some(2) if component["style"] == 5 => {
            format!("({label}: {})", component["url"].as_str().unwrap_or_default())
        }
        Some(2) if component["disabled"] == true => format!("({label}, greyed out)"),
        Some(2) => format!("({label})"),
        Some(3 | 5..=8) => {
            let name = component["placeholder"]
                .as_str()
                .or_else(|| component["custom_id"].as_str())
                .unwrap_or("choose");
            let entries = component["options"].as_array().into_iter().flatten();
            let entries: Vec<&str> = entries.filter_map(|entry| entry["label"].as_str()).collect();
            format!("<{name}: {}>", entries.join(" | "))
        }
        _ => {
            let inside = component["components"].as_array().into_iter().flatten();
            inside.map(row).filter(|row| !row.is_empty()).collect::<Vec<_>>().join(" ")
        }
    }
}

/// Text without Discord's notation: names instead of ids, times instead of numbers, nothing escaped.
pub(super) fn plain(state: &State, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        let after = &rest[sign.len_utf8()..];
        let escaped = after.chars().next().filter(char::is_ascii_punctuation);
        if let ('\\', Some(escaped)) = (sign, escaped) {
            out.push(escaped);
            rest = &after[1..];
        } else if let Some((shown, left)) = (sign == '<').then(|| tag(state, after)).flatten() {
            out.push_str(&shown);
            rest = left;
        } else if let Some((shown, left)) = (sign == '[').then(|| link(after)).flatten() {
            out.push_str(&shown);
            rest = left;
        } else if let Some(left) = rest.strip_prefix("**") {
            rest = left;
        } else {
            out.push(sign);
            rest = after;
        }
    }
    out.replace("\n-# ", "\n")
}

/// What stands between `<` and `>`, if it is something that Discord shows as something else; and what follows.
fn tag<'a>(state: &State, text: &'a str) -> Option<(String, &'a str)> {
    let (inside, left) = text.split_once('>')?;
    let id = |prefix: &str| inside.strip_prefix(prefix).and_then(|id| id.parse::<u64>().ok());
    let shown = if let Some(role) = id("@&") {
        format!("@{}", state.guild.roles.get(&role)?.name)
    } else if let Some(user) = id("@!").or_else(|| id("@")) {
        format!("@{}", name(state, user))
    } else if let Some(channel) = id("#") {
        place(state, state.channels.get(&channel)?)
    } else if let Some(moment) = inside.strip_prefix("t:") {
        let (seconds, style) = moment.split_once(':').unwrap_or((moment, "f"));
        time(state, DateTime::from_timestamp(seconds.parse().ok()?, 0)?, style)
    } else if inside.starts_with("https://") || inside.starts_with("http://") {
        inside.to_owned()
    } else {
        return None;
    };
    Some((shown, left))
}

/// `[text](address)` after its first bracket; and what follows.
fn link(text: &str) -> Option<(String, &str)> {
    let (label, rest) = text.split_once("](")?;
    let (address, left) = rest.split_once(')')?;
    let is_address = address.trim_start_matches('<').starts_with("http");
    (is_address && !label.contains('\n'))
        .then(|| (format!("{label} ({})", address.trim_matches(['<', '>'])), left))
}

fn time(state: &State, at: DateTime<chrono::Utc>, style: &str) -> String {
    let local = at.with_timezone(&Local);
    match style {
        "t" => local.format("%H:%M").to_string(),
        "T" => local.format("%H:%M:%S").to_string(),
        "d" | "D" => local.format("%Y-%m-%d").to_string(),
        "R" => {
            let minutes = (at - state.now()).num_seconds().div_euclid(60);
            let (length, unit) = match minutes.abs() {
                0..90 => (minutes.abs(), "min"),
                90..2160 => (minutes.abs() / 60, "h"),
                _ => (minutes.abs() / 1440, "d"),
            };
            if minutes >= 0 { format!("in {length} {unit}") } else { format!("{length} {unit} ago") }
        }
        _ => local.format("%Y-%m-%d %H:%M").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;

    #[test]
    fn discord_s_notation_is_shown_as_people_see_it() {
        let state = World::new("Example").person("alice", &[]).channel("ops").build();
        let alice = state.user("alice").unwrap().id;
        let ops = state.channel("ops").unwrap().id;
        let cases = [
            (format!("<@{alice}> leads in <#{ops}>"), "@alice leads in #ops"),
            (r"\*not bold\* 1 \< 2".to_owned(), "*not bold* 1 < 2"),
            (
                "**INC-1** [the room](https://example.org/x)".to_owned(),
                "INC-1 the room (https://example.org/x)",
            ),
            ("see <https://example.org>".to_owned(), "see https://example.org"),
            ("a <b> [c] (d)".to_owned(), "a <b> [c] (d)"),
        ];
        for (text, shown) in cases {
            assert_eq!(plain(&state, &text), shown);
        }
        let soon = state.now().timestamp() + 15 * 60 + 30;
        assert_eq!(plain(&state, &format!("next <t:{soon}:R>")), "next in 15 min");
    }
}
