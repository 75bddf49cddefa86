//! Each defect is found, by the invariant that it breaks.

use super::Sabotage;
use crate::{
    invariants::{Invariant, judge},
    seeds::number_from,
    world::run,
};

/// How many seeds a defect may hide from.
const SEEDS: u64 = 60;

/// Looks for a seed that violates the invariant when there is this defect. With `SITREP_SIM_SEEDS` it counts them.
fn expect_found(sabotage: Sabotage, invariant: Invariant) {
    let finds =
        |seed: &u64| judge(&run(*seed, Some(sabotage))).iter().any(|found| found.invariant == invariant);
    if let Some(seeds) = number_from("SITREP_SIM_SEEDS") {
        let found = (0..seeds).filter(finds).count();
        eprintln!("{sabotage:?}: {found} of {seeds} seeds find {invariant:?} violated");
    }
    assert!((0..SEEDS).any(|seed| finds(&seed)), "{sabotage:?} goes unnoticed by {invariant:?}");
}

#[test]
fn a_forgetful_key_says_things_twice() {
    expect_found(Sabotage::ForgetfulKeys, Invariant::SaidOnce);
}

#[test]
fn a_lost_seen_mark_carries_commands_out_twice() {
    expect_found(Sabotage::LostSeenMarks, Invariant::CarriedOutOnce);
}

#[test]
fn a_commit_lost_in_a_crash_is_noticed() {
    expect_found(Sabotage::LostLastCommit, Invariant::StoreAgrees);
}

#[test]
fn a_prompt_held_back_is_stale() {
    expect_found(Sabotage::StalePrompt, Invariant::NothingStale);
}

#[test]
fn a_position_kept_too_early_loses_commands() {
    expect_found(Sabotage::EarlyPosition, Invariant::CarriedOutOnce);
}

#[test]
fn deadlines_that_are_not_kept_are_missed() {
    expect_found(Sabotage::LostDeadlines, Invariant::Deadlines);
}

#[test]
fn an_old_incarnation_swallows_answers() {
    expect_found(Sabotage::OldIncarnation, Invariant::AnsweredOnce);
}

#[test]
fn private_words_in_public_are_overheard() {
    expect_found(Sabotage::PrivateInPublic, Invariant::PrivateStaysPrivate);
}

#[test]
fn a_lost_seen_mark_carries_signs_out_twice() {
    expect_found(Sabotage::LostSeenMarks, Invariant::PressedOnce);
}

#[test]
fn words_that_are_kept_are_found() {
    expect_found(Sabotage::KeptWords, Invariant::TakenBack);
}

#[test]
fn words_said_after_they_were_taken_back_are_overheard() {
    expect_found(Sabotage::Echo, Invariant::TakenBack);
}

#[test]
fn a_corrected_title_that_is_lost_is_missed() {
    expect_found(Sabotage::LostTitles, Invariant::AgreesWithModel);
}

#[test]
fn a_question_before_its_time_is_noticed() {
    expect_found(Sabotage::LostSnoozes, Invariant::AskedOnce);
}

#[test]
fn reports_that_are_not_kept_are_missed() {
    expect_found(Sabotage::LostReports, Invariant::TakenIsKept);
}

#[test]
fn a_line_that_does_not_follow_is_noticed() {
    expect_found(Sabotage::LostEdits, Invariant::OneLine);
}

#[test]
fn a_report_that_nobody_is_called_to_is_noticed() {
    expect_found(Sabotage::LostDeadlines, Invariant::NobodyWaitsForgotten);
}
