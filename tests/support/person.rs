//! A test person: somebody with an account on the test's Synapse, speaking plain HTTP.
//!
//! - What a person does returns when the server has accepted it; ids are the server's.
//! - Reading always asks the server, never a cache, and waiting is a long poll on `/sync`: see `watching.rs`.
//! - Encrypted rooms are out of reach: a person reads what the server can read.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::http::{Answer, Api, encoded};
use super::synapse::Account;
use super::{Doing, Failed};

mod watching;

const CLIENT: &str = "/_matrix/client/v3";

/// Somebody who is logged in.
pub(crate) struct Person {
    /// The full user id.
    pub(crate) user_id: String,
    /// The whole API, for what has no word of its own here.
    pub(crate) api: Api,
    transactions: AtomicU64,
    /// Where this person's `/sync` has come to; none before the first wait.
    since: Mutex<Option<String>>,
}

impl Person {
    /// A person on a device that the server has already handed out a token for.
    pub(crate) fn with_token(base: &str, user_id: &str, token: &str) -> Person {
        Person {
            user_id: user_id.to_owned(),
            api: Api::authorized(base, token),
            transactions: AtomicU64::new(0),
            since: Mutex::new(None),
        }
    }

    /// A new device of an account, by password.
    pub(crate) fn log_in(base: &str, account: &Account) -> Result<Person, Failed> {
        let identifier = json!({ "type": "m.id.user", "user": account.user_id });
        let body =
            json!({ "type": "m.login.password", "identifier": identifier, "password": account.password });
        let answer = Api::anonymous(base).post(&format!("{CLIENT}/login"), &body)?;
        Ok(Person::with_token(base, &account.user_id, text(&answer, "access_token")?))
    }

    // Rooms

    /// A private room with the people invited by user id. `alias` is the local part: `ops` for `#ops:server`.
    pub(crate) fn create_room(&self, alias: Option<&str>, invited: &[&str]) -> Result<String, Failed> {
        let mut body = json!({ "preset": "private_chat", "invite": invited });
        if let Some(alias) = alias {
            body["room_alias_name"] = alias.into();
            body["name"] = alias.into();
        }
        self.create_room_with(&body)
    }

    /// A room made from a whole `createRoom` body.
    pub(crate) fn create_room_with(&self, body: &Value) -> Result<String, Failed> {
        let answer = self.api.post(&format!("{CLIENT}/createRoom"), body)?;
        Ok(text(&answer, "room_id")?.to_owned())
    }

    /// Whatever the server answers to a `createRoom` body.
    pub(crate) fn try_create_room(&self, body: &Value) -> Result<Answer, Failed> {
        self.api.ask("POST", &format!("{CLIENT}/createRoom"), Some(body))
    }

    /// A direct room, marked as one for this person as clients do.
    pub(crate) fn create_direct_room(&self, with: &str) -> Result<String, Failed> {
        let body = json!({ "preset": "trusted_private_chat", "is_direct": true, "invite": [with] });
        let room = self.create_room_with(&body)?;
        let me = encoded(&self.user_id);
        let path = format!("{CLIENT}/user/{me}/account_data/m.direct");
        let known = self.api.ask("GET", &path, None)?;
        let mut direct = if known.succeeded() { known.body } else { json!({}) };
        match direct[with].as_array_mut() {
            Some(rooms) => rooms.push(room.clone().into()),
            None => direct[with] = json!([room]),
        }
        self.api.put(&path, &direct)?;
        Ok(room)
    }

    /// Joins by room id or alias.
    pub(crate) fn join(&self, room: &str) -> Result<String, Failed> {
        let answer = self.api.post(&format!("{CLIENT}/join/{}", encoded(room)), &json!({}))?;
        Ok(text(&answer, "room_id")?.to_owned())
    }

    pub(crate) fn invite(&self, room: &str, user_id: &str) -> Result<(), Failed> {
        self.change_membership(room, "invite", &json!({ "user_id": user_id }))
    }

    pub(crate) fn leave(&self, room: &str) -> Result<(), Failed> {
        self.change_membership(room, "leave", &json!({}))
    }

    /// Removes somebody, who may be invited again.
    pub(crate) fn remove(&self, room: &str, user_id: &str) -> Result<(), Failed> {
        self.change_membership(room, "kick", &json!({ "user_id": user_id }))
    }

    fn change_membership(&self, room: &str, change: &str, body: &Value) -> Result<(), Failed> {
        self.api.post(&format!("{}/{change}", in_room(room)), body)?;
        Ok(())
    }

