//! Who is there: a Synapse of one's own, two people, sitrep with its room, and the bare bot with a room like it.

use crate::{
    program::Program,
    support::{
        Failed,
        person::Person,
        synapse::{Account, Limits, SERVER_NAME, Synapse},
    },
};

pub(crate) struct Town {
    pub(crate) alice: Person,
    pub(crate) bob: Person,
    /// Where sitrep hears commands.
    pub(crate) ops: String,
    /// The same for whoever it is compared with.
    pub(crate) other: String,
    pub(crate) sitrep: Program,
    pub(crate) account: Account,
    /// Another account, of whoever sitrep is compared with. It is in `other`.
    pub(crate) rival: Account,
    /// The last to go: whoever is logged in must not see it go.
    pub(crate) synapse: Synapse,
}

impl Town {
    /// Nothing is started but Synapse.
    pub(crate) fn new() -> Result<Self, Failed> {
        Self::configured("", "")
    }

    /// With more lines of configuration: about Matrix, and sections of their own.
    pub(crate) fn configured(of_matrix: &str, sections: &str) -> Result<Self, Failed> {
        let synapse = Synapse::start(Limits::Lifted)?;
        let (alice, bob) = (synapse.person("alice")?, synapse.person("bob")?);
        let (account, rival) = (synapse.account("sitrep")?, synapse.account("rival")?);
        let room = |name: &str, bot: &Account| -> Result<String, Failed> {
            let room = alice.create_room(Some(name), &[&bot.user_id, &bob.user_id])?;
            bob.join(&room)?;
            Ok(room)
        };
        let (ops, status, other) =
            (room("ops", &account)?, room("status", &account)?, room("other", &rival)?);
        Person::log_in(&synapse.url, &rival)?.join(&other)?;
        Person::log_in(&synapse.url, &account)?.join(&status)?;
        let configuration = format!(
            "data_dir = \"data\"\ntimezone = \"UTC\"\n\n[matrix]\nhomeserver = \"{}\"\nuser = \"{}\"\npassword_file = \
             \"password\"\nrooms = [\"#ops:{SERVER_NAME}\"]\nstakeholder_rooms = [\"#status:{SERVER_NAME}\"]\nallow = \
             [\"{}\", \"{}\"]\n{of_matrix}\n[severity.sev2]\ninvite = [\"bob\"]\n\n[people]\nbob = [\"{}\"]\n{sections}",
            synapse.url, account.user_id, alice.user_id, bob.user_id, bob.user_id,
        );
        let files = [("sitrep.toml", configuration.as_str()), ("password", &account.password)];
        let sitrep = Program::sitrep(&files)?;
        Ok(Self { alice, bob, ops, other, sitrep, account, rival, synapse })
    }

    /// The bare bot on the other account, not started.
    pub(crate) fn bare(&self) -> Result<Program, Failed> {
        self.bare_on(&self.rival)
    }

    /// The bare bot on any account, not started.
    pub(crate) fn bare_on(&self, account: &Account) -> Result<Program, Failed> {
        let mut bare = Program::bare("bare_bot")?;
        let folder = bare.folder().display().to_string();
        bare.set("BARE_BOT_HOMESERVER", &self.synapse.url);
        bare.set("BARE_BOT_USER", &account.user_id);
        bare.set("BARE_BOT_PASSWORD", &account.password);
        bare.set("BARE_BOT_FOLDER", &folder);
        Ok(bare)
    }
}

impl Person {
    /// Joins a room into which somebody asks this person.
    pub(crate) fn join_asked(&self, host: &Person, room: &str) -> Result<(), Failed> {
        host.invite(room, &self.user_id)?;
        self.join(room)?;
        Ok(())
    }
}
