//! The workspace as core sees it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use sitrep_core::{
    message::Message,
    person::Person,
    port::{
        Action, Attachment, Attempt, Batch, Capabilities, Chart, Content, Inbound, ListenError, Outcome,
        Perform, Platform, Position, Positions, Receipt, RoomKind, Said as Read, Standing,
    },
    room::{MessageRef, PlatformName, RoomRef},
};
use tokio::sync::Notify;

use crate::{
    change::{Change, Deed, Did, Said},
    chat::{Chat, Denied},
    deed::Gesture,
    journal::{Journal, JournalError},
};

/// The name of the platform.
pub const PLATFORM: &str = "console";
/// The rooms that are there from the start.
pub const CONFIGURED_ROOMS: [&str; 3] = ["ops", "support", "status"];
/// The one of them where people are at home.
pub const HOME_ROOM: &str = "ops";
/// The one of them that is kept informed.
pub const STAKEHOLDER_ROOM: &str = "status";
/// The one of them where those are who talk to customers.
pub const SUPPORT_ROOM: &str = "support";

/// What it can do natively.
pub const CAPABILITIES: Capabilities = Capabilities {
    edits: true,
    pins: true,
    threads: false,
    private_rooms: true,
    reactions: true,
    discreet_answers: false,
    forms: false,
    command_lists: false,
    meetings: false,
    appointments: false,
    attachments: false,
    archives: true,
};

/// The one stream that it delivers: its log.
const STREAM: &str = "log";
/// Older attempts are looked up in the history rather than trusted to a key.
const KEYS_TRUSTED_FOR: Duration = Duration::hours(2);

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The workspace, shared between whoever speaks in it and the engine.
pub struct ConsolePlatform {
    name: PlatformName,
    shared: Mutex<Shared>,
    changed: Notify,
    clock: Clock,
}

struct Shared {
    chat: Chat,
    journal: Option<Journal>,
}

impl ConsolePlatform {
    /// A workspace in memory.
    #[must_use]
    pub fn in_memory(clock: Clock) -> Self {
        Self::over(Chat::new(&CONFIGURED_ROOMS), None, clock)
    }

    /// A workspace in a file.
    ///
    /// # Errors
    /// When the file can't be used.
    pub fn open(path: &std::path::Path, clock: Clock) -> Result<Self, JournalError> {
        let (journal, changes) = Journal::open(path)?;
        let mut chat = Chat::new(&CONFIGURED_ROOMS);
        changes.into_iter().for_each(|change| chat.apply(change));
        Ok(Self::over(chat, Some(journal), clock))
    }

