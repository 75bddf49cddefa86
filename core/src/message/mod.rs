//! What sitrep says, before a platform renders it.
//!
//! A [`Message`] is a small tree of text: lines of spans. It has no markup of its own, so nothing that people
//! typed can become markup, and it names whom it notifies: a person is pinged by [`Span::Mention`] and by
//! nothing else. Adapters render it (`formatted_body`, embeds, a terminal); [`Message::plain`] is the text that
//! every one of them falls back to.
//!
//! The sentences themselves live in the files beside this one, a file an occasion.

pub mod brief;
pub mod card;
pub mod catalogue;
pub mod declaration;
pub mod ending;
pub mod export;
pub mod health;
pub mod help;
pub mod incidents;
pub mod meeting;
pub mod oncall;
pub mod people;
pub mod report;
pub mod resolution;
pub mod retrospective;
pub mod role;
pub mod task;
pub mod timeline;
pub mod trouble;
pub mod unclear_time;
pub mod update;
mod wording;

use serde::{Deserialize, Serialize};

use crate::{person::Person, room::RoomRef};

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// Plain words, shown exactly as they are.
    Text(String),
    /// Words that stand out.
    Bold(String),
    /// Something to type.
    Code(String),
    /// A link that shows its address where a platform has nothing better.
    Link(String),
    /// A person named without being notified.
    Person(Person),
    /// A person notified.
    Mention(Person),
    /// A link to a room, with its name.
    Room(RoomRef, String),
}

impl Span {
    /// Its words, without any markup.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Text(words) | Self::Bold(words) | Self::Code(words) | Self::Link(words) => words,
            Self::Person(person) | Self::Mention(person) => person.short_name(),
            Self::Room(_, name) => name,
        }
    }
}

/// One line of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// An ordinary line.
    Plain(Vec<Span>),
    /// One of a list.
    Bullet(Vec<Span>),
    /// Words of a person, kept apart from sitrep's own.
    Quote(Vec<Span>),
}

impl Line {
    /// The spans of the line.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        match self {
            Self::Plain(spans) | Self::Bullet(spans) | Self::Quote(spans) => spans,
        }
    }
}

impl Line {
    /// The spans, without what kind of line they are.
    #[must_use]
    pub fn into_spans(self) -> Vec<Span> {
        match self {
            Self::Plain(spans) | Self::Bullet(spans) | Self::Quote(spans) => spans,
        }
    }

    fn spans_mut(&mut self) -> &mut [Span] {
        match self {
            Self::Plain(spans) | Self::Bullet(spans) | Self::Quote(spans) => spans,
        }
    }

    /// Whether it has these words in it as words of their own.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        self.spans().iter().any(|span| match span {
            Span::Text(words) | Span::Bold(words) | Span::Code(words) => replaced(words, name, "").is_some(),
            Span::Link(_) | Span::Person(_) | Span::Mention(_) | Span::Room(..) => false,
        })
    }
}

/// A text with some words replaced, where they are no part of longer ones; `None` if they are nowhere in it.
fn replaced(text: &str, before: &str, after: &str) -> Option<String> {
    let is_inside = |neighbour: Option<char>, edge: Option<char>| {
        neighbour.is_some_and(char::is_alphanumeric) && edge.is_some_and(char::is_alphanumeric)
    };
    let (mut result, mut copied) = (String::new(), 0);
    for (start, found) in text.match_indices(before) {
        let end = start + found.len();
        if is_inside(text[..start].chars().next_back(), found.chars().next())
            || is_inside(text[end..].chars().next(), found.chars().next_back())
        {
            continue;
        }
        result.push_str(&text[copied..start]);
        result.push_str(after);
        copied = end;
    }
    (copied > 0).then(|| result + &text[copied..])
}

/// A message, from its first line to its last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Message {
    /// The lines in order.
    pub lines: Vec<Line>,
}

impl Message {
    /// A message of one line.
    #[must_use]
    pub fn line(spans: impl Into<Vec<Span>>) -> Self {
        Self { lines: vec![Line::Plain(spans.into())] }
    }

    /// A message of one line of plain words.
    #[must_use]
    pub fn text(words: impl Into<String>) -> Self {
        Self::line([Span::Text(words.into())])
    }

    /// Adds a line.
    #[must_use]
    pub fn and(mut self, spans: impl Into<Vec<Span>>) -> Self {
        self.lines.push(Line::Plain(spans.into()));
        self
    }

    /// With words before its first line.
    #[must_use]
    pub fn prefixed(mut self, words: String) -> Self {
        if let Some(Line::Plain(spans)) = self.lines.first_mut() {
            spans.insert(0, Span::Text(words));
        }
        self
    }

