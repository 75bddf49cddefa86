//! What Tab offers and what is hinted at: commands, rooms, people, incidents.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, PoisonError},
};

use rustyline::{
    Context, Helper,
    completion::{Completer, Pair},
    highlight::Highlighter,
    hint::{Hint, Hinter},
    validate::{ValidationContext, ValidationResult, Validator},
};
use sitrep_console::{Chat, ConsolePlatform};
use sitrep_core::{
    command::{VERBS, Verb},
    policy::Policy,
};

use crate::console::{
    input::WORDS,
    overview::{people_of, rooms_of},
    seat::incident_of,
    workspace::Workspace,
};

/// What is known about what can be typed.
pub(crate) struct Completion {
    platform: Arc<ConsolePlatform>,
    policy: Policy,
    person: Arc<Mutex<String>>,
}

impl Completion {
    pub(crate) fn new(workspace: &Workspace, person: Arc<Mutex<String>>) -> Self {
        Self { platform: Arc::clone(workspace.platform()), policy: workspace.policy().clone(), person }
    }

    /// Where the word under the cursor begins, and what it could become.
    fn candidates(&self, typed: &str) -> (usize, Vec<String>) {
        let start = typed
            .rfind(char::is_whitespace)
            .map_or(0, |at| at + typed[at..].chars().next().map_or(0, char::len_utf8));
        let (before, word) = typed.split_at(start);
        let person = self.person.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let all = self.platform.read(|chat| self.possible(chat, &person, before.trim(), word));
        let lower = word.to_lowercase();
        (start, all.into_iter().filter(|candidate| candidate.to_lowercase().starts_with(&lower)).collect())
    }

    /// Everything that could stand here; what doesn't begin like the word is sorted out afterwards.
    fn possible(&self, chat: &Chat, person: &str, before: &str, word: &str) -> Vec<String> {
        let prefix = &self.policy.prefix;
        let verbs = |sign: &str| VERBS.iter().map(|verb| format!("{sign}{} ", verb.name)).collect::<Vec<_>>();
        let rooms = || rooms_of(chat, person);
        let incidents = || incidents_of(chat, person);
        let people = |sign: &str| {
            people_of(chat, &self.policy).into_iter().map(|name| format!("{sign}{name}")).collect()
        };
        match before {
            "" if word.starts_with('/') => WORDS.iter().map(|(name, ..)| format!("{name} ")).collect(),
            "" if word.starts_with(prefix.as_str()) => verbs(prefix),
            "/room" => {
                let sign = if word.starts_with('#') { "#" } else { "" };
                rooms().into_iter().chain(incidents()).map(|name| format!("{sign}{name}")).collect()
            }
            "/as" => people(if word.starts_with('@') { "@" } else { "" }),
            _ if before.eq_ignore_ascii_case(&format!("{prefix}help")) => verbs(""),
            _ if word.starts_with('@') => people("@"),
            _ if word.starts_with('#') => rooms().into_iter().map(|name| format!("#{name}")).collect(),
            _ if word.to_lowercase().starts_with("in") => incidents(),
            _ => Vec::new(),
        }
    }

    /// What could follow: the rest of a verb, or what the verb takes.
    fn hint_for(&self, line: &str) -> Option<Suggestion> {
        let typed = line.strip_prefix(self.policy.prefix.as_str())?;
        let (word, space) = typed.strip_suffix(' ').map_or((typed, ""), |word| (word, " "));
        if word.is_empty() || word.contains(char::is_whitespace) {
            return None;
        }
        let is_it = |verb: &&Verb| verb.name == word || verb.aliases.contains(&word);
        if let Some(verb) = VERBS.iter().find(is_it) {
            let shown = if space.is_empty() { format!(" {}", verb.usage) } else { verb.usage.to_owned() };
            return (!verb.usage.is_empty()).then_some(Suggestion { shown, accepted: None });
        }
        let mut begun = VERBS.iter().filter(|verb| verb.name.starts_with(word) && space.is_empty());
        let rest = begun.next()?.name.strip_prefix(word)?.to_owned();
        begun.next().is_none().then(|| Suggestion { accepted: Some(format!("{rest} ")), shown: rest })
    }
}

/// The numbers of the incidents whose rooms somebody sees.
fn incidents_of(chat: &Chat, person: &str) -> Vec<String> {
    let rooms = rooms_of(chat, person);
    let views = rooms.iter().filter_map(|name| chat.room(name));
    views.filter_map(|room| incident_of(&room.topic)).map(str::to_owned).collect()
}