    fn over(chat: Chat, journal: Option<Journal>, clock: Clock) -> Self {
        let shared = Mutex::new(Shared { chat, journal });
        Self { name: PlatformName::new(PLATFORM), shared, changed: Notify::new(), clock }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the workspace.
    pub fn read<T>(&self, reader: impl FnOnce(&Chat) -> T) -> T {
        reader(&self.lock().chat)
    }

    /// Has the workspace forget the keys of messages from before a moment, as servers do.
    pub fn forget_keys_before(&self, moment: DateTime<Utc>) {
        self.lock().chat.forget_keys_before(moment);
    }

    /// A person says something. Gives back the message's place in the log.
    ///
    /// # Errors
    /// When they may not be there, or the log can't be kept.
    pub fn say(&self, person: &str, room: &str, text: &str) -> Result<usize, SayError> {
        let mut shared = self.lock();
        let change = shared.chat.say(person, room, text, (self.clock)())?;
        let index = shared.append(change)?;
        drop(shared);
        self.changed.notify_one();
        Ok(index)
    }

    /// A person does something other than to speak. Gives back its place in the log.
    ///
    /// # Errors
    /// When they may not, there is nothing that fits, or the log can't be kept.
    pub fn does(&self, person: &str, room: &str, gesture: &Gesture) -> Result<usize, SayError> {
        let mut shared = self.lock();
        let change = shared.chat.deed(person, room, gesture, (self.clock)())?;
        let index = shared.append(change)?;
        drop(shared);
        self.changed.notify_one();
        Ok(index)
    }

    /// What happened after these positions; `None` when nothing did. What was taken back since is not among it, and
    /// neither is what happened where sitrep was not.
    #[must_use]
    pub fn batch_after(&self, after: &Positions) -> Option<Batch> {
        let shared = self.lock();
        let from: usize = after.get(STREAM).and_then(|token| token.parse().ok()).unwrap_or(0);
        let chat = &shared.chat;
        let log = chat.log();
        let heard = |(index, change): (usize, &Change)| match change {
            Change::Said(said) if !chat.is_taken_back(index) => self.inbound(chat, index, Done::of(said)?),
            Change::Did(did) => self.inbound(chat, index, Done::by(chat, did)?),
            Change::Said(_)
            | Change::Edited { .. }
            | Change::Pinned { .. }
            | Change::Signed { .. }
            | Change::Retitled { .. }
            | Change::Archived { .. }
            | Change::RoomMade { .. }
            | Change::Joined { .. } => None,
        };
        let inbounds: Vec<Inbound> = log.iter().enumerate().skip(from).filter_map(heard).collect();
        if inbounds.is_empty() {
            return None;
        }
        let position =
            Position { platform: self.name.clone(), stream: STREAM.to_owned(), token: log.len().to_string() };
        Some(Batch { inbounds, positions: vec![position] })
    }

    fn inbound(&self, chat: &Chat, index: usize, done: Done<'_>) -> Option<Inbound> {
        let Done { person, room, content, at } = done;
        let kind = if person == room {
            RoomKind::Direct
        } else if CONFIGURED_ROOMS.contains(&room) {
            RoomKind::Configured
        } else {
            RoomKind::Own
        };
        let room = RoomRef::new(&self.name, room);
        (!chat.is_unheard(index)).then(|| Inbound {
            message: MessageRef { room, id: index.to_string(), thread: None },
            person: Person::new(&self.name, person),
            kind,
            standing: Standing::default(),
            awaits_answer: false,
            content,
            sent_at: at,
        })
    }

    /// What a message says.
    fn said(&self, chat: &Chat, message: &MessageRef) -> Outcome {
        let read = message.id.parse().ok().and_then(|index| chat.message(&message.room.room, index));
        read.map_or_else(
            || Outcome::Permanent("there is no such message".to_owned()),
            |read| {
                let author = Person::new(&self.name, read.person.unwrap_or("sitrep"));
                Outcome::Done(Receipt::Said(Read { author, text: read.text.to_owned(), sent_at: read.at }))
            },
        )
    }

    fn done(&self, room: &str, index: usize) -> Outcome {
        let room = RoomRef::new(&self.name, room);
        Outcome::Done(Receipt::Message(MessageRef { room, id: index.to_string(), thread: None }))
    }

    fn say_as_sitrep(
        &self,
        shared: &mut Shared,
        room: &str,
        answers: Option<&MessageRef>,
        (message, attachment): (&Message, Option<&Attachment>),
        attempt: &Attempt,
    ) -> Result<Outcome, JournalError> {
        if let Some(index) = shared.chat.message_by_key(&attempt.key) {
            return Ok(self.done(room, index));
        }
        let now = (self.clock)();
        if attempt.first_tried + KEYS_TRUSTED_FOR < now
            && let Some(index) = shared.chat.message_in_history(room, &attempt.key)
        {
            return Ok(self.done(room, index));
        }
        let said = Said {
            room: room.to_owned(),
            person: None,
            text: [plain(message)].into_iter().chain(attachment.map(in_words)).collect::<Vec<_>>().join("\n"),
            at: now,
            answers: answers.and_then(|message| message.id.parse().ok()),
            mentions: message.mentions().into_iter().map(|person| person.handle.clone()).collect(),
            key: Some(attempt.key.clone()),
        };
        let index = shared.append(Change::Said(said))?;
        Ok(self.done(room, index))
    }

    fn open_room(&self, shared: &mut Shared, perform: &Perform) -> Result<Outcome, JournalError> {
        let Action::OpenRoom { name, topic, invited, private, .. } = &perform.action else {
            return Ok(Outcome::Permanent("not a room".to_owned()));
        };
        let room = match shared.chat.room_at(&perform.attempt.key) {
            Some(room) => room.to_owned(),
            None => {
                let room = shared.chat.free_name(name);
                shared.append(Change::RoomMade {
                    room: room.clone(),
                    topic: topic.clone(),
                    private: *private,
                    members: invited.iter().map(|person| person.handle.clone()).collect(),
                    address: perform.attempt.key.clone(),
                })?;
                room
            }
        };
        Ok(Outcome::Done(Receipt::Room(RoomRef::new(&self.name, room))))
    }

    fn try_perform(&self, perform: &Perform) -> Result<Outcome, JournalError> {
        let mut shared = self.lock();
        if place_of(&perform.action).is_some_and(|room| shared.chat.is_without_sitrep(room)) {
            return Ok(Outcome::Permanent("I am not in that room".to_owned()));
        }
        match &perform.action {
            Action::Say { room, answers, message, attachment, .. } => {
                let content = (message, attachment.as_deref());
                self.say_as_sitrep(&mut shared, &room.room, answers.as_ref(), content, &perform.attempt)
            }
            Action::OpenRoom { .. } => self.open_room(&mut shared, perform),
            // Everybody has one, under their own name.
            Action::OpenDirect { person } => {
                let room = RoomRef::new(&self.name, &person.handle);
                Ok(Outcome::Done(Receipt::Room(room)))
            }
            // A room's name is its handle here, and stays.
            Action::Name { room, topic, .. } => {
                if shared.chat.room(&room.room).is_some_and(|room| room.topic != *topic) {
                    shared.append(Change::Retitled { room: room.room.clone(), topic: topic.clone() })?;
                }
                Ok(Outcome::Done(Receipt::Done))
            }
            Action::Buttons { message, buttons } => {
                // Nobody is asked for words here; what was put on a message stays there.
                let keys: Vec<String> = buttons
                    .iter()
                    .filter(|button| button.is_plain())
                    .map(|button| button.key.clone())
                    .collect();
                let Ok(message) = message.id.parse::<usize>() else {
                    return Ok(Outcome::Permanent("no such message".to_owned()));
                };
                if !keys.is_empty() && shared.chat.signs_on(message) != keys.as_slice() {
                    shared.append(Change::Signed { message, keys })?;
                }
                Ok(Outcome::Done(Receipt::Done))
            }
            Action::OpenMeeting { .. } => {
                Ok(Outcome::Permanent("there are no voice channels here".to_owned()))
            }
            Action::CloseMeeting { .. } | Action::Appoint { .. } => Ok(Outcome::Done(Receipt::Done)),
            Action::Read { message } => Ok(self.said(&shared.chat, message)),
            Action::Archive { room } => shared.archive(room, true),
            Action::Restore { room } => shared.archive(room, false),
            Action::Measure { .. } => Ok(Outcome::Permanent("I can't do that in the console".to_owned())),
            Action::Edit { message, content, .. } => {
                let (Ok(message), text) = (message.id.parse::<usize>(), plain(content)) else {
                    return Ok(Outcome::Permanent("no such message".to_owned()));
                };
                if shared.chat.text_of(message) != Some(text.as_str()) {
                    shared.append(Change::Edited { message, text })?;
                }
                Ok(Outcome::Done(Receipt::Done))
            }
            Action::Pin { message } => {
                let Ok(index) = message.id.parse::<usize>() else {
                    return Ok(Outcome::Permanent("no such message".to_owned()));
                };
                let is_pinned =
                    shared.chat.room(&message.room.room).is_some_and(|room| room.pinned.contains(&index));
                if !is_pinned {
                    shared.append(Change::Pinned { message: index })?;
                }
                Ok(Outcome::Done(Receipt::Done))
            }
            Action::Invite { room, people } => {
                let inside =
                    shared.chat.room(&room.room).map(|room| room.members.clone()).unwrap_or_default();
                let missing: Vec<String> = people
                    .iter()
                    .map(|person| person.handle.clone())
                    .filter(|person| !inside.contains(person))
                    .collect();
                if !missing.is_empty() {
                    shared.append(Change::Joined { room: room.room.clone(), people: missing })?;
                }
                Ok(Outcome::Done(Receipt::Done))
            }
        }
    }
}

/// Something that a person did, as it is delivered.
struct Done<'a> {
    person: &'a str,
    room: &'a str,
    content: Content,
    at: DateTime<Utc>,
}

