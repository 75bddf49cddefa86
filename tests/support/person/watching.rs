//! What a person reads, and how a person waits.
//!
//! Waiting never looks for its answer in what `/sync` delivers: a limited sync leaves events out. A sync is
//! only the wake-up; after each one the question is put to the server again. The position is taken before the
//! first look, so that nothing falls between the look and the wait.

use std::sync::PoisonError;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{CLIENT, Person, encoded, in_room, state_path, text};
use crate::support::seen::{Seen, shown};
use crate::support::{Failed, PATIENCE};

/// The longest single wait: what changes without waking a sync, such as an alias, is seen that much later.
const LONG_POLL: Duration = Duration::from_secs(2);

/// An invitation that was neither accepted nor declined.
#[derive(Clone, Debug)]
pub(crate) struct Invitation {
    pub(crate) room: String,
    /// The room's name, if it has one.
    pub(crate) name: Option<String>,
    /// Full user id.
    pub(crate) inviter: String,
    pub(crate) direct: bool,
}

impl Person {
    // Reading

    /// Every event of a room that this person may see, oldest first.
    pub(crate) fn events(&self, room: &str) -> Result<Vec<Seen>, Failed> {
        let mut events = Vec::new();
        let mut from = String::new();
        loop {
            let path = format!("{}/messages?dir=f&limit=500{from}", in_room(room));
            let page = self.api.get(&path)?;
            events.extend(page["chunk"].as_array().into_iter().flatten().map(Seen::read));
            match page["end"].as_str() {
                Some(end) => from = format!("&from={}", encoded(end)),
                None => return Ok(events),
            }
        }
    }

    /// The messages of a room as they were sent, oldest first: edits are messages too, and a redacted one is
    /// there without its words.
    pub(crate) fn messages(&self, room: &str) -> Result<Vec<Seen>, Failed> {
        let mut events = self.events(room)?;
        events.retain(Seen::is_message);
        Ok(events)
    }

    /// The messages of a room as a client shows them: edited, and without what was redacted.
    pub(crate) fn shown(&self, room: &str) -> Result<Vec<Seen>, Failed> {
        Ok(shown(&self.events(room)?))
    }

    /// The messages of the thread under a message, as a client shows them, oldest first, without that message itself.
    /// What stands in it is the homeserver's to say.
    pub(crate) fn thread(&self, room: &str, root: &str) -> Result<Vec<Seen>, Failed> {
        let relations = in_room(room).replacen("/v3/", "/v1/", 1);
        let path = format!("{relations}/relations/{}/m.thread?limit=500", encoded(root));
        let page = self.api.get(&path)?;
        let within: Vec<&str> = page["chunk"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|event| event["event_id"].as_str())
            .collect();
        let mut shown = self.shown(room)?;
        shown.retain(|message| within.contains(&message.event_id.as_str()));
        Ok(shown)
    }

    /// The reactions to an event that were not taken back: who, and which.
    pub(crate) fn reactions(&self, room: &str, event_id: &str) -> Result<Vec<(String, String)>, Failed> {
        let events = self.events(room)?;
        let standing = events.iter().filter(|event| !event.redacted);
        let reactions = standing.filter_map(|event| match event.reaction() {
            Some((to, key)) if to == event_id => Some((event.sender.clone(), key.to_owned())),
            Some(_) | None => None,
        });
        Ok(reactions.collect())
    }

    /// The content of a state event; `None` if the room has none such.
    pub(crate) fn state(&self, room: &str, kind: &str, key: &str) -> Result<Option<Value>, Failed> {
        let path = state_path(room, kind, key);
        let answer = self.api.ask("GET", &path, None)?;
        if answer.succeeded() {
            Ok(Some(answer.body))
        } else if answer.errcode() == Some("M_NOT_FOUND") {
            Ok(None)
        } else {
            Err(format!("GET {path} was answered {answer}").into())
        }
    }