/// A hint.
pub(crate) struct Suggestion {
    shown: String,
    /// What the right arrow adds to the line.
    accepted: Option<String>,
}

impl Hint for Suggestion {
    fn display(&self) -> &str {
        &self.shown
    }

    fn completion(&self) -> Option<&str> {
        self.accepted.as_deref()
    }
}

impl Completer for Completion {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (start, candidates) = self.candidates(&line[..pos]);
        let pair = |replacement: String| Pair { display: replacement.trim_end().to_owned(), replacement };
        Ok((start, candidates.into_iter().map(pair).collect()))
    }
}

impl Hinter for Completion {
    type Hint = Suggestion;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<Suggestion> {
        if pos < line.len() { None } else { self.hint_for(line) }
    }
}

impl Highlighter for Completion {
    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(format!("\x1b[2m{hint}\x1b[0m"))
    }
}

impl Validator for Completion {
    /// A backslash at the end: the message goes on.
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let goes_on = context.input().ends_with('\\');
        Ok(if goes_on { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl Helper for Completion {}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use sitrep_core::{
        effect::EffectId,
        person::Person,
        port::{Action, Attempt, Perform, Platform},
        room::PlatformName,
    };

    use super::*;

    async fn completion() -> Completion {
        let platform = Arc::new(ConsolePlatform::in_memory(Arc::new(|| DateTime::UNIX_EPOCH)));
        for (number, private) in [(1_u32, false), (2, true)] {
            let action = Action::OpenRoom {
                name: format!("2026-11-22-105{number}-it-is-down"),
                topic: format!("INC-{number} · it is down"),
                invited: vec![Person::new(&PlatformName::new("console"), "dave")],
                private,
                open_to: None,
            };
            let attempt = Attempt { key: number.to_string(), first_tried: DateTime::UNIX_EPOCH, number: 1 };
            let id = EffectId { sequence: 1, index: number };
            platform.perform(&Perform { id, platform: platform.name(), action, attempt }).await;
        }
        let person = Arc::new(Mutex::new("alice".to_owned()));
        Completion { platform, policy: Policy::default(), person }
    }

    #[tokio::test]
    async fn tab_offers_what_fits() {
        let completion = completion().await;
        let cases: &[(&str, usize, &[&str])] = &[
            ("!inci", 0, &["!incident ", "!incidents "]),
            ("/ro", 0, &["/room ", "/rooms "]),
            ("/room s", 6, &["support", "status"]),
            ("/room #s", 6, &["#support", "#status"]),
            ("/room inc", 6, &["INC-1"]),
            ("/room 20", 6, &["2026-11-22-1051-it-is-down"]),
            ("/as ", 4, &["alice", "bob", "carol", "dave"]),
            ("/as @d", 4, &["@dave"]),
            ("!lead @b", 6, &["@bob"]),
            ("!help ret", 6, &["retro "]),
            ("!status inc-", 8, &["INC-1"]),
            ("look at #o", 8, &["#ops"]),
            ("nothing fits", 8, &[]),
            ("日本 @b", 7, &["@bob"]),
        ];
        for (typed, start, expected) in cases {
            let (at, candidates) = completion.candidates(typed);
            assert_eq!(
                (at, candidates),
                (*start, expected.iter().map(|&c| c.to_owned()).collect()),
                "{typed:?}"
            );
        }
        *completion.person.lock().expect("not poisoned") = "dave".to_owned();
        assert_eq!(completion.candidates("/room inc").1, ["INC-2", "INC-1"], "dave is in the private room");
    }

    #[tokio::test]
    async fn hints_complete_a_verb_and_then_say_what_it_takes() {
        let completion = completion().await;
        let hint = |line: &str| completion.hint_for(line).map(|hint| (hint.shown, hint.accepted));
        assert_eq!(hint("!reso"), Some(("lve".to_owned(), Some("lve ".to_owned()))));
        assert_eq!(hint("!lead"), Some((" @name|me".to_owned(), None)));
        assert_eq!(hint("!lead "), Some(("@name|me".to_owned(), None)));
        for line in ["!", "!re", "!ack", "!lead @b", "hello", "!incident x"] {
            assert_eq!(hint(line), None, "{line}");
        }
    }
}
