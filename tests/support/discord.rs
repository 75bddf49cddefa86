//! A Discord of a test's own, with people in front of it and the service behind.
//!
//! - The fake runs inside the test's process and ends with it: tests have it to themselves, and may move its clock.
//! - Nothing is over before [`Guild::is_content`] was asked: what a real Discord would have refused fails the test.
//! - Waiting shows, when it was in vain, what everybody said.

use std::fmt::Write as _;
use std::thread;
use std::time::Duration;

use sitrep_fake_discord::view::{ChannelKind, Overwrite};
use sitrep_fake_discord::{Answer, AnswerKind, Channel, Discord, Message, Pending, Person, World};
use sitrep_fake_discord::{happening, permission};

use super::sitrep::{Home, Sitrep};
use super::{Doing, Failed, poll};

/// Longer than anything that sitrep does takes on a loaded machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// A server, which Discord calls a guild.
pub(crate) struct Guild {
    pub(crate) discord: Discord,
    /// Whose commands are heard, as the configuration has it.
    allow: &'static str,
}

/// The people and rooms that most tests need: alice and bob may command, mallory may not.
pub(crate) fn world() -> World {
    World::new("Example")
        .role("ops-people")
        .person("alice", &["ops-people"])
        .person("bob", &["ops-people"])
        .person("carol", &["ops-people"])
        .person("mallory", &[])
        .channel("ops")
        .channel("support")
        .channel("status")
}

impl Guild {
    /// Everybody on the server may command.
    pub(crate) fn new() -> Result<Guild, Failed> {
        Guild::of(world(), "@everyone")
    }

    /// Only those who have the role `ops-people` may command.
    pub(crate) fn with_roles() -> Result<Guild, Failed> {
        Guild::of(world(), "ops-people")
    }

    pub(crate) fn of(world: World, allow: &'static str) -> Result<Guild, Failed> {
        let discord = Discord::start(world).doing("starting a Discord")?;
        Ok(Guild { discord, allow })
    }

    /// The section `[discord]` and what is said about people, with more sections behind it.
    pub(crate) fn configuration(&self, more: &str) -> String {
        format!("data_dir = \"data\"\n\n{}\n{more}\n", self.section())
    }

    /// The section `[discord]`.
    pub(crate) fn section(&self) -> String {
        format!(
            "[discord]\ntoken_file = \"discord-token\"\nguild_id = \"{}\"\nrooms = [\"ops\"]\nsupport_room = \"support\"\n\
             stakeholder_rooms = [\"status\"]\nallow_roles = [\"{}\"]\napi_address = \"{}\"\nroot_certificate = \"discord.pem\"\n",
            self.discord.guild_id(),
            self.allow,
            self.discord.api_address(),
        )
    }

    /// Somebody as the section `[people]` has them.
    pub(crate) fn listed(&self, name: &str) -> String {
        format!("{name} = [\"discord:{}\"]\n", self.person(name).id())
    }

    /// A home with the token, the certificate and a whole configuration.
    pub(crate) fn home_with(&self, configuration: &str) -> Result<Home, Failed> {
        Home::with(&[
            ("sitrep.toml", configuration),
            ("discord-token", self.discord.token()),
            ("discord.pem", self.discord.certificate_pem()),
        ])
    }

    pub(crate) fn home(&self, more: &str) -> Result<Home, Failed> {
        self.home_with(&self.configuration(more))
    }

    /// The service, ready.
    pub(crate) fn sitrep(&self, more: &str) -> Result<Sitrep, Failed> {
        Sitrep::run(self.home(more)?)
    }

    pub(crate) fn person(&self, name: &str) -> Person {
        self.discord.person(name)
    }

    // Reading

    /// What sitrep has said in a channel and not taken away, notices of Discord's own apart, the oldest first.
    pub(crate) fn said_in(&self, channel: &str) -> Vec<Message> {
        let mut messages = self.discord.messages(channel);
        messages.retain(|message| message.author == "sitrep" && !message.thinking && !is_notice(message));
        messages
    }

    /// The channels that sitrep has made for incidents, the oldest first.
    pub(crate) fn rooms(&self) -> Vec<Channel> {
        let is_made = |channel: &Channel| channel.kind == ChannelKind::Text && channel.name.starts_with("20");
        self.discord.channels().into_iter().filter(is_made).collect()
    }

    /// The direct channel between somebody and sitrep, by its id.
    pub(crate) fn direct(&self, person: &Person) -> Option<String> {
        let state = self.discord.server().state();
        let mut channels = state.channels.values();
        let found = channels.find(|channel| channel.recipients == [person.id()])?;
        Some(found.id.to_string())
    }

    /// The direct channel between somebody and sitrep, as their client opens it.
    pub(crate) fn direct_with(&self, person: &Person) -> String {
        person.direct_channel().to_string()
    }

    /// A public thread in a channel, started by somebody.
    pub(crate) fn thread(&self, channel: &str, name: &str, person: &Person) -> Result<String, Failed> {
        let mut state = self.discord.server().state();
        let parent = state.channel(channel).map(|channel| channel.id).ok_or("there is no such channel")?;
        let new = happening::thread::NewThread {
            parent,
            message: None,
            name: name.to_owned(),
            private: false,
            invitable: false,
            auto_archive_minutes: 1440,
        };
        Ok(happening::thread::start(&mut state, new, person.id()).to_string())
    }

    // Doing what only those can do who run the server

