//! What somebody does in their client.
//!
//! The client lets people do only what they may: who can't see a channel can't write in it either. Channels go by name
//! or id. What a program must answer is in `interaction/`.

use crate::happening;
use crate::permission as bit;
use crate::rules::permissions;
use crate::server::Server;
use crate::state::State;
use crate::state::channel::ChannelKind;
use crate::state::message::{Attachment as Attached, Message as Written};
use crate::view::Message;

/// The client didn't let them, or Discord didn't.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refused(pub String);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

pub(crate) fn refused<T>(why: impl Into<String>) -> Result<T, Refused> {
    Err(Refused(why.into()))
}

/// Somebody at their client.
#[derive(Clone, Debug)]
pub struct Person {
    pub(crate) server: Server,
    pub(crate) id: u64,
    pub(crate) name: String,
}

impl Person {
    /// Their id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Their name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A channel that they see. Of several with the same name the one that they see.
    pub(crate) fn place(&self, state: &State, channel: &str) -> Result<u64, Refused> {
        let name = channel.trim_start_matches('#');
        let by_id = name.parse().ok().filter(|id: &u64| state.channels.contains_key(id));
        let mut named = state.channels.values().filter(|it| by_id.map_or(it.name == name, |id| it.id == id));
        match named.find(|it| permissions::sees(state, self.id, it.id)) {
            Some(found) => Ok(found.id),
            None => refused(format!("{} sees no channel {channel}", self.name)),
        }
    }

    pub(crate) fn need(&self, state: &State, channel: u64, bits: u64, what: &str) -> Result<(), Refused> {
        if permissions::in_channel(state, self.id, channel) & bits == bits {
            return Ok(());
        }
        refused(format!("{} may not {what} there", self.name))
    }

