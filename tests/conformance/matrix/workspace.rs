//! The console's workspace once more, on the shared Synapse.
//!
//! The three configured rooms and the people have names of their own there, because the server is shared;
//! [`Workspace::named`] turns them back into those of the script.

use std::collections::{BTreeMap, BTreeSet};

use sitrep_console::CONFIGURED_ROOMS;

use crate::support::person::Person;
use crate::support::sitrep::{Home, Sitrep};
use crate::support::synapse::{Account, SERVER_NAME, Synapse};
use crate::support::{Doing, Failed, PATIENCE};

use super::super::stage::{HOST, cast};

/// People, rooms and the bot's account.
pub(super) struct Workspace {
    pub(super) bot: Account,
    people: BTreeMap<String, Person>,
    /// Room ids by the names of the script.
    configured: BTreeMap<String, String>,
    /// Their addresses.
    aliases: BTreeMap<String, String>,
    configuration: String,
}

impl Workspace {
    /// Makes the accounts and rooms. `more` is the rest of the configuration, with people at `example.org`.
    pub(super) fn set(speakers: &BTreeSet<&str>, more: &str) -> Result<Self, Failed> {
        let synapse = Synapse::shared()?;
        let bot = synapse.account("sitrep")?;
        let mut people = BTreeMap::new();
        for name in cast(speakers) {
            people.insert(name.to_owned(), synapse.person(name)?);
        }
        let others: Vec<&str> = people
            .iter()
            .filter(|(name, _)| *name != HOST)
            .map(|(_, person)| person.user_id.as_str())
            .chain([bot.user_id.as_str()])
            .collect();
        let host = people.get(HOST).ok_or("no host").doing("making the rooms")?;
        let mut configured = BTreeMap::new();
        let mut aliases = BTreeMap::new();
        for name in CONFIGURED_ROOMS {
            let alias = synapse.unique(name);
            let room = host.create_room(Some(&alias), &others)?;
            // Or it complains that it may not pin there.
            host.set_power(&room, &bot.user_id, 50)?;
            configured.insert(name.to_owned(), room);
            aliases.insert(name.to_owned(), format!("#{alias}:{SERVER_NAME}"));
        }
        let mut configuration = format!(
            "data_dir = \"data\"\n\n[matrix]\nencrypt = \"never\"\nhomeserver = \"{}\"\nuser = \"{}\"\npassword_file = \"password\"\n\
             rooms = [\"{}\"]\nsupport_room = \"{}\"\nstakeholder_rooms = [\"{}\"]\nallow = [\"*\"]\n{more}",
            synapse.url, bot.user_id, aliases["ops"], aliases["support"], aliases["status"],
        );
        for (name, person) in &people {
            configuration = configuration.replace(&format!("@{name}:example.org"), &person.user_id);
        }
        Ok(Self { bot, people, configured, aliases, configuration })
    }

    /// The service, ready.
    pub(super) fn sitrep(&self) -> Result<Sitrep, Failed> {
        let files = [("sitrep.toml", self.configuration.as_str()), ("password", &self.bot.password)];
        Sitrep::run(Home::with(&files)?)
    }

    pub(super) fn people(&self) -> impl Iterator<Item = (&str, &Person)> {
        self.people.iter().map(|(name, person)| (name.as_str(), person))
    }

    pub(super) fn person(&self, name: &str) -> Result<&Person, Failed> {
        self.people.get(name).ok_or_else(|| format!("{name} is not on the stage").into())
    }

    /// The room ids of the configured rooms.
    pub(super) fn configured(&self) -> &BTreeMap<String, String> {
        &self.configured
    }

    /// What the script calls the user with this id.
    pub(super) fn name_of(&self, user_id: &str) -> String {
        if user_id == self.bot.user_id {
            return "sitrep".to_owned();
        }
        let known = self.people.iter().find(|(_, person)| person.user_id == user_id);
        known.map_or_else(|| user_id.to_owned(), |(name, _)| name.clone())
    }

    /// A text with rooms and people called as in the script, whether it has user ids or only the local parts.
    pub(super) fn named(&self, text: &str) -> String {
        let rooms = self.aliases.iter();
        let text =
            rooms.fold(text.to_owned(), |text, (name, alias)| text.replace(alias, &format!("#{name}")));
        self.people.iter().fold(text, |text, (name, person)| {
            let full = &person.user_id;
            let local = full.trim_start_matches('@').trim_end_matches(SERVER_NAME).trim_end_matches(':');
            text.replace(full, &format!("@{name}")).replace(local, name)
        })
    }

    /// A direct room between a person and sitrep, who has come.
    pub(super) fn direct_room(&self, person: &Person) -> Result<String, Failed> {
        let room = person.create_direct_room(&self.bot.user_id)?;
        let came = person
            .wait_until(PATIENCE, || Ok(person.members(&room)?.contains(&self.bot.user_id).then_some(())))?;
        came.ok_or("sitrep did not accept").doing("inviting sitrep into a direct room")?;
        Ok(room)
    }

    /// Whether the server lists a room to everybody.
    pub(super) fn is_listed(&self, person: &Person, room: &str) -> Result<bool, Failed> {
        let listed = person.api.get("/_matrix/client/v3/publicRooms")?;
        let mut rooms = listed["chunk"].as_array().into_iter().flatten();
        Ok(rooms.any(|listed| listed["room_id"] == room))
    }
}
