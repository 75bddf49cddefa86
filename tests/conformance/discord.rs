//! Discord: test people in front of the fake one, who see what the client shows.
//!
//! What is other than on the console is this, and no more:
//!
//! - Signs are offered as buttons. Whoever presses one, or gives a slash command, is answered alone, and the room is
//!   told what came of it: it is as if they had said it in a direct room. What is put on a message as a reaction is
//!   understood as well.
//! - Whoever is asked in is called by one message, which the comparison leaves out. The members of a public room are
//!   those who were asked in, or have been there.
//! - A link to a room shows its name to those who may see it, and to others nothing: that is read as "its room".
//! - Nobody can be called where they are not: in a direct channel a third person is only named.
//! - Who has closed a channel to sitrep is not known, so the sentence about it names nobody.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sitrep_fake_discord::{Channel, Message, Person, World};

use crate::support::discord::{Guild, is_notice};
use crate::support::sitrep::Sitrep;
use crate::support::{Doing, Failed};

use super::expected::Expected;
use super::stage::{HOST, Stage, cast};
use super::view::{Made, Room, View};
use super::words::reduced;

pub(super) mod reading;
mod slashes;

use reading::Names;

/// How people give commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Giving {
    /// As messages, letter by letter, as the script has them.
    Typing,
    /// As messages, with people picked from the list that the client offers after `@`.
    Picking,
    /// As slash commands.
    Slashes,
    /// With buttons and forms where there are some.
    Buttons,
}

/// The people of a script on Discord.
pub(super) struct Discord {
    guild: Guild,
    configuration: String,
    giving: Giving,
    names: Names,
    /// What people have said, as the script has it, by message.
    sent: BTreeMap<u64, String>,
    /// Who has been in which room.
    came: BTreeSet<(String, String)>,
    /// Who of them belongs there, as far as is known: whoever came unasked may be asked in later.
    expected: BTreeSet<(String, String)>,
    /// The rooms that sitrep has made, by the names that they had first.
    made: BTreeMap<String, u64>,
    /// The reactions of people, by who, what to and which.
    pressed: BTreeSet<(String, u64, String)>,
    /// Direct channels by whom they are with.
    direct: BTreeMap<String, String>,
}

/// Nobody asks them in.
const OUTSIDER: &str = "mallory";

/// Where what is about no incident is asked.
const OPS: &str = "ops";

/// The rooms that the console has, too.
const CONFIGURED: [&str; 3] = sitrep_console::CONFIGURED_ROOMS;

impl Discord {
    /// Everybody who speaks, on a server of their own. `more` is the rest of the configuration.
    pub(super) fn new(speakers: &BTreeSet<&str>, more: &str, giving: Giving) -> Result<Self, Failed> {
        let people = cast(speakers);
        let world = CONFIGURED.iter().fold(World::new("Example"), |world, name| world.channel(name));
        let world = people.iter().fold(world, |world, name| world.person(name, &[]));
        let guild = Guild::of(world, "@everyone")?;
        // How fast may be asked is another matter.
        guild.discord.enforce_limits(false);
        let ids = people.iter().map(|name| (guild.person(name).id(), (*name).to_owned()));
        let names = Names::new(ids.chain([(guild.discord.bot_id(), "sitrep".to_owned())]).collect());
        let mut configuration = guild.configuration(more);
        for name in &people {
            let listed = format!("discord:{}", guild.person(name).id());
            configuration = configuration.replace(&format!("@{name}:example.org"), &listed);
        }
        let (sent, made, direct) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (came, expected) = (BTreeSet::new(), BTreeSet::new());
        let pressed = BTreeSet::new();
        Ok(Self { guild, configuration, giving, names, sent, came, expected, made, pressed, direct })
    }

    /// The channel that is called so in the script.
    fn channel(&self, room: &str) -> Option<Channel> {
        if let Some(id) = self.direct.get(room) {
            return self.guild.discord.channel(id);
        }
        if CONFIGURED.contains(&room) {
            return self.guild.discord.channel(room);
        }
        self.guild.discord.channel(&self.made.get(room)?.to_string())
    }

    fn id_of(&self, room: &str) -> Result<String, Failed> {
        let channel = self.channel(room).ok_or_else(|| format!("there is no #{room} on Discord"))?;
        Ok(channel.id.to_string())
    }

    fn person(&self, name: &str) -> Person {
        self.guild.person(name)
    }

