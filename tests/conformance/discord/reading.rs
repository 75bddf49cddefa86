//! From the messages of a channel to what a person reads in it.
//!
//! The text is what Discord's client makes of the markdown, written as the console writes it: `@name` for a person who
//! is notified, `#name` for a room, backticks around what to type. Markup that somebody's words would have become is
//! taken for markup, so that it shows as a difference.

use std::collections::{BTreeMap, BTreeSet};

use sitrep_fake_discord::{Channel, Message, permission};

use crate::support::Failed;

use super::super::view::{self, Made, Room};
use super::super::words::reduced;

/// Who is behind an id.
pub(super) struct Names(BTreeMap<u64, String>);

impl Names {
    pub(super) fn new(names: BTreeMap<u64, String>) -> Self {
        Self(names)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (u64, &str)> {
        self.0.iter().map(|(id, name)| (*id, name.as_str()))
    }

    pub(super) fn id_of(&self, name: &str) -> Option<u64> {
        self.all().find(|(_, known)| *known == name).map(|(id, _)| id)
    }

    fn name_of(&self, id: u64) -> Option<&str> {
        self.0.get(&id).map(String::as_str)
    }
}

/// How somebody is called who is asked in.
const ASKED_IN: &str = "You are asked in: ";

/// Whom a message asks in, if it does nothing else.
pub(super) fn asked_in(message: &Message) -> Option<&[String]> {
    let people = message.content.strip_prefix(ASKED_IN)?;
    let is_mention = |word: &str| word.starts_with("<@") && word.ends_with('>');
    people.split_whitespace().all(is_mention).then_some(message.mentions.as_slice())
}

/// Nobody is called in a direct channel but whom it is with.
pub(super) fn call_nobody_but(person: &str, message: &mut view::Message) {
    let others: Vec<String> = message.mentions.iter().filter(|called| *called != person).cloned().collect();
    for other in others {
        message.mentions.remove(&other);
        message.text = message.text.replace(&format!("@{other}"), &other);
    }
}

/// What is said where the console says that somebody has removed sitrep from a room.
pub(super) fn closed(text: &str) -> Option<String> {
    let (_, rest) = text.split_once(" removed me from #")?;
    let (room, _) = rest.split_once(", so I can neither hear nor tell anybody there.")?;
    Some(format!(
        "The room #{room} was deleted, or is closed to me, so I can neither hear nor tell anybody there. Whoever runs me \
         can let me in, or name another in my configuration."
    ))
}

/// A topic without the key by which sitrep finds its room again.
pub(super) fn without_key(topic: &str) -> String {
    topic.rsplit_once(" · ").map_or(topic, |(topic, _)| topic).to_owned()
}

/// Everybody who was let into a channel by name.
pub(super) fn members<'a>(channel: &'a Channel, names: &'a Names) -> impl Iterator<Item = String> + 'a {
    let let_in = channel.overwrites.iter().filter(|it| it.member && it.allow & permission::VIEW_CHANNEL != 0);
    let_in.filter_map(|it| names.name_of(it.id)).filter(|name| *name != "sitrep").map(str::to_owned)
}

/// What the messages look like, of which some are pinned. `sent` is what people have typed, by message.
pub(super) fn room(
    made: Option<Made>,
    (messages, pins): (&[Message], &[u64]),
    sent: &BTreeMap<u64, String>,
    known: (&Names, &BTreeMap<u64, String>),
) -> Room {
    let place_of = |id: u64| messages.iter().position(|message| message.id == id);
    let shown = messages.iter().map(|message| view::Message {
        person: message.author.clone(),
        text: match sent.get(&message.id) {
            Some(typed) => typed.clone(),
            None => reduced(&read(&message.text(), &message.mentions, known)),
        },
        mentions: match message.author.as_str() {
            "sitrep" => message.mentions.iter().cloned().collect(),
            // Whom people call is no affair of sitrep's.
            _ => BTreeSet::new(),
        },
        // The answer to a press hangs below what was pressed, which says nothing.
        answers: message.reply_to.and_then(place_of).filter(|place| messages[*place].author != "sitrep"),
        signs: BTreeSet::new(),
    });
    Room {
        made,
        messages: shown.collect(),
        pinned: pins.iter().rev().filter_map(|id| place_of(*id)).collect(),
    }
}

/// Discord's markdown as people read it.
fn read(markdown: &str, notified: &[String], known: (&Names, &BTreeMap<u64, String>)) -> String {
    let lines =
        markdown.split('\n').map(|line| Line { rest: line, text: String::new(), notified, known }.read());
    lines.collect::<Vec<_>>().join("\n")
}

/// One line being read.
struct Line<'a> {
    rest: &'a str,
    text: String,
    notified: &'a [String],
    known: (&'a Names, &'a BTreeMap<u64, String>),
}