    /// The ids of the pinned events, in their order.
    pub(crate) fn pinned(&self, room: &str) -> Result<Vec<String>, Failed> {
        let state = self.state(room, "m.room.pinned_events", "")?.unwrap_or_default();
        let pinned = state["pinned"].as_array().into_iter().flatten();
        Ok(pinned.filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// The user ids of those who are in the room, sorted.
    pub(crate) fn members(&self, room: &str) -> Result<Vec<String>, Failed> {
        self.members_who(room, "join")
    }

    /// The user ids of those who are invited and have not come yet, sorted.
    pub(crate) fn invited(&self, room: &str) -> Result<Vec<String>, Failed> {
        self.members_who(room, "invite")
    }

    fn members_who(&self, room: &str, membership: &str) -> Result<Vec<String>, Failed> {
        let answer = self.api.get(&format!("{}/members?membership={membership}", in_room(room)))?;
        let members = answer["chunk"].as_array().into_iter().flatten();
        let mut ids: Vec<String> =
            members.filter_map(|member| member["state_key"].as_str()).map(str::to_owned).collect();
        ids.sort();
        Ok(ids)
    }

    /// The ids of the rooms that this person is in.
    pub(crate) fn rooms(&self) -> Result<Vec<String>, Failed> {
        let answer = self.api.get(&format!("{CLIENT}/joined_rooms"))?;
        let rooms = answer["joined_rooms"].as_array().into_iter().flatten();
        Ok(rooms.filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// The room behind an alias such as `#ops:server`.
    pub(crate) fn resolve(&self, alias: &str) -> Result<Option<String>, Failed> {
        let answer = self.api.ask("GET", &format!("{CLIENT}/directory/room/{}", encoded(alias)), None)?;
        Ok(answer.body["room_id"].as_str().map(str::to_owned))
    }

    pub(crate) fn invitations(&self) -> Result<Vec<Invitation>, Failed> {
        let synced = self.sync(None, Duration::ZERO)?;
        let invited = synced["rooms"]["invite"].as_object().into_iter().flatten();
        Ok(invited.map(|(room, invitation)| self.read_invitation(room, invitation)).collect())
    }

    fn read_invitation(&self, room: &str, invitation: &Value) -> Invitation {
        let events = || invitation["invite_state"]["events"].as_array().into_iter().flatten();
        let name = events().find(|event| event["type"] == "m.room.name");
        let mine =
            events().find(|event| event["type"] == "m.room.member" && event["state_key"] == *self.user_id);
        Invitation {
            room: room.to_owned(),
            name: name.and_then(|event| event["content"]["name"].as_str()).map(str::to_owned),
            inviter: mine.and_then(|event| event["sender"].as_str()).unwrap_or_default().to_owned(),
            direct: mine.is_some_and(|event| event["content"]["is_direct"] == true),
        }
    }

    // Waiting

    /// The first message of the room that is as wanted, however old. Failing, it says what was in the room.
    pub(crate) fn wait_for(&self, room: &str, wanted: impl Fn(&Seen) -> bool) -> Result<Seen, Failed> {
        self.wait_for_within(PATIENCE, room, wanted)
    }

    pub(crate) fn wait_for_within(
        &self,
        patience: Duration,
        room: &str,
        wanted: impl Fn(&Seen) -> bool,
    ) -> Result<Seen, Failed> {
        let found = self.wait_until(patience, || Ok(self.messages(room)?.into_iter().find(&wanted)))?;
        found.ok_or_else(|| self.disappointed(patience, room))
    }

    /// The first message after an event of the same room that is as wanted: an answer, say.
    pub(crate) fn wait_for_after(
        &self,
        room: &str,
        event_id: &str,
        wanted: impl Fn(&Seen) -> bool,
    ) -> Result<Seen, Failed> {
        let found = self.wait_until(PATIENCE, || {
            let events = self.events(room)?;
            let later = events.into_iter().skip_while(|event| event.event_id != event_id).skip(1);
            Ok(later.filter(Seen::is_message).find(&wanted))
        })?;
        found.ok_or_else(|| self.disappointed(PATIENCE, room))
    }

    /// The first pending invitation that is as wanted.
    pub(crate) fn wait_for_invite(&self, wanted: impl Fn(&Invitation) -> bool) -> Result<Invitation, Failed> {
        let found = self.wait_until(PATIENCE, || Ok(self.invitations()?.into_iter().find(&wanted)))?;
        found.ok_or_else(|| {
            let pending = self.invitations();
            format!("{} was not invited as expected; pending: {pending:?}", self.user_id).into()
        })
    }

    /// Asks whenever something happens that this person hears of, until there is an answer; `None` once
    /// `patience` is over.
    pub(crate) fn wait_until<T>(
        &self,
        patience: Duration,
        probe: impl Fn() -> Result<Option<T>, Failed>,
    ) -> Result<Option<T>, Failed> {
        let deadline = Instant::now() + patience;
        // A copy: if the same person waits on two threads, neither moves the other past what it waits for.
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.listen(&mut since, Duration::ZERO);
        let found = loop {
            if let Some(answer) = probe()? {
                break Some(answer);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break None;
            }
            self.listen(&mut since, left.min(LONG_POLL));
        };
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = since;
        Ok(found)
    }

    /// Waits for something to happen. A server that can't be reached is left to the probe to complain about.
    fn listen(&self, since: &mut Option<String>, longest: Duration) {
        match self.sync(since.as_deref(), longest) {
            Ok(synced) => *since = synced["next_batch"].as_str().map(str::to_owned),
            Err(_) => thread::sleep(Duration::from_millis(50).min(longest)),
        }
    }

    fn sync(&self, since: Option<&str>, longest: Duration) -> Result<Value, Failed> {
        let few = json!({ "limit": 1 });
        // Synapse answers a sync that it has answered within two minutes from a cache; a filter that differs
        // from all before makes it look again.
        let none = json!({ "types": [], "not_senders": [format!("@{}:nowhere", self.transaction())] });
        let filter = json!({ "presence": none, "room": { "timeline": few, "ephemeral": none } }).to_string();
        let since = since.map(|since| format!("&since={}", encoded(since))).unwrap_or_default();
        let longest_ms = longest.as_millis();
        let filter = encoded(&filter);
        let path = format!("{CLIENT}/sync?set_presence=offline&timeout={longest_ms}&filter={filter}{since}");
        let synced = self.api.get(&path)?;
        text(&synced, "next_batch")?;
        Ok(synced)
    }

    fn disappointed(&self, patience: Duration, room: &str) -> Failed {
        let waited = patience.as_secs_f32();
        let transcript = match self.events(room) {
            Ok(events) => events.iter().map(line).collect::<Vec<_>>().join("\n"),
            Err(error) => error.message().unwrap_or("the room could not be read").to_owned(),
        };
        let who = &self.user_id;
        format!("{who} waited {waited} s in vain for a message; the room so far:\n{transcript}").into()
    }
}

/// One event in a transcript.
fn line(event: &Seen) -> String {
    let Seen { sender, kind, body, content, .. } = event;
    match event.is_message() {
        true if event.redacted => format!("  {sender}: (redacted)"),
        true => format!("  {sender}: {}", body.replace('\n', "\n    ")),
        false => format!("  ({kind} by {sender}: {content})"),
    }
}
