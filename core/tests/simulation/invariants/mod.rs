//! What must hold, whatever happened.

mod answers;
mod copies;
mod deadlines;
mod model;
mod news;
mod privacy;
mod reading;
mod reports;
mod rooms;
mod storage;
mod taken_back;

use crate::{evidence::Evidence, exchanges::exchanges, world::Run};

/// What can be violated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invariant {
    /// Every command that is heard is carried out exactly once.
    CarriedOutOnce,
    /// Every command that is heard is answered exactly once, refused ones too.
    AnsweredOnce,
    /// Talk is never answered.
    TalkIgnored,
    /// Every sign that is pressed is carried out at most once.
    PressedOnce,
    /// Words that were taken back are nowhere any more.
    TakenBack,
    /// Nothing is said twice under one key.
    SaidOnce,
    /// An incident has one room, and no two rooms have one name.
    OneRoom,
    /// An incident has one card, pinned once, that says how it stands.
    OneCard,
    /// A deadline is fired once, in time, or ended for a reason.
    Deadlines,
    /// After downtime what is overdue is asked for once.
    AskedOnce,
    /// No word of a private incident is said where it doesn't belong.
    PrivateStaysPrivate,
    /// Only those who may command cause facts.
    OnlyTheAllowed,
    /// What people were told is how it stands.
    AgreesWithModel,
    /// Memory and store agree, and the store keeps what it acknowledged.
    StoreAgrees,
    /// Nothing is said when it is no longer worth saying.
    NothingStale,
    /// What was passed on of an update says what the update says.
    CopiesFollow,
    /// Whoever was told of an incident was told its end.
    ToldTheEnd,
    /// Who is asked to wait waits.
    WaitsWhenAsked,
    /// What machines told and was taken is on record.
    TakenIsKept,
    /// A group of alerts is one live report.
    OneReport,
    /// A report has one line, that says how it stands.
    OneLine,
    /// Somebody is called to every report that nobody has.
    NobodyWaitsForgotten,
    /// Whoever reported something is told once what became of it.
    ReporterTold,
    /// It settles.
    Settles,
}

/// Something that must not be.
#[derive(Clone, Debug)]
pub(crate) struct Violation {
    pub invariant: Invariant,
    pub what: String,
}

/// The violations found so far.
#[derive(Default)]
pub(crate) struct Findings(Vec<Violation>);

impl Findings {
    /// Reports a violation unless this holds.
    pub(crate) fn expect(&mut self, holds: bool, invariant: Invariant, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(Violation { invariant, what: what() });
        }
    }
}

/// Everything that is wrong with a run.
pub(crate) fn judge(run: &Run) -> Vec<Violation> {
    let evidence = Evidence::new(run);
    let mut findings = Findings::default();
    let exchanges = exchanges(&evidence);
    answers::check(&evidence, &exchanges, &mut findings);
    rooms::check(&evidence, &mut findings);
    deadlines::check(&evidence, &mut findings);
    privacy::check(&evidence, &mut findings);
    model::check(&evidence, &exchanges, &mut findings);
    taken_back::check(&evidence, &mut findings);
    news::check(&evidence, &mut findings);
    copies::check(&evidence, &mut findings);
    storage::check(&evidence, &mut findings);
    reports::check(&evidence, &mut findings);
    for what in &run.impatient {
        findings.expect(false, Invariant::WaitsWhenAsked, || what.clone());
    }
    findings.0
}
