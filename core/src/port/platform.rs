//! A chat platform, as core sees it.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Batch, Finding, Positions};
use crate::{
    effect::EffectId,
    message::Message,
    person::Person,
    room::{MessageRef, PlatformName, RoomRef},
};

/// One attempt at an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Under which the platform recognises that it has been done before: the store's incarnation, the commit and
    /// the place in it, of letters, digits and `-`, at most 25 characters.
    pub key: String,
    /// A moment not later than the first attempt. A platform forgets keys after a while; when this lies further
    /// back than that, look in the room's history for the key instead of trusting it.
    pub first_tried: DateTime<Utc>,
    /// Which attempt this is since the process started, from 1.
    pub number: u32,
}

/// An effect whose place has become a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Say something.
    Say {
        /// Where.
        room: RoomRef,
        /// The message that it answers.
        answers: Option<MessageRef>,
        /// What.
        message: Message,
    },
    /// Make a room, under an address derived from the key, so that a second attempt finds the first.
    OpenRoom {
        /// Its name.
        name: String,
        /// Its topic.
        topic: String,
        /// Who is asked in, at most ten.
        invited: Vec<Person>,
        /// Whether only those asked may see it.
        private: bool,
        /// The room whose members may come in unasked; never for a private one.
        open_to: Option<RoomRef>,
    },
    /// Change what a message of our own says.
    Edit {
        /// The message.
        message: MessageRef,
        /// What it is to say.
        content: Message,
    },
    /// Pin a message.
    Pin {
        /// The message.
        message: MessageRef,
    },
    /// See to it that these people are in a room, or asked in.
    Invite {
        /// The room.
        room: RoomRef,
        /// The people, the most needed first.
        people: Vec<Person>,
    },
    /// See to it that there is a room in which we are alone with somebody. One that is there already is used.
    OpenDirect {
        /// The person.
        person: Person,
    },
    /// See to it that a room is called this.
    Name {
        /// The room.
        room: RoomRef,
        /// Its name.
        name: String,
        /// Its topic.
        topic: String,
    },
    /// Put signs on a message of our own, for people to press.
    Buttons {
        /// The message.
        message: MessageRef,
        /// The signs, in order.
        keys: Vec<String>,
    },
    /// Try again to read a message that could not be decrypted. [`Outcome::Transient`] while there is no key.
    Read {
        /// The message.
        message: MessageRef,
    },
}

/// Something for a platform to do, now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Perform {
    /// The effect behind it.
    pub id: EffectId,
    /// The platform that is to do it.
    pub platform: PlatformName,
    /// What is to be done.
    pub action: Action,
    /// Which attempt at it this is.
    pub attempt: Attempt,
}

/// What a platform gives back for something done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// Nothing to remember.
    Done,
    /// The message that was posted.
    Message(MessageRef),
    /// The room that was made, or found.
    Room(RoomRef),
    /// What the message says that was to be read.
    Text(String),
    /// Done but for these people, each with what the platform said.
    DoneExcept(Vec<(Person, String)>),
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, now or by an earlier attempt.
    Done(Receipt),
    /// Not now: the platform asks to wait this long.
    RetryAfter(Duration),
    /// It didn't work, and may work later.
    Transient(String),
    /// It can't work.
    Permanent(String),
    /// It may have worked: the answer was lost. The next attempt finds out.
    InDoubt(String),
}

/// Why nothing could be heard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListenError {
    /// Waiting may help.
    #[error("{0}")]
    Transient(String),
    /// Only a person can help; the sentence says how.
    #[error("{0}")]
    Fatal(String),
}

/// What a platform can do natively. What it can't has an equivalent in text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Messages can be edited in place.
    pub edits: bool,
    /// Messages can be pinned.
    pub pins: bool,
    /// Messages can be answered in threads.
    pub threads: bool,
    /// Rooms can be limited to those who are asked in.
    pub private_rooms: bool,
    /// Messages can carry signs that people press.
    pub reactions: bool,
}

/// A chat platform.
#[async_trait]
pub trait Platform: Send + Sync {
    /// Its name, under which the configuration and the stored facts know it.
    fn name(&self) -> PlatformName;

    /// What it can do natively.
    fn capabilities(&self) -> Capabilities;

    /// Waits for what comes after these positions, and returns it in order, complete up to the positions in the
    /// batch. It is asked again only when the batch is committed, with the new positions; after a crash, with the
    /// old ones. Cancel-safe: a call that is dropped loses nothing.
    ///
    /// # Errors
    /// When nothing can be heard, and whether waiting may help.
    async fn listen(&self, after: &Positions) -> Result<Batch, ListenError>;

    /// Does something. Idempotent by [`Attempt::key`]: of all attempts with one key at most one takes effect.
    async fn perform(&self, perform: &Perform) -> Outcome;

    /// Finds out whether an incident would work now, with care: people notice nothing of it. Always ends.
    async fn checkup(&self) -> Vec<Finding> {
        Vec::new()
    }
}
