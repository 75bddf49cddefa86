//! Signs that people press instead of typing: which there are, and the command that each stands for.
//!
//! Everything that can be pressed can also be typed. Signs are few and mean the same wherever they are.

use crate::{
    args,
    effect::Pressed,
    incident::{Incident, Status},
    message::catalogue::Words,
    port::{Button, Choice, Form},
};

/// Says that somebody has it.
pub(crate) const ACKNOWLEDGES: &str = "✅";
/// Makes whoever presses it the commander.
pub(crate) const TAKES_THE_LEAD: &str = "🙋";
/// Has the question come again later.
pub(crate) const SNOOZES: &str = "💤";

/// Gives news.
const GIVES_NEWS: &str = "📣";
/// Says that it is over.
const RESOLVES: &str = "🏁";
/// Says that the harm has stopped.
const MITIGATES: &str = "🩹";
/// Says that nothing is lost.
const NOTHING_IS_LOST: &str = "👌";

/// Takes over the lead that was offered.
const ACCEPTS: &str = "🤝";
/// Makes whoever presses it the comms lead.
const SPEAKS: &str = "📢";
/// Makes whoever presses it the scribe.
const KEEPS_THE_RECORD: &str = "📝";

/// Says how bad it is.
const SETS_SEVERITY: &str = "🚦";
/// Makes a report an incident.
const DECLARES: &str = "🚨";
/// Says that a report is none.
const DECLINES: &str = "🙅";

/// One sign.
struct Sign {
    /// As it is put on messages.
    key: &'static str,
    /// The verb that it stands for, without the prefix.
    verb: &'static str,
    /// What follows the verb.
    words: &'static str,
    /// What it does, for those who see it on a button: the key of the words.
    label: &'static str,
    /// What it has to ask for.
    form: Option<Question>,
    /// What there is to choose from: what follows the verb, and the key of what people read.
    choices: &'static [(&'static str, &'static str)],
    on: &'static [Pressed],
}

/// The keys of a form's words.
#[derive(Clone, Copy, Debug)]
struct Question {
    title: &'static str,
    label: &'static str,
    example: &'static str,
}

const UPDATE: Question =
    Question { title: "button.update", label: "button.update_label", example: "button.update_example" };
const RESOLVE: Question =
    Question { title: "button.resolve", label: "button.resolve_label", example: "button.resolve_example" };

const DECLINE: Question =
    Question { title: "button.decline", label: "button.decline_label", example: "button.decline_example" };

const SEVERITIES: &[(&str, &str)] = &[
    ("1", "button.choose_sev1"),
    ("2", "button.choose_sev2"),
    ("3", "button.choose_sev3"),
    ("4", "button.choose_sev4"),
];

static SIGNS: [Sign; 13] = [
    Sign {
        key: ACKNOWLEDGES,
        verb: "ack",
        words: "",
        label: "button.acknowledge",
        form: None,
        choices: &[],
        on: &[Pressed::Card, Pressed::Escalation, Pressed::Report],
    },
    Sign {
        key: DECLARES,
        verb: "incident",
        words: "",
        label: "button.declare",
        form: None,
        choices: &[],
        on: &[Pressed::Report],
    },
    Sign {
        key: DECLINES,
        verb: "decline",
        words: "",
        label: "button.decline",
        form: Some(DECLINE),
        choices: &[],
        on: &[Pressed::Report],
    },
    Sign {
        key: GIVES_NEWS,
        verb: "update",
        words: "",
        label: "button.update",
        form: Some(UPDATE),
        choices: &[],
        on: &[Pressed::Card, Pressed::Prompt],
    },
    Sign {
        key: TAKES_THE_LEAD,
        verb: "lead",
        words: "me",
        label: "button.lead",
        form: None,
        choices: &[],
        on: &[Pressed::Card, Pressed::Prompt, Pressed::Escalation],
    },
    Sign {
        key: SNOOZES,
        verb: "snooze",
        words: "",
        label: "button.snooze",
        form: None,
        choices: &[],
        on: &[Pressed::Prompt],
    },
    Sign {
        key: ACCEPTS,
        verb: "accept",
        words: "",
        label: "button.take_over",
        form: None,
        choices: &[],
        on: &[Pressed::Handoff],
    },
    Sign {
        key: SPEAKS,
        verb: "role",
        words: "comms me",
        label: "button.comms_lead",
        form: None,
        choices: &[],
        on: &[Pressed::Roles],
    },
    Sign {
        key: KEEPS_THE_RECORD,
        verb: "role",
        words: "scribe me",
        label: "button.scribe",
        form: None,
        choices: &[],
        on: &[Pressed::Roles],
    },
    Sign {
        key: MITIGATES,
        verb: "mitigate",
        words: "",
        label: "button.mitigated",
        form: None,
        choices: &[],
        on: &[Pressed::Card],
    },
    Sign {
        key: RESOLVES,
        verb: "resolve",
        words: "",
        label: "button.resolve",
        form: Some(RESOLVE),
        choices: &[],
        on: &[Pressed::Card],
    },
    Sign {
        key: NOTHING_IS_LOST,
        verb: "resolve",
        words: "lost: nothing",
        label: "button.nothing_is_lost",
        form: None,
        choices: &[],
        on: &[Pressed::Lasting],
    },
    Sign {
        key: SETS_SEVERITY,
        verb: "sev",
        words: "",
        label: "button.severity",
        form: None,
        choices: SEVERITIES,
        on: &[Pressed::Card],
    },
];

