//! Plays a conversation with test people on Synapse, and holds every room against the console's after each message.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::support::http::encoded;
use crate::support::person::Person;
use crate::support::seen::Seen;
use crate::support::{Doing, Failed, poll};

use super::expected::{Act, Expected, Step};
use super::reading;
use super::stage::{HOST, Stage};
use super::view::{Room, View, difference};
use super::words::reduced;

/// Longer than anything here takes on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks, so that the server is left to those it has to serve.
const PAUSE: Duration = Duration::from_millis(25);

/// How long is waited for what should not come.
const GRACE: Duration = Duration::from_secs(1);

/// How people name each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Typing {
    /// Letter by letter, as the script has it.
    AsWritten,
    /// Picked from the list that a client offers after `@`.
    Pills,
}

/// A room that has been entered.
struct Place {
    id: String,
    /// Somebody who has been in it from the start.
    reader: String,
}

/// The people of a stage, as the script has them speak.
pub(super) struct Player<'a> {
    pub(super) stage: &'a Stage,
    typing: Typing,
    places: BTreeMap<String, Place>,
    /// What people have said, as the script has it, by event id.
    sent: BTreeMap<String, String>,
    /// The reactions of people, by who, what to and which.
    pressed: BTreeMap<(String, String, String), String>,
    /// Who is known to be where, by room and person.
    inside: BTreeSet<(String, String)>,
}

impl<'a> Player<'a> {
    pub(super) fn new(stage: &'a Stage, typing: Typing) -> Self {
        let configured = stage.configured().iter();
        let places =
            configured.map(|(name, id)| (name.clone(), Place { id: id.clone(), reader: HOST.to_owned() }));
        let inside = stage.configured().keys().map(|name| (name.clone(), HOST.to_owned())).collect();
        Self {
            stage,
            typing,
            places: places.collect(),
            sent: BTreeMap::new(),
            pressed: BTreeMap::new(),
            inside,
        }
    }

    /// Every message of the conversation, each once the last one's consequences are there.
    pub(super) fn play(&mut self, expected: &Expected) -> Result<(), Failed> {
        let numbered = expected.end()?.keys().any(|name| name.ends_with("-2"));
        if numbered {
            wait_for_an_early_second();
        }
        let mut before = View::new();
        for step in &expected.steps {
            self.act(step)?;
            let touched = |(name, room): (&String, &Room)| {
                let unchanged = before.get(name).is_some_and(|before| before.lines() == room.lines());
                (!unchanged).then(|| name.clone())
            };
            let rooms: Vec<String> = step.after.iter().filter_map(touched).collect();
            self.wait_for(step, &rooms)?;
            before.clone_from(&step.after);
        }
        Ok(())
    }

    /// After a while every room still looks as it should, and nobody is invited anywhere else.
    pub(super) fn nothing_else_comes(&mut self, expected: &Expected) -> Result<(), Failed> {
        thread::sleep(GRACE);
        let end = expected.end()?;
        let unexpected = self.differences(end, &end.keys().cloned().collect::<Vec<_>>())?;
        if !unexpected.is_empty() {
            return Err(unexpected.into());
        }
        for (name, person) in self.stage.people() {
            let known = |id: &str| self.places.values().any(|place| place.id == id);
            let stray = person.invitations()?.into_iter().find(|invitation| !known(&invitation.room));
            if let Some(invitation) = stray {
                return Err(format!("{name} is invited into a room too many: {:?}", invitation.name).into());
            }
        }
        Ok(())
    }

    /// The room that has a name in the script.
    pub(super) fn room_id(&self, name: &str) -> Result<&str, Failed> {
        let place = self.places.get(name).ok_or_else(|| format!("there is no room #{name} on Matrix"))?;
        Ok(&place.id)
    }

    fn act(&mut self, step: &Step) -> Result<(), Failed> {
        let person = self.stage.person(&step.person)?;
        if step.room == step.person && !self.places.contains_key(&step.room) {
            let id = self.stage.direct_room(person)?;
            self.places.insert(step.room.clone(), Place { id, reader: step.person.clone() });
            self.inside.insert((step.room.clone(), step.person.clone()));
        }
        let room = self.room_id(&step.room)?.to_owned();
        // Whoever has been asked in is there already; anybody else may only come if the room is open to them.
        if self.inside.insert((step.room.clone(), step.person.clone())) {
            person.join(&room)?;
        }
        let bot = &self.stage.bot.user_id;
        match &step.act {
            Act::Say(text) => {
                let said = match self.with_pills(text) {
                    Some((words, html)) => person.say_html(&room, &words, &html)?,
                    None => person.say(&room, text)?,
                };
                self.sent.insert(said, text.clone());
            }
            Act::Edit { place, text } => {
                let message = message_at(person, &room, *place)?;
                person.edit(&room, &message, text)?;
                self.sent.insert(message, text.clone());
            }
            Act::TakeBack { place } => drop(person.redact(&room, &message_at(person, &room, *place)?)?),
            Act::Press { place, key } => {
                let message = message_at(person, &room, *place)?;
                let press = (step.person.clone(), message.clone(), key.clone());
                // Nobody reacts twice in the same way: clients take the first reaction away.
                if let Some(before) = self.pressed.get(&press) {
                    person.redact(&room, before)?;
                }
                let reaction = person.react(&room, &message, key)?;
                self.pressed.insert(press, reaction);
            }
            Act::Kick => person.remove(&room, bot)?,
            Act::Invite => {
                person.invite(&room, bot)?;
                let came =
                    person.wait_until(PATIENCE, || Ok(person.members(&room)?.contains(bot).then_some(())))?;
                came.ok_or("sitrep did not come back").doing(format!("inviting it into #{}", step.room))?;
            }
        }
        Ok(())
    }

