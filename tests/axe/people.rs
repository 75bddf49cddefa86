//! The scripted people who work while everything around them is killed.
//!
//! Each has dice of their own and goes on until told to stop: declares, joins the incident rooms that they are asked
//! into, and types commands and talk there. What was said is kept, with the event that the server made of it, for the
//! judge. A homeserver that is down is asked again under the same transaction, as clients do.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::dice::Dice;
use crate::support::http::encoded;
use crate::support::person::Person;
use crate::support::{Failed, PATIENCE};

const CLIENT: &str = "/_matrix/client/v3";

/// How long a homeserver may be away: it is killed and started again meanwhile.
const AWAY: Duration = PATIENCE.saturating_mul(6);

/// How many incidents one person has going at a time.
const AT_A_TIME: usize = 2;

/// How often a sync looks for invitations.
const LOOK_EVERY: Duration = Duration::from_millis(700);

/// What somebody said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// `!incident`, with words that no other title has.
    Declare {
        words: String,
        private: bool,
    },
    Ack,
    Sev,
    /// With words that nothing else has.
    Update(String),
    Status,
    Resolve,
    /// No command at all.
    Talk,
}

/// What was said, by whom, where, and the event that it became.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) by: String,
    pub(super) room: String,
    pub(super) event_id: String,
    pub(super) deed: Deed,
}

/// Somebody at work.
pub(super) struct Worker {
    name: &'static str,
    person: Person,
    ops: String,
    dice: Dice,
    since: Option<String>,
    looked: Option<Instant>,
    /// The incident rooms that this person is in and that nobody, as far as they know, has resolved.
    rooms: Vec<String>,
    joined: BTreeSet<String>,
    /// What was declared, and for how many a room has not come yet.
    declared: usize,
    said: Vec<Said>,
}

impl Worker {
    pub(super) fn new(name: &'static str, person: Person, ops: &str, dice: Dice) -> Worker {
        Worker {
            name,
            person,
            ops: ops.to_owned(),
            dice,
            since: None,
            looked: None,
            rooms: Vec::new(),
            joined: BTreeSet::new(),
            declared: 0,
            said: Vec::new(),
        }
    }

    /// Works until told to stop, and gives back everything that was said.
    pub(super) fn work(mut self, stop: &AtomicBool) -> Result<Vec<Said>, Failed> {
        while !stop.load(Ordering::Relaxed) {
            self.look_for_invitations()?;
            self.do_something()?;
            thread::sleep(self.dice.millis(200, 1200));
        }
        Ok(self.said)
    }

    fn do_something(&mut self) -> Result<(), Failed> {
        let may_declare = self.declared < AT_A_TIME && self.rooms.len() < 3 * AT_A_TIME;
        if may_declare && (self.rooms.is_empty() || self.dice.chance(120)) {
            return self.declare();
        }
        if self.rooms.is_empty() {
            return Ok(());
        }
        let place = usize::try_from(self.dice.below(self.rooms.len() as u64)).unwrap_or(0);
        let room = self.rooms[place].clone();
        let number = self.said.len();
        let name = self.name;
        let (words, deed) = match self.dice.weighted(&[30, 22, 14, 16, 8, 10]) {
            0 => {
                let words = format!("news-{name}-{number}");
                (format!("!update {words} is under way"), Deed::Update(words))
            }
            1 => ("!status".to_owned(), Deed::Status),
            2 => ("!ack".to_owned(), Deed::Ack),
            3 => (format!("!sev {}", self.dice.below(4) + 1), Deed::Sev),
            4 => {
                self.rooms.remove(place);
                self.declared = self.declared.saturating_sub(1);
                (format!("!resolve solved by {name}"), Deed::Resolve)
            }
            _ => (format!("talk {number} among people"), Deed::Talk),
        };
        self.say(&room, &words, deed)
    }

    fn declare(&mut self) -> Result<(), Failed> {
        // No title is the beginning of another.
        let words = format!("trouble {} {} again", self.name, self.said.len());
        let private = self.dice.chance(250);
        self.declared += 1;
        let flag = if private { "--private " } else { "" };
        let ops = self.ops.clone();
        self.say(&ops, &format!("!incident {flag}{words}"), Deed::Declare { words, private })
    }

    fn say(&mut self, room: &str, words: &str, deed: Deed) -> Result<(), Failed> {
        let transaction = format!("{}-{}", self.name, self.said.len());
        let path = format!("{CLIENT}/rooms/{}/send/m.room.message/{transaction}", encoded(room));
        let content = json!({ "msgtype": "m.text", "body": words, "m.mentions": {} });
        let sent = self.insist("PUT", &path, Some(&content))?;
        let event_id = sent["event_id"].as_str().unwrap_or_default().to_owned();
        self.said.push(Said { by: self.name.to_owned(), room: room.to_owned(), event_id, deed });
        Ok(())
    }

    fn look_for_invitations(&mut self) -> Result<(), Failed> {
        if self.looked.is_some_and(|at| at.elapsed() < LOOK_EVERY) {
            return Ok(());
        }
        self.looked = Some(Instant::now());
        let none = json!({ "types": [] });
        let filter = json!({
            "presence": none, "account_data": none,
            "room": { "timeline": { "limit": 1 }, "ephemeral": none, "state": none, "account_data": none },
        });
        let since = self.since.as_deref().map(|since| format!("&since={}", encoded(since)));
        let path = format!(
            "{CLIENT}/sync?timeout=0&set_presence=offline&filter={}{}",
            encoded(&filter.to_string()),
            since.unwrap_or_default()
        );
        let synced = self.insist("GET", &path, None)?;
        self.since = synced["next_batch"].as_str().map(str::to_owned);
        let invited: Vec<String> = synced["rooms"]["invite"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(room, _)| room.clone())
            .collect();
        for room in invited {
            self.insist("POST", &format!("{CLIENT}/join/{}", encoded(&room)), Some(&json!({})))?;
            if self.joined.insert(room.clone()) {
                self.rooms.push(room);
            }
        }
        Ok(())
    }

    /// Asks until the homeserver does it.
    fn insist(&self, verb: &str, path: &str, body: Option<&Value>) -> Result<Value, Failed> {
        let began = Instant::now();
        loop {
            let why = match self.person.api.ask(verb, path, body) {
                Ok(answer) if answer.succeeded() => return Ok(answer.body),
                Ok(answer) if answer.status < 500 => {
                    return Err(format!("{verb} {path} was answered {answer}").into());
                }
                Ok(answer) => answer.to_string(),
                Err(failed) => failed.message().unwrap_or_default().to_owned(),
            };
            if began.elapsed() > AWAY {
                return Err(format!("the homeserver stays away: {why}").into());
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
}
