//! What every store must do, as tests that any store can run.
//!
//! Each test is a function that takes a way to open one and the same store, again and again; it lets go of the
//! store before it opens it anew. [`crate::store_contract!`] turns all of them into `#[test]` functions. Speed,
//! crashes and full disks are each store's own affair.

mod sample;

use sample::platform;
pub use sample::{at, due, fact, full_commit, identity, incident, position, say, seen};

use crate::{
    effect::{Desired, Effect, EffectId, Keep},
    event::{Ahead, Record, Subject},
    incident::IncidentId,
    port::{
        Cancelled, Commit, Due, InboundKey, Opened, Position, Reason, Seen, Store, StoreError, StoredEffect,
    },
    room::PlatformName,
    schedule::DueKind,
};

/// Makes a test of each part of the contract. `run` drives a future to its end; `store` is an expression that
/// gives, for each test, a closure which opens a store that was empty at first.
#[macro_export]
macro_rules! store_contract {
    (run: $run:expr, store: $store:expr) => {
        $crate::store_contract! { @tests $run, $store,
            a_new_store_is_empty,
            a_commit_is_there_at_once,
            histories_keep_their_order_and_apart,
            facts_out_of_order_are_refused_whole,
            words_come_back_with_their_facts,
            a_repeated_commit_changes_nothing,
            a_gap_in_the_sequence_is_refused,
            deadlines_move_and_end,
            effects_come_in_order_until_they_end,
            marks_last_until_forgotten,
            the_latest_position_counts,
            live_subjects_stay_until_settled,
            opening_again_gives_the_same,
            any_text_comes_back,
        }
    };
    (@tests $run:expr, $store:expr, $($test:ident,)+) => {
        $(
            #[test]
            fn $test() {
                ($run)($crate::testing::store_contract::$test($store));
            }
        )+
    };
}

/// A new store is empty, and knows who it is.
pub async fn a_new_store_is_empty<S: Store>(open: impl Fn() -> S) {
    let store = open();
    let empty = Opened {
        identity: identity(),
        sequence: 0,
        live: Vec::new(),
        dues: Vec::new(),
        effects: Vec::new(),
        seen: Vec::new(),
        positions: Vec::new(),
    };
    assert_eq!(opened(&store).await, empty);
    assert_eq!(loaded(&store, Subject::Workspace).await, []);
    assert_eq!(loaded(&store, incident(1)).await, []);
}

/// What was committed is there at once, in whole.
pub async fn a_commit_is_there_at_once<S: Store>(open: impl Fn() -> S) {
    let store = open();
    let commit = full_commit(1);
    committed(&store, &commit).await;
    let expected = Opened {
        identity: identity(),
        sequence: 1,
        live: commit.live,
        dues: commit.dues_set,
        effects: commit.effects_added,
        seen: commit.seen,
        positions: commit.positions,
    };
    assert_eq!(opened(&store).await, expected);
    assert_eq!(loaded(&store, Subject::Workspace).await, [commit.facts[0].record.clone()]);
    assert_eq!(loaded(&store, incident(1)).await, [commit.facts[1].record.clone()]);
    assert_eq!(loaded(&store, incident(2)).await, []);
}

/// Each subject has a history of its own, in order of the numbers, also past 9, 255 and 256.
pub async fn histories_keep_their_order_and_apart<S: Store>(open: impl Fn() -> S) {
    let store = open();
    let subjects =
        [Subject::Workspace, Subject::Rota, incident(1), incident(2), incident(255), incident(256)];
    for sequence in 1..=30 {
        let numbers = (sequence - 1) * 10 + 1..=sequence * 10;
        let facts =
            numbers.flat_map(|number| subjects.map(|s| fact(s, number, &format!("{s:?} {number}"), None)));
        committed(&store, &Commit { sequence, facts: facts.collect(), ..Commit::default() }).await;
    }
    for subject in subjects {
        let expected: Vec<_> = (1..=300)
            .map(|number| fact(subject, number, &format!("{subject:?} {number}"), None).record)
            .collect();
        assert_eq!(loaded(&store, subject).await, expected, "{subject:?}");
    }
}

