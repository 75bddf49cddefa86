//! The values of a sentence.
//!
//! A text is carried around the template engine: the template sees an object that it can ask for nothing but
//! whether it is there, and that writes one character of a range for private use. After the markup is read, the
//! value itself is put in that character's place.

use std::{borrow::Cow, fmt, sync::Arc};

use minijinja::value::{Object, Value};

use super::super::{Line, Message, Span, isolated};
use crate::{incident::IncidentId, person::Person, report::ReportId};

/// The first of the characters that stand for values (Supplementary Private Use Area-A).
const FIRST_MARK: u32 = 0xF_0000;
/// No sentence has more values.
const MARKS: u32 = 0x1000;

/// A value of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// Not there: false to the template, and nothing when it is said.
    Nothing,
    /// A number, which a template may compare.
    Number(i64),
    /// Yes or no, for the template to ask.
    Flag(bool),
    /// A part of a line.
    Spans(Vec<Span>),
    /// Lines, for a place alone on a line.
    Lines(Vec<Line>),
    /// Something to type; a leading `!` stands for the prefix.
    Typed(String),
}

impl Arg {
    /// Words of a person, line for line, for a place alone on a `> ` line.
    #[must_use]
    pub fn quote(words: &str) -> Self {
        Self::Lines(Message::default().quote(words).lines)
    }

    /// Something to type as it stands, such as an example; a leading `!` stands for the prefix.
    #[must_use]
    pub fn typed(words: impl Into<String>) -> Self {
        Self::Typed(words.into())
    }

    fn is_there(&self) -> bool {
        match self {
            Self::Nothing => false,
            Self::Number(number) => *number != 0,
            Self::Flag(flag) => *flag,
            Self::Spans(spans) => spans.iter().any(|span| !span.words().is_empty()),
            Self::Lines(lines) => !lines.is_empty(),
            Self::Typed(words) => !words.is_empty(),
        }
    }

    /// What the template sees of it.
    pub(super) fn value(&self, index: usize) -> Value {
        match self {
            Self::Number(number) => Value::from(*number),
            Self::Flag(flag) => Value::from(*flag),
            Self::Nothing | Self::Spans(_) | Self::Lines(_) | Self::Typed(_) => {
                let index = u32::try_from(index).ok().filter(|index| *index < MARKS);
                let mark =
                    index.filter(|_| self.is_there()).and_then(|index| char::from_u32(FIRST_MARK + index));
                Value::from_object(Placeholder { mark })
            }
        }
    }
}

/// What stands for a value while the template is rendered.
#[derive(Debug)]
struct Placeholder {
    /// `None` if the value is not there.
    mark: Option<char>,
}

impl Object for Placeholder {
    fn is_true(self: &Arc<Self>) -> bool {
        self.mark.is_some()
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.mark.map_or(Ok(()), |mark| fmt::Write::write_char(f, mark))
    }
}

/// Which value a character stands for.
pub(super) fn marked(c: char) -> Option<usize> {
    let index = u32::from(c).checked_sub(FIRST_MARK).filter(|index| *index < MARKS)?;
    usize::try_from(index).ok()
}

/// The character that stands for a value.
pub(super) fn mark(index: usize) -> Option<char> {
    u32::try_from(index)
        .ok()
        .filter(|index| *index < MARKS)
        .and_then(|index| char::from_u32(FIRST_MARK + index))
}

impl From<&str> for Arg {
    /// Words that may be a person's: one line, and kept from turning the others around.
    fn from(words: &str) -> Self {
        let words = if words.contains(['\n', '\r']) {
            words.split(['\n', '\r']).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
        } else {
            words.to_owned()
        };
        // Words that were put together of isolated ones are isolated where it matters.
        let words = if words.contains('\u{2068}') { words } else { isolated(&words) };
        Self::Spans(vec![Span::Text(words)])
    }
}

impl From<&String> for Arg {
    fn from(words: &String) -> Self {
        Self::from(words.as_str())
    }
}

impl From<String> for Arg {
    fn from(words: String) -> Self {
        Self::from(words.as_str())
    }
}

impl From<Cow<'_, str>> for Arg {
    fn from(words: Cow<'_, str>) -> Self {
        Self::from(&*words)
    }
}

impl From<IncidentId> for Arg {
    fn from(id: IncidentId) -> Self {
        Self::from(id.to_string())
    }
}

impl From<ReportId> for Arg {
    fn from(id: ReportId) -> Self {
        Self::from(id.to_string())
    }
}

impl From<&Person> for Arg {
    /// Named, not notified; [`mention`](super::super::mention) notifies.
    fn from(person: &Person) -> Self {
        Self::from(Span::Person(person.clone()))
    }
}

impl From<Span> for Arg {
    fn from(span: Span) -> Self {
        Self::Spans(vec![span])
    }
}

impl From<Vec<Span>> for Arg {
    fn from(spans: Vec<Span>) -> Self {
        Self::Spans(spans)
    }
}

impl From<Vec<Line>> for Arg {
    fn from(lines: Vec<Line>) -> Self {
        Self::Lines(lines)
    }
}

impl From<Message> for Arg {
    fn from(message: Message) -> Self {
        Self::Lines(message.lines)
    }
}

impl From<bool> for Arg {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl<T: Into<Self>> From<Option<T>> for Arg {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {
        $(impl From<$number> for Arg {
            fn from(number: $number) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        })*
    };
}

numbers!(i64, i32, u64, u32, usize);