    /// The messages in a channel and its threads, the oldest first.
    fn with_threads(&self, channel: &str) -> Vec<Message> {
        let mut messages = self.guild.discord.messages(channel);
        let within = |root: &Message| self.guild.discord.messages(&root.id.to_string());
        let threads: Vec<Message> = messages.iter().flat_map(within).collect();
        messages.extend(threads);
        messages.sort_by_key(|message| message.id);
        messages
    }

    /// What is to be compared of the messages in a channel and its threads.
    fn shown(&self, channel: &str) -> Vec<Message> {
        let mut shown: Vec<Message> = Vec::new();
        for message in self.with_threads(channel) {
            if message.only_for.is_some() && self.gives_alone() {
                continue;
            }
            if message.author == "sitrep"
                && let Some(asked) = reading::asked_in(&message)
            {
                // Whoever was named just before they could see it is called by this.
                if let Some(before) = shown.last_mut().filter(|before| before.author == "sitrep") {
                    let is_named = |name: &&String| {
                        self.names
                            .id_of(name)
                            .is_some_and(|id| before.content.starts_with(&format!("<@{id}> ")))
                    };
                    let named: Vec<String> = asked.iter().filter(is_named).cloned().collect();
                    before.mentions.extend(named);
                }
            } else if !is_notice(&message) && !message.thinking {
                shown.push(message);
            }
        }
        shown
    }

    /// What links to channels are read as in a room.
    fn links(&self, read_in: &str) -> BTreeMap<u64, String> {
        let channels = self.guild.discord.channels().into_iter();
        channels.map(|channel| (channel.id, self.link(read_in, &channel))).collect()
    }

    /// What somebody reads in a room where a channel is linked to: its name, if they may see it.
    fn link(&self, read_in: &str, channel: &Channel) -> String {
        if self.is_alone(read_in) || self.person(OUTSIDER).reads(&channel.id.to_string()).is_ok() {
            let first = self.made.iter().find(|(_, id)| **id == channel.id).map(|(name, _)| name);
            return format!("#{}", first.unwrap_or(&channel.name));
        }
        "its room".to_owned()
    }

    fn message_at(&self, channel: &str, place: usize) -> Result<Message, Failed> {
        let found = self.shown(channel).into_iter().nth(place);
        found.ok_or("it is not there").doing(format!("looking for message {place}"))
    }

    /// A message as it is sent when people were picked from the list.
    fn picked(&self, text: &str) -> String {
        if self.giving != Giving::Picking {
            return text.to_owned();
        }
        self.names
            .all()
            .fold(text.to_owned(), |text, (id, name)| text.replace(&format!("@{name}"), &format!("<@{id}>")))
    }

    /// Whether what people do is seen by nobody else.
    fn gives_alone(&self) -> bool {
        matches!(self.giving, Giving::Slashes | Giving::Buttons)
    }

    /// Whether a room is the one between somebody and sitrep, or what they read alone.
    fn is_alone(&self, room: &str) -> bool {
        self.direct.contains_key(room) || self.gives_alone() && self.names.id_of(room).is_some()
    }

    /// What somebody was answered alone, wherever that was, and what sitrep told them besides.
    fn alone(&self, person: &str) -> Vec<Message> {
        let channels = self.guild.discord.channels().into_iter();
        let all = channels.flat_map(|channel| self.guild.discord.messages(&channel.id.to_string()));
        let is_theirs = |message: &Message| message.only_for.as_deref() == Some(person) && !message.thinking;
        let mut theirs: Vec<Message> = all.filter(is_theirs).collect();
        let direct = self.guild.direct(&self.person(person));
        let told = direct.into_iter().flat_map(|channel| self.guild.discord.messages(&channel));
        theirs.extend(told.filter(|message| message.author == "sitrep" && message.only_for.is_none()));
        theirs.sort_by_key(|message| message.id);
        theirs
    }

    /// Gives a command without writing it: with a button if there is one for it, with a slash command if not. What is
    /// about an incident is given in its room.
    fn give(&self, person: &Person, room: &str, text: &str) -> Result<(), Failed> {
        let (verb, words) = slashes::parts(text);
        let incident = self.made.keys().next().filter(|_| !matches!(verb, "incident" | "incidents"));
        let room = incident.map_or(if self.is_alone(room) { OPS } else { room }, String::as_str);
        let channel = self.id_of(room)?;
        let is_pressed = matches!(verb, "ack" | "update" | "resolve") || (verb, words) == ("lead", "me");
        if self.giving == Giving::Buttons && is_pressed {
            return self.press_button(person, &channel, (verb, words));
        }
        let options = slashes::options(verb, words, |name| self.names.id_of(name))?;
        let options: Vec<(&str, Value)> =
            options.iter().map(|(name, value)| (*name, value.clone())).collect();
        person.slash(&channel, verb, &options)?;
        Ok(())
    }

