//! What an edit of a message comes to that was carried out: the title of an incident within a minute of its declaration,
//! what was reported, and news for as long as its message is known, wherever it was passed on.
//!
//! - Only its author corrects what was said, and only into the same kind of thing: anything else is answered with what
//!   to do instead.
//! - **News that waits to be said is reworded in place**, under its number and key; what was delivered is edited. What is
//!   just being delivered may be either, and is edited once it is known where it is.

use chrono::{DateTime, Duration, Utc};

use super::{
    Engine,
    draft::{Cause, Draft},
};
use crate::{
    command::{Command, News},
    effect::{Effect, Say},
    event::{Event, IncidentEvent, ReportEvent, Subject, UpdateEvent},
    incident::{Incident, IncidentId, glimpse},
    message::{self, Message, declaration, update},
    port::Inbound,
    refusal::Refusal,
    report::{Report, ReportId},
    room::MessageRef,
};

/// How long after its declaration an incident's title follows an edit.
const TITLE_FOLLOWS_FOR: Duration = Duration::minutes(1);

/// What an edit of a message that was carried out comes to.
pub(super) enum Correction {
    /// Nothing has changed.
    None,
    /// What was done stays done.
    TooLate,
    /// The incident's title was meant differently.
    Title { id: IncidentId, before: String, title: String, may_name: bool },
    /// What was reported was meant differently.
    Report { id: ReportId, words: String },
    /// News was meant differently.
    News { id: IncidentId, fact: u64, words: String, was_cut: bool },
}

impl Engine {
    /// Carries out a correction of the message `original`, and answers it.
    pub(super) fn correct(
        &self,
        draft: &mut Draft,
        (inbound, original): (&Inbound, &MessageRef),
        correction: Correction,
        now: DateTime<Utc>,
    ) {
        let cause = Cause { person: Some(&inbound.person), message: Some(original) };
        let answer = match correction {
            Correction::None => return,
            Correction::TooLate => Refusal::AlreadyCarriedOut.message(&self.policy),
            Correction::Title { id, before, title, may_name } => {
                self.reword_title(draft, id, &before, &title);
                let words = declaration::retitled(id, may_name.then_some(title.as_str()), &self.policy);
                let retitled = Event::Incident(IncidentEvent::Retitled);
                self.record(draft, (Subject::Incident(id), retitled, Some(title)), cause, now);
                words
            }
            Correction::Report { id, words } => {
                let before = self.report(draft, id).map(|report| glimpse(&report.words)).unwrap_or_default();
                let now_says = glimpse(&words);
                let reworded = Event::Report(ReportEvent::Reworded);
                self.record(draft, (Subject::Report(id), reworded, Some(words)), cause, now);
                let Some(report) = self.report(draft, id) else { return };
                let line = message::report::line(report, true, &self.policy);
                self.reword_report(draft, id, (&line, &before, &now_says), &[]);
                message::report::reworded(id, &self.policy)
            }
            Correction::News { id, fact, words, was_cut } => {
                let edited = Event::Update(UpdateEvent::Edited { fact });
                self.record(draft, (Subject::Incident(id), edited, Some(words)), cause, now);
                let Some(incident) = self.incident(draft, id) else { return };
                let Some(news) = incident.update(fact) else { return };
                let message = update::news(incident, news, &self.policy);
                let (incident, delivered) = (incident.clone(), incident.copies_of(&[fact]).count());
                let waiting = self.reword(draft, |effect| requote(effect, (id, fact), &message));
                update::corrected(&incident, delivered + waiting, was_cut, &self.policy)
            }
        };
        self.answer_to(draft, original, answer, now);
    }
}

/// Has what passes on the words of a fact say this.
fn requote(effect: &mut Effect, (id, fact): (IncidentId, u64), message: &Message) -> bool {
    let Effect::Say(Say { about: Some(about), quotes: Some(quoted), message: said, .. }) = effect else {
        return false;
    };
    let is_it = (*about, *quoted) == (id, fact);
    if is_it {
        said.clone_from(message);
    }
    is_it
}

/// What it comes to that a message that reported something reports this now.
pub(super) fn corrected_report(
    report: &Report,
    words: &str,
    (inbound, original): (&Inbound, &MessageRef),
) -> Correction {
    let is_its_own = report.source.message().is_some_and(|said| said.id == original.id)
        && report.by.as_ref() == Some(&inbound.person);
    if is_its_own && report.words == words {
        Correction::None
    } else if is_its_own && report.is_live() {
        Correction::Report { id: report.id, words: words.to_owned() }
    } else {
        Correction::TooLate
    }
}

/// What it comes to that a message about an incident is this command now.
pub(super) fn correction(
    incident: &Incident,
    command: &dyn Command,
    (inbound, original): (&Inbound, &MessageRef),
) -> Correction {
    match (command.news(), command.retitles(incident)) {
        (Some(news), _) => corrected_news(incident, news, inbound, original),
        (None, Some(title)) => corrected_title(incident, title, inbound, original),
        (None, None) => Correction::TooLate,
    }
}

fn corrected_news(
    incident: &Incident,
    news: News<'_>,
    inbound: &Inbound,
    original: &MessageRef,
) -> Correction {
    let typed = incident.typed.get(&original.id).map_or(&[][..], Vec::as_slice);
    let given = typed.iter().find_map(|fact| incident.update(*fact));
    let is_meant = news.id.is_none_or(|id| id == incident.id);
    match given {
        Some(given) if is_meant && given.by == inbound.person && given.audience == news.audience => {
            if given.words == news.words {
                return Correction::None;
            }
            let (id, fact, words) = (incident.id, given.fact, news.words.to_owned());
            Correction::News { id, fact, words, was_cut: news.was_cut }
        }
        Some(_) | None => Correction::TooLate,
    }
}

fn corrected_title(incident: &Incident, title: &str, inbound: &Inbound, original: &MessageRef) -> Correction {
    let origin = &incident.origin.message;
    let is_its_own = origin.id == original.id
        && origin.room == original.room
        && incident.reporter.as_ref() == Some(&inbound.person);
    if is_its_own && incident.title == title {
        Correction::None
    } else if is_its_own && inbound.sent_at <= incident.declared_at + TITLE_FOLLOWS_FOR {
        let may_name = incident.may_be_named_in(&original.room);
        let (before, title) = (incident.title.clone(), title.to_owned());
        Correction::Title { id: incident.id, before, title, may_name }
    } else {
        Correction::TooLate
    }
}
