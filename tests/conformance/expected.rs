//! The console's half: what is said, and what every room looks like after it.

use std::collections::BTreeSet;

use chrono::Utc;
use sitrep_console::{CONFIGURED_ROOMS, Change, Chat, Deed, Did, Journal};

use crate::console::AT;
use crate::support::sitrep::Home;
use crate::support::{Doing, Failed};

use super::view::{Made, Message, Room, View};
use super::words::reduced;

/// The only time that passes on other platforms, too.
const WAITED_FOR: &str = "/wait 4s";

/// A conversation on the console.
pub(super) struct Expected {
    pub(super) steps: Vec<Step>,
    /// Incident rooms that only their members see.
    pub(super) private: BTreeSet<String>,
}

/// One thing that a person does, and what follows from it.
pub(super) struct Step {
    pub(super) person: String,
    pub(super) room: String,
    pub(super) act: Act,
    /// All rooms, once everything that follows has happened.
    pub(super) after: View,
}

/// What a person does. Messages are known by their place among those of the room.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Say(String),
    Edit { place: usize, text: String },
    TakeBack { place: usize },
    Press { place: usize, key: String },
    Unpress { place: usize, key: String },
    Kick,
    Invite,
}

impl Expected {
    /// Plays a script on a console of its own. Its clock stands at the present, so that both platforms have the same
    /// idea of today.
    pub(super) fn of(script: &str, more: &str) -> Result<Self, Failed> {
        let is_played = |line: &&str| !line.starts_with("/wait") || *line == WAITED_FOR;
        let lines: Vec<&str> = script.lines().filter(is_played).collect();
        let script = lines.join("\n");
        let now = Utc::now().format("%Y-%m-%dT%H:%M").to_string();
        let (home, declined) = played(&script.replace(&in_names(AT[1]), &in_names(&now)), more, &now)?;
        if !declined.is_empty() && declined != played(&script, more, AT[1])?.1 {
            return Err(format!("today the console declines something else:\n{declined}").into());
        }
        let log = home.path().join("data/chat.jsonl");
        let (_, changes) = Journal::open(&log).doing("reading what was said on the console")?;
        let steps = steps(&changes);
        if steps.is_empty() {
            return Err("nothing was said on the console".into());
        }
        let private = changes.iter().filter_map(|change| match change {
            Change::RoomMade { room, private: true, .. } => Some(reduced(room)),
            Change::RoomMade { .. }
            | Change::Said(_)
            | Change::Did(_)
            | Change::Edited { .. }
            | Change::Pinned { .. }
            | Change::Signed { .. }
            | Change::Retitled { .. }
            | Change::Archived { .. }
            | Change::Joined { .. } => None,
        });
        Ok(Self { steps, private: private.collect() })
    }

    /// Everybody who says something.
    pub(super) fn people(&self) -> BTreeSet<&str> {
        self.steps.iter().map(|step| step.person.as_str()).collect()
    }

    /// What it all comes to.
    pub(super) fn end(&self) -> Result<&View, Failed> {
        Ok(&self.steps.last().ok_or("nothing was said")?.after)
    }
}

/// A script on a console at a moment: where its data lie, and which lines it declined.
fn played(script: &str, more: &str, at: &str) -> Result<(Home, String), Failed> {
    let home = Home::with(&[("sitrep.toml", more)])?;
    let output = home.console(&["--at", at, "--config", "sitrep.toml"], script)?;
    let declined = reduced(&output.stderr);
    output.succeeded()?;
    Ok((home, declined))
}

/// A moment as the names of rooms have it.
fn in_names(moment: &str) -> String {
    moment.replace('T', "-").replace(':', "")
}

/// Everything up to what a person does next follows from what they did last: the console settles after each.
fn steps(changes: &[Change]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut chat = Chat::new(&CONFIGURED_ROOMS);
    for change in changes {
        let begun = act(&chat, change).map(|(person, room, act)| {
            let (person, room) = (person.to_owned(), reduced(room));
            Step { person, room, act, after: View::new() }
        });
        steps.extend(begun);
        chat.apply(change.clone());
        if let Some(step) = steps.last_mut() {
            step.after = view(&chat);
        }
    }
    steps
}

/// Who does what where, as the room looks before it.
fn act<'a>(chat: &Chat, change: &'a Change) -> Option<(&'a str, &'a str, Act)> {
    if let Some(said) = change.said() {
        return Some((said.person.as_deref()?, &said.room, Act::Say(said.text.clone())));
    }
    let Did { person, room, deed, .. } = change.did()?;
    let place_of = |message: &usize| chat.last_in(room, usize::MAX).iter().position(|place| place == message);
    let act = match deed {
        Deed::Corrected { message, text } => Act::Edit { place: place_of(message)?, text: text.clone() },
        Deed::TookBack { message } => Act::TakeBack { place: place_of(message)? },
        Deed::Pressed { message, key } => Act::Press { place: place_of(message)?, key: key.clone() },
        Deed::Unpressed { message, key } => Act::Unpress { place: place_of(message)?, key: key.clone() },
        Deed::RemovedSitrep => Act::Kick,
        Deed::InvitedSitrep => Act::Invite,
    };
    Some((person, room, act))
}

fn view(chat: &Chat) -> View {
    let made = |wanted: &str| {
        chat.log().iter().any(|change| matches!(change, Change::RoomMade { room, .. } if room == wanted))
    };
    let rooms = chat.rooms().map(|(name, room)| {
        let places = chat.last_in(name, usize::MAX);
        let place_of = |index: &usize| places.iter().position(|place| place == index);
        let made = made(name).then(|| Made { topic: reduced(&room.topic), members: room.members.clone() });
        let messages = places.iter().filter_map(|index| message(chat, *index, place_of)).collect();
        let pinned = room.pinned.iter().filter_map(place_of).collect();
        (reduced(name), Room { made, messages, pinned })
    });
    rooms.collect()
}

fn message(chat: &Chat, index: usize, place_of: impl Fn(&usize) -> Option<usize>) -> Option<Message> {
    let said = chat.log().get(index)?.said()?;
    let text = chat.text_of(index)?;
    let (person, text) = match &said.person {
        // Taken over as it is: what people type differs from run to run in nothing.
        Some(person) => (person.clone(), text.to_owned()),
        None => ("sitrep".to_owned(), reduced(text)),
    };
    let mentions = said.mentions.iter().cloned().collect();
    let answers = said.answers.as_ref().and_then(place_of);
    Some(Message { person, text, mentions, answers, signs: signs(chat, index) })
}

/// The signs on a message: those that sitrep has put there, and those that people have pressed.
fn signs(chat: &Chat, index: usize) -> BTreeSet<(String, String)> {
    let own = chat.signs_on(index).iter().map(|key| ("sitrep".to_owned(), key.clone()));
    let mut signs: BTreeSet<(String, String)> = own.collect();
    for Did { person, deed, .. } in chat.log().iter().filter_map(Change::did) {
        match deed {
            Deed::Pressed { message, key } if *message == index => {
                signs.insert((person.clone(), key.clone()));
            }
            Deed::Unpressed { message, key } if *message == index => {
                signs.remove(&(person.clone(), key.clone()));
            }
            Deed::Pressed { .. }
            | Deed::Unpressed { .. }
            | Deed::Corrected { .. }
            | Deed::TookBack { .. }
            | Deed::RemovedSitrep
            | Deed::InvitedSitrep => {}
        }
    }
    signs
}
