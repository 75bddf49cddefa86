//! What follows from what happens to a report.
//!
//! Its reporter hears what becomes of it as an answer to what they said, where they said it; who caused that is not told
//! what they did. Whoever is called because nobody has it hears it in the thread and in private.

use chrono::{DateTime, Duration, Utc};

use super::{END_WORTH, NEWS_WORTH, Surroundings};
use crate::{
    command::button,
    effect::{Desired, Effect, Keep, Place, Pressed, Purpose, Say},
    event::{Event, Record, ReportEvent, Subject},
    message::{Message, report as words},
    person::Person,
    policy::Policy,
    report::{Report, Source},
};

/// Effects as they are collected for one report.
struct Effects<'a> {
    report: &'a Report,
    surroundings: Surroundings<'a>,
    by: Option<&'a Person>,
    list: Vec<Effect>,
}

/// What a fact about a report calls for.
#[must_use]
pub(crate) fn react<'a>(
    report: &'a Report,
    record: &'a Record,
    surroundings: Surroundings<'a>,
) -> Vec<Effect> {
    let mut effects = Effects { report, surroundings, by: record.by.as_ref(), list: Vec::new() };
    let Event::Report(event) = &record.event else { return Vec::new() };
    match event {
        ReportEvent::Filed { .. } | ReportEvent::LineMoved { .. } => effects.post_line(),
        ReportEvent::LinePosted { .. } => {
            if report.is_undecided() {
                effects.keep_signs(button::keys(Pressed::Report));
            }
        }
        ReportEvent::Acknowledged => {
            if let Some(by) = effects.by {
                effects.tell_reporter(words::somebody_has_it(report, by, effects.policy()));
            }
        }
        ReportEvent::Escalated { to, .. } => effects.call(to),
        ReportEvent::Taken { incident, .. } => {
            effects.tell_reporter(words::taken(report, *incident, effects.policy()));
            effects.keep_signs(Vec::new());
        }
        ReportEvent::Declined => {
            if let Some(by) = effects.by {
                effects.tell_reporter(words::declined(report, by, effects.policy()));
            }
            effects.keep_signs(Vec::new());
        }
        ReportEvent::LineFailed
        | ReportEvent::Reworded
        | ReportEvent::ToldAgain { .. }
        | ReportEvent::GroupTold { .. }
        | ReportEvent::Settled
        | ReportEvent::WordsErased { .. } => {}
    }
    effects.list
}

impl<'a> Effects<'a> {
    fn policy(&self) -> &'a Policy {
        self.surroundings.policy
    }

    /// For how long it has been waiting.
    fn waited(&self) -> String {
        let waited = self.surroundings.now - self.report.waiting_since;
        if waited.is_zero() {
            // It has just begun anew.
            return String::new();
        }
        let whole_minutes = Duration::minutes(waited.num_minutes());
        self.policy().lasting(if whole_minutes.is_zero() { waited } else { whole_minutes })
    }

    fn stale_at(&self, worth: Duration) -> DateTime<Utc> {
        self.surroundings.now + worth
    }

    /// Its line, which notifies whoever is called.
    fn post_line(&mut self) {
        let report = self.report;
        let message = words::line(report, true, self.policy());
        let place = match report.incident().filter(|_| report.is_at_incident) {
            Some(id) => Place::Incident(id),
            None => Place::Room(report.room.clone()),
        };
        let platform = &report.room.platform;
        let say = Say::new(place, platform, Purpose::Line, message, self.stale_at(END_WORTH));
        let about = report.incident().filter(|_| report.is_at_incident);
        self.list.push(Effect::Say(Say { report: Some(report.id), about, ..say }));
    }

    fn keep_signs(&mut self, keys: Vec<String>) {
        // Where everything about the incident is said, it is decided already.
        let Some(line) = self.report.line.clone().filter(|_| !self.report.is_at_incident) else { return };
        let desired = Desired::Buttons { message: line, on: Pressed::Report, keys };
        let platform = self.report.room.platform.clone();
        self.list.push(Effect::Keep(Keep { platform, about: Subject::Report(self.report.id), desired }));
    }

    fn in_thread(&mut self, purpose: Purpose, message: Message) {
        let place = Place::Report(self.report.id);
        let stale_at = self.stale_at(NEWS_WORTH);
        self.list.push(Effect::Say(Say::new(place, &self.report.room.platform, purpose, message, stale_at)));
    }

    /// Whoever reported it hears what became of it, where they said it.
    fn tell_reporter(&mut self, message: Message) {
        let Source::Person { message: said, .. } = &self.report.source else { return };
        let Some(reporter) = &self.report.by else { return };
        if self.by.is_some_and(|by| self.policy().same(by, reporter)) {
            return;
        }
        let place = Place::Room(said.room.clone());
        let say = Say::new(place, &said.room.platform, Purpose::Answer, message, self.stale_at(END_WORTH));
        let report = Some(self.report.id);
        self.list.push(Effect::Say(Say { answers: Some(said.clone()), report, ..say }));
    }

    /// Nobody has it: the next are called, or it is said that there is nobody left.
    fn call(&mut self, to: &[Person]) {
        let (report, policy, waited) = (self.report, self.policy(), self.waited());
        if to.is_empty() {
            let place = Place::Room(report.room.clone());
            let message = words::forsaken(report, waited.clone(), policy);
            let stale_at = self.stale_at(NEWS_WORTH);
            let say = Say::new(place, &report.room.platform, Purpose::Notice, message, stale_at);
            self.list.push(Effect::Say(Say { report: Some(report.id), ..say }));
            // Once is enough for whoever can do no more about it.
            if report.forsaken_times == 1 {
                self.tell_reporter(words::reporter_forsaken(report, waited, policy));
                return;
            }
        }
        let to = if to.is_empty() { &report.called } else { to };
        self.call_again(to, &waited);
    }

    fn call_again(&mut self, to: &[Person], waited: &str) {
        let (report, policy) = (self.report, self.policy());
        if to.is_empty() {
            return;
        }
        self.in_thread(Purpose::Prompt, words::called_to(report, to, waited.to_owned(), policy));
        let message = words::called_privately(report, waited.to_owned(), policy);
        for person in policy.each_once(to) {
            let place = Place::Person(person.clone());
            let stale_at = self.stale_at(NEWS_WORTH);
            let say = Say::new(place, &person.platform, Purpose::Notice, message.clone(), stale_at);
            self.list.push(Effect::Say(Say { report: Some(report.id), ..say }));
        }
    }
}

/// The line as it should be now, if it is posted. The engine asks after every round of events and drops what has not
/// changed.
#[must_use]
pub(crate) fn line_upkeep(report: &Report, policy: &Policy) -> Option<Effect> {
    let line = report.line.clone()?;
    let platform = line.room.platform.clone();
    let desired = Desired::Line { line, message: words::line(report, false, policy) };
    Some(Effect::Keep(Keep { platform, about: Subject::Report(report.id), desired }))
}
