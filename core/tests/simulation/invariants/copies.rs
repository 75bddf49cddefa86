//! News that was passed on: in the end every copy says what the update says, corrected and taken back.

use sitrep_core::{
    effect::{Desired, Effect, Keep},
    incident::news::Update,
};

use super::{Findings, Invariant};
use crate::evidence::{Evidence, Fate};

pub(crate) fn check(evidence: &Evidence<'_>, findings: &mut Findings) {
    // A backup doesn't know what was passed on since.
    if !evidence.run.ledger.abandoned.is_empty() {
        return;
    }
    for (stored, say) in evidence.says() {
        let Some((id, fact)) = say.about.zip(say.quotes) else { continue };
        let update = evidence.run.incidents.get(&id).and_then(|incident| incident.update(fact));
        let (Some(update), Fate::Said(index)) = (update, evidence.fate(stored, say)) else { continue };
        let shown = evidence.chat.text_of(index).unwrap_or_default();
        findings.expect(
            quoted(shown) == expected(update)
                || could_not_be_corrected(evidence, index)
                || evidence.was_dropped(stored, say),
            Invariant::CopiesFollow,
            || {
                format!(
                    "{index}, a copy of fact {fact} of {id}, says {shown:?}, and the update is {update:?}"
                )
            },
        );
    }
}

/// What a message says in somebody's words.
fn quoted(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("> ")).collect()
}

fn expected(update: &Update) -> Vec<&str> {
    if update.is_taken_back() { vec!["(taken back)"] } else { update.words.lines().collect() }
}

/// Whether the platform refused for good to change this message.
fn could_not_be_corrected(evidence: &Evidence<'_>, index: usize) -> bool {
    let is_of_it = |key: &&String| {
        evidence.effects.get(key.as_str()).is_some_and(|stored| {
            matches!(&stored.effect, Effect::Keep(Keep { desired: Desired::Copy { copy, .. }, .. })
                if copy.id == index.to_string())
        })
    };
    evidence.run.refused.iter().any(|key| is_of_it(&key))
}
