//! A test person who reads and writes encrypted messages, on matrix-nio: an independent client.
//!
//! The client is a program of its own (`encrypted_person/client.py`), told what to do line by line. What its syncs
//! bring is kept, so that a test can ask for what has come already.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::process::Process;
use super::synapse::{Account, Synapse};
use super::venv::{self, Venv};
use super::{Doing, Failed};

/// The independent client, from PyPI.
pub(crate) const NIO: Venv =
    Venv { name: "matrix-nio", package: "matrix-nio[e2e]", version: "0.26.0", import: "nio, vodozemac" };

const CLIENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/encrypted_person/client.py");

/// Longer than any one thing takes the client on a loaded machine.
const ANSWER_PATIENCE: Duration = Duration::from_secs(90);

/// Longer than anything that sitrep does takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// One event, as the client shows it.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) room: String,
    pub(crate) event_id: String,
    pub(crate) sender: String,
    pub(crate) kind: String,
    pub(crate) content: Value,
    /// It came encrypted.
    pub(crate) was_encrypted: bool,
    /// It came in the clear, or could be decrypted.
    pub(crate) is_readable: bool,
}

impl Read {
    fn of(event: &Value) -> Read {
        let text = |field: &str| event[field].as_str().unwrap_or_default().to_owned();
        Read {
            room: text("room"),
            event_id: text("event_id"),
            sender: text("sender"),
            kind: text("type"),
            content: event["content"].clone(),
            was_encrypted: event["was_encrypted"] == true,
            is_readable: event["is_readable"] == true,
        }
    }

    pub(crate) fn body(&self) -> &str {
        self.content["body"].as_str().unwrap_or_default()
    }

    /// The event that this one is a reply to.
    pub(crate) fn replies_to(&self) -> Option<&str> {
        self.content["m.relates_to"]["m.in_reply_to"]["event_id"].as_str()
    }
}

/// Somebody with an encrypting client.
pub(crate) struct EncryptedPerson {
    pub(crate) user_id: String,
    pub(crate) device_id: String,
    _process: Process,
    input: ChildStdin,
    answers: Receiver<String>,
    seen: Vec<Read>,
    invited: Vec<String>,
    _store: TempDir,
}

impl EncryptedPerson {
    /// A new account on the server, logged in.
    pub(crate) fn new(synapse: &Synapse, name: &str) -> Result<EncryptedPerson, Failed> {
        EncryptedPerson::log_in(synapse, &synapse.account(name)?)
    }

    /// A new device of an account.
    pub(crate) fn log_in(synapse: &Synapse, account: &Account) -> Result<EncryptedPerson, Failed> {
        let python = venv::python(&NIO).doing("looking for matrix-nio")?;
        let store = TempDir::new().doing("making a folder")?;
        let mut command = Command::new(python);
        command.arg(CLIENT).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut process = Process::spawn(&mut command)?;
        let input = process.input().ok_or("no pipe").doing("piping commands to matrix-nio")?;
        let output = process.output().ok_or("no pipe").doing("piping answers from matrix-nio")?;
        let (sender, answers) = channel();
        // It ends with the program.
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut person = EncryptedPerson {
            user_id: account.user_id.clone(),
            device_id: String::new(),
            _process: process,
            input,
            answers,
            seen: Vec::new(),
            invited: Vec::new(),
            _store: store,
        };
        let store = person._store.path().to_owned();
        let logged_in = person.tell(json!({
            "do": "log_in", "homeserver": synapse.url, "user": account.user_id, "password": account.password,
            "store": store,
        }))?;
        person.device_id = logged_in["device"].as_str().unwrap_or_default().to_owned();
        person.sync(0)?;
        Ok(person)
    }

    fn tell(&mut self, command: Value) -> Result<Value, Failed> {
        writeln!(self.input, "{command}").doing("telling matrix-nio something")?;
        let line =
            self.answers.recv_timeout(ANSWER_PATIENCE).doing(format!("waiting for {}", command["do"]))?;
        let answer: Value = serde_json::from_str(&line).doing("reading what matrix-nio answers")?;
        match answer.get("ok") {
            Some(ok) => Ok(ok.clone()),
            None => Err(format!("matrix-nio, told to {}: {}", command["do"], answer["error"]).into()),
        }
    }

    fn told_text(&mut self, command: Value) -> Result<String, Failed> {
        let answer = self.tell(command)?;
        Ok(answer.as_str().ok_or("no text").doing("reading what matrix-nio answers")?.to_owned())
    }

    /// Takes what has come, waiting for it as long as this.
    pub(crate) fn sync(&mut self, wait_ms: u64) -> Result<(), Failed> {
        let came = self.tell(json!({ "do": "sync", "timeout": wait_ms }))?;
        self.seen.extend(came["events"].as_array().into_iter().flatten().map(Read::of));
        let invited = came["invited"].as_array().into_iter().flatten();
        self.invited.extend(invited.filter_map(|room| room.as_str().map(str::to_owned)));
        Ok(())
    }

