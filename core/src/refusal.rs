//! Why a command was declined, worded for the person who typed it.
//!
//! A refusal is an answer, not an error: it says what was wrong and what to type instead, in a line or two, and
//! blames nobody. A refused command has changed nothing.

use crate::{
    args,
    incident::{IncidentId, glimpse},
    message::{Message, catalogue::Arg, code, unclear_time},
    policy::Policy,
    report::{Report, ReportId},
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
    /// It is not over yet.
    NotResolved(IncidentId),
    /// The verb needs words after it. Holds the key of the sentence that asks for them, and an example.
    Missing(&'static str, &'static str),
    /// Something after the verb can't be read. Holds it, the key of the sentence that says what was expected, and an
    /// example.
    Unclear(String, &'static str, &'static str),
    /// An option that doesn't exist. Holds it and what was probably meant.
    UnknownOption(String, Option<&'static str>),
    /// Not a person.
    NotAPerson(String),
    /// Not a service that is configured.
    NoSuchService(String),
    /// Not a team that has a rota.
    NoSuchRota(String),
    /// Nobody who can be on duty: not in `[people]`.
    NotOnAnyRota(String),
    /// It would end before it begins.
    EndsBeforeItBegins,
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
    /// There is no room that reports could be filed in.
    NoRoomForReports,
    /// What was to be reported was said in a private incident's room.
    ReportsArePublic,
    /// No report was named, and none is implied by the room. Holds the verb.
    WhichReport(&'static str),
    /// There is no such report.
    NoSuchReport(ReportId),
    /// It is decided already what the report is.
    ReportDecided(Box<Report>),
    /// There is no retrospective to book. Holds why.
    NoRetrospective(IncidentId),
}

/// A verb as it is typed.
fn typed_verb(verb: &str) -> Arg {
    Arg::typed(format!("!{verb}"))
}

impl Refusal {
    /// What the person reads.
    #[must_use]
    pub fn message(&self, policy: &Policy) -> Message {
        match self {
            Self::DidYouMean(typed, meant) => {
                let args = args![typed = typed_verb(&glimpse(typed)), meant = typed_verb(meant)];
                policy.say("refusal.did_you_mean", args)
            }
            Self::NotYet(verb) => policy.say("refusal.not_yet", args![verb = typed_verb(verb)]),
            Self::NotAllowed => policy.say("refusal.not_allowed", args![]),
            Self::NotHeardHere => policy.say("refusal.not_heard_here", args![]),
            Self::NothingToPress => policy.say("refusal.nothing_to_press", args![]),
            Self::WhichIncident(verb) => policy.say("refusal.which_incident", args![verb = *verb]),
            Self::SeveralHere(verb, ids) => {
                let list = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                let first = ids.first().copied();
                policy.say("refusal.several_here", args![list = list, verb = *verb, first = first])
            }
            Self::NoSuchIncident(id) => policy.say("refusal.no_such_incident", args![id = *id]),
            Self::PrivateElsewhere(id) => policy.say("refusal.private_elsewhere", args![id = *id]),
            Self::NotResolved(id) => policy.say("refusal.not_resolved", args![id = *id]),
            Self::Missing(what, example) => {
                let what = policy.spans(what, args![]);
                policy.say("refusal.missing", args![what = what, example = Arg::typed(*example)])
            }
            Self::Unclear(typed, expected, example) => {
                let expected = policy.spans(expected, args![]);
                let args =
                    args![typed = code(glimpse(typed)), expected = expected, example = Arg::typed(*example),];
                policy.say("refusal.unclear", args)
            }
            Self::UnknownOption(typed, meant) => policy
                .say("refusal.unknown_option", args![typed = code(glimpse(typed)), meant = meant.map(code)]),
            Self::NotAPerson(typed) => {
                policy.say("refusal.not_a_person", args![typed = code(glimpse(typed))])
            }
            Self::NoSuchService(typed) => {
                let known = policy.services.keys().take(12).cloned().collect::<Vec<_>>().join(", ");
                policy.say("refusal.no_such_service", args![typed = code(glimpse(typed)), known = known])
            }
            Self::NoSuchRota(typed) => {
                let known = policy.oncall.keys().take(12).cloned().collect::<Vec<_>>().join(", ");
                policy.say("oncall.no_such_team", args![typed = code(glimpse(typed)), known = known])
            }
            Self::NotOnAnyRota(typed) => {
                policy.say("oncall.nobody_known", args![typed = code(glimpse(typed))])
            }
            Self::EndsBeforeItBegins => policy.say("oncall.ends_before_it_begins", args![]),
            Self::Duration(error) => unclear_time::duration(error, policy),
            Self::When(error) => unclear_time::moment(error, policy),
            Self::PromiseTooFar => policy.say("refusal.promise_too_far", args![]),
            Self::SnoozeTooLong => policy.say("refusal.snooze_too_long", args![]),
            Self::AlreadyCarriedOut => policy.say("refusal.already_carried_out", args![]),
            Self::AlreadySo(sentence) => sentence.clone(),
            Self::NoRoomForReports => policy.say("report.no_room", args![]),
            Self::ReportsArePublic => policy.say("report.is_public", args![]),
            Self::WhichReport(verb) => policy.say("refusal.which_report", args![verb = *verb]),
            Self::NoSuchReport(id) => policy.say("report.no_such", args![id = *id]),
            Self::ReportDecided(report) => {
                let incident = report.incident().filter(|_| !report.is_private);
                let args = args![id = report.id, incident = incident, private = report.is_private];
                policy.say("report.decided_already", args)
            }
            Self::NoRetrospective(id) => policy.say("refusal.no_retrospective", args![id = *id]),
        }
    }
}