    /// A message as a client sends it whose user has picked people from a list; `None` if there is nobody in it.
    fn with_pills(&self, text: &str) -> Option<(String, String)> {
        if self.typing == Typing::AsWritten {
            return None;
        }
        let (mut words, mut html) = (text.to_owned(), text.replace('&', "&amp;").replace('<', "&lt;"));
        for (name, person) in self.stage.people() {
            let typed = format!("@{name}");
            let pill = format!("<a href=\"https://matrix.to/#/{}\">{name}</a>", person.user_id);
            (words, html) = (words.replace(&typed, name), html.replace(&typed, &pill));
        }
        (words != text).then_some((words, html))
    }

    fn wait_for(&mut self, step: &Step, rooms: &[String]) -> Result<(), Failed> {
        let mut missing = String::new();
        let arrived = poll(PATIENCE, || {
            self.enter_new_rooms(&step.after)?;
            missing = self.differences(&step.after, rooms)?;
            if !missing.is_empty() {
                thread::sleep(PAUSE);
            }
            Ok(missing.is_empty().then_some(()))
        })?;
        let Step { person, room, act, .. } = step;
        arrived.ok_or_else(|| format!("after {person} in #{room} did {act:?}:\n{missing}").into())
    }

    /// Whoever is expected in a room that isn't known yet looks for its invitation.
    fn enter_new_rooms(&mut self, expected: &View) -> Result<(), Failed> {
        for (name, room) in expected {
            if self.places.contains_key(name) {
                continue;
            }
            for member in room.made.iter().flat_map(|made| &made.members) {
                let person = self.stage.person(member)?;
                let named = |wanted: Option<&str>| wanted.is_some_and(|wanted| reduced(wanted) == *name);
                let invitations = person.invitations()?;
                if let Some(found) = invitations.iter().find(|found| named(found.name.as_deref())) {
                    person.join(&found.room)?;
                    let place = Place { id: found.room.clone(), reader: member.clone() };
                    self.places.insert(name.clone(), place);
                    break;
                }
            }
        }
        Ok(())
    }

    /// How these rooms differ from what they should be.
    fn differences(&self, expected: &View, rooms: &[String]) -> Result<String, Failed> {
        let mut differences = Vec::new();
        for name in rooms {
            let found = match self.places.get(name) {
                Some(place) => self.look(place)?,
                None => Room::default(),
            };
            let wanted = expected.get(name).cloned().unwrap_or_default();
            differences.extend(difference(name, &wanted, &found));
        }
        Ok(differences.join("\n\n"))
    }

    /// What a room looks like, once everybody who is asked in has come.
    fn look(&self, place: &Place) -> Result<Room, Failed> {
        let reader = self.stage.person(&place.reader)?;
        let mut events = reader.events(&place.id)?;
        if self.accept_invitations(&events, &place.id)? {
            events = reader.events(&place.id)?;
        }
        Ok(reading::room(&events, &self.sent, self.stage))
    }

    fn accept_invitations(&self, events: &[Seen], room: &str) -> Result<bool, Failed> {
        // Who is invited into a configured room comes when they have something to say there.
        if self.stage.configured().values().any(|id| id == room) {
            return Ok(false);
        }
        let mut somebody_came = false;
        for user in reading::members(events, "invite") {
            if let Some((_, person)) = self.stage.people().find(|(_, person)| person.user_id == user) {
                person.join(room)?;
                somebody_came = true;
            }
        }
        Ok(somebody_came)
    }
}

/// The event of the message at a place in a room, as clients show it.
fn message_at(person: &Person, room: &str, place: usize) -> Result<String, Failed> {
    let shown = person.shown(room)?;
    let message = shown.get(place).ok_or("it is not there").doing(format!("looking for message {place}"))?;
    Ok(message.event_id.clone())
}

/// Whether somebody can get into a room by themselves.
pub(super) fn can_enter(person: &Person, room: &str) -> Result<bool, Failed> {
    let path = format!("/_matrix/client/v3/join/{}", encoded(room));
    Ok(person.api.ask("POST", &path, Some(&json!({})))?.succeeded())
}

/// A name is numbered only if the same minute gives it twice, so both declarations have to fall into one.
fn wait_for_an_early_second() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let second = now.as_secs() % 60;
    if second > 40 {
        thread::sleep(Duration::from_secs(61 - second));
    }
}