/// History can't be overwritten or have holes, and a commit that tries leaves no trace.
pub async fn facts_out_of_order_are_refused_whole<S: Store>(open: impl Fn() -> S) {
    let store = open();
    committed(&store, &full_commit(1)).await;
    let before = opened(&store).await;
    for wrong in [0, 1, 3] {
        let commit =
            Commit { facts: vec![fact(incident(1), wrong, "wrong", Some("wrong"))], ..full_commit(2) };
        let refused = store.commit(&commit).await;
        assert!(matches!(refused, Err(StoreError::Failed(_))), "fact {wrong}: {refused:?}");
        assert_eq!(opened(&store).await, before);
        assert_eq!(loaded(&store, incident(1)).await, [full_commit(1).facts[1].record.clone()]);
    }
    committed(&store, &full_commit(2)).await;
}

/// Words, which are stored apart, come back with the fact they belong to and with no other.
pub async fn words_come_back_with_their_facts<S: Store>(open: impl Fn() -> S) {
    let store = open();
    let facts = vec![
        fact(incident(1), 1, "first", Some("checkout is down")),
        fact(incident(1), 2, "second", None),
        fact(incident(1), 3, "third", Some("")),
        fact(incident(2), 1, "first", None),
        fact(incident(2), 2, "second", Some("another")),
    ];
    committed(&store, &Commit { sequence: 1, facts, ..Commit::default() }).await;
    let words = |records: Vec<Record>| records.into_iter().map(|record| record.words).collect::<Vec<_>>();
    let first = [Some("checkout is down".to_owned()), None, Some(String::new())];
    assert_eq!(words(loaded(&store, incident(1)).await), first);
    assert_eq!(words(loaded(&store, incident(2)).await), [None, Some("another".to_owned())]);
}

/// Committing the same number again, or an older one, is done already.
pub async fn a_repeated_commit_changes_nothing<S: Store>(open: impl Fn() -> S) {
    let store = open();
    committed(&store, &full_commit(1)).await;
    committed(&store, &full_commit(2)).await;
    let before = opened(&store).await;
    for sequence in [2, 1, 0] {
        let other = Commit {
            facts: vec![fact(incident(9), 1, "never", None)],
            effects_added: vec![say(sequence, "never")],
            settled: vec![incident(1)],
            live: vec![incident(9)],
            ..full_commit(sequence)
        };
        committed(&store, &other).await;
        committed(&store, &full_commit(sequence)).await;
        assert_eq!(opened(&store).await, before, "commit {sequence}, repeated");
        assert_eq!(loaded(&store, incident(9)).await, []);
    }
    assert_eq!(loaded(&store, Subject::Workspace).await.len(), 2);
}

/// A commit that doesn't follow the one before is a mistake, and leaves no trace.
pub async fn a_gap_in_the_sequence_is_refused<S: Store>(open: impl Fn() -> S) {
    let store = open();
    committed(&store, &full_commit(1)).await;
    let before = opened(&store).await;
    let refused = store.commit(&Commit { sequence: 3, ..full_commit(2) }).await;
    assert!(matches!(refused, Err(StoreError::Failed(_))), "{refused:?}");
    assert_eq!(opened(&store).await, before);
    committed(&store, &full_commit(2)).await;
}

/// One deadline a key: setting moves it, ending removes it, and a commit may end it and set it anew.
pub async fn deadlines_move_and_end<S: Store>(open: impl Fn() -> S) {
    let store = open();
    let kinds = [
        DueKind::UpdatePrompt,
        DueKind::UpdatePromptAgain,
        DueKind::UpdateOverdue,
        DueKind::Escalation,
        DueKind::RolesQuestion,
        DueKind::HandoffReminder,
        DueKind::HandoffPrompt,
        DueKind::Archive,
        DueKind::RetrospectiveNag,
        DueKind::RetrospectiveReminder(Ahead::Day),
        DueKind::RetrospectiveReminder(Ahead::Hour),
        DueKind::RetrospectiveReminder(Ahead::TenMinutes),
        DueKind::RetrospectiveReminder(Ahead::Now),
    ];
    let subjects = [Subject::Workspace, incident(1), incident(256)];
    let all = |seconds| -> Vec<Due> {
        subjects.iter().flat_map(|s| kinds.map(|kind| due(*s, kind, seconds))).collect()
    };
    committed(&store, &Commit { sequence: 1, dues_set: all(60), ..Commit::default() }).await;
    committed(&store, &Commit { sequence: 2, dues_set: all(120), ..Commit::default() }).await;
    assert_eq!(opened(&store).await.dues, all(120));

    let ended = |due: &Due| Cancelled { due: *due, reason: Reason::Fired };
    let gone: Vec<Due> = all(120).into_iter().filter(|due| due.key.kind != DueKind::UpdateOverdue).collect();
    let kept = gone[0];
    let commit = Commit {
        sequence: 3,
        dues_ended: gone.iter().map(ended).collect(),
        dues_set: vec![Due { at: at(180), ..kept }],
        ..Commit::default()
    };
    committed(&store, &commit).await;
    let mut expected = subjects.map(|subject| due(subject, DueKind::UpdateOverdue, 120)).to_vec();
    expected.push(Due { at: at(180), ..kept });
    expected.sort_by_key(|due| due.key);
    assert_eq!(opened(&store).await.dues, expected);
}