impl<'a> Done<'a> {
    fn of(said: &'a Said) -> Option<Self> {
        let person = said.person.as_deref()?;
        Some(Self { person, room: &said.room, content: Content::Said(said.text.clone()), at: said.at })
    }

    fn by(chat: &Chat, did: &'a Did) -> Option<Self> {
        let id = |message: &usize| message.to_string();
        let content = match &did.deed {
            Deed::Corrected { message, .. } if chat.is_taken_back(*message) => return None,
            Deed::Corrected { message, text } => Content::Edited { message: id(message), text: text.clone() },
            Deed::TookBack { message } => Content::Redacted { message: id(message) },
            Deed::Pressed { message, key } => Content::Reacted { message: id(message), key: key.clone() },
            Deed::Unpressed { message, key } => Content::Unreacted { message: id(message), key: key.clone() },
            Deed::RemovedSitrep => Content::Removed { banned: false },
            Deed::InvitedSitrep => return None,
        };
        Some(Self { person: &did.person, room: &did.room, content, at: did.at })
    }
}

/// The room that something is done in; `None` if that is none that sitrep could have been removed from.
fn place_of(action: &Action) -> Option<&str> {
    match action {
        Action::Say { room, .. }
        | Action::Invite { room, .. }
        | Action::Name { room, .. }
        | Action::Archive { room }
        | Action::Restore { room } => Some(&room.room),
        Action::Edit { message, .. } | Action::Pin { message } | Action::Buttons { message, .. } => {
            Some(&message.room.room)
        }
        Action::OpenRoom { .. }
        | Action::OpenDirect { .. }
        | Action::OpenMeeting { .. }
        | Action::CloseMeeting { .. }
        | Action::Appoint { .. }
        | Action::Measure { .. }
        | Action::Read { .. } => None,
    }
}