    /// Syncs until something is found.
    fn until<T>(&mut self, what: &str, find: impl Fn(&Self) -> Option<T>) -> Result<T, Failed> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = find(self) {
                return Ok(found);
            }
            if Instant::now() > deadline {
                return Err(format!("waited in vain for {what}; seen: {:#?}", self.seen).into());
            }
            self.sync(1000)?;
        }
    }

    /// Waits for an event.
    pub(crate) fn wait_for(&mut self, what: &str, wanted: impl Fn(&Read) -> bool) -> Result<Read, Failed> {
        self.until(what, |person| person.seen.iter().find(|read| wanted(read)).cloned())
    }

    /// Waits for an invitation into a room other than these, and accepts it.
    pub(crate) fn join_next(&mut self, except: &[&str]) -> Result<String, Failed> {
        let is_new = |room: &&String| !except.contains(&room.as_str());
        let room = self.until("an invitation", |person| person.invited.iter().find(is_new).cloned())?;
        self.join(&room)?;
        Ok(room)
    }

    /// Joins, and knows the room.
    pub(crate) fn join(&mut self, room: &str) -> Result<(), Failed> {
        self.told_text(json!({ "do": "join", "room": room }))?;
        self.invited.retain(|invited| invited != room);
        let me = self.user_id.clone();
        self.until("the room", |person| {
            let mut seen = person.seen.iter();
            seen.any(|read| read.room == room && read.kind == "m.room.member" && read.sender == me)
                .then_some(())
        })
    }

    /// An encrypted room with these people asked in.
    pub(crate) fn start_room(&mut self, invited: &[&str], is_direct: bool) -> Result<String, Failed> {
        self.told_text(json!({ "do": "create_room", "invite": invited, "direct": is_direct }))
    }

    /// An encrypted room with these people in it, or a direct one with one of them; they have come.
    pub(crate) fn create_room(&mut self, invited: &[&str], is_direct: bool) -> Result<String, Failed> {
        let room = self.start_room(invited, is_direct)?;
        self.until_members(&room, invited, || Ok(()))?;
        Ok(room)
    }

    /// Waits until these people are in a room, and lets something else go on meanwhile.
    pub(crate) fn until_members(
        &mut self,
        room: &str,
        invited: &[&str],
        mut meanwhile: impl FnMut() -> Result<(), Failed>,
    ) -> Result<(), Failed> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            meanwhile()?;
            let members = self.tell(json!({ "do": "members", "room": room }))?;
            let members = members.as_array().cloned().unwrap_or_default();
            self.sync(200)?;
            if invited.iter().all(|user| members.iter().any(|member| member == user)) {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(format!("{invited:?} did not come into {room}: {members:?}").into());
            }
        }
    }

    /// Says something encrypted, with a key for every device in the room.
    pub(crate) fn say(&mut self, room: &str, words: &str) -> Result<String, Failed> {
        // Who has a new device is learned from a sync.
        self.sync(0)?;
        self.told_text(json!({ "do": "say", "room": room, "body": words }))
    }

    /// Says something encrypted in the thread under a message.
    pub(crate) fn say_in_thread(&mut self, room: &str, root: &str, words: &str) -> Result<String, Failed> {
        let content = json!({ "m.relates_to": { "rel_type": "m.thread", "event_id": root } });
        self.sync(0)?;
        self.told_text(json!({ "do": "say", "room": room, "body": words, "content": content }))
    }

    pub(crate) fn react(&mut self, room: &str, event_id: &str, key: &str) -> Result<String, Failed> {
        self.told_text(json!({ "do": "react", "room": room, "event": event_id, "key": key }))
    }

    /// Changes what a message says, encrypted.
    pub(crate) fn edit(&mut self, room: &str, event_id: &str, words: &str) -> Result<String, Failed> {
        let content = json!({
            "m.new_content": { "msgtype": "m.text", "body": words, "m.mentions": {} },
            "m.relates_to": { "rel_type": "m.replace", "event_id": event_id },
        });
        let body = format!("* {words}");
        self.told_text(json!({ "do": "say", "room": room, "body": body, "content": content }))
    }

    pub(crate) fn redact(&mut self, room: &str, event_id: &str) -> Result<String, Failed> {
        self.told_text(json!({ "do": "redact", "room": room, "event": event_id }))
    }

    /// An encrypted file as its reader sees it.
    pub(crate) fn download(&mut self, file: &Value) -> Result<Vec<u8>, Failed> {
        let hex = self.told_text(json!({ "do": "download", "file": file }))?;
        let bytes = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok());
        bytes.collect::<Option<Vec<u8>>>().ok_or_else(|| "not in hexadecimal".into())
    }

    /// Says something encrypted whose key the devices of somebody don't get.
    pub(crate) fn say_without_key_for(
        &mut self,
        room: &str,
        words: &str,
        whose: &str,
    ) -> Result<String, Failed> {
        self.sync(0)?;
        self.told_text(json!({ "do": "withhold", "room": room, "body": words, "whose": whose }))
    }

    /// Sends the key that was kept from somebody's devices.
    pub(crate) fn hand_over_key(&mut self) -> Result<(), Failed> {
        self.tell(json!({ "do": "hand_over" }))?;
        Ok(())
    }

    /// One event, asked of the server and decrypted if there is a key.
    pub(crate) fn read(&mut self, room: &str, event_id: &str) -> Result<Read, Failed> {
        Ok(Read::of(&self.tell(json!({ "do": "read", "room": room, "event": event_id }))?))
    }

    /// Everything that has come so far.
    pub(crate) fn seen(&self) -> &[Read] {
        &self.seen
    }
}
