//! A chat platform, as core sees it.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Attachment, Batch, Finding, Panel, Positions, Reading};
use crate::{
    effect::{EffectId, Purpose},
    incident::IncidentId,
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
        /// The message of ours whose thread it is said in, where the platform has threads: the thread is begun if there is
        /// none. Elsewhere it is said in the room.
        thread: Option<MessageRef>,
        /// Whom alone it is shown to, where the platform can show an answer to one person; elsewhere all see it.
        only_for: Option<Person>,
        /// What it is for.
        purpose: Purpose,
        /// What.
        message: Message,
        /// What goes with it.
        attachment: Option<Box<Attachment>>,
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
        /// What it is for.
        purpose: Purpose,
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
    /// Put signs on a message of our own, for people to press. None at all takes those away that can be taken away.
    Buttons {
        /// The message.
        message: MessageRef,
        /// The signs, in order.
        buttons: Vec<Button>,
    },
    /// See to it that there is a place to talk with this name. One that is there already is used.
    OpenMeeting {
        /// Its name, which no other has.
        name: String,
        /// Who alone may enter; `None` for whoever may read what is public.
        people: Option<Vec<Person>>,
        /// The one that was made before: it is used if it is still there, whatever it is called by now.
        known: Option<RoomRef>,
    },
    /// See to it that a place to talk is gone, once nobody is in it any more.
    CloseMeeting {
        /// The place, as [`Receipt::Meeting`] gave it.
        room: RoomRef,
    },
    /// See to it that the platform's calendar says this about a room: one appointment a room.
    Appoint {
        /// The room that it is about.
        room: RoomRef,
        /// What; `None` for no appointment at all.
        appointment: Option<Appointment>,
    },
    /// Read a message as it stands now. [`Outcome::Transient`] while it can't be decrypted, [`Outcome::Permanent`] if
    /// it is gone or not made of words.
    Read {
        /// The message.
        message: MessageRef,
    },
    /// See to it that nobody but us writes in a room any more, and that it is out of the way.
    Archive {
        /// The room.
        room: RoomRef,
    },
    /// See to it that a room which was archived is as it was before.
    Restore {
        /// The room.
        room: RoomRef,
    },
    /// Ask what measures the system for its figures. Always answered by [`Receipt::Measured`] within seconds.
    Measure {
        /// What is asked for.
        panels: Vec<Panel>,
        /// The beginning of the time that is asked about.
        from: DateTime<Utc>,
        /// Its end.
        until: DateTime<Utc>,
    },
}

/// A sign on a message, for people to press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// The sign: one emoji.
    pub key: String,
    /// The verb of the command that it stands for.
    pub verb: &'static str,
    /// What follows the verb; what somebody types or picks comes after that.
    pub words: &'static str,
    /// What it does, in a word or two.
    pub label: String,
    /// What it asks for before it does anything. Where a platform can't ask, there is no such button.
    pub form: Option<Form>,
    /// What there is to choose from before it does anything; nothing to choose if there is none. Where a platform has
    /// no lists, there is no such button.
    pub choices: Vec<Choice>,
}

impl Button {
    /// Whether pressing it is enough.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.form.is_none() && self.choices.is_empty()
    }
}

/// One of several words that a button can mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What follows the verb.
    pub words: &'static str,
    /// What people read, at most 100 characters.
    pub label: String,
}

/// A question to whoever presses a button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// What it is about, at most 45 characters.
    pub title: String,
    /// The question, at most 45 characters.
    pub label: String,
    /// An example of an answer, at most 100 characters.
    pub example: String,
}

/// An hour that people keep free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// Its name, at most 100 characters.
    pub name: String,
    /// What it is about, at most 500 characters.
    pub about: String,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
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
    /// The place to talk that was made, or found, and the address that leads there.
    Meeting(RoomRef, String),
    /// The message that was to be read.
    Said(Said),
    /// What was measured, in the order in which it was asked for.
    Measured(Vec<Reading>),
    /// Done but for these people, each with what the platform said.
    DoneExcept(Vec<(Person, String)>),
}

/// A message of somebody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Who said it.
    pub author: Person,
    /// What it says now.
    pub text: String,
    /// When, according to the platform.
    pub sent_at: DateTime<Utc>,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, now or by an earlier attempt.
    Done(Receipt),
    /// Not now: the platform asks to wait this long, and means everything of the kind.
    RetryAfter(Duration),
    /// Some of it is done. So many things are left, which can be tried after this wait; nothing else need wait for it.
    Partly {
        /// How many.
        left: usize,
        /// How long.
        wait: Duration,
    },
    /// It didn't work, and may work later.
    Transient(String),
    /// It can't work.
    Permanent(String),
    /// It may have worked: the answer was lost. The next attempt finds out.
    InDoubt(String),
}

/// Why nothing could be heard, or why there is no connection to begin with: sentences that say what happened and what to
/// do now.
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
    /// Answers can be shown to one person alone.
    pub discreet_answers: bool,
    /// Buttons can ask for words.
    pub forms: bool,
    /// Commands can be picked from a list, with what they take.
    pub command_lists: bool,
    /// It has places to talk in.
    pub meetings: bool,
    /// It has a calendar.
    pub appointments: bool,
    /// Messages can carry pictures and files.
    pub attachments: bool,
    /// Rooms can be closed to everybody's words and put out of the way.
    pub archives: bool,
}

/// What is going on, for lists to pick from while somebody types.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Every incident that still owes something, the newest first.
    pub incidents: Vec<Offer>,
    /// The names of the configured services.
    pub services: Vec<String>,
    /// The names of the configured teams and people, the teams first.
    pub names: Vec<String>,
}

/// An incident to pick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its number.
    pub id: IncidentId,
    /// What is shown: number, status and title.
    pub label: String,
    /// Where it runs.
    pub room: Option<RoomRef>,
    /// Whether it is over, and owes a retrospective.
    pub is_over: bool,
    /// Who alone may know of it; `None` for everybody who may command.
    pub only_for: Option<Vec<Person>>,
}

impl Offer {
    /// Whether it may be named to this person in this room.
    #[must_use]
    pub fn may_be_named(&self, person: &Person, room: &RoomRef, is_direct: bool) -> bool {
        let Some(people) = &self.only_for else { return true };
        self.room.as_ref() == Some(room) || (is_direct && people.contains(person))
    }
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

    /// What is going on has changed. For lists to pick from: nothing durable may follow from it.
    fn inform(&self, _overview: &Overview) {}

    /// Finds out whether an incident would work now, with care: people notice nothing of it. Always ends.
    async fn checkup(&self) -> Vec<Finding> {
        Vec::new()
    }
}
