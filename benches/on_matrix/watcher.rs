//! A person's client that shows things the moment they arrive: a long poll, again and again.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Failed, PATIENCE, http::encoded, person::Person};

/// What somebody's client has shown up to now.
pub(crate) struct Watcher<'a> {
    person: &'a Person,
    since: Option<String>,
    syncs: u64,
}

impl<'a> Watcher<'a> {
    pub(crate) fn new(person: &'a Person) -> Self {
        Self { person, since: None, syncs: 0 }
    }

    /// Forgets what has happened up to now.
    pub(crate) fn catch_up(&mut self) -> Result<(), Failed> {
        loop {
            let before = self.since.clone();
            self.sync(Duration::ZERO)?;
            if self.since == before {
                return Ok(());
            }
        }
    }

    /// The first thing found in what arrives from now on.
    pub(crate) fn wait<T>(&mut self, what: &str, find: impl Fn(&Value) -> Option<T>) -> Result<T, Failed> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(found) = find(&self.sync(Duration::from_secs(5))?) {
                return Ok(found);
            }
        }
        Err(format!("{} waited in vain for {what}", self.person.user_id).into())
    }

    /// Waits for an invitation, and gives back into which room.
    pub(crate) fn invitation(&mut self) -> Result<String, Failed> {
        self.wait("an invitation", |synced| synced["rooms"]["invite"].as_object()?.keys().next().cloned())
    }

    /// Waits for a message of somebody in a room.
    pub(crate) fn message(&mut self, room: &str, sender: &str) -> Result<String, Failed> {
        self.wait("a message", |synced| {
            let events = synced["rooms"]["join"][room]["timeline"]["events"].as_array()?;
            let said =
                events.iter().find(|event| event["type"] == "m.room.message" && event["sender"] == sender);
            Some(said?["content"]["body"].as_str()?.to_owned())
        })
    }

    /// Waits for a message in a room that mentions this person, and gives what it says back, with all that is in it.
    pub(crate) fn mention(&mut self, room: &str, sender: &str) -> Result<Value, Failed> {
        let me = self.person.user_id.clone();
        self.wait("a mention", |synced| {
            let events = synced["rooms"]["join"][room]["timeline"]["events"].as_array()?;
            let mentions = |event: &Value| {
                event["content"]["m.mentions"]["user_ids"]
                    .as_array()
                    .is_some_and(|ids| ids.contains(&json!(me)))
            };
            events
                .iter()
                .find(|event| event["sender"] == sender && mentions(event))
                .map(|event| event["content"].clone())
        })
    }

    pub(crate) fn sync(&mut self, longest: Duration) -> Result<Value, Failed> {
        self.syncs += 1;
        // Synapse keeps answers for two minutes; a filter that differs from all before makes it look again.
        let none = json!({ "types": [], "not_senders": [format!("@{}:nowhere", self.syncs)] });
        let filter = json!({ "presence": none, "room": { "ephemeral": none } }).to_string();
        let since = self.since.iter().map(|since| format!("&since={}", encoded(since))).collect::<String>();
        let (longest_ms, filter) = (longest.as_millis(), encoded(&filter));
        let path = format!(
            "/_matrix/client/v3/sync?set_presence=offline&timeout={longest_ms}&filter={filter}{since}"
        );
        let synced = self.person.api.get(&path)?;
        self.since = synced["next_batch"].as_str().map(str::to_owned);
        Ok(synced)
    }
}