/// Whether signs of this kind still mean something for an incident as it stands.
#[must_use]
pub(crate) fn may_be_pressed(on: Pressed, incident: &Incident) -> bool {
    match on {
        // A report's line is no message of an incident.
        Pressed::Report => false,
        Pressed::Lasting => incident.status == Status::Resolved && incident.lasting.is_none(),
        Pressed::Card
        | Pressed::Prompt
        | Pressed::Handoff
        | Pressed::Roles
        | Pressed::Escalation
        | Pressed::Tasks => incident.status.is_open(),
    }
}

/// How many tasks can be ticked by a sign: as many as there are signs for numbers.
pub(crate) const MOST_TASK_SIGNS: usize = 9;

macro_rules! ticks {
    ($($key:literal $words:literal),*) => {
        [$(Sign {
            key: $key,
            verb: "task",
            words: $words,
            label: "button.done",
            form: None,
            choices: &[],
            on: &[Pressed::Tasks],
        }),*]
    };
}

/// Signs that tick a task each.
static TICKS: [Sign; MOST_TASK_SIGNS] = ticks![
    "1️⃣" "done 1", "2️⃣" "done 2", "3️⃣" "done 3", "4️⃣" "done 4", "5️⃣" "done 5", "6️⃣" "done 6", "7️⃣" "done 7",
    "8️⃣" "done 8", "9️⃣" "done 9"
];

fn all() -> impl Iterator<Item = &'static Sign> {
    SIGNS.iter().chain(&TICKS)
}

/// The signs that a list of so many tasks carries.
#[must_use]
pub(crate) fn task_keys(tasks: usize) -> Vec<String> {
    TICKS.iter().take(tasks).map(|sign| sign.key.to_owned()).collect()
}

/// The signs that a message carries.
#[must_use]
pub(crate) fn keys(on: Pressed) -> Vec<String> {
    SIGNS.iter().filter(|sign| sign.on.contains(&on)).map(|sign| sign.key.to_owned()).collect()
}

/// The buttons that these signs are.
#[must_use]
pub(crate) fn shown(keys: &[String], words: &Words) -> Vec<Button> {
    let shown = |key: &String| {
        let sign = all().find(|sign| sign.key == key)?;
        let choice = |(follows, label): &(&'static str, &str)| Choice {
            words: follows,
            label: words.phrase(label, args![]),
        };
        Some(Button {
            key: key.clone(),
            verb: sign.verb,
            words: sign.words,
            label: words.phrase(sign.label, args![]),
            form: sign.form.map(|question| question.in_words(words)),
            choices: sign.choices.iter().map(choice).collect(),
        })
    };
    keys.iter().filter_map(shown).collect()
}

/// How many of these signs are done with a press.
#[must_use]
pub(crate) fn plain(keys: &[String]) -> usize {
    keys.iter().filter(|key| all().any(|sign| sign.key == *key && !sign.needs_words())).count()
}

impl Question {
    fn in_words(self, words: &Words) -> Form {
        Form {
            title: words.phrase(self.title, args![]),
            label: words.phrase(self.label, args![]),
            example: words.phrase(self.example, args![]),
        }
    }
}

impl Sign {
    /// The command that it stands for: verb and words.
    fn command(&self) -> String {
        format!("{} {}", self.verb, self.words).trim_end().to_owned()
    }

