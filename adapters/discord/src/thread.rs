//! Saying something in the thread of a message of ours. The thread is begun when something is first said in it.
//!
//! - **A message has one thread, with its own number**: to begin it twice is to begin it once, and that it is no room is
//!   written down before it is there (`begun.rs`).
//! - One that sleeps is woken.
//! - **What can't be said in the thread is said in the channel, as an answer to the message**: nothing is lost because
//!   somebody took a right away, locked the thread or deleted it.

use serde_json::{Value, json};
use serenity::{
    all::{ChannelId, MessageId},
    http::Route,
};
use sitrep_core::{
    port::Attempt,
    room::{MessageRef, RoomRef},
};

use crate::{
    account::Account,
    channels,
    client::Call,
    failure::{Failure, code},
    guild::TALK_STAYS,
    history::{self, Wanted},
    post::{Post, post, post_new},
    read,
    render::{clean, shortened},
    say,
};

/// How long a thread's name may be ("Start Thread from Message": 1-100 characters).
const NAME: usize = 100;

/// Where a thread is, or will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Root {
    /// The channel that it belongs to.
    pub(crate) channel: ChannelId,
    /// The message that it hangs on; `None` if that message stands in a thread already, which is used.
    message: Option<MessageId>,
    /// The thread.
    pub(crate) thread: ChannelId,
}

impl Root {
    /// The thread of a message in a room.
    pub(crate) fn of(account: &Account, room: &RoomRef, message: &MessageRef) -> Result<Self, Failure> {
        let number = |text: &str| text.parse::<u64>().ok().filter(|id| *id != 0);
        let channel = say::channel(account, room, None)?;
        let own = message.thread.is_none().then(|| number(&message.id)).flatten();
        let thread = message.thread.as_deref().map_or(own, number);
        let thread = thread.ok_or_else(|| Failure::refused("there is no such message"))?;
        Ok(Self { channel, message: own.map(MessageId::new), thread: ChannelId::new(thread) })
    }

    /// Whether it was begun, or was to be.
    fn is_there(self, account: &Account) -> bool {
        let guild = account.guild();
        guild.begun.contains(&self.thread)
            || guild.channels.get(&self.thread).is_some_and(|channel| channel.is_thread())
    }
}

/// Says something in the thread, or in the channel if that can't be. Gives the message, and whether it is in the thread.
pub(crate) async fn post_in(
    account: &Account,
    attempt: &Attempt,
    root: Root,
    what: &Post<'_>,
) -> Result<(MessageId, bool), Failure> {
    let inside = Post { channel: root.thread, ..*what };
    // What it answers is in the thread, and not here.
    let beside = Post { channel: root.channel, answers: root.message, ..*what };
    if let Some(found) = said_before(account, attempt, (&inside, &beside)).await? {
        return Ok(found);
    }
    match said_inside(account, attempt, root, &inside).await {
        Ok(message) => Ok((message, true)),
        // A private thread's words are for nobody else.
        Err(failure @ Failure::Refused(_)) if root.message.is_some() => {
            tracing::info!("What belongs into a thread is said in the channel, because {}.", failure.words());
            Ok((post(account, attempt, &beside).await?, false))
        }
        Err(failure) => Err(failure),
    }
}

