//! The tokens of interactions on disk: a line for each that was received, and one for each that was answered.
//!
//! Lines are only added; at the start, and after many of them, the file is written anew with those that are still good.
//! It holds tokens, so that only its user may read it. A disk that fails costs an answer its place, and nothing else.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serenity::all::{InteractionId, MessageId};

use crate::tickets::{State, Ticket};

/// The name of the file in the state directory.
const NAME: &str = "interactions";

/// After so many lines the file is written anew.
const LINES: usize = 2_000;

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Received(Ticket),
    Answered { id: InteractionId, key: String, message: Option<MessageId> },
}

/// The file.
#[derive(Debug)]
pub(crate) struct TicketFile {
    path: PathBuf,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    file: Option<File>,
    lines: usize,
}

impl TicketFile {
    /// Opens the file, and gives back the tickets in it that are still good.
    pub(crate) fn open(state_dir: &Path, now: DateTime<Utc>) -> (Self, Vec<(Ticket, State)>) {
        let path = state_dir.join(NAME);
        let lines = read(&path, now);
        let file = write_anew(&path, &lines).map_err(|error| complain(&path, &error)).ok();
        let open = Mutex::new(Open { file, lines: lines.len() });
        (Self { path, open }, states(lines))
    }

    /// Keeps a ticket.
    pub(crate) fn keep(&self, ticket: &Ticket) {
        self.add(&Line::Received(ticket.clone()), ticket.received_at);
    }

    /// Keeps that an interaction was answered.
    pub(crate) fn answered(&self, id: InteractionId, key: &str, message: Option<MessageId>) {
        self.add(&Line::Answered { id, key: key.to_owned(), message }, Utc::now());
    }

    fn add(&self, line: &Line, now: DateTime<Utc>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.lines >= LINES || open.file.is_none() {
            let kept = read(&self.path, now);
            open.lines = kept.len();
            open.file = write_anew(&self.path, &kept).map_err(|error| complain(&self.path, &error)).ok();
        }
        open.lines += 1;
        let Some(file) = &mut open.file else { return };
        let written = as_line(line).and_then(|line| file.write_all(line.as_bytes()));
        if let Err(error) = written {
            complain(&self.path, &error);
            open.file = None;
        }
    }
}

fn complain(path: &Path, error: &io::Error) {
    tracing::warn!(
        "{} can't be written ({error}): what is asked by slash commands now is answered in the channel if sitrep is \
         started anew meanwhile. Please look at the disk.",
        path.display()
    );
}

fn as_line(line: &Line) -> io::Result<String> {
    Ok(serde_json::to_string(line)? + "\n")
}

/// Every line that can be read, and is about a ticket that is still good.
fn read(path: &Path, now: DateTime<Utc>) -> Vec<Line> {
    let text = fs::read_to_string(path).unwrap_or_default();
    // The last line may be half of one.
    let lines: Vec<Line> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let good: Vec<InteractionId> = lines
        .iter()
        .filter_map(|line| match line {
            Line::Received(ticket) if ticket.is_good(now) => Some(ticket.id),
            Line::Received(_) | Line::Answered { .. } => None,
        })
        .collect();
    let is_good = |line: &Line| match line {
        Line::Received(Ticket { id, .. }) | Line::Answered { id, .. } => good.contains(id),
    };
    lines.into_iter().filter(is_good).collect()
}

fn write_anew(path: &Path, lines: &[Line]) -> io::Result<File> {
    let beside = path.with_extension("new");
    // One that was left there by a crash may have other rights.
    let _ = fs::remove_file(&beside);
    let mut file = OpenOptions::new().create_new(true).append(true).mode(0o600).open(&beside)?;
    for line in lines {
        file.write_all(as_line(line)?.as_bytes())?;
    }
    fs::rename(&beside, path)?;
    Ok(file)
}

fn states(lines: Vec<Line>) -> Vec<(Ticket, State)> {
    let mut states: BTreeMap<InteractionId, (Ticket, State)> = BTreeMap::new();
    for line in lines {
        match line {
            Line::Received(ticket) => {
                states.entry(ticket.id).or_insert((ticket, State::Fresh));
            }
            Line::Answered { id, key, message } => {
                if let Some((_, state)) = states.get_mut(&id) {
                    *state = State::Answered { key, message };
                }
            }
        }
    }
    states.into_values().collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use chrono::TimeDelta;

    use super::*;
    use crate::tickets::tests::ticket;

    #[test]
    fn only_its_user_reads_it() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(NAME), "what was there before").unwrap();
        let (file, kept) = TicketFile::open(dir.path(), DateTime::UNIX_EPOCH);
        file.keep(&ticket(1, DateTime::UNIX_EPOCH));
        assert!(kept.is_empty());
        let mode = fs::metadata(dir.path().join(NAME)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn half_a_line_costs_only_itself() {
        let dir = tempfile::tempdir().unwrap();
        let now = DateTime::UNIX_EPOCH;
        let (file, _) = TicketFile::open(dir.path(), now);
        file.keep(&ticket(1, now));
        let path = dir.path().join(NAME);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}{}", &text[..20])).unwrap();
        let (_, kept) = TicketFile::open(dir.path(), now);
        assert_eq!(kept, [(ticket(1, now), State::Fresh)]);
    }

    #[test]
    fn it_does_not_grow_for_ever() {
        let dir = tempfile::tempdir().unwrap();
        let (file, _) = TicketFile::open(dir.path(), DateTime::UNIX_EPOCH);
        for number in 1..=10_000 {
            let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::try_from(number).unwrap());
            file.keep(&ticket(number, at));
        }
        let text = fs::read_to_string(dir.path().join(NAME)).unwrap();
        assert!(text.lines().count() <= LINES + 1, "{}", text.lines().count());
        assert!(text.contains("secret-10000"));
    }
}
