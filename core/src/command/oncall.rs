//! `!oncall`: who is on duty; `!oncall payments @bob until tomorrow 9:00`: puts somebody else on duty for a while.
//!
//! - Only somebody in `[people]` can be put on duty, or whoever says so: a slip of the finger must not leave nobody to call.
//! - `until monday` after `from friday` is the Monday after that Friday.

use chrono::{DateTime, Duration, Utc};

use super::{
    About, Command, Context, Decision, Verb, View,
    parse::split_word,
    slot::{Slot, SlotKind},
};
use crate::{
    event::{Event, RECORD_VERSION, Record, RotaEvent, Subject},
    message::oncall,
    person::Person,
    reaction,
    refusal::Refusal,
    rota::{Duty, Override},
    time::{Overlap, When, WhenError, duration::MAX_DAYS, parse_duration, parse_when},
};

pub(super) const VERB: Verb = Verb {
    name: "oncall",
    aliases: &["on-call"],
    usage: "TEAM @name until WHEN",
    example: "!oncall payments @bob until tomorrow 9:00",
    slots: &[
        Slot::optional("team", SlotKind::Text),
        Slot::optional("who", SlotKind::Person),
        Slot::optional("when", SlotKind::Text),
    ],
    parse: |words| Ok(Box::new(OnCall::read(words))),
};

#[derive(Debug, PartialEq, Eq)]
struct OnCall {
    /// As it was typed; `None` if nothing stands before the person.
    team: Option<String>,
    what: What,
}

#[derive(Debug, PartialEq, Eq)]
enum What {
    Show,
    End,
    /// The person and the rest of the line, which is read once it is known that there is such a team.
    Set {
        who: String,
        rest: String,
    },
}

/// How long, as it was typed.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Until(String),
    For(Duration),
}

impl OnCall {
    fn read(words: &str) -> Self {
        let (first, rest) = split_word(words);
        let (team, rest) = if first.is_empty() || first.starts_with('@') || is(first, "off") {
            (None, words)
        } else {
            let first = first.trim_end_matches([':', ',']);
            (Some(first.strip_prefix("oncall:").unwrap_or(first).to_owned()), rest)
        };
        let (who, rest) = split_word(rest);
        let what = match who {
            "" => What::Show,
            off if is(off, "off") && rest.is_empty() => What::End,
            who => What::Set { who: who.to_owned(), rest: rest.to_owned() },
        };
        Self { team, what }
    }

    /// The team that is meant: the one named, or the only one.
    fn team<'a>(&self, context: &Context<'a>) -> Result<&'a str, Refusal> {
        let policy = context.policy;
        match (&self.team, policy.oncall.len()) {
            (Some(typed), _) => policy.team_on_call(typed).ok_or_else(|| Refusal::NoSuchRota(typed.clone())),
            (None, 1) => policy.oncall.keys().next().map(String::as_str).ok_or(Refusal::NothingToPress),
            (None, _) => Err(Refusal::Missing("oncall.which_team", VERB.example)),
        }
    }
}

/// From when on and until when, as it was typed.
fn read_span(rest: &str) -> Result<(Option<String>, End), Refusal> {
    let (from, rest) = match split_word(rest) {
        (word, rest) if is(word, "from") => {
            let at = [" until ", " for ", " to "].iter().filter_map(|word| find_word(rest, word)).min();
            let Some(at) = at else { return Err(Refusal::Missing("oncall.until_when", VERB.example)) };
            let (from, rest) = rest.split_at(at);
            (Some(from.trim().to_owned()), rest.trim())
        }
        _ => (None, rest),
    };
    let (word, when) = split_word(rest);
    let end = match word.to_ascii_lowercase().as_str() {
        "until" | "till" | "to" if !when.is_empty() => End::Until(when.to_owned()),
        "for" if !when.is_empty() => End::For(parse_duration(when).map_err(Refusal::Duration)?),
        "" | "until" | "till" | "to" | "for" => {
            return Err(Refusal::Missing("oncall.until_when", VERB.example));
        }
        _ => return Err(Refusal::Unclear(rest.to_owned(), "oncall.how_to_say_it", VERB.example)),
    };
    Ok((from, end))
}

fn is(typed: &str, word: &str) -> bool {
    typed.eq_ignore_ascii_case(word)
}

/// Where a word begins, in whichever case.
fn find_word(text: &str, word: &str) -> Option<usize> {
    text.to_ascii_lowercase().find(word)
}

/// From when on, until when, and what is to be said about these times.
struct Span {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    notes: Vec<Overlap>,
}

