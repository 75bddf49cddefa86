//! Each defect is found, by the invariant that it breaks.

use super::Sabotage;
use crate::{
    invariants::{Invariant, judge},
    world::run,
};

/// How many seeds a defect may hide from.
const SEEDS: u64 = 30;

/// How many of the first seeds violate the invariant when there is this defect.
fn seeds_that_find(sabotage: Sabotage, invariant: Invariant) -> usize {
    let finds = |seed: &u64| judge(&run(*seed, Some(sabotage))).iter().any(|found| found.invariant == invariant);
    let found = (0..SEEDS).filter(finds).count();
    eprintln!("{sabotage:?}: {found} of {SEEDS} seeds find {invariant:?} violated");
    found
}

#[test]
fn a_forgetful_key_says_things_twice() {
    assert!(seeds_that_find(Sabotage::ForgetfulKeys, Invariant::SaidOnce) > 0);
}

#[test]
fn a_lost_seen_mark_carries_commands_out_twice() {
    assert!(seeds_that_find(Sabotage::LostSeenMarks, Invariant::CarriedOutOnce) > 0);
}

#[test]
fn a_commit_lost_in_a_crash_is_noticed() {
    assert!(seeds_that_find(Sabotage::LostLastCommit, Invariant::StoreAgrees) > 0);
}

#[test]
fn a_prompt_held_back_is_stale() {
    assert!(seeds_that_find(Sabotage::StalePrompt, Invariant::NothingStale) > 0);
}

#[test]
fn a_position_kept_too_early_loses_commands() {
    assert!(seeds_that_find(Sabotage::EarlyPosition, Invariant::CarriedOutOnce) > 0);
}

#[test]
fn deadlines_that_are_not_kept_are_missed() {
    assert!(seeds_that_find(Sabotage::LostDeadlines, Invariant::Deadlines) > 0);
}

#[test]
fn an_old_incarnation_swallows_answers() {
    assert!(seeds_that_find(Sabotage::OldIncarnation, Invariant::AnsweredOnce) > 0);
}

#[test]
fn private_words_in_public_are_overheard() {
    assert!(seeds_that_find(Sabotage::PrivateInPublic, Invariant::PrivateStaysPrivate) > 0);
}
