//! The catalogue: every sentence that sitrep says, in each language that it speaks.
//!
//! A sentence is a key such as `update.promised` and a template: `promised` in `en/update.toml` and `de/update.toml`.
//! A template is minijinja ("{{ at }}", "{% if meeting %}") with a little markup ([`markup`]), and becomes a
//! [`Message`].
//!
//! - A value is never markup and never template: it is carried around both of them and put in at the end ([`Arg`]).
//! - English knows which values a sentence has; every other wording may use those and no others.
//! - A sentence that fails is said in English. Nothing here panics, hangs or is silent.
//!
//! [`Policy::say`](crate::policy::Policy::say) is how core speaks; an operator's own wording is read by
//! [`Words::with_overrides`].

mod areas;
mod arg;
mod book;
mod markup;
mod overrides;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

pub use arg::Arg;
pub use overrides::Fault;

use self::book::Book;
use super::{Message, Span};

/// A language that sitrep speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// Its code, as it is configured.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The language of a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }
}

/// The values of a sentence, by the names that its template knows: `args![id = incident.id, at = at]`.
#[macro_export]
macro_rules! args {
    ($($name:ident = $value:expr),* $(,)?) => {
        [$((stringify!($name), $crate::message::catalogue::Arg::from($value))),*]
            as [(&'static str, $crate::message::catalogue::Arg); _]
    };
}

/// What sitrep says, in one language, with an operator's own wording in it.
#[derive(Clone)]
pub struct Words {
    book: Arc<Book>,
}

impl Default for Words {
    /// English.
    fn default() -> Self {
        Self::of(Language::default())
    }
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.book, &other.book) || self.book.says_the_same_as(&other.book)
    }
}

impl Eq for Words {}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Words").field("language", &self.language()).finish_non_exhaustive()
    }
}

impl Words {
    /// The catalogue of a language as it is.
    #[must_use]
    pub fn of(language: Language) -> Self {
        Self { book: Book::of(language) }
    }

    /// The catalogue of a language with other sentences in the place of some. `toml` has a table for each area.
    ///
    /// # Errors
    /// Everything that is wrong with them, each with its place.
    pub fn with_overrides(language: Language, toml: &str) -> Result<Self, Vec<Fault>> {
        let book = Book::of(language);
        let others = overrides::read(toml)?;
        Ok(Self { book: Arc::new(book.with(others)) })
    }

    /// The language.
    #[must_use]
    pub fn language(&self) -> Language {
        self.book.language
    }

    /// A sentence. What is to be typed begins with the prefix.
    #[must_use]
    pub fn say(
        &self,
        key: &str,
        args: impl IntoIterator<Item = (&'static str, Arg)>,
        prefix: &str,
    ) -> Message {
        let (names, args): (Vec<&'static str>, Vec<Arg>) = args.into_iter().unzip();
        debug_assert!(
            Book::of(Language::English).has_exactly(key, &names),
            "{key} is given {names:?}; its English sentence has others"
        );
        let rendered = self
            .book
            .render(key, &names, &args)
            .filter(|rendered| !rendered.trim().is_empty())
            .or_else(|| Book::of(Language::English).render(key, &names, &args))
            // Not in English either: the key and its values say at least something.
            .unwrap_or_else(|| markup::everything(key, args.len()));
        markup::message(&rendered, &args, prefix)
    }

    /// A part of a line.
    #[must_use]
    pub fn spans(
        &self,
        key: &str,
        args: impl IntoIterator<Item = (&'static str, Arg)>,
        prefix: &str,
    ) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        for line in self.say(key, args, prefix).lines {
            if !spans.is_empty() {
                spans.push(Span::Text(" ".to_owned()));
            }
            spans.extend(line.into_spans());
        }
        markup::merged(spans)
    }

    /// Words without any markup: a name, a label, a length of time.
    #[must_use]
    pub fn phrase(&self, key: &str, args: impl IntoIterator<Item = (&'static str, Arg)>) -> String {
        self.spans(key, args, "!").iter().map(Span::words).collect()
    }

    /// Whether there is such a sentence.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.book.has(key)
    }

    /// Every key with its template, in order.
    pub fn templates(&self) -> impl Iterator<Item = (&str, &str)> {
        self.book.templates()
    }
}

/// The whole catalogue of a language as a file to begin from: what [`Words::with_overrides`] reads.
#[must_use]
pub fn file(language: Language) -> String {
    let areas = areas::of(language).iter().map(|(area, text)| format!("[{area}]\n{}\n", text.trim()));
    areas.collect::<Vec<_>>().join("\n")
}