    fn message<'a>(&self, state: &'a State, channel: u64, message: u64) -> Result<&'a Written, Refused> {
        let found = state.messages.get(&channel).and_then(|all| all.get(&message));
        match found.filter(|it| it.only_for.is_none_or(|only| only == self.id)) {
            Some(found) => Ok(found),
            None => refused(format!("{} sees no message {message} there", self.name)),
        }
    }

    fn write(
        &self,
        channel: &str,
        text: &str,
        reply_to: Option<u64>,
        file: Option<(&str, &[u8])>,
    ) -> Result<u64, Refused> {
        let mut state = self.server.state();
        let place = self.place(&state, channel)?;
        let thread = state.channels.get(&place).and_then(|it| it.thread.as_ref());
        // A thread that merely sleeps is woken.
        if thread.is_some_and(|thread| thread.archived && thread.locked) {
            self.need(&state, place, bit::MANAGE_THREADS, "write")?;
        }
        let needed = if thread.is_some() { bit::SEND_MESSAGES_IN_THREADS } else { bit::SEND_MESSAGES };
        self.need(&state, place, needed, "write")?;
        let text = text.trim();
        if text.is_empty() && file.is_none() || text.chars().count() > 2000 {
            return refused("a message has 1 to 2000 characters");
        }
        if let Some(to) = reply_to {
            self.message(&state, place, to)?;
        }
        if file.is_some() {
            self.need(&state, place, bit::ATTACH_FILES, "attach files")?;
        }
        let attachments = file.map(|(name, content)| Attached {
            id: state.next_id(),
            name: name.to_owned(),
            description: None,
            kind: "application/octet-stream".to_owned(),
            content: content.into(),
        });
        let message = Written {
            attachments: attachments.into_iter().collect(),
            channel: place,
            author: self.id,
            content: text.to_owned(),
            reply_to,
            ..Written::default()
        };
        Ok(happening::message::post(&mut state, message, None))
    }

    /// Writes a message.
    pub fn say(&self, channel: &str, text: &str) -> Result<u64, Refused> {
        self.write(channel, text, None, None)
    }

    /// Writes a message into the thread under a message.
    pub fn say_in_thread(&self, root: u64, text: &str) -> Result<u64, Refused> {
        self.say(&root.to_string(), text)
    }

    /// Writes a message with a file, or sends just that.
    pub fn attach(&self, channel: &str, text: &str, name: &str, content: &[u8]) -> Result<u64, Refused> {
        self.write(channel, text, None, Some((name, content)))
    }

    /// Writes a reply.
    pub fn reply(&self, channel: &str, to: u64, text: &str) -> Result<u64, Refused> {
        self.write(channel, text, Some(to), None)
    }

    /// Writes to the bot directly.
    pub fn say_directly(&self, text: &str) -> Result<u64, Refused> {
        let direct = self.direct_channel();
        self.write(&direct.to_string(), text, None, None)
    }

    /// Their direct channel with the bot.
    pub fn direct_channel(&self) -> u64 {
        happening::channel::direct(&mut self.server.state(), self.id)
    }

    /// Changes a message of theirs.
    pub fn edit(&self, channel: &str, message: u64, text: &str) -> Result<(), Refused> {
        let mut state = self.server.state();
        let place = self.place(&state, channel)?;
        if self.message(&state, place, message)?.author != self.id {
            return refused("only its author can change a message");
        }
        happening::message::edit(
            &mut state,
            place,
            message,
            |it| text.trim().clone_into(&mut it.content),
            None,
        );
        Ok(())
    }

    /// Removes a message: one of theirs, or any if they may.
    pub fn delete(&self, channel: &str, message: u64) -> Result<(), Refused> {
        let mut state = self.server.state();
        let place = self.place(&state, channel)?;
        if self.message(&state, place, message)?.author != self.id {
            self.need(&state, place, bit::MANAGE_MESSAGES, "remove messages")?;
        }
        happening::message::remove(&mut state, place, message);
        Ok(())
    }

    /// Presses a sign under a message.
    pub fn react(&self, channel: &str, message: u64, sign: &str) -> Result<(), Refused> {
        let mut state = self.server.state();
        let place = self.place(&state, channel)?;
        let fresh = !self.message(&state, place, message)?.reactions.iter().any(|it| it.emoji == sign);
        if fresh {
            self.need(&state, place, bit::ADD_REACTIONS, "add signs")?;
        }
        happening::message::react(&mut state, place, message, sign, self.id);
        Ok(())
    }

    /// Takes a sign away again.
    pub fn unreact(&self, channel: &str, message: u64, sign: &str) -> Result<(), Refused> {
        let mut state = self.server.state();
        let place = self.place(&state, channel)?;
        self.message(&state, place, message)?;
        happening::message::unreact(&mut state, place, message, sign, self.id);
        Ok(())
    }

    /// Pins a message.
    pub fn pin(&self, channel: &str, message: u64) -> Result<(), Refused> {
        let mut state = self.server.state();
        let place = self.place(&state, channel)?;
        self.message(&state, place, message)?;
        self.need(&state, place, bit::PIN_MESSAGES, "pin")?;
        happening::message::pin(&mut state, place, message, self.id);
        Ok(())
    }

    /// Starts a thread on a message. The thread's id is the message's.
    pub fn start_thread(&self, channel: &str, message: u64, name: &str) -> Result<u64, Refused> {
        let mut state = self.server.state();
        let parent = self.place(&state, channel)?;
        self.message(&state, parent, message)?;
        self.need(&state, parent, bit::CREATE_PUBLIC_THREADS, "start threads")?;
        let new = happening::thread::NewThread {
            parent,
            message: Some(message),
            name: name.to_owned(),
            private: false,
            invitable: true,
            auto_archive_minutes: 4320,
        };
        Ok(happening::thread::start(&mut state, new, self.id))
    }

    /// The names of the channels and threads that they see, categories and direct channels left out.
    pub fn channels(&self) -> Vec<String> {
        let state = self.server.state();
        let all = state
            .channels
            .values()
            .filter(|it| !matches!(it.kind, ChannelKind::Category | ChannelKind::Direct));
        all.filter(|it| permissions::sees(&state, self.id, it.id)).map(|it| it.name.clone()).collect()
    }

    /// What they read in a channel, the oldest first: with what is for them alone, without what is for others alone.
    pub fn reads(&self, channel: &str) -> Result<Vec<Message>, Refused> {
        let state = self.server.state();
        let place = self.place(&state, channel)?;
        self.need(&state, place, bit::READ_MESSAGE_HISTORY, "read")?;
        let all = state.messages.get(&place).into_iter().flat_map(|all| all.values());
        let theirs = all.filter(|it| it.only_for.is_none_or(|only| only == self.id));
        Ok(theirs.map(|it| Message::of(&state, it)).collect())
    }

    /// What they read in the thread under a message, the oldest first, without that message itself; nothing if there is no
    /// thread.
    pub fn thread(&self, root: u64) -> Vec<Message> {
        self.reads(&root.to_string()).unwrap_or_default()
    }

    /// What they read in their direct channel with the bot.
    pub fn reads_directly(&self) -> Vec<Message> {
        let state = self.server.state();
        let direct = state.channels.values().find(|it| it.recipients == [self.id]);
        let all =
            direct.and_then(|direct| state.messages.get(&direct.id)).into_iter().flat_map(|all| all.values());
        all.map(|it| Message::of(&state, it)).collect()
    }
}
