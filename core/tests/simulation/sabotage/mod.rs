//! Defects put in on purpose, through the ports, to prove that the invariants notice.

mod finds;
mod platform;
mod store;

pub(crate) use platform::SabotagedPlatform;
pub(crate) use store::SabotagedStore;

/// A defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sabotage {
    /// The platform doesn't recognise a key that it has seen.
    ForgetfulKeys,
    /// The platform posts a prompt long after it was handed over.
    StalePrompt,
    /// The platform says what is private in the operators' room too.
    PrivateInPublic,
    /// The store doesn't keep which messages were dealt with.
    LostSeenMarks,
    /// The store loses its last commit in a crash.
    LostLastCommit,
    /// The store keeps how far was heard before it was dealt with.
    EarlyPosition,
    /// The store doesn't keep deadlines.
    LostDeadlines,
    /// A restored backup goes on under its old incarnation.
    OldIncarnation,
    /// The store keeps words that were taken back.
    KeptWords,
    /// The store keeps no corrected title.
    LostTitles,
    /// The store keeps that somebody wants to be asked later, and not when.
    LostSnoozes,
    /// The platform says that it has changed a message, and has not.
    LostEdits,
    /// The store doesn't keep what happens to reports.
    LostReports,
    /// The platform repeats what it has said, hours later.
    Echo,
}