/// What an earlier attempt has said, in either place.
async fn said_before(
    account: &Account,
    attempt: &Attempt,
    (inside, beside): (&Post<'_>, &Post<'_>),
) -> Result<Option<(MessageId, bool)>, Failure> {
    for (place, is_inside) in [(inside, true), (beside, false)] {
        let wanted = Wanted { body: place.body, answers: place.answers, interaction: place.interaction };
        match history::find(account, place.channel, attempt, &wanted).await {
            Ok(Some(found)) => {
                account.doing.note_key(found, &attempt.key);
                account.doing.set_says(found, Some(place.body));
                return Ok(Some((found, is_inside)));
            }
            Ok(None) => {}
            // There is no thread, or it is closed to us: nothing was said in it.
            Err(Failure::Refused(_)) if is_inside => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(None)
}

async fn said_inside(
    account: &Account,
    attempt: &Attempt,
    root: Root,
    inside: &Post<'_>,
) -> Result<MessageId, Failure> {
    let was_there = root.is_there(account);
    if !was_there {
        begin(account, root).await?;
    }
    match post_new(account, attempt, inside).await {
        // It was to be begun, and we died before that.
        Err(failure) if was_there && failure.is(&[code::UNKNOWN_CHANNEL]) => begin(account, root).await?,
        Err(failure) if failure.is(&[code::THREAD_ARCHIVED, code::THREAD_LOCKED]) => {
            wake(account, root.thread).await?;
        }
        said => return said,
    }
    post_new(account, attempt, inside).await
}

/// Sees to it that the message has its thread.
async fn begin(account: &Account, root: Root) -> Result<(), Failure> {
    let (channel_id, Some(message_id)) = (root.channel, root.message) else {
        return Err(Failure::refused("the thread is gone"));
    };
    let words = match read::ours(account, (channel_id, message_id)).await {
        // Without a word it can be begun all the same.
        Err(failure) if !failure.is(&[code::UNKNOWN_MESSAGE, code::UNKNOWN_CHANNEL]) => {
            if !matches!(failure, Failure::Refused(_)) {
                return Err(failure);
            }
            String::new()
        }
        words => words?,
    };
    if account.guild().begun.insert(root.thread) {
        account.begun.note(root.thread);
    }
    let form = json!({ "name": name(&words), "auto_archive_duration": u16::from(TALK_STAYS) });
    let route = Route::ChannelMessageThreads { channel_id, message_id };
    match account.client.ask::<Value>(Call::post(route, form).needs("Create Public Threads")).await {
        Ok(made) => {
            channels::note(account, &made);
            Ok(())
        }
        Err(failure) if failure.is(&[code::HAS_THREAD]) => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// Wakes a thread that sleeps.
pub(crate) async fn wake(account: &Account, channel_id: ChannelId) -> Result<(), Failure> {
    let call = Call::patch(Route::Channel { channel_id }, json!({ "archived": false }));
    let woken: Value =
        account.client.ask(call.needs("Manage Threads")).await.map_err(Failure::while_reading)?;
    channels::note(account, &woken);
    Ok(())
}

/// What a thread is called: the first words of its message, without markup and without anybody in it. Of a line of several
/// parts that is the first, and what it is about: the parts between say how it stands, and the name stays when that changes.
fn name(words: &str) -> String {
    let first = words.lines().map(plain).find(|line| !line.is_empty());
    let quoted = words.lines().find(|line| line.starts_with("> ")).map(plain);
    let called = first.map(|line| match line.split_once(" \u{B7} ") {
        Some((first, rest)) => {
            let last = rest.rsplit(" \u{B7} ").next().unwrap_or(rest);
            format!("{first} \u{B7} {}", quoted.as_deref().unwrap_or(last))
        }
        None => line,
    });
    called.map_or_else(|| "\u{2026}".to_owned(), |line| shortened(&line, NAME))
}

/// One line of markup as the words that people see.
fn plain(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line.trim_start_matches(['#', '>', '-', ' ']).chars();
    while let Some(next) = rest.next() {
        match next {
            '\\' => plain.extend(rest.next()),
            '*' | '_' | '~' | '`' | '|' => {}
            '<' => {
                // An address stays; a moment or somebody's number is nothing to read.
                let inside: String = rest.clone().take_while(|c| *c != '>').collect();
                if rest.clone().any(|c| c == '>') {
                    rest.by_ref().take(inside.chars().count() + 1).for_each(drop);
                    plain.push_str(if inside.starts_with("http") { &inside } else { "" });
                }
            }
            next => plain.push(next),
        }
    }
    let visible: String = clean(&plain).chars().filter(|c| !is_hidden(*c)).collect();
    // Nobody is called by a name.
    visible.replace('@', "\u{FF20}").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What can't be seen, or turns around what can.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_called_by_the_first_words_of_its_message() {
        let cases = [
            ("**REP-3** checkout is down\nSay ack", "REP-3 checkout is down"),
            ("\n> nightly\\_backup `failed` <t:1763805180:R>", "nightly_backup failed"),
            ("<@20> says: call @everyone", "says: call \u{FF20}everyone"),
            ("see <https://example.org/a>", "see https://example.org/a"),
            ("a < b", "a b"),
            (
                "**REP-3** \u{B7} waiting \u{B7} reported by <@20>\n> search is *slow*",
                "REP-3 \u{B7} search is slow",
            ),
            ("**REP-4** \u{B7} waiting \u{B7} alert from x: disk\nFiring", "REP-4 \u{B7} alert from x: disk"),
            ("\u{202E}turned\u{200B} around", "turned around"),
            ("", "\u{2026}"),
            (" \n**\n", "\u{2026}"),
            ("<@20>", "\u{2026}"),
        ];
        for (words, expected) in cases {
            assert_eq!(name(words), expected, "{words:?}");
        }
        let long = name(&"\u{1F6A8} down ".repeat(40));
        assert!(long.encode_utf16().count() <= NAME && long.ends_with('\u{2026}'), "{long}");
    }
}