/// What was typed, as times.
fn span(from: Option<&str>, end: &End, context: &Context<'_>) -> Result<Span, Refusal> {
    let said_at = context.said_at;
    let read = |text: &str, at| parse_when(text, at, context.policy.timezone).map_err(Refusal::When);
    let mut notes = Vec::new();
    let mut noted = |when: When| {
        notes.extend(when.note);
        when.at
    };
    let begin = match from {
        Some(from) if !is(from, "now") => noted(read(from, said_at)?),
        Some(_) | None => said_at,
    };
    let until = match end {
        End::For(length) => begin.checked_add_signed(*length).ok_or(Refusal::EndsBeforeItBegins)?,
        End::Until(text) => {
            let first = read(text, said_at);
            let is_before = first.as_ref().map_or(from.is_some(), |when| when.at <= begin);
            // Monday, said of Friday to Monday, is the Monday after that Friday. Tomorrow is tomorrow.
            let is_relative = !["tomorrow", "today"].iter().any(|day| find_word(text, day).is_some());
            let again = (is_before && is_relative).then(|| read(text, begin));
            let is_near = |when: &When| when.at - begin <= Duration::days(7);
            match again.and_then(Result::ok).filter(is_near) {
                Some(when) => noted(when),
                None if is_before && first.is_ok() => return Err(Refusal::EndsBeforeItBegins),
                None => noted(first?),
            }
        }
    };
    if until > said_at + Duration::days(MAX_DAYS) {
        return Err(Refusal::When(WhenError::TooFar(until)));
    }
    if until <= context.now {
        return Err(Refusal::Missing("missing.time_passed", VERB.example));
    }
    Ok(Span { from: begin.max(context.now), until, notes })
}

/// Who can be put on duty.
fn person(typed: &str, context: &Context<'_>) -> Result<Person, Refusal> {
    let policy = context.policy;
    let person = policy.person(typed, context.person, &[]);
    let is_known = |person: &Person| person == context.person || policy.name_in_people(person).is_some();
    person.filter(is_known).ok_or_else(|| Refusal::NotOnAnyRota(typed.to_owned()))
}

impl Command for OnCall {
    fn about(&self) -> About {
        About::Workspace
    }

    fn decide(&self, view: &View<'_>, context: &Context<'_>) -> Result<Decision, Refusal> {
        let duty = Duty { policy: context.policy, rota: view.rota, now: context.now };
        if context.policy.oncall.is_empty() || (self.what == What::Show && self.team.is_none()) {
            return Ok(Decision::answer(oncall::list(&duty)));
        }
        let team = self.team(context)?;
        match &self.what {
            What::Show => Ok(Decision::answer(oncall::team(&duty, team))),
            What::End => end(&duty, team, context),
            What::Set { who, rest } => {
                let (from, end) = read_span(rest)?;
                let person = person(who, context)?;
                let Span { from, until, notes } = span(from.as_deref(), &end, context)?;
                let set = Override { person, from, until, by: Some(context.person.clone()) };
                let relieved = reaction::rota::relieved(&duty, team, &set);
                let said =
                    oncall::set((team, &set), relieved.as_ref(), &notes, (context.policy, context.now));
                let Override { person, from, until, .. } = set;
                let event = RotaEvent::OverrideSet { team: team.to_owned(), person, from, until };
                Ok(decided(vec![event], said))
            }
        }
    }
}

fn end(duty: &Duty<'_>, team: &str, context: &Context<'_>) -> Result<Decision, Refusal> {
    let set = duty.rota.overrides.get(team).into_iter().flatten();
    if set.filter(|set| set.until > duty.now).count() == 0 {
        return Err(Refusal::AlreadySo(oncall::no_override(team, duty.policy)));
    }
    let ended = RotaEvent::OverrideEnded { team: team.to_owned() };
    let mut after = duty.rota.clone();
    after.evolve(&Record {
        v: RECORD_VERSION,
        at: duty.now,
        by: Some(context.person.clone()),
        message: None,
        event: Event::Rota(ended.clone()),
        words: None,
    });
    let after = Duty { policy: duty.policy, rota: &after, now: duty.now };
    Ok(decided(vec![ended], oncall::ended(&after, team)))
}

fn decided(events: Vec<RotaEvent>, said: crate::message::Message) -> Decision {
    let facts = events.into_iter().map(|event| (Subject::Rota, Event::Rota(event), None)).collect();
    Decision { facts, ..Decision::answer(said) }
}

#[cfg(test)]
mod tests;
