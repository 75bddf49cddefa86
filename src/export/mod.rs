//! What is stored about incidents, for others to read: as Markdown for people, as lines of JSON for programs.
//!
//! - A private incident is written only if it is asked for by its number.
//! - Nothing that was taken back is in it: its words are gone from the store, and so is the name of a room that was
//!   made of them.
//! - One incident is in memory at a time, and its history goes out piece by piece.

mod json;
mod markdown;

use std::{future::Future, str::FromStr};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use sitrep_core::{
    event::{Event, IncidentEvent, Record, Subject, WorkspaceEvent},
    incident::IncidentId,
    policy::Policy,
    port::Store,
    workspace::Workspace,
};
use sitrep_redb::RedbStore;
use tokio::sync::Mutex;

/// How much text goes out at once.
const PIECE: usize = 64 * 1024;

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// The timeline and the tasks, as Markdown.
    Markdown,
    /// Every fact with its words, a line of JSON each.
    Json,
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "md" | "markdown" => Ok(Self::Markdown),
            "json" | "jsonl" => Ok(Self::Json),
            "html" => Err("html is not available in this version of sitrep; md and json are".to_owned()),
            other => Err(format!("{other} is not a format that sitrep writes; md and json are")),
        }
    }
}

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// Which incident; `None` for all that are not private.
    pub(crate) incident: Option<IncidentId>,
    /// How.
    pub(crate) format: Format,
}

/// Writes what a store holds, for one at a time.
pub(crate) struct Exporter {
    store: RedbStore,
    policy: Policy,
    one_at_a_time: Mutex<()>,
}

impl Exporter {
    pub(crate) fn new(store: RedbStore, policy: Policy) -> Self {
        Self { store, policy, one_at_a_time: Mutex::new(()) }
    }

    /// Hands out what is wanted, piece by piece.
    ///
    /// # Errors
    /// When there is no such incident, the store can't be read, or nobody takes the pieces any more.
    pub(crate) async fn write<F: Future<Output = Result<()>>>(
        &self,
        wanted: Wanted,
        out: impl Fn(String) -> F,
    ) -> Result<()> {
        let _turn = self.one_at_a_time.lock().await;
        let mut workspace = Workspace::default();
        let mut ids = Vec::new();
        for record in self.store.load(Subject::Workspace).await.context("the store can't be read")? {
            workspace.evolve(&record);
            if let Event::Workspace(WorkspaceEvent::IncidentNumbered { id, .. }) = record.event {
                ids.push(id);
            }
        }
        if let Some(id) = wanted.incident {
            if !ids.contains(&id) {
                bail!("there is no {id}");
            }
            ids = vec![id];
        }
        for id in ids {
            let records = self.store.load(Subject::Incident(id)).await;
            let records = records.with_context(|| format!("{id} can't be read"))?;
            if wanted.incident.is_none() && records.first().is_none_or(is_private) {
                continue;
            }
            let mut pieces = Pieces { text: String::new(), out: &out };
            match wanted.format {
                Format::Json => {
                    for (number, record) in (1..).zip(records) {
                        pieces.push(&json::line(id, number, record)?).await?;
                    }
                }
                Format::Markdown => {
                    let Some(incident) = markdown::incident(id, records) else {
                        bail!("{id} can't be read");
                    };
                    for line in markdown::lines(&incident, &self.policy, &workspace) {
                        pieces.push(&line).await?;
                    }
                }
            }
            pieces.end().await?;
        }
        Ok(())
    }
}

/// Whether a history begins with a private declaration; one that can't be told is taken for one.
fn is_private(first: &Record) -> bool {
    !matches!(&first.event, Event::Incident(IncidentEvent::Declared { private: false, .. }))
}

/// Text on its way out.
struct Pieces<'a, O> {
    text: String,
    out: &'a O,
}

impl<F: Future<Output = Result<()>>, O: Fn(String) -> F> Pieces<'_, O> {
    async fn push(&mut self, line: &str) -> Result<()> {
        self.text.push_str(line);
        self.text.push('\n');
        if self.text.len() >= PIECE { self.end().await } else { Ok(()) }
    }

    async fn end(&mut self) -> Result<()> {
        let text = std::mem::take(&mut self.text);
        if text.is_empty() { Ok(()) } else { (self.out)(text).await }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats() {
        assert_eq!("md".parse(), Ok(Format::Markdown));
        assert_eq!("json".parse(), Ok(Format::Json));
        for (text, sentence) in [
            ("html", "html is not available in this version of sitrep; md and json are"),
            ("pdf", "pdf is not a format that sitrep writes; md and json are"),
        ] {
            assert_eq!(text.parse::<Format>(), Err(sentence.to_owned()));
        }
    }
}
