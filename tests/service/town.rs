//! A small organisation on the shared Synapse: three rooms, a few people, a bot, and the configuration for it.

use std::sync::Arc;
use std::time::Duration;

use crate::support::Failed;
use crate::support::person::Person;
use crate::support::seen::Seen;
use crate::support::sitrep::{Home, Sitrep};
use crate::support::synapse::{Account, Synapse};

/// Longer than anything here takes on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The organisation.
pub(crate) struct Town {
    pub(crate) synapse: Arc<Synapse>,
    pub(crate) bot: Account,
    pub(crate) alice: Person,
    pub(crate) bob: Person,
    /// Somebody in the rooms who is not on the allow-list.
    pub(crate) mallory: Person,
    pub(crate) ops: String,
    pub(crate) status: String,
    pub(crate) ops_alias: String,
    pub(crate) status_alias: String,
}

impl Town {
    pub(crate) fn new() -> Result<Self, Failed> {
        let synapse = Synapse::shared()?;
        let bot = synapse.account("sitrep")?;
        let (alice, bob, mallory) =
            (synapse.person("alice")?, synapse.person("bob")?, synapse.person("mallory")?);
        let everybody = [bot.user_id.as_str(), &bob.user_id, &mallory.user_id];
        let (ops_name, status_name) = (synapse.unique("ops"), synapse.unique("status"));
        let ops = alice.create_room(Some(&ops_name), &everybody)?;
        let status = alice.create_room(Some(&status_name), &everybody)?;
        for person in [&bob, &mallory] {
            person.join(&ops)?;
            person.join(&status)?;
        }
        let alias = |name: &str| format!("#{name}:{}", crate::support::synapse::SERVER_NAME);
        let (ops_alias, status_alias) = (alias(&ops_name), alias(&status_name));
        Ok(Self { synapse, bot, alice, bob, mallory, ops, status, ops_alias, status_alias })
    }

    /// The configuration, with more sections behind it. Nothing is encrypted: people of plain HTTP read along.
    pub(crate) fn configuration(&self, more: &str) -> String {
        format!(
            "data_dir = \"data\"\ntimezone = \"Europe/Berlin\"\n\n[matrix]\nencrypt = \"never\"\n\
             homeserver = \"{}\"\nuser = \"{}\"\npassword_file = \"password\"\nrooms = [\"{}\"]\nstakeholder_rooms = [\"{}\"]\n\
             allow = [\"{}\", \"{}\"]\n\n{more}\n",
            self.synapse.url,
            self.bot.user_id,
            self.ops_alias,
            self.status_alias,
            self.alice.user_id,
            self.bob.user_id,
        )
    }

    pub(crate) fn home(&self, more: &str) -> Result<Home, Failed> {
        Home::with(&[("sitrep.toml", &self.configuration(more)), ("password", &self.bot.password)])
    }

    /// The service, ready.
    pub(crate) fn sitrep(&self, more: &str) -> Result<Sitrep, Failed> {
        Sitrep::run(self.home(more)?)
    }

    /// Alice declares; gives back the incident's room, which she has joined, and the answer.
    pub(crate) fn declare(&self, words: &str) -> Result<(String, Seen), Failed> {
        let declared = self.alice.say(&self.ops, words)?;
        let invitation = self.alice.wait_for_invite(|_| true)?;
        self.alice.join(&invitation.room)?;
        let answer =
            self.hear(&self.alice, &self.ops, |seen| seen.replies_to() == Some(declared.as_str()))?;
        Ok((invitation.room, answer))
    }

    /// Waits for something that the bot says in a room.
    pub(crate) fn hear(
        &self,
        listener: &Person,
        room: &str,
        wanted: impl Fn(&Seen) -> bool,
    ) -> Result<Seen, Failed> {
        listener.wait_for_within(PATIENCE, room, |seen| {
            seen.sender == self.bot.user_id && seen.is_message() && wanted(seen)
        })
    }

    /// Waits for the bot's answer to a message.
    pub(crate) fn answer(&self, listener: &Person, room: &str, to: &str) -> Result<Seen, Failed> {
        self.hear(listener, room, |seen| seen.replies_to() == Some(to))
    }

    /// Says something, and waits for the answer.
    pub(crate) fn ask(&self, person: &Person, room: &str, words: &str) -> Result<Seen, Failed> {
        let asked = person.say(room, words)?;
        self.answer(person, room, &asked)
    }

    /// Everything that the bot has said in a room, edits apart.
    pub(crate) fn said_in(&self, listener: &Person, room: &str) -> Result<Vec<Seen>, Failed> {
        let messages = listener.messages(room)?;
        Ok(messages
            .into_iter()
            .filter(|seen| seen.sender == self.bot.user_id && seen.edits().is_none())
            .collect())
    }
}
