//! Matrix: test people on a real Synapse, who see what clients show. Other than on the console, a line that was edited
//! notifies nobody any more.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::json;

use crate::support::http::encoded;
use crate::support::person::Person;
use crate::support::seen::Seen;
use crate::support::sitrep::Sitrep;
use crate::support::{Doing, Failed};

use super::expected::Expected;
use super::stage::{HOST, Stage};
use super::view::{Room, View};
use super::words::reduced;

mod outsider;
pub(super) mod reading;
mod workspace;

use workspace::Workspace;

/// Longer than anything here takes on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

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

/// The people of a script on Synapse.
pub(super) struct Matrix {
    workspace: Workspace,
    typing: Typing,
    places: BTreeMap<String, Place>,
    /// What people have said, as the script has it, by event id.
    sent: BTreeMap<String, String>,
    /// The reactions of people, by who, what to and which.
    pressed: BTreeMap<(String, String, String), String>,
    /// Who is known to be where, by room and person.
    inside: BTreeSet<(String, String)>,
    /// Who came into a room unasked, to say something. The console has no such thing.
    unasked: BTreeSet<(String, String)>,
}

impl Matrix {
    /// Everybody who speaks, with accounts and rooms of their own. `more` is the rest of the configuration.
    pub(super) fn new(speakers: &BTreeSet<&str>, more: &str, typing: Typing) -> Result<Self, Failed> {
        let workspace = Workspace::set(speakers, more)?;
        let configured = workspace.configured().iter();
        let places =
            configured.map(|(name, id)| (name.clone(), Place { id: id.clone(), reader: HOST.to_owned() }));
        let places = places.collect();
        let inside = workspace.configured().keys().map(|name| (name.clone(), HOST.to_owned())).collect();
        let (sent, pressed) = (BTreeMap::new(), BTreeMap::new());
        Ok(Self { workspace, typing, places, sent, pressed, inside, unasked: BTreeSet::new() })
    }

    /// The room that has a name in the script.
    fn room_id(&self, name: &str) -> Result<&str, Failed> {
        let place = self.places.get(name).ok_or_else(|| format!("there is no room #{name} on Matrix"))?;
        Ok(&place.id)
    }

    /// Somebody, and a room.
    fn who_where(&self, person: &str, room: &str) -> Result<(&Person, &str), Failed> {
        Ok((self.workspace.person(person)?, self.room_id(room)?))
    }

    /// A message as a client sends it whose user has picked people from a list; `None` if there is nobody in it.
    fn with_pills(&self, text: &str) -> Option<(String, String)> {
        if self.typing == Typing::AsWritten {
            return None;
        }
        let (mut words, mut html) = (text.to_owned(), text.replace('&', "&amp;").replace('<', "&lt;"));
        for (name, person) in self.workspace.people() {
            let typed = format!("@{name}");
            let pill = format!("<a href=\"https://matrix.to/#/{}\">{name}</a>", person.user_id);
            (words, html) = (words.replace(&typed, name), html.replace(&typed, &pill));
        }
        (words != text).then_some((words, html))
    }

    fn accept_invitations(&self, events: &[Seen], room: &str) -> Result<bool, Failed> {
        // Who is invited into a configured room comes when they have something to say there.
        if self.workspace.configured().values().any(|id| id == room) {
            return Ok(false);
        }
        let mut somebody_came = false;
        for user in reading::members(events, "invite") {
            if let Some((_, person)) = self.workspace.people().find(|(_, person)| person.user_id == user) {
                person.join(room)?;
                somebody_came = true;
            }
        }
        Ok(somebody_came)
    }
}

