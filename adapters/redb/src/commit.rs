//! Writing a commit: one transaction, one `fdatasync`, all or nothing.
//!
//! What ends is removed before what begins is written where a key can come again (deadlines, live subjects), and
//! after it where a key never does (effects, marks), so that something added and ended in one commit is gone.

use redb::{Database, Durability, ReadableTable, Table, WriteTransaction};
use serde::Serialize;
use sitrep_core::port::{Commit, NumberedRecord, StoreError, StoredEffect};

use crate::{
    fault::Fault,
    key,
    tables::{
        self, DUES, EFFECTS, EffectRow, FACTS, LIVE, META, MarkRow, MomentRow, POSITIONS, PositionRow,
        ROW_VERSION, SEEN, SEQUENCE, SeenRow, SequenceRow, WORDS, WordsRow,
    },
};

/// Makes a commit durable, unless its number is stored already.
pub(crate) fn write(database: &Database, commit: &Commit) -> Result<(), Fault> {
    let mut transaction = database.begin_write()?;
    transaction.set_durability(Durability::Immediate)?;
    if !advance(&transaction, commit.sequence)? {
        transaction.abort()?;
        return Ok(());
    }
    write_facts(&transaction, &commit.facts)?;
    erase_words(&transaction, commit)?;
    write_dues(&transaction, commit)?;
    write_effects(&transaction, commit)?;
    write_inbound(&transaction, commit)?;
    write_live(&transaction, commit)?;
    transaction.commit()?;
    Ok(())
}

/// Counts the commit; false if it has been counted before.
fn advance(transaction: &WriteTransaction, sequence: u64) -> Result<bool, Fault> {
    let mut meta = transaction.open_table(META)?;
    let stored = tables::last_sequence(&meta)?;
    if sequence <= stored {
        return Ok(false);
    }
    if sequence != stored + 1 {
        return Err(refused(format!("commit {sequence} can't follow commit {stored}")));
    }
    put_text(&mut meta, SEQUENCE, &SequenceRow { v: ROW_VERSION, sequence })?;
    Ok(true)
}

fn write_facts(transaction: &WriteTransaction, added: &[NumberedRecord]) -> Result<(), Fault> {
    let mut facts = transaction.open_table(FACTS)?;
    let mut words = transaction.open_table(WORDS)?;
    for NumberedRecord { subject, number, record } in added {
        let follows = match number.checked_sub(1) {
            None => false,
            Some(0) => true,
            Some(previous) => facts.get(&key::of_fact(*subject, previous)[..])?.is_some(),
        };
        let key = key::of_fact(*subject, *number);
        let replaced = put(&mut facts, &key, record)?;
        if !follows || replaced {
            return Err(refused(format!("fact {number} of {subject:?} is out of order")));
        }
        if let Some(typed) = &record.words {
            put(&mut words, &key, &WordsRow { v: ROW_VERSION, words: typed.clone() })?;
        }
    }
    Ok(())
}

fn erase_words(transaction: &WriteTransaction, commit: &Commit) -> Result<(), Fault> {
    let mut words = transaction.open_table(WORDS)?;
    for (subject, number) in &commit.words_erased {
        words.remove(&key::of_fact(*subject, *number)[..])?;
    }
    Ok(())
}

fn write_dues(transaction: &WriteTransaction, commit: &Commit) -> Result<(), Fault> {
    let mut dues = transaction.open_table(DUES)?;
    for ended in &commit.dues_ended {
        dues.remove(&key::of_due(ended.due.key)[..])?;
    }
    for due in &commit.dues_set {
        put(&mut dues, &key::of_due(due.key), &MomentRow { v: ROW_VERSION, at: due.at })?;
    }
    Ok(())
}

fn write_effects(transaction: &WriteTransaction, commit: &Commit) -> Result<(), Fault> {
    let mut effects = transaction.open_table(EFFECTS)?;
    for added in &commit.effects_added {
        let StoredEffect { id, key, created_at, effect } = added.clone();
        let row = EffectRow { v: ROW_VERSION, key, created_at, effect };
        put(&mut effects, &key::of_effect(id), &row)?;
    }
    for ended in &commit.effects_ended {
        effects.remove(&key::of_effect(*ended)[..])?;
    }
    Ok(())
}

fn write_inbound(transaction: &WriteTransaction, commit: &Commit) -> Result<(), Fault> {
    let mut marks = transaction.open_table(SEEN)?;
    for seen in &commit.seen {
        put_text(&mut marks, &key::of_inbound(&seen.key)?, &SeenRow::from(seen))?;
    }
    for forgotten in &commit.seen_forgotten {
        marks.remove(key::of_inbound(forgotten)?.as_str())?;
    }
    let mut positions = transaction.open_table(POSITIONS)?;
    for position in &commit.positions {
        let row = PositionRow { v: ROW_VERSION, token: position.token.clone() };
        put_text(&mut positions, &key::of_position(position)?, &row)?;
    }
    Ok(())
}

fn write_live(transaction: &WriteTransaction, commit: &Commit) -> Result<(), Fault> {
    let mut live = transaction.open_table(LIVE)?;
    for subject in &commit.settled {
        live.remove(&key::of_subject(*subject)[..])?;
    }
    for subject in &commit.live {
        put(&mut live, &key::of_subject(*subject), &MarkRow { v: ROW_VERSION })?;
    }
    Ok(())
}

/// Writes a row; true if there was one under the key.
fn put(table: &mut Table<&[u8], &[u8]>, key: &[u8], row: &impl Serialize) -> Result<bool, Fault> {
    Ok(table.insert(key, tables::encode(row)?.as_slice())?.is_some())
}

/// Writes a row under a text.
pub(crate) fn put_text(table: &mut Table<&str, &[u8]>, key: &str, row: &impl Serialize) -> Result<(), Fault> {
    table.insert(key, tables::encode(row)?.as_slice())?;
    Ok(())
}

fn refused(sentence: String) -> Fault {
    Fault::Refused(StoreError::Failed(sentence))
}