/// Effects come in order of their numbers, not of their text, and are there until they end.
pub async fn effects_come_in_order_until_they_end<S: Store>(open: impl Fn() -> S) {
    let store = open();
    let numbered = |sequence, index| {
        let keep = Keep {
            platform: platform(),
            about: Subject::Incident(IncidentId(7)),
            desired: Desired::Members { people: Vec::new() },
        };
        let effect = if index % 2 == 0 { say(sequence, "even").effect } else { Effect::Keep(keep) };
        StoredEffect {
            id: EffectId { sequence, index },
            key: format!("key {sequence} {index}"),
            created_at: at(5),
            effect,
        }
    };
    let mut expected = Vec::new();
    for sequence in 1..=11 {
        let effects: Vec<_> = (0..300).map(|index| numbered(sequence, index)).collect();
        let backwards = effects.iter().rev().cloned().collect();
        committed(&store, &Commit { sequence, effects_added: backwards, ..Commit::default() }).await;
        expected.extend(effects);
    }
    assert_eq!(opened(&store).await.effects, expected);

    // One that was added and superseded in the same commit never was.
    let ended: Vec<_> = expected.iter().map(|effect| effect.id).filter(|id| id.index != 256).collect();
    let short_lived = numbered(12, 0);
    let commit = Commit {
        sequence: 12,
        effects_ended: ended.into_iter().chain([short_lived.id]).collect(),
        effects_added: vec![short_lived],
        ..Commit::default()
    };
    committed(&store, &commit).await;
    expected.retain(|effect| effect.id.index == 256);
    assert_eq!(opened(&store).await.effects, expected);
}

/// A mark stays until it is forgotten; the same id on another platform is another message.
pub async fn marks_last_until_forgotten<S: Store>(open: impl Fn() -> S) {
    let store = open();
    let elsewhere = Seen {
        key: InboundKey { platform: PlatformName::new("other"), id: "$1".into() },
        ..sample::seen("$1")
    };
    let marks = vec![seen("$1"), seen("$2"), elsewhere.clone()];
    committed(&store, &Commit { sequence: 1, seen: marks.clone(), ..Commit::default() }).await;
    assert_eq!(sorted(opened(&store).await.seen), sorted(marks));
    let forgotten = vec![seen("$1").key, seen("$never").key];
    committed(&store, &Commit { sequence: 2, seen_forgotten: forgotten, ..Commit::default() }).await;
    assert_eq!(sorted(opened(&store).await.seen), sorted(vec![seen("$2"), elsewhere]));
}

/// Of one stream the latest position counts, within a commit too; streams and platforms don't mix.
pub async fn the_latest_position_counts<S: Store>(open: impl Fn() -> S) {
    let store = open();
    let elsewhere = Position { platform: PlatformName::new("other"), ..position("a", "o1") };
    let first = vec![position("a", "a1"), position("b", "b1"), elsewhere.clone()];
    committed(&store, &Commit { sequence: 1, positions: first, ..Commit::default() }).await;
    let second = vec![position("a", "a9"), position("a", "a10")];
    committed(&store, &Commit { sequence: 2, positions: second, ..Commit::default() }).await;
    let mut found = opened(&store).await.positions;
    found.sort_by_key(|position| position.token.clone());
    assert_eq!(found, [position("a", "a10"), position("b", "b1"), elsewhere]);
}