    fn needs_words(&self) -> bool {
        self.form.is_some() || !self.choices.is_empty()
    }
}

/// The question of a button: known by its sign, or by its verb if nothing follows that.
fn question(key: &str) -> Option<Question> {
    all().find(|sign| sign.key == key || (sign.verb == key && sign.words.is_empty()))?.form
}

/// A sign without the wish for colour, which some keyboards add and others leave out.
fn without_colour(key: &str) -> String {
    key.replace('\u{FE0F}', "")
}

/// What a button asks for before it does anything: known by its sign, or by its verb if nothing follows that.
#[must_use]
pub fn form(key: &str, words: &Words) -> Option<Form> {
    question(key).map(|question| question.in_words(words))
}

/// Whether a button asks for words before it does anything.
#[must_use]
pub fn asks_for_words(key: &str) -> bool {
    question(key).is_some()
}

/// The command that a sign, or the verb that it stands for, means on a message: verb and words. People's keyboards add
/// skin tones, genders and the wish for colour. What asks for words means nothing without them.
#[must_use]
pub(crate) fn command(on: Pressed, key: &str, has_words: bool) -> Option<String> {
    let key = without_colour(key);
    let is_it = |sign: &&Sign| {
        // Of the tasks, the verb says nothing about which.
        let is_verb = key == sign.verb && !sign.on.contains(&Pressed::Tasks);
        let is_key = is_verb || key == sign.command() || key.starts_with(&without_colour(sign.key));
        is_key && sign.on.contains(&on) && sign.needs_words() == has_words
    };
    Some(all().find(is_it)?.command())
}

/// A command with the incident or report that it is about, which the room need not say.
#[must_use]
pub(crate) fn addressed(text: &str, id: impl std::fmt::Display) -> String {
    let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
    format!("{verb} {id} {rest}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        command::{Parsed, parse},
        incident::IncidentId,
        message::catalogue::Language,
    };

    #[test]
    fn every_sign_stands_for_a_command_that_can_be_typed() {
        for sign in all() {
            let words = match (sign.form, sign.choices.first()) {
                (Some(_), _) => "all good",
                (None, Some((words, _))) => words,
                (None, None) => sign.words,
            };
            let text = addressed(&format!("!{} {words}", sign.verb), IncidentId(7));
            assert!(matches!(parse(&text, "!"), Parsed::Command { .. }), "{text}");
        }
    }

    #[test]
    fn what_is_asked_fits_where_it_is_asked() {
        let keys: Vec<String> = all().map(|sign| sign.key.to_owned()).collect();
        let fits = |text: &str, most: usize| {
            assert!(!text.starts_with("button.") && text.chars().count() <= most, "{text}");
        };
        for language in Language::ALL {
            for button in shown(&keys, &Words::of(language)) {
                // With its sign and a space before it.
                fits(&button.label, 70);
                button.choices.iter().for_each(|choice| fits(&choice.label, 100));
                let Some(form) = button.form else { continue };
                fits(&form.title, 45);
                fits(&form.label, 45);
                fits(&form.example, 100);
            }
        }
    }

    #[test]
    fn signs_are_known_in_every_dress_and_by_their_verb() {
        let cases = [
            (Pressed::Card, "✅", Some("ack")),
            (Pressed::Card, "ack", Some("ack")),
            (Pressed::Card, "✅\u{fe0f}", Some("ack")),
            (Pressed::Card, "🙋🏽\u{200d}♀\u{fe0f}", Some("lead me")),
            (Pressed::Prompt, "💤", Some("snooze")),
            (Pressed::Card, "💤", None),
            (Pressed::Prompt, "✅", None),
            (Pressed::Card, "acknowledge", None),
            (Pressed::Card, "👍", None),
            (Pressed::Card, "", None),
            (Pressed::Tasks, "3️⃣", Some("task done 3")),
            (Pressed::Tasks, "3\u{20e3}", Some("task done 3")),
            (Pressed::Tasks, "task done 3", Some("task done 3")),
            (Pressed::Tasks, "task", None),
            (Pressed::Card, "3️⃣", None),
        ];
        for (on, key, expected) in cases {
            assert_eq!(command(on, key, false).as_deref(), expected, "{key} on {on:?}");
        }
        assert_eq!(command(Pressed::Prompt, "update", true).as_deref(), Some("update"));
        assert_eq!(command(Pressed::Prompt, "update", false), None);
        assert_eq!(command(Pressed::Card, "ack", true), None);
    }
}
