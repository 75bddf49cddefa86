//! A memory store that does the same, random commits for both, and the comparison.

use std::collections::BTreeMap;

use sitrep_core::{
    event::{Ahead, Subject},
    port::{Cancelled, Commit, Due, Opened, Reason, Store, StoredEffect},
    schedule::DueKind,
    testing::{MemoryStore, block_on, store_contract as sample},
};

use super::opened;
use crate::RedbStore;

const KINDS: [DueKind; 4] = [
    DueKind::UpdatePrompt,
    DueKind::UpdateOverdue,
    DueKind::RetrospectiveNag,
    DueKind::RetrospectiveReminder(Ahead::Hour),
];

/// Random numbers that are the same for the same seed (splitmix64).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    pub(super) fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap()
    }

    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// Makes commits that follow each other.
pub(super) struct Commits {
    random: Random,
    sequence: u64,
    numbers: BTreeMap<Subject, u64>,
    dues: BTreeMap<Subject, Vec<Due>>,
    effects: Vec<StoredEffect>,
}

impl Commits {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: Random(seed),
            sequence: 0,
            numbers: BTreeMap::new(),
            dues: BTreeMap::new(),
            effects: Vec::new(),
        }
    }

    fn subject(&mut self) -> Subject {
        match self.random.below(6) {
            0 => Subject::Workspace,
            number => sample::incident(number),
        }
    }
}

impl Iterator for Commits {
    type Item = Commit;

    fn next(&mut self) -> Option<Commit> {
        self.sequence += 1;
        let sequence = self.sequence;
        let mut commit = Commit { sequence, ..Commit::default() };
        for _ in 0..self.random.below(4) {
            let subject = self.subject();
            let number = self.numbers.entry(subject).or_default();
            *number += 1;
            let words = "words ".repeat(self.random.index(2000));
            let words = (!words.is_empty()).then_some(words.as_str());
            commit.facts.push(sample::fact(subject, *number, &format!("in commit {sequence}"), words));
        }
        let subject = self.subject();
        let kind = KINDS[self.random.index(KINDS.len())];
        let due = sample::due(subject, kind, i64::try_from(self.random.below(100_000)).unwrap());
        let ended = self.dues.insert(subject, vec![due]).unwrap_or_default();
        commit.dues_ended = ended.into_iter().map(|due| Cancelled { due, reason: Reason::Fired }).collect();
        commit.dues_set.push(due);
        if self.random.one_in(2) {
            commit.effects_ended = self.effects.drain(..).map(|effect| effect.id).collect();
        }
        let effect = sample::say(sequence, &"said ".repeat(self.random.index(300)));
        self.effects.push(effect.clone());
        commit.effects_added.push(effect);
        commit.seen.push(sample::seen(&format!("$message-{sequence}")));
        if sequence > 9 {
            commit.seen_forgotten.push(sample::seen(&format!("$message-{}", sequence - 9)).key);
        }
        commit.positions.push(sample::position("sync", &sequence.to_string()));
        commit.settled.push(self.subject());
        commit.live.push(subject);
        Some(commit)
    }
}

/// What a store would hold after these commits.
pub(super) fn after<'a>(commits: impl IntoIterator<Item = &'a Commit>) -> MemoryStore {
    let memory = MemoryStore::new(sample::identity());
    for commit in commits {
        block_on(memory.commit(commit)).unwrap();
    }
    memory
}

/// Fails unless the store holds exactly what the reference does; the incarnation may differ.
pub(super) fn assert_same(store: &RedbStore, reference: &MemoryStore, context: &str) {
    let expected = sorted(block_on(reference.open()).unwrap());
    let mut found = sorted(opened(store).unwrap());
    found.identity.incarnation.clone_from(&expected.identity.incarnation);
    assert_eq!(found.sequence, expected.sequence, "{context}");
    // Part by part: all of it at once is too much to read.
    let parts = |opened: &Opened| {
        [
            format!("{:?}", opened.identity),
            format!("{:?}", opened.live),
            format!("{:?}", opened.dues),
            format!("{:?}", opened.effects),
            format!("{:?}", opened.seen),
            format!("{:?}", opened.positions),
        ]
    };
    for (found, expected) in parts(&found).into_iter().zip(parts(&expected)) {
        assert_eq!(found, expected, "{context}");
    }
    for subject in [Subject::Workspace].into_iter().chain((0..8).map(sample::incident)) {
        let found = super::run(store.load(subject)).unwrap();
        let expected = block_on(reference.load(subject)).unwrap();
        assert!(found == expected, "{context}: the history of {subject:?} differs");
    }
}

fn sorted(mut opened: Opened) -> Opened {
    opened.live.sort_unstable();
    opened.dues.sort_unstable_by_key(|due| due.key);
    opened.seen.sort_by(|a, b| a.key.cmp(&b.key));
    opened
}
