//! Reading what is stored, each time from one consistent moment.

use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable};
use sitrep_core::{
    event::{Record, Subject},
    port::{Due, InboundKey, Opened, Position, Seen, StoredEffect},
};

use crate::{
    fault::Fault,
    key,
    tables::{
        self, ByBytes, ByText, DUES, EFFECTS, EffectRow, FACTS, LIVE, META, MomentRow, POSITIONS,
        PositionRow, SEEN, SeenRow, StoreRow, WORDS, WordsRow,
    },
};

/// Everything but the histories.
pub(crate) fn everything_but_histories(database: &Database) -> Result<Opened, Fault> {
    let transaction = database.begin_read()?;
    let meta = transaction.open_table(META)?;
    Ok(Opened {
        identity: tables::about_store::<StoreRow>(&meta)?.into_identity(),
        sequence: tables::last_sequence(&meta)?,
        live: rows(&transaction, LIVE, |key, _| key::to_subject(key))?,
        dues: rows(&transaction, DUES, due)?,
        effects: rows(&transaction, EFFECTS, effect)?,
        seen: text_rows(&transaction, SEEN, seen)?,
        positions: text_rows(&transaction, POSITIONS, position)?,
    })
}

/// A subject's facts in order, with their words.
pub(crate) fn history(database: &Database, subject: Subject) -> Result<Vec<Record>, Fault> {
    let transaction = database.begin_read()?;
    let facts = transaction.open_table(FACTS)?;
    let words = transaction.open_table(WORDS)?;
    let (first, last) = (key::of_fact(subject, 0), key::of_fact(subject, u64::MAX));
    let mut history = Vec::new();
    for row in facts.range(&first[..]..=&last[..])? {
        let (key, value) = row?;
        let number = key::to_fact_number(key.value())?;
        if number != history.len() as u64 + 1 {
            let why = format!("fact {number} follows fact {}", history.len());
            return Err(Fault::Unreadable { what: "a history", why });
        }
        let mut record: Record = tables::decode(value.value(), "a fact")?;
        if let Some(typed) = words.get(key.value())? {
            record.words = Some(tables::decode::<WordsRow>(typed.value(), "the words of a fact")?.words);
        }
        history.push(record);
    }
    Ok(history)
}

fn due(key: &[u8], value: &[u8]) -> Result<Due, Fault> {
    let MomentRow { at, .. } = tables::decode(value, "a deadline")?;
    Ok(Due { at, key: key::to_due(key)? })
}

fn effect(key: &[u8], value: &[u8]) -> Result<StoredEffect, Fault> {
    let row: EffectRow = tables::decode(value, "an effect")?;
    Ok(StoredEffect {
        id: key::to_effect(key)?,
        key: row.key,
        created_at: row.created_at,
        effect: row.effect,
    })
}

fn seen(key: &str, value: &[u8]) -> Result<Seen, Fault> {
    let (platform, id) = key::to_pair(key)?;
    let SeenRow { at, about, report, carried_out, .. } = tables::decode(value, "the mark of a message")?;
    Ok(Seen { key: InboundKey { platform, id }, at, about, report, carried_out })
}

fn position(key: &str, value: &[u8]) -> Result<Position, Fault> {
    let (platform, stream) = key::to_pair(key)?;
    let PositionRow { token, .. } = tables::decode(value, "a position")?;
    Ok(Position { platform, stream, token })
}

fn rows<T>(
    transaction: &ReadTransaction,
    table: ByBytes,
    read: impl Fn(&[u8], &[u8]) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut found = Vec::new();
    for row in transaction.open_table(table)?.iter()? {
        let (key, value) = row?;
        found.push(read(key.value(), value.value())?);
    }
    Ok(found)
}

fn text_rows<T>(
    transaction: &ReadTransaction,
    table: ByText,
    read: impl Fn(&str, &[u8]) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut found = Vec::new();
    for row in transaction.open_table(table)?.iter()? {
        let (key, value) = row?;
        found.push(read(key.value(), value.value())?);
    }
    Ok(found)
}