/// Live subjects are listed until settled. One that a commit both settles and revives is live: being loaded at
/// start for nothing does no harm, not being loaded does.
pub async fn live_subjects_stay_until_settled<S: Store>(open: impl Fn() -> S) {
    let store = open();
    let live = vec![incident(256), incident(2), Subject::Workspace, incident(2)];
    committed(&store, &Commit { sequence: 1, live, ..Commit::default() }).await;
    assert_eq!(opened(&store).await.live, [Subject::Workspace, incident(2), incident(256)]);
    let commit = Commit {
        sequence: 2,
        settled: vec![incident(2), incident(3), incident(256)],
        live: vec![incident(256)],
        ..Commit::default()
    };
    committed(&store, &commit).await;
    assert_eq!(opened(&store).await.live, [Subject::Workspace, incident(256)]);
}

/// Nothing depends on the handle that wrote it, and the numbering goes on.
pub async fn opening_again_gives_the_same<S: Store>(open: impl Fn() -> S) {
    let first = open();
    committed(&first, &full_commit(1)).await;
    committed(&first, &full_commit(2)).await;
    let before = opened(&first).await;
    let history = loaded(&first, Subject::Workspace).await;
    drop(first);

    let second = open();
    assert_eq!(opened(&second).await, before);
    assert_eq!(loaded(&second, Subject::Workspace).await, history);
    committed(&second, &full_commit(2)).await;
    committed(&second, &full_commit(3)).await;
    drop(second);

    let third = open();
    assert_eq!(opened(&third).await.sequence, 3);
    assert_eq!(loaded(&third, Subject::Workspace).await.len(), 3);
}

/// Text of any size and any script comes back, in values and in keys.
pub async fn any_text_comes_back<S: Store>(open: impl Fn() -> S) {
    let odd = [
        "",
        "\0",
        "a\0b",
        "\"quoted\\\"",
        "line\r\nline\u{2028}",
        "🔥 日本語 e\u{301} \u{202e}",
        "\u{10ffff}",
    ];
    let large = "é".repeat(500_000);
    let texts: Vec<&str> = odd.into_iter().chain([large.as_str()]).collect();
    let store = open();
    let facts: Vec<_> =
        (1..).zip(&texts).map(|(number, text)| fact(incident(1), number, text, Some(text))).collect();
    let commit = Commit {
        sequence: 1,
        facts: facts.clone(),
        effects_added: vec![say(1, &large)],
        seen: odd.map(seen).to_vec(),
        positions: odd.map(|text| position(text, text)).to_vec(),
        ..Commit::default()
    };
    committed(&store, &commit).await;
    drop(store);

    let store = open();
    let found = opened(&store).await;
    assert_eq!(sorted(found.seen), sorted(commit.seen));
    let by_stream = |mut positions: Vec<Position>| {
        positions.sort_by_key(|position| position.stream.clone());
        positions
    };
    assert_eq!(by_stream(found.positions), by_stream(commit.positions));
    assert_eq!(found.effects, commit.effects_added);
    let records: Vec<_> = facts.into_iter().map(|fact| fact.record).collect();
    assert_eq!(loaded(&store, incident(1)).await, records);
}

fn sorted(mut marks: Vec<Seen>) -> Vec<Seen> {
    marks.sort_by(|a, b| a.key.cmp(&b.key));
    marks
}

/// Everything but the histories, with what has no particular order put in one.
async fn opened(store: &impl Store) -> Opened {
    let mut opened = match store.open().await {
        Ok(opened) => opened,
        Err(error) => panic!("{error}"),
    };
    opened.live.sort_unstable();
    opened.dues.sort_unstable_by_key(|due| due.key);
    opened
}

async fn loaded(store: &impl Store, subject: Subject) -> Vec<Record> {
    match store.load(subject).await {
        Ok(records) => records,
        Err(error) => panic!("{subject:?}: {error}"),
    }
}

async fn committed(store: &impl Store, commit: &Commit) {
    if let Err(error) = store.commit(commit).await {
        panic!("commit {}: {error}", commit.sequence);
    }
}