    /// Presses the button of a verb, and fills in the form if one comes.
    fn press_button(
        &self,
        person: &Person,
        channel: &str,
        (verb, words): (&str, &str),
    ) -> Result<(), Failed> {
        let message = self.guild.wait(&format!("the button {verb}"), || {
            let has_button = |message: &Message| message.buttons().iter().any(|(_, id)| id.contains(verb));
            self.shown(channel).into_iter().rev().find(has_button)
        })?;
        let pressed = person.press(channel, message.id, verb)?;
        if slashes::has_form(verb) {
            self.guild.first_answer(&pressed)?;
            person.fill(&pressed, &[("text", words)])?;
        }
        Ok(())
    }
}

impl Stage for Discord {
    fn platform(&self) -> &'static str {
        "Discord"
    }

    fn sitrep(&self) -> Result<Sitrep, Failed> {
        Sitrep::run(self.guild.home_with(&self.configuration)?)
    }

    fn enter(&mut self, person: &str, room: &str) -> Result<(), Failed> {
        if room == person && !self.is_alone(room) {
            let channel = self.guild.direct_with(&self.person(person));
            self.direct.insert(room.to_owned(), channel);
        }
        self.came.insert((room.to_owned(), person.to_owned()));
        Ok(())
    }

    fn say(&mut self, person: &str, room: &str, text: &str) -> Result<(), Failed> {
        let who = self.person(person);
        if self.gives_alone() {
            return self.give(&who, room, text);
        }
        let said = who.say(&self.id_of(room)?, &self.picked(text))?;
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
        let root = self.message_at(&self.id_of(room)?, place)?.id;
        let who = self.person(person);
        // The first to say something there begins it.
        if self.guild.discord.channel(&root.to_string()).is_none() {
            who.start_thread(&self.id_of(room)?, root, "a report")?;
        }
        let said = who.say_in_thread(root, words)?;
        self.sent.insert(said, text.to_owned());
        Ok(())
    }

    fn edit(&mut self, person: &str, room: &str, place: usize, text: &str) -> Result<(), Failed> {
        let channel = self.id_of(room)?;
        let message = self.message_at(&channel, place)?.id;
        self.person(person).edit(&channel, message, text)?;
        self.sent.insert(message, text.to_owned());
        Ok(())
    }

    fn take_back(&mut self, person: &str, room: &str, place: usize) -> Result<(), Failed> {
        let channel = self.id_of(room)?;
        self.person(person).delete(&channel, self.message_at(&channel, place)?.id)?;
        Ok(())
    }

    fn press(&mut self, person: &str, room: &str, place: usize, key: &str) -> Result<(), Failed> {
        let (who, channel) = (self.person(person), self.id_of(room)?);
        let message = self.message_at(&channel, place)?.id;
        // Nobody reacts twice in the same way: clients take the first reaction away.
        if !self.pressed.insert((person.to_owned(), message, key.to_owned())) {
            who.unreact(&channel, message, key)?;
        }
        who.react(&channel, message, key)?;
        Ok(())
    }

    fn unpress(&mut self, person: &str, room: &str, place: usize, key: &str) -> Result<(), Failed> {
        let (who, channel) = (self.person(person), self.id_of(room)?);
        let message = self.message_at(&channel, place)?.id;
        self.pressed.remove(&(person.to_owned(), message, key.to_owned()));
        who.unreact(&channel, message, key)?;
        Ok(())
    }

    fn remove_sitrep(&mut self, _: &str, room: &str) -> Result<(), Failed> {
        self.guild.close_to_sitrep(&self.id_of(room)?);
        Ok(())
    }

    fn invite_sitrep(&mut self, _: &str, room: &str) -> Result<(), Failed> {
        self.guild.open_to_sitrep(&self.id_of(room)?);
        Ok(())
    }

    fn as_shown_here(&self, expected: &View) -> View {
        let mut expected = expected.clone();
        for (name, room) in &mut expected {
            for message in &mut room.messages {
                message.signs.clear();
                if self.is_alone(name) {
                    reading::call_nobody_but(name, message);
                }
                // Whom a line has called once is shown as called, whatever became of it.
                if message.text.starts_with("REP-") {
                    for called in &message.mentions {
                        let (named, shown) = (format!("Called: {called}"), format!("Called: @{called}"));
                        message.text = message.text.replace(&named, &shown);
                    }
                }
                // A room that they may see is called by its name.
                message.text = message.text.replace("It is in the room of reports.", "It is in #support.");
                if let Some(text) = reading::closed(&message.text) {
                    message.text = text;
                }
            }
            if self.gives_alone() {
                *room = slashes::without_what_people_say(room);
            }
        }
        expected
    }

    fn look_for_rooms(&mut self, expected: &View) -> Result<(), Failed> {
        for (name, room) in expected {
            let members = room.made.iter().flat_map(|made| &made.members);
            self.expected.extend(members.map(|member| (name.clone(), member.clone())));
        }
        for (name, id) in self.names.all().map(|(id, name)| (name.to_owned(), id)).collect::<Vec<_>>() {
            // Sitrep may have begun to talk to somebody.
            if id != self.guild.discord.bot_id()
                && !self.gives_alone()
                && !self.direct.contains_key(&name)
                && let Some(channel) = self.guild.direct(&self.person(&name))
            {
                self.direct.insert(name, channel);
            }
        }
        for room in self.guild.rooms() {
            if !self.made.values().any(|id| *id == room.id) {
                self.made.insert(reduced(&room.name), room.id);
            }
        }
        Ok(())
    }

    fn look(&self, room: &str) -> Result<Option<Room>, Failed> {
        if self.gives_alone() && self.is_alone(room) {
            let alone =
                reading::room(None, (&self.alone(room), &[]), &self.sent, (&self.names, &self.links(room)));
            return Ok(Some(alone));
        }
        let Some(channel) = self.channel(room) else { return Ok(None) };
        let id = channel.id.to_string();
        let is_made = !CONFIGURED.contains(&room) && !self.direct.contains_key(room);
        let made = is_made.then(|| {
            let came = self.came.iter().filter(|(where_, _)| where_ == room).map(|(_, who)| who.clone());
            let belongs = |who: &String| self.expected.contains(&(room.to_owned(), who.clone()));
            let topic = reduced(&reading::without_key(channel.topic.as_deref().unwrap_or_default()));
            let messages = self.guild.discord.messages(&id);
            // Whoever was called there in another way is not called again.
            let by_sitrep = messages.iter().filter(|message| message.author == "sitrep");
            let asked = by_sitrep.flat_map(|message| message.mentions.iter().cloned());
            Made {
                topic,
                members: reading::members(&channel, &self.names)
                    .chain(asked.chain(came).filter(belongs))
                    .collect(),
            }
        });
        let channels = self.links(room);
        let messages = self.shown(&id);
        Ok(Some(reading::room(made, (&messages, &channel.pins), &self.sent, (&self.names, &channels))))
    }

    fn has_no_other_room(&self) -> Result<(), Failed> {
        self.guild.is_content()
    }

    fn outsiders_come_in_where_it_is_public(&self, expected: &Expected) -> Result<(), Failed> {
        let end = expected.end()?;
        if let Some(name) = self.made.keys().find(|name| !end.contains_key(*name)) {
            return Err(format!("#{name} is a room too many").into());
        }
        for (name, room) in end {
            let Some(inside) = &room.made else { continue };
            let channel = self.channel(name).ok_or_else(|| format!("there is no #{name} on Discord"))?;
            let outsiders: Vec<&str> = self
                .names
                .all()
                .map(|(_, who)| who)
                .filter(|who| *who != "sitrep" && !inside.members.contains(*who))
                .collect();
            if outsiders.is_empty() {
                return Err(format!("nobody is outside #{name}, so nothing is tried").into());
            }
            for outsider in outsiders {
                let person = self.person(outsider);
                let sees = person.channels().contains(&channel.name)
                    || person.reads(&channel.id.to_string()).is_ok();
                if sees == expected.private.contains(name) {
                    return Err(format!("{outsider} is not asked into #{name}, and sees it: {sees}").into());
                }
            }
        }
        self.person(HOST).reads("ops")?;
        Ok(())
    }
}
