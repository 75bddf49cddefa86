//! The adapter under test, on an account of its own, with what core would keep for it: the committed positions.
//!
//! *Killed* means dropped without having acknowledged what it heard; `connect` makes it anew on the same state
//! directory.

use std::fs;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sitrep_core::effect::EffectId;
use sitrep_core::message::catalogue::Words;
use sitrep_core::person::Person as Handle;
use sitrep_core::port::{
    Action, Attempt, Batch, Button, Content, Inbound, ListenError, Outcome, Perform, Platform, Positions,
    Receipt,
};
use sitrep_core::room::{MessageRef, PlatformName, RoomRef};
use sitrep_matrix::{
    DEFAULT_KEY_LIFETIME, DEFAULT_LOOK_UP_EVERY, Encrypt, EncryptionReport, KeyBackup, MatrixAuth,
    MatrixPlatform, MatrixSettings, RecoveryKey, SecretStorage, SpaceSettings,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::time::timeout;

use crate::support::http::Api;
use crate::support::person::Person;
use crate::support::synapse::{Account, SERVER_NAME, Synapse};
use crate::support::{Doing, Failed, PATIENCE, poll};

/// The adapter and its account.
pub(crate) struct Bot {
    /// Where it looks for the homeserver.
    pub(crate) url: String,
    pub(crate) auth: MatrixAuth,
    pub(crate) account: Account,
    folder: TempDir,
    pub(crate) runtime: Runtime,
    /// The configured rooms.
    pub(crate) rooms: Vec<String>,
    pub(crate) space: Option<SpaceSettings>,
    /// How long a name is taken to mean the same room.
    pub(crate) look_up_every: Duration,
    pub(crate) key_lifetime: Duration,
    platform: Option<MatrixPlatform>,
    /// What was committed.
    pub(crate) after: Positions,
    pub(crate) recovery_key: Option<String>,
    pub(crate) encrypt: Encrypt,
}

impl Bot {
    pub(crate) fn new(synapse: &Synapse) -> Result<Bot, Failed> {
        let account = synapse.account("sitrep")?;
        Ok(Bot {
            url: synapse.url.clone(),
            auth: MatrixAuth::Password(account.password.clone()),
            account,
            folder: TempDir::new().doing("making a folder")?,
            runtime: Runtime::new().doing("starting a runtime")?,
            rooms: Vec::new(),
            space: None,
            look_up_every: DEFAULT_LOOK_UP_EVERY,
            key_lifetime: DEFAULT_KEY_LIFETIME,
            platform: None,
            after: Positions::new(),
            recovery_key: None,
            encrypt: Encrypt::default(),
        })
    }

    /// A room of alice's that the configuration names, with an invitation for the bot.
    pub(crate) fn configured_room(&mut self, synapse: &Synapse, alice: &Person) -> Result<String, Failed> {
        let alias = synapse.unique("ops");
        let room = alice.create_room(Some(&alias), &[&self.account.user_id])?;
        self.rooms.push(format!("#{alias}:{SERVER_NAME}"));
        Ok(room)
    }

    pub(crate) fn settings(&self) -> MatrixSettings {
        MatrixSettings {
            homeserver: self.url.clone(),
            user: self.account.user_id.clone(),
            auth: self.auth.clone(),
            rooms: self.rooms.clone(),
            command_rooms: self.rooms.clone(),
            space: self.space.clone(),
            allow: Box::new(|user| !user.starts_with("@stranger")),
            state_dir: self.folder.path().join("matrix"),
            key_lifetime: self.key_lifetime,
            look_up_every: self.look_up_every,
            encrypt: self.encrypt,
            recovery_key: self.recovery_key.clone(),
            words: Words::default(),
        }
    }

    pub(crate) fn connect(&mut self) -> Result<(), Failed> {
        let connected = self.runtime.block_on(MatrixPlatform::connect(self.settings()));
        self.platform = Some(connected.doing("connecting")?);
        Ok(())
    }

    /// The first start: connects and commits the first position.
    pub(crate) fn start(&mut self) -> Result<(), Failed> {
        self.connect()?;
        let first = self.listen()?;
        assert!(first.inbounds.is_empty(), "{first:?}");
        self.acknowledge(&first);
        Ok(())
    }

    pub(crate) fn kill(&mut self) {
        let runtime = &self.runtime;
        let platform = self.platform.take();
        runtime.block_on(async { drop(platform) });
    }

    pub(crate) fn platform(&self) -> Result<&MatrixPlatform, Failed> {
        self.platform.as_ref().ok_or_else(|| "the adapter is not running".into())
    }

    pub(crate) fn try_listen(&self) -> Result<Result<Batch, ListenError>, Failed> {
        let listening =
            async { timeout(PATIENCE, self.platform()?.listen(&self.after)).await.doing("listening") };
        self.runtime.block_on(listening)
    }

    pub(crate) fn listen(&self) -> Result<Batch, Failed> {
        self.try_listen()?.doing("listening")
    }

    pub(crate) fn acknowledge(&mut self, batch: &Batch) {
        for position in &batch.positions {
            self.after.insert(position.stream.clone(), position.token.clone());
        }
    }

    /// Listens and commits until this many things were heard, besides people who come in.
    pub(crate) fn hear(&mut self, count: usize) -> Result<Vec<Inbound>, Failed> {
        let mut heard = Vec::new();
        while heard.len() < count {
            let batch = self.listen().map_err(|failed| -> Failed {
                format!("{}; heard so far: {heard:?}", failed.message().unwrap_or_default()).into()
            })?;
            self.acknowledge(&batch);
            heard.extend(batch.inbounds.into_iter().filter(is_no_entrance));
        }
        assert_eq!(heard.len(), count, "{heard:?}");
        Ok(heard)
    }

    /// Nothing is heard for a while. What comes without messages is committed.
    pub(crate) fn is_quiet(&mut self) -> Result<(), Failed> {
        loop {
            let platform = self.platform()?;
            let listening =
                async { timeout(Duration::from_millis(1500), platform.listen(&self.after)).await };
            let Ok(batch) = self.runtime.block_on(listening) else { return Ok(()) };
            let batch = batch.doing("listening")?;
            assert!(!batch.inbounds.iter().any(is_no_entrance), "{batch:?}");
            self.acknowledge(&batch);
        }
    }

    /// Waits until encryption is completely set up, which takes one sync.
    pub(crate) fn until_set_up(&self) -> Result<(), Failed> {
        let whole = EncryptionReport {
            cross_signed: true,
            secret_storage: SecretStorage::Kept,
            backup: KeyBackup::Working,
            recovery_key: RecoveryKey::Opens,
            trouble: None,
        };
        let mut last = None;
        let found = poll(PATIENCE * 2, || {
            last = Some(self.runtime.block_on(self.platform()?.encryption()));
            Ok(last.as_ref().is_some_and(|report| report.as_ref() == Ok(&whole)).then_some(()))
        })?;
        found.ok_or_else(|| format!("encryption is not set up: {last:?}").into())
    }

    /// Listens until nothing comes for a moment, and commits. What is heard is dropped.
    pub(crate) fn until_quiet(&mut self) -> Result<(), Failed> {
        self.hear_all().map(drop)
    }

    /// Listens until nothing comes for a moment, and commits. Gives back what was said.
    pub(crate) fn hear_all(&mut self) -> Result<Vec<String>, Failed> {
        let mut heard = Vec::new();
        loop {
            let platform = self.platform()?;
            let listening =
                async { timeout(Duration::from_millis(1500), platform.listen(&self.after)).await };
            let Ok(batch) = self.runtime.block_on(listening) else { return Ok(heard) };
            let batch = batch.doing("listening")?;
            self.acknowledge(&batch);
            heard.extend(texts(&batch.inbounds));
        }
    }

    /// From now on it uses the token of a session that somebody else has made.
    pub(crate) fn use_token(&mut self, synapse: &Synapse) -> Result<(), Failed> {
        let identifier = json!({ "type": "m.id.user", "user": self.account.user_id });
        let password = &self.account.password;
        let body = json!({ "type": "m.login.password", "identifier": identifier, "password": password });
        let answer = Api::anonymous(&synapse.url).post("/_matrix/client/v3/login", &body)?;
        let text = |field: &str| answer[field].as_str().unwrap_or_default().to_owned();
        self.auth = MatrixAuth::AccessToken { token: text("access_token"), device_id: text("device_id") };
        Ok(())
    }

    /// Tries again to read a message: what it says, or why it can't be read.
    pub(crate) fn read(&self, room: &str, event_id: &str) -> Result<String, String> {
        match self.perform("key-read", Utc::now(), Action::Read { message: self.message(room, event_id) }) {
            Outcome::Done(Receipt::Said(said)) => Ok(said.text),
            Outcome::Transient(words) => Err(words),
            other @ (Outcome::Done(_)
            | Outcome::RetryAfter(_)
            | Outcome::Partly { .. }
            | Outcome::Permanent(_)
            | Outcome::InDoubt(_)) => Err(format!("{other:?}")),
        }
    }

    /// A message of a room, as core refers to it.
    pub(crate) fn message(&self, room: &str, event_id: &str) -> MessageRef {
        let room = RoomRef::new(&PlatformName::new("matrix"), room);
        MessageRef { room, id: event_id.to_owned(), thread: None }
    }

    /// Listens until the bot is in a room.
    pub(crate) fn until_joined(&mut self, alice: &Person, room: &str) -> Result<Vec<Inbound>, Failed> {
        let mut heard = Vec::new();
        while !alice.members(room)?.contains(&self.account.user_id) {
            let batch = self.listen()?;
            self.acknowledge(&batch);
            heard.extend(batch.inbounds);
        }
        Ok(heard)
    }

    /// A configured room, as core knows it.
    pub(crate) fn room(&self, index: usize) -> RoomRef {
        RoomRef::new(&PlatformName::new("matrix"), self.rooms[index].clone())
    }

    pub(crate) fn perform(&self, key: &str, first_tried: DateTime<Utc>, action: Action) -> Outcome {
        let attempt = Attempt { key: key.to_owned(), first_tried, number: 1 };
        let id = EffectId { sequence: 1, index: 0 };
        let perform = Perform { id, platform: PlatformName::new("matrix"), action, attempt };
        match self.platform() {
            Ok(platform) => self.runtime.block_on(platform.perform(&perform)),
            Err(_) => Outcome::Permanent("the adapter is not running".to_owned()),
        }
    }

    /// Tries until it is done or can't be, as the engine does.
    pub(crate) fn settled(&self, key: &str, action: impl Fn() -> Action) -> Result<Outcome, Failed> {
        for _ in 0..10 {
            let outcome = self.perform(key, Utc::now(), action());
            if matches!(outcome, Outcome::Done(_) | Outcome::Permanent(_)) {
                return Ok(outcome);
            }
        }
        Err("it was tried ten times in vain".into())
    }

    pub(crate) fn said(&self, key: &str, action: Action) -> Result<MessageRef, Failed> {
        let outcome = self.perform(key, Utc::now(), action);
        let Outcome::Done(Receipt::Message(message)) = outcome else {
            return Err(format!("{outcome:?}").into());
        };
        Ok(message)
    }

    /// What the adapter has stored about its session.
    pub(crate) fn session(&self) -> Result<Value, Failed> {
        let path = self.folder.path().join("matrix/session.json");
        serde_json::from_slice(&fs::read(path).doing("reading the session")?).doing("reading the session")
    }

    pub(crate) fn device(&self) -> Result<String, Failed> {
        Ok(self.session()?["device_id"].to_string())
    }

    pub(crate) fn session_api(&self) -> Result<Api, Failed> {
        let session = self.session()?;
        let token = session["access_token"].as_str().ok_or("no token is stored")?;
        Ok(Api::authorized(&self.url, token))
    }
}

pub(crate) fn texts(inbounds: &[Inbound]) -> Vec<String> {
    let said = inbounds.iter().filter_map(|inbound| match &inbound.content {
        Content::Said(text) => Some(text.clone()),
        Content::Edited { .. }
        | Content::Redacted { .. }
        | Content::Reacted { .. }
        | Content::Filled { .. }
        | Content::Unreacted { .. }
        | Content::Joined
        | Content::Gone
        | Content::Unreadable
        | Content::Removed { .. }
        | Content::Moved { .. } => None,
    });
    said.collect()
}

fn is_no_entrance(inbound: &Inbound) -> bool {
    inbound.content != Content::Joined
}

pub(crate) fn handle(user: &str) -> Handle {
    Handle::new(&PlatformName::new("matrix"), user)
}

pub(crate) fn handles(users: &[&str]) -> Vec<Handle> {
    users.iter().map(|user| handle(user)).collect()
}

/// A sign to press that asks for nothing.
pub(crate) fn sign(key: &str) -> Button {
    let label = "Acknowledge".to_owned();
    Button { key: key.to_owned(), verb: "ack", words: "", label, form: None, choices: Vec::new() }
}