    /// Sitrep may no longer see a channel.
    pub(crate) fn close_to_sitrep(&self, channel: &str) {
        self.set_own_overwrite(channel, 0, permission::VIEW_CHANNEL);
    }

    /// It may see it again.
    pub(crate) fn open_to_sitrep(&self, channel: &str) {
        self.set_own_overwrite(channel, permission::VIEW_CHANNEL, 0);
    }

    /// By name it would be that of the bot's role, which its own overrules.
    fn set_own_overwrite(&self, channel: &str, allow: u64, deny: u64) {
        let mut state = self.discord.server().state();
        let bot = state.bot();
        let Some(id) = state.channel(channel).map(|channel| channel.id) else { return };
        happening::channel::change(&mut state, id, |channel| {
            channel.overwrites.retain(|overwrite| overwrite.id != bot);
            channel.overwrites.push(Overwrite { id: bot, member: true, allow, deny });
        });
    }

    // Waiting

    /// Asks again until there is an answer. Failing, it shows everything that was said.
    pub(crate) fn wait<T>(&self, what: &str, mut probe: impl FnMut() -> Option<T>) -> Result<T, Failed> {
        let found = poll(PATIENCE, || {
            let found = probe();
            if found.is_none() {
                thread::sleep(PAUSE);
            }
            Ok(found)
        })?;
        found.ok_or_else(|| format!("waited in vain for {what}; so far:\n{}", self.transcript()).into())
    }

    /// Waits for something that sitrep says in a channel.
    pub(crate) fn hear(
        &self,
        channel: &str,
        what: &str,
        wanted: impl Fn(&Message) -> bool,
    ) -> Result<Message, Failed> {
        self.wait(&format!("{what} in #{channel}"), || self.said_in(channel).into_iter().find(&wanted))
    }

    /// Waits for words of sitrep's in a channel.
    pub(crate) fn hear_words(&self, channel: &str, words: &str) -> Result<Message, Failed> {
        self.hear(channel, &format!("{words:?}"), |message| plain(message).contains(words))
    }

    /// Says something, and waits for the reply.
    pub(crate) fn ask(&self, person: &Person, channel: &str, words: &str) -> Result<Message, Failed> {
        let asked = person.say(channel, words)?;
        self.hear(channel, &format!("a reply to {words:?}"), |message| message.reply_to == Some(asked))
    }

    /// Waits for the message with which an interaction is answered where it was begun.
    pub(crate) fn answer(&self, pending: &Pending) -> Result<Answer, Failed> {
        self.wait("the answer to an interaction", || {
            pending
                .answer()
                .filter(|answer| answer.kind != AnswerKind::Deferred && !answer.content.is_empty())
        })
    }

    /// Waits for the first answer to an interaction, whatever it is.
    pub(crate) fn first_answer(&self, pending: &Pending) -> Result<Answer, Failed> {
        self.wait("any answer to an interaction", || pending.answer())
    }

    /// Somebody declares in `#ops` by typing; gives back the incident's channel, whose card is pinned.
    pub(crate) fn declare(&self, person: &Person, words: &str) -> Result<Channel, Failed> {
        let known = self.rooms().len();
        self.ask(person, "ops", words)?;
        self.new_room(known)
    }

    /// Waits for the room after so many, with its card.
    pub(crate) fn new_room(&self, known: usize) -> Result<Channel, Failed> {
        self.wait("a room with a pinned card", || {
            let room = self.rooms().into_iter().nth(known)?;
            (!room.pins.is_empty()).then_some(room)
        })
    }

    /// The card of a room, as it stands.
    pub(crate) fn card(&self, room: &Channel) -> Result<Message, Failed> {
        let id = room.id.to_string();
        self.wait("the card", || {
            let pinned = self.discord.channel(&id)?.pins;
            self.discord.messages(&id).into_iter().find(|message| pinned.last() == Some(&message.id))
        })
    }

    // Judging

    /// Fails if a real Discord would have minded anything.
    pub(crate) fn is_content(&self) -> Result<(), Failed> {
        let violations = self.discord.violations();
        if violations.is_empty() {
            return Ok(());
        }
        Err(format!("Discord would not have had that:\n{}", violations.join("\n")).into())
    }

    /// Everything that was said, channel by channel.
    pub(crate) fn transcript(&self) -> String {
        let mut shown = String::new();
        for channel in self.discord.channels() {
            let _ = writeln!(shown, "#{} ({:?}, {})", channel.name, channel.kind, channel.id);
            for message in self.discord.messages(&channel.id.to_string()) {
                let alone =
                    message.only_for.as_ref().map(|who| format!(" to {who} alone")).unwrap_or_default();
                let thinking = if message.thinking { " (thinking)" } else { "" };
                let text = message.text().replace('\n', "\n      ");
                let _ = writeln!(shown, "  {}{alone}{thinking}: {text}", message.author);
            }
        }
        let violations = self.discord.violations();
        let _ = writeln!(shown, "violations: {violations:#?}");
        let requests = self.discord.requests();
        for request in requests.iter().rev().take(25).rev() {
            let _ = writeln!(shown, "  {} {} {}", request.method, request.path, request.status);
        }
        shown
    }
}

/// What a message says, less what makes words bold.
pub(crate) fn plain(message: &Message) -> String {
    message.text().replace("**", "")
}

/// Whether a message is Discord's own: "somebody pinned a message", "somebody started a thread".
pub(crate) fn is_notice(message: &Message) -> bool {
    !matches!(message.kind, 0 | 19 | 20)
}