impl Stage for Matrix {
    fn platform(&self) -> &'static str {
        "Matrix"
    }

    fn sitrep(&self) -> Result<Sitrep, Failed> {
        self.workspace.sitrep()
    }

    fn enter(&mut self, person: &str, room: &str) -> Result<(), Failed> {
        if room == person && !self.places.contains_key(room) {
            let id = self.workspace.direct_room(self.workspace.person(person)?)?;
            self.places.insert(room.to_owned(), Place { id, reader: person.to_owned() });
            self.inside.insert((room.to_owned(), person.to_owned()));
        }
        // Whoever has been asked in is there already; anybody else may only come if the room is open to them.
        if self.inside.insert((room.to_owned(), person.to_owned())) {
            let (who, id) = self.who_where(person, room)?;
            let is_asked = who.rooms()?.iter().any(|known| known == id)
                || who.invitations()?.iter().any(|asked| asked.room == *id);
            if who.join(id).is_err() {
                // It is open to those who are where it was declared.
                self.workspace.configured().values().try_for_each(|room| who.join(room).map(drop))?;
                who.join(id)?;
            }
            if !is_asked {
                self.unasked.insert((room.to_owned(), person.to_owned()));
            }
        }
        Ok(())
    }

    fn say(&mut self, person: &str, room: &str, text: &str) -> Result<(), Failed> {
        let (who, id) = self.who_where(person, room)?;
        let said = match self.with_pills(text) {
            Some((words, html)) => who.say_html(id, &words, &html)?,
            None => who.say(id, text)?,
        };
        self.sent.insert(said, text.to_owned());
        Ok(())
    }

    fn say_in_thread(
        &mut self,
        person: &str,
        room: &str,
        (place, words): (usize, &str),
        text: &str,
    ) -> Result<(), Failed> {
        let (who, id) = self.who_where(person, room)?;
        let said = who.say_in_thread(id, &message_at(who, id, place)?, words)?;
        self.sent.insert(said, text.to_owned());
        Ok(())
    }

    fn edit(&mut self, person: &str, room: &str, place: usize, text: &str) -> Result<(), Failed> {
        let (who, id) = self.who_where(person, room)?;
        let message = message_at(who, id, place)?;
        who.edit(id, &message, text)?;
        self.sent.insert(message, text.to_owned());
        Ok(())
    }

    fn take_back(&mut self, person: &str, room: &str, place: usize) -> Result<(), Failed> {
        let (who, id) = self.who_where(person, room)?;
        who.redact(id, &message_at(who, id, place)?)?;
        Ok(())
    }

    fn press(&mut self, person: &str, room: &str, place: usize, key: &str) -> Result<(), Failed> {
        let (who, id) = self.who_where(person, room)?;
        let message = message_at(who, id, place)?;
        let press = (person.to_owned(), message.clone(), key.to_owned());
        // Nobody reacts twice in the same way: clients take the first reaction away.
        if let Some(before) = self.pressed.get(&press) {
            who.redact(id, before)?;
        }
        let reaction = who.react(id, &message, key)?;
        self.pressed.insert(press, reaction);
        Ok(())
    }

    fn unpress(&mut self, person: &str, room: &str, place: usize, key: &str) -> Result<(), Failed> {
        let (who, id) = self.who_where(person, room)?;
        let message = message_at(who, id, place)?;
        let press = (person.to_owned(), message, key.to_owned());
        let reaction = self.pressed.get(&press).ok_or("nothing was pressed")?;
        who.redact(id, reaction)?;
        self.pressed.remove(&press);
        Ok(())
    }

    fn remove_sitrep(&mut self, person: &str, room: &str) -> Result<(), Failed> {
        let (who, id) = self.who_where(person, room)?;
        who.remove(id, &self.workspace.bot.user_id)
    }

    fn invite_sitrep(&mut self, person: &str, room: &str) -> Result<(), Failed> {
        let (who, id) = self.who_where(person, room)?;
        let bot = &self.workspace.bot.user_id;
        who.invite(id, bot)?;
        let came = who.wait_until(PATIENCE, || Ok(who.members(id)?.contains(bot).then_some(())))?;
        came.ok_or("sitrep did not come back").doing(format!("inviting it into #{room}"))
    }

    fn as_shown_here(&self, expected: &View) -> View {
        let mut expected = expected.clone();
        let messages = expected.values_mut().flat_map(|room| &mut room.messages);
        // An edited message says anew whom it notifies, and a line notifies only when it is new.
        for line in messages.filter(|message| message.text.starts_with("REP-") && message.person == "sitrep")
        {
            line.mentions.clear();
        }
        expected
    }

    fn look_for_rooms(&mut self, expected: &View) -> Result<(), Failed> {
        for (name, room) in expected {
            // Whoever came unasked may be asked in later, which nobody sees.
            for member in room.made.iter().flat_map(|made| &made.members) {
                self.unasked.remove(&(name.clone(), member.clone()));
            }
            if self.places.contains_key(name) {
                continue;
            }
            if let Ok(person) = self.workspace.person(name) {
                // Sitrep may have begun to talk to somebody.
                let invitations = person.invitations()?;
                if let Some(found) = invitations.iter().find(|found| found.direct) {
                    person.join(&found.room)?;
                    self.inside.insert((name.clone(), name.clone()));
                    let place = Place { id: found.room.clone(), reader: name.clone() };
                    self.places.insert(name.clone(), place);
                }
                continue;
            }
            for member in room.made.iter().flat_map(|made| &made.members) {
                let person = self.workspace.person(member)?;
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

    fn look(&self, room: &str) -> Result<Option<Room>, Failed> {
        let Some(place) = self.places.get(room) else { return Ok(None) };
        let reader = self.workspace.person(&place.reader)?;
        let mut events = reader.events(&place.id)?;
        // It is looked at once everybody who is asked in has come.
        if self.accept_invitations(&events, &place.id)? {
            events = reader.events(&place.id)?;
        }
        let mut seen = reading::room(&events, &self.sent, &self.workspace);
        // A room for one person is nobody's incident, whoever has made it.
        seen.made = seen.made.filter(|_| self.workspace.person(room).is_err());
        if let Some(made) = &mut seen.made {
            let is_unasked = |name: &String| self.unasked.contains(&(room.to_owned(), name.clone()));
            made.members.retain(|name| !is_unasked(name));
        }
        Ok(Some(seen))
    }

    fn has_no_other_room(&self) -> Result<(), Failed> {
        for (name, person) in self.workspace.people() {
            let known = |id: &str| self.places.values().any(|place| place.id == id);
            let stray = person.invitations()?.into_iter().find(|invitation| !known(&invitation.room));
            if let Some(invitation) = stray {
                return Err(format!("{name} is invited into a room too many: {:?}", invitation.name).into());
            }
        }
        Ok(())
    }

    fn outsiders_come_in_where_it_is_public(&self, expected: &Expected) -> Result<(), Failed> {
        outsider::comes_in_where_it_is_public(self, expected)
    }
}

/// The event of the message at a place in a room, as clients show it.
fn message_at(person: &Person, room: &str, place: usize) -> Result<String, Failed> {
    let shown = person.shown(room)?;
    let message = shown.get(place).ok_or("it is not there").doing(format!("looking for message {place}"))?;
    Ok(message.event_id.clone())
}

/// Whether somebody can get into a room by themselves.
fn can_enter(person: &Person, room: &str) -> Result<bool, Failed> {
    let path = format!("/_matrix/client/v3/join/{}", encoded(room));
    Ok(person.api.ask("POST", &path, Some(&json!({})))?.succeeded())
}
