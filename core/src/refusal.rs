//! Why a command was declined, worded for the person who typed it.
//!
//! A refusal is an answer, not an error: it says what was wrong and what to type instead, in a line or two, and
//! blames nobody. A refused command has changed nothing.

use crate::{
    incident::{IncidentId, glimpse},
    message::{Message, Span, code, text},
    time::{DurationError, WhenError},
};

/// A command declined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nearly a verb. Holds what was typed and what was probably meant.
    DidYouMean(String, &'static str),
    /// A verb of the process that this version doesn't carry out yet.
    NotYet(String),
    /// The person is not on the allow-list.
    NotAllowed,
    /// Commands are not heard in this room.
    NotHeardHere,
    /// A button of something that is over.
    NothingToPress,
    /// No incident was named, and none is implied by the room. Holds the verb.
    WhichIncident(&'static str),
    /// Several incidents run in this room. Holds the verb and their numbers.
    SeveralHere(&'static str, Vec<IncidentId>),
    /// There is no such incident, or none that this person may know of.
    NoSuchIncident(IncidentId),
    /// A private incident is not talked about here.
    PrivateElsewhere(IncidentId),
    /// It is over. Holds what it takes to be open for.
    AlreadyResolved(IncidentId),
    /// It is not over yet.
    NotResolved(IncidentId),
    /// The verb needs words after it. Holds what is missing and an example.
    Missing(&'static str, &'static str),
    /// Something after the verb can't be read. Holds it, what was expected and an example.
    Unclear(String, &'static str, &'static str),
    /// An option that doesn't exist. Holds it and what was probably meant.
    UnknownOption(String, Option<&'static str>),
    /// Not a person.
    NotAPerson(String),
    /// Not a length of time, or not a sensible one.
    Duration(DurationError),
    /// Not a moment, or not a possible one.
    When(WhenError),
    /// A promise has to lie within a day.
    PromiseTooFar,
    /// Whoever needs that long owes the others another promise.
    SnoozeTooLong,
    /// The message was carried out as it stood at first; editing it does nothing.
    AlreadyCarriedOut,
    /// Nothing to do: it is so already. Holds the sentence.
    AlreadySo(Message),
    /// There is no retrospective to book. Holds why.
    NoRetrospective(IncidentId),
}

/// Parts of a sentence: words, and between backticks what to type, in which `!` stands for the prefix.
fn sentence(template: &str, prefix: &str) -> Vec<Span> {
    template
        .split('`')
        .enumerate()
        .filter(|(_, part)| !part.is_empty())
        .map(|(index, part)| {
            if index % 2 == 0 {
                text(part)
            } else {
                code(part.strip_prefix('!').map_or_else(|| part.to_owned(), |rest| format!("{prefix}{rest}")))
            }
        })
        .collect()
}

impl Refusal {
    /// Nothing to do, in words that name nobody.
    #[must_use]
    pub fn already_so(words: impl Into<String>) -> Self {
        Self::AlreadySo(Message::text(words))
    }

    /// What the person reads.
    #[must_use]
    pub fn message(&self, prefix: &str) -> Message {
        let line = |template: &str| Message::line(sentence(template, prefix));
        match self {
            Self::DidYouMean(typed, meant) => Message::line([
                text("I don't know "),
                code(format!("{prefix}{}", glimpse(typed))),
                text(". Did you mean "),
                code(format!("{prefix}{meant}")),
                text("?"),
            ]),
            Self::NotYet(verb) => line(&format!(
                "I can't do `!{verb}` yet, so nothing has changed. `!help` shows what I can do."
            )),
            Self::NotAllowed => {
                line("You are not on my list of people who may command. Whoever runs me can add you.")
            }
            Self::NotHeardHere => {
                line("I don't take commands in this room. Say it in an incident's room, or to me alone.")
            }
            Self::NothingToPress => {
                line("There is nothing left to press here. `!incidents` lists what is going on.")
            }
            Self::WhichIncident(verb) => line(&format!(
                "Which incident? Say it in the incident's room, or with its number: `!{verb} INC-12`."
            )),
            Self::SeveralHere(verb, ids) => {
                let list = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                let first = ids.first().map_or_else(String::new, ToString::to_string);
                line(&format!("Several incidents run in this room: {list}. Say which: `!{verb} {first}`."))
            }
            Self::NoSuchIncident(id) => {
                line(&format!("There is no {id} that you can see. `!incidents` lists the open ones."))
            }
            Self::PrivateElsewhere(id) => line(&format!("{id} is private: ask in its own room.")),
            Self::AlreadyResolved(id) => line(&format!("{id} is resolved, so there is nothing to change.")),
            Self::NotResolved(id) => line(&format!("{id} is still open. `!resolve TEXT` comes first.")),
            Self::Missing(what, example) => line(&format!("{what} For example: `{example}`")),
            Self::Unclear(typed, expected, example) => {
                let mut spans = vec![text("I can't read "), code(glimpse(typed)), text(". ")];
                spans.extend(sentence(&format!("{expected} For example: `{example}`"), prefix));
                Message::line(spans)
            }
            Self::UnknownOption(typed, meant) => {
                let mut spans =
                    vec![text("I don't know the option "), code(glimpse(typed)), text(", so I did nothing.")];
                if let Some(meant) = meant {
                    spans.extend([text(" Did you mean "), code(*meant), text("?")]);
                }
                Message::line(spans)
            }
            Self::NotAPerson(typed) => Message::line([
                text("I can't read "),
                code(glimpse(typed)),
                text(" as a person. Write @name, or me."),
            ]),
            Self::Duration(error) => Message::text(error.to_string()),
            Self::When(error) => Message::text(error.to_string()),
            Self::PromiseTooFar => {
                line("An update can be promised for a day ahead at most. For example: `!next 45m`")
            }
            Self::SnoozeTooLong => {
                line("I can wait an hour at most. `!next 2h` promises everybody another time.")
            }
            Self::AlreadyCarriedOut => line(
                "I have carried this message out as it stood at first, and the edit changes nothing. Please say what \
                 should happen now in a new message.",
            ),
            Self::AlreadySo(sentence) => sentence.clone(),
            Self::NoRetrospective(id) => line(&format!("{id} has no retrospective to book.")),
        }
    }
}
