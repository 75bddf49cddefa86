//! What follows as reports and changes come to an incident, and what its reporters hear of its end.

use super::{END_WORTH, Effects};
use crate::{
    effect::{Effect, Place, Purpose, Say},
    event::{EvidenceEvent, Record},
    incident::{Status, reports::Attached},
    message::report,
    port::AlertState,
    report::Source,
};

pub(super) fn react(effects: &mut Effects<'_>, event: &EvidenceEvent, record: &Record) {
    let incident = effects.incident;
    let words = record.words.as_deref().unwrap_or_default();
    match event {
        EvidenceEvent::ReportAttached { declared: true, .. }
        | EvidenceEvent::ReportAttached { has_line: true, .. } => {}
        EvidenceEvent::ReportAttached { report: id, reporter, .. } => {
            let message = report::attached_here(*id, reporter.as_ref(), words, effects.policy());
            effects.tell_home(message);
            // It is over already, and nobody will say so again.
            if !incident.status.is_open() {
                let just_now = incident.reports.iter().filter(|attached| attached.report == *id);
                just_now.for_each(|attached| tell_reporter(effects, attached));
            }
        }
        // It suggests, and never closes.
        EvidenceEvent::AlertTold { state: AlertState::Resolved, .. } => {
            let goes_on = matches!(incident.status, Status::Declared | Status::Acknowledged);
            if goes_on && incident.is_quiet() {
                effects.tell_home(report::all_quiet(incident, effects.policy()));
            }
        }
        EvidenceEvent::AlertTold { .. } | EvidenceEvent::ChangeNoticed { .. } => {}
    }
}

/// It is over: whoever reported something that belongs to it hears it, where they said it.
pub(super) fn tell_reporters(effects: &mut Effects<'_>) {
    let incident = effects.incident;
    incident.reports.iter().for_each(|attached| tell_reporter(effects, attached));
}

/// Not whoever has just said so: nobody is told what they did themselves.
fn tell_reporter(effects: &mut Effects<'_>, attached: &Attached) {
    let (Source::Person { message: said, .. }, Some(by)) = (&attached.source, &attached.reporter) else {
        return;
    };
    if effects.by.is_some_and(|doing| effects.policy().same(doing, by)) {
        return;
    }
    let message = report::over(effects.incident, (attached.report, by), effects.policy());
    let place = Place::Room(said.room.clone());
    let stale_at = effects.surroundings.now + END_WORTH;
    let say = Say::new(place, &said.room.platform, Purpose::Answer, message, stale_at);
    let report = Some(attached.report);
    effects.list.push(Effect::Say(Say { answers: Some(said.clone()), report, ..say }));
}