    // Speaking

    /// Says plain text. The answer is the message's event id, as in everything that sends.
    pub(crate) fn say(&self, room: &str, words: &str) -> Result<String, Failed> {
        self.say_with(room, json!({ "body": words }))
    }

    pub(crate) fn say_html(&self, room: &str, words: &str, html: &str) -> Result<String, Failed> {
        let format = "org.matrix.custom.html";
        self.say_with(room, json!({ "body": words, "format": format, "formatted_body": html }))
    }

    /// Says text that mentions people by user id.
    pub(crate) fn say_to(&self, room: &str, words: &str, mentioned: &[&str]) -> Result<String, Failed> {
        self.say_with(room, json!({ "body": words, "m.mentions": { "user_ids": mentioned } }))
    }

    pub(crate) fn reply(&self, room: &str, to: &str, words: &str) -> Result<String, Failed> {
        let relation = json!({ "m.in_reply_to": { "event_id": to } });
        self.say_with(room, json!({ "body": words, "m.relates_to": relation }))
    }

    /// Says something in the thread under a message.
    pub(crate) fn say_in_thread(&self, room: &str, thread: &str, words: &str) -> Result<String, Failed> {
        let relation = json!({ "rel_type": "m.thread", "event_id": thread });
        self.say_with(room, json!({ "body": words, "m.relates_to": relation }))
    }

    /// Says a message with content of one's own; text and without mentions unless it says otherwise.
    pub(crate) fn say_with(&self, room: &str, mut content: Value) -> Result<String, Failed> {
        if content["msgtype"].is_null() {
            content["msgtype"] = "m.text".into();
        }
        if content["m.mentions"].is_null() {
            content["m.mentions"] = json!({});
        }
        self.send(room, "m.room.message", &content)
    }

    pub(crate) fn edit(&self, room: &str, event_id: &str, words: &str) -> Result<String, Failed> {
        let content = json!({
            "body": format!("* {words}"),
            "m.new_content": { "msgtype": "m.text", "body": words, "m.mentions": {} },
            "m.relates_to": { "rel_type": "m.replace", "event_id": event_id },
        });
        self.say_with(room, content)
    }

    pub(crate) fn react(&self, room: &str, event_id: &str, key: &str) -> Result<String, Failed> {
        let relation = json!({ "rel_type": "m.annotation", "event_id": event_id, "key": key });
        self.send(room, "m.reaction", &json!({ "m.relates_to": relation }))
    }

    pub(crate) fn redact(&self, room: &str, event_id: &str) -> Result<String, Failed> {
        let path = format!("{}/redact/{}/{}", in_room(room), encoded(event_id), self.transaction());
        let answer = self.api.put(&path, &json!({}))?;
        Ok(text(&answer, "event_id")?.to_owned())
    }

    /// Sends an event of any type.
    pub(crate) fn send(&self, room: &str, kind: &str, content: &Value) -> Result<String, Failed> {
        let path = format!("{}/send/{}/{}", in_room(room), encoded(kind), self.transaction());
        let answer = self.api.put(&path, content)?;
        Ok(text(&answer, "event_id")?.to_owned())
    }

    fn transaction(&self) -> u64 {
        self.transactions.fetch_add(1, Ordering::Relaxed)
    }

    // State

    pub(crate) fn set_state(&self, room: &str, kind: &str, key: &str, content: &Value) -> Result<(), Failed> {
        self.api.put(&state_path(room, kind, key), content)?;
        Ok(())
    }

    /// Gives one user a power level, leaving the rest of the room's levels as they are.
    pub(crate) fn set_power(&self, room: &str, user_id: &str, level: i64) -> Result<(), Failed> {
        let kind = "m.room.power_levels";
        let mut levels = self.state(room, kind, "")?.unwrap_or_else(|| json!({}));
        levels["users"][user_id] = level.into();
        self.set_state(room, kind, "", &levels)
    }
}

fn in_room(room: &str) -> String {
    format!("{CLIENT}/rooms/{}", encoded(room))
}

fn state_path(room: &str, kind: &str, key: &str) -> String {
    format!("{}/state/{}/{}", in_room(room), encoded(kind), encoded(key))
}

fn text<'a>(answer: &'a Value, field: &str) -> Result<&'a str, Failed> {
    answer[field].as_str().ok_or("missing").doing(format!("reading `{field}` of {answer}"))
}
