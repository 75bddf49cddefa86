//! Saying something, once: as an answer to an interaction if it is one, as a message otherwise.
//!
//! - An answer to a message in a thread goes into the thread, and so does what belongs into a message's thread
//!   (`thread.rs`), wherever it was asked.
//! - What only one person is to see is an answer to their interaction. Where that can't be answered any more it is said
//!   in the channel, to them.

use chrono::Utc;
use serenity::all::{ChannelId, MessageId};
use sitrep_core::{
    effect::Purpose,
    message::{Line, Message, Span, pressed_by, text},
    person::Person,
    port::{Attachment, Attempt, Receipt},
    room::{MessageRef, RoomRef},
};

use crate::{
    account::Account,
    answer::{self, Answer, Given},
    failure::Failure,
    post::{Post, post},
    render::Body,
    thread::{self, Root},
    tickets::interaction_of,
    upload::Upload,
};

/// Something to be said.
pub(crate) struct Saying<'a> {
    pub(crate) room: &'a RoomRef,
    /// The message of ours in whose thread it is said.
    pub(crate) thread: Option<&'a MessageRef>,
    pub(crate) answers: Option<&'a MessageRef>,
    pub(crate) only_for: Option<&'a Person>,
    pub(crate) purpose: Purpose,
    pub(crate) message: &'a Message,
    pub(crate) attachment: Option<&'a Attachment>,
}

/// Says it. What can't be attached isn't, and it says so.
pub(crate) async fn say(
    account: &Account,
    attempt: &Attempt,
    saying: &Saying<'_>,
) -> Result<Receipt, Failure> {
    let Some(upload) = saying.attachment.and_then(Upload::of) else {
        return say_with(account, attempt, saying, None).await;
    };
    let trouble = match upload.trouble(&account.settings.words) {
        Some(trouble) => trouble,
        None => match say_with(account, attempt, saying, Some(&upload)).await {
            Err(failure) => upload.is_blamed(&failure, &account.settings.words).ok_or(failure)?,
            said => return said,
        },
    };
    let message = &saying.message.clone().and([text(trouble)]);
    say_with(account, attempt, &Saying { message, ..*saying }, None).await
}

async fn say_with(
    account: &Account,
    attempt: &Attempt,
    saying: &Saying<'_>,
    upload: Option<&Upload>,
) -> Result<Receipt, Failure> {
    // What was asked elsewhere is not tied to what is said here.
    let answered = saying.answers.filter(|answered| answered.room == *saying.room);
    let root = saying.thread.filter(|root| root.room == *saying.room);
    let root = root.map(|message| Root::of(account, saying.room, message)).transpose()?;
    let place = Place::of(account, saying, (root, answered))?;
    let interaction = answered.and_then(|answered| interaction_of(&answered.id));
    let entry = answered.and_then(|answered| account.tickets.find(&answered.id, Utc::now()));
    let mut given = None;
    if let Some(entry) = &entry {
        let body = account.render(saying.message, saying.purpose);
        let only_for_them = saying.only_for.is_some() && !entry.ticket.is_direct;
        let is_elsewhere = !only_for_them && root.is_some() && entry.ticket.channel != place.channel;
        let answer = Answer { key: &attempt.key, body: &body, upload, only_for_them, is_elsewhere };
        match answer::give(account, entry, &answer).await? {
            Given::Shown => {
                let shown = saying.answers.map(|it| it.id.clone()).unwrap_or_default();
                return Ok(place.receipt(saying, shown));
            }
            Given::Said(message) => return Ok(place.receipt(saying, message.to_string())),
            Given::Not(held) => given = Some(held),
        }
    }
    let body = in_channel(account, saying, interaction.is_some());
    let answers = answered.filter(|answered| answered.thread == place.thread);
    let answers = answers.and_then(|answered| answered.id.parse().ok()).map(MessageId::new);
    let what = Post { channel: place.channel, body: &body, upload, answers, interaction };
    let (message, place) = match root {
        Some(root) => match thread::post_in(account, attempt, root, &what).await? {
            (message, true) => (message, place),
            (message, false) => (message, Place { channel: root.channel, thread: None }),
        },
        None => (post(account, attempt, &what).await?, place),
    };
    if let Some(held) = given {
        answer::finish(account, held, &attempt.key, message).await;
    }
    Ok(place.receipt(saying, message.to_string()))
}

/// Where something is said.
struct Place {
    channel: ChannelId,
    /// The thread that the channel is.
    thread: Option<String>,
}

impl Place {
    fn of(
        account: &Account,
        saying: &Saying<'_>,
        (root, answered): (Option<Root>, Option<&MessageRef>),
    ) -> Result<Self, Failure> {
        if let Some(root) = root {
            return Ok(Self { channel: root.thread, thread: Some(root.thread.to_string()) });
        }
        let thread = answered.and_then(|answered| answered.thread.clone());
        Ok(Self { channel: channel(account, saying.room, thread.as_deref())?, thread })
    }

    fn receipt(&self, saying: &Saying<'_>, id: String) -> Receipt {
        Receipt::Message(MessageRef { room: saying.room.clone(), id, thread: self.thread.clone() })
    }
}

/// What is said where all see it.
fn in_channel(account: &Account, saying: &Saying<'_>, is_to_interaction: bool) -> Body {
    match saying.only_for.filter(|person| is_to_interaction && !names(saying.message, person)) {
        // It answers nothing that can be seen, so it names whom it is for.
        Some(person) => account.render(&pressed_by(person, saying.message.clone()), saying.purpose),
        None => account.render(saying.message, saying.purpose),
    }
}

/// Whether a message begins with somebody.
fn names(message: &Message, person: &Person) -> bool {
    let first = message.lines.first().map(Line::spans).and_then(<[Span]>::first);
    matches!(first, Some(Span::Person(first) | Span::Mention(first)) if first == person)
}

/// The channel or thread that a room is.
pub(crate) fn channel(account: &Account, room: &RoomRef, thread: Option<&str>) -> Result<ChannelId, Failure> {
    let in_thread = thread.and_then(|thread| thread.parse().ok()).filter(|id| *id != 0).map(ChannelId::new);
    let found = in_thread.or_else(|| account.channel_of(room));
    found.ok_or_else(|| Failure::refused(format!("there is no channel called {} on the server", room.room)))
}