impl Line<'_> {
    fn read(mut self) -> String {
        for heading in ["# ", "## ", "### ", "-# ", "* "] {
            if let Some(rest) = self.rest.strip_prefix(heading) {
                self.rest = rest;
            }
        }
        while let Some(next) = self.rest.chars().next() {
            let taken = match next {
                '\\' => self.escaped(),
                '`' => self.code(),
                '*' | '_' | '~' | '|' => self.markup(),
                '<' => self.angled(),
                '\u{200b}' => Some((String::new(), next.len_utf8())),
                _ => None,
            };
            let (text, length) = taken.unwrap_or_else(|| (next.to_string(), next.len_utf8()));
            self.text.push_str(&text);
            self.rest = &self.rest[length..];
        }
        self.text
    }

    fn escaped(&self) -> Option<(String, usize)> {
        let next = self.rest.chars().nth(1).filter(char::is_ascii_punctuation)?;
        Some((next.to_string(), 1 + next.len_utf8()))
    }

    /// A code span, with as many backticks at its end as at its beginning.
    fn code(&self) -> Option<(String, usize)> {
        let fence = &self.rest[..self.rest.len() - self.rest.trim_start_matches('`').len()];
        let inside = &self.rest[fence.len()..];
        let length = inside.find(fence)?;
        let words = &inside[..length];
        let words = if fence.len() > 1 { words.trim() } else { words };
        Some((format!("`{words}`"), 2 * fence.len() + length))
    }

    /// Signs that come in pairs, and are not shown.
    fn markup(&self) -> Option<(String, usize)> {
        let signs = ["***", "**", "__", "~~", "||", "*", "_"];
        let sign = signs.into_iter().find(|sign| self.rest.starts_with(sign))?;
        let (before, after) = (self.text.chars().next_back(), &self.rest[sign.len()..]);
        let opens = !after.starts_with(char::is_whitespace) && after.contains(sign);
        let closes = before.is_some_and(|before| !before.is_whitespace());
        let is_inside_a_word = sign == "_"
            && before.is_some_and(char::is_alphanumeric)
            && after.starts_with(char::is_alphanumeric);
        ((opens || closes) && !is_inside_a_word).then(|| (String::new(), sign.len()))
    }

    /// Somebody, a channel, or an address that does not unfold.
    fn angled(&self) -> Option<(String, usize)> {
        let (inside, _) = self.rest[1..].split_once('>')?;
        let text = if let Some(id) = inside.strip_prefix("@") {
            let name = self.known.0.name_of(id.trim_start_matches('!').parse().ok()?)?;
            let calls = self.notified.iter().any(|notified| notified == name);
            format!("{}{name}", if calls { "@" } else { "" })
        } else if let Some(id) = inside.strip_prefix('#') {
            self.known.1.get(&id.parse().ok()?)?.clone()
        } else {
            inside.strip_prefix("https://").map(|_| inside.to_owned())?
        };
        Some((text, inside.len() + 2))
    }
}

/// What [`read`] does, by example.
pub(in super::super) fn reads_what_the_client_shows() -> Result<(), Failed> {
    let names = Names::new([(1, "bob".to_owned()), (2, "carol".to_owned())].into());
    let channels = [(7, "#ops".to_owned())].into();
    let cases = [
        ("**INC-1** is `declared`", "INC-1 is `declared`"),
        ("<@1> leads, not <@2>", "@bob leads, not carol"),
        ("in <#7>, see <https://meet.example/x>", "in #ops, see https://meet.example/x"),
        (r"a \*b\* \<@1\> \# 1\. snake_case", "a *b* <@1> # 1. snake_case"),
        ("*somebody's* _words_ ~~struck~~ ||hidden||", "somebody's words struck hidden"),
        ("# big\n-# small\n- item\n> quoted", "big\nsmall\n- item\n> quoted"),
        ("`a *b* <@1>` and ``c`d``", "`a *b* <@1>` and `c`d`"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("@\u{200b}everyone", "@everyone"),
    ];
    for (markdown, expected) in cases {
        assert_eq!(read(markdown, &["bob".to_owned()], (&names, &channels)), expected, "{markdown}");
    }
    assert_eq!(without_key("INC-1: checkout · abc-12-0"), "INC-1: checkout");
    Ok(())
}