    /// Adds another message's lines.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.lines.extend(other.lines);
        self
    }

    /// Adds a line of a list.
    #[must_use]
    pub fn bullet(mut self, spans: impl Into<Vec<Span>>) -> Self {
        self.lines.push(Line::Bullet(spans.into()));
        self
    }

    /// Adds what a person said, line for line.
    #[must_use]
    pub fn quote(mut self, words: &str) -> Self {
        self.lines.extend(words.lines().map(|line| Line::Quote(vec![Span::Text(isolated(line))])));
        self
    }

    /// Leaves out what people said, and says so in these words.
    pub fn strike_quotes(&mut self, gap: &str) {
        let is_quote = |line: &Line| matches!(line, Line::Quote(_));
        let Some(first) = self.lines.iter().position(is_quote) else { return };
        self.lines.retain(|line| !is_quote(line));
        self.lines.insert(first, Line::Quote(vec![Span::Text(gap.to_owned())]));
    }

    /// Puts other words in the place of some, as a whole, in the lines that are meant. Says whether there were any.
    pub fn replace(&mut self, before: &str, after: &str, is_meant: impl Fn(&Line) -> bool) -> bool {
        let mut found = false;
        for line in self.lines.iter_mut().filter(|line| is_meant(line)) {
            for span in line.spans_mut() {
                let replaced = match span {
                    Span::Text(words) | Span::Bold(words) | Span::Code(words) | Span::Room(_, words) => {
                        replaced(words, before, after).map(|replaced| *words = replaced)
                    }
                    Span::Link(_) | Span::Person(_) | Span::Mention(_) => None,
                };
                found |= replaced.is_some();
            }
        }
        found
    }

    /// The message with other spans in the place of those that name people, or notify them, where there are better
    /// ones.
    #[must_use]
    pub fn with_people(mut self, better: impl Fn(&Person, bool) -> Option<Span>) -> Self {
        for span in self.lines.iter_mut().flat_map(Line::spans_mut) {
            let notifies = matches!(span, Span::Mention(_));
            if let Span::Person(person) | Span::Mention(person) = span
                && let Some(other) = better(person, notifies)
            {
                *span = other;
            }
        }
        self
    }

    /// Everybody it notifies, each once, in order of appearance.
    #[must_use]
    pub fn mentions(&self) -> Vec<&Person> {
        let mut mentioned: Vec<&Person> = Vec::new();
        for span in self.lines.iter().flat_map(Line::spans) {
            if let Span::Mention(person) = span
                && !mentioned.contains(&person)
            {
                mentioned.push(person);
            }
        }
        mentioned
    }

    /// The message as text. `room_link` says how the platform writes a link to a room.
    #[must_use]
    pub fn plain(&self, room_link: impl Fn(&RoomRef, &str) -> String) -> String {
        let mut text = String::new();
        for (index, line) in self.lines.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            match line {
                Line::Plain(_) => {}
                Line::Bullet(_) => text.push_str("- "),
                Line::Quote(_) => text.push_str("> "),
            }
            for span in line.spans() {
                match span {
                    Span::Text(words) | Span::Bold(words) | Span::Link(words) => text.push_str(words),
                    Span::Code(words) => text.extend(["`", words, "`"]),
                    Span::Person(person) => text.push_str(person.short_name()),
                    Span::Mention(person) => {
                        text.push('@');
                        text.push_str(person.short_name());
                    }
                    Span::Room(room, name) => text.push_str(&room_link(room, name)),
                }
            }
        }
        text
    }
}

/// An answer to somebody who has pressed a sign: it can't be attached to anything, so it names them.
#[must_use]
pub fn pressed_by(person: &Person, mut message: Message) -> Message {
    if let Some(Line::Plain(spans)) = message.lines.first_mut() {
        spans.splice(0..0, [Span::Person(person.clone()), Span::Text(": ".to_owned())]);
    }
    message
}

/// A person's words as a sentence among others: a full stop is added where there is no other end.
#[must_use]
pub fn sentence(words: &str) -> String {
    let has_end = words.ends_with(['.', '!', '?', '…', '。', '！', '？', '।', '؟', '۔']);
    format!("{}{}", isolated(words), if has_end { "" } else { "." })
}

/// A person's words, kept from turning ours around and ours theirs, where they run from right to left (Unicode Standard
/// Annex 9, "Explicit Directional Isolates"). Nothing is added to words that run from left to right.
#[must_use]
pub fn isolated(words: &str) -> String {
    let runs_left = |c: char| {
        matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}'
            | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
    };
    if words.chars().any(runs_left) { format!("\u{2068}{words}\u{2069}") } else { words.to_owned() }
}

/// Plain words.
#[must_use]
pub fn text(words: impl Into<String>) -> Span {
    Span::Text(words.into())
}

/// Words that stand out.
#[must_use]
pub fn bold(words: impl Into<String>) -> Span {
    Span::Bold(words.into())
}

/// Something to type.
#[must_use]
pub fn code(words: impl Into<String>) -> Span {
    Span::Code(words.into())
}

/// A person, without notifying them.
#[must_use]
pub fn named(person: &Person) -> Span {
    Span::Person(person.clone())
}

/// A person, notified.
#[must_use]
pub fn mention(person: &Person) -> Span {
    Span::Mention(person.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::PlatformName;

    #[test]
    fn sentences_end_once() {
        for (words, expected) in [
            ("down", "down."),
            ("down.", "down."),
            ("!!!", "!!!"),
            ("支付失败。", "支付失败。"),
            ("الدفع متوقف", "\u{2068}الدفع متوقف\u{2069}."),
        ] {
            assert_eq!(sentence(words), expected);
        }
    }

    #[test]
    fn plain_text_and_mentions() {
        let platform = PlatformName::new("test");
        let alice = Person::new(&platform, "alice");
        let message = Message::line([text("Over to "), mention(&alice), text(". Ask "), mention(&alice)])
            .bullet([code("!ack"), text(" if you have it")])
            .quote("first\nsecond");
        let plain = message.plain(|_, name| format!("#{name}"));
        assert_eq!(plain, "Over to @alice. Ask @alice\n- `!ack` if you have it\n> first\n> second");
        assert_eq!(message.mentions(), [&alice]);
    }
}