/// Why something could not be said.
#[derive(Debug, thiserror::Error)]
pub enum SayError {
    /// The person may not speak there.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The log can't be kept.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl Shared {
    /// Sees to it that people can't write in a room, or can again.
    fn archive(&mut self, room: &RoomRef, archived: bool) -> Result<Outcome, JournalError> {
        let room = room.room.clone();
        let Some(view) = self.chat.room(&room) else {
            return Ok(Outcome::Permanent("there is no such room".to_owned()));
        };
        if view.archived != archived {
            self.append(Change::Archived { room, archived })?;
        }
        Ok(Outcome::Done(Receipt::Done))
    }

    /// Puts a change into the file, and then into the workspace. Gives back its place.
    fn append(&mut self, change: Change) -> Result<usize, JournalError> {
        if let Some(journal) = &mut self.journal {
            journal.append(&change)?;
        }
        let index = self.chat.log().len();
        self.chat.apply(change);
        Ok(index)
    }
}

/// A message as the screen shows it. A room is written with its sigil when it is called by its name.
fn plain(message: &Message) -> String {
    message.plain(|room, label| if room.room == label { format!("#{label}") } else { label.to_owned() })
}

/// What stands for a picture or a file where there are only words.
fn in_words(attachment: &Attachment) -> String {
    match attachment {
        Attachment::Chart(Chart { alt, .. }) | Attachment::Picture { alt, .. } => format!("[picture: {alt}]"),
        Attachment::File { name, .. } => format!("[file: {name}]"),
    }
}

#[async_trait]
impl Platform for ConsolePlatform {
    fn name(&self) -> PlatformName {
        self.name.clone()
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    async fn listen(&self, after: &Positions) -> Result<Batch, ListenError> {
        loop {
            let changed = self.changed.notified();
            if let Some(batch) = self.batch_after(after) {
                return Ok(batch);
            }
            changed.await;
        }
    }

    async fn perform(&self, perform: &Perform) -> Outcome {
        self.try_perform(perform).unwrap_or_else(|error| Outcome::Transient(error.to_string()))
    }
}
