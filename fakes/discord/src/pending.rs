//! Something a person did and waits for an answer to.

use serde_json::Value;

use crate::person::Person;
use crate::server::Server;
use crate::state::message::EPHEMERAL;

/// How a program answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AnswerKind {
    /// With a message.
    Message,
    /// It is thinking.
    Deferred,
    /// With a form to fill in.
    Modal,
    /// With a list to choose from.
    Choices,
}

/// What a program answered, as it stands now.
#[derive(Clone, Debug)]
pub struct Answer {
    /// How.
    pub kind: AnswerKind,
    /// The message's text; empty while it thinks.
    pub content: String,
    /// Everything else: embeds and components of a message, the form, the choices.
    pub data: Value,
    /// Whether nobody else sees it.
    pub ephemeral: bool,
    /// Whether the message was removed since.
    pub removed: bool,
    /// The message.
    pub message: Option<u64>,
}

/// An interaction that was begun.
#[derive(Clone, Debug)]
pub struct Pending {
    pub(crate) server: Server,
    pub(crate) person: Person,
    pub(crate) id: u64,
}

impl Pending {
    /// The interaction's id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Who began it.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// What the program answered so far.
    pub fn answer(&self) -> Option<Answer> {
        let state = self.server.state();
        let it = state.interactions.get(&self.id)?;
        let first = it.answer.as_ref()?;
        let original = it.original.and_then(|id| Some(state.messages.get(&it.channel)?.get(&id)?.clone()));
        let mut answer = Answer {
            kind: match first.kind {
                5 | 6 => AnswerKind::Deferred,
                8 => AnswerKind::Choices,
                9 => AnswerKind::Modal,
                _ => AnswerKind::Message,
            },
            content: String::new(),
            data: first.data.clone(),
            ephemeral: false,
            removed: it.original.is_some() && original.is_none(),
            message: it.original,
        };
        if let Some(message) = original {
            if message.flags & crate::state::message::LOADING == 0 {
                answer.kind = AnswerKind::Message;
            }
            answer.ephemeral = message.flags & EPHEMERAL != 0;
            answer.content.clone_from(&message.content);
            answer.data = crate::render::message::message(&state, &message);
        }
        Some(answer)
    }

    /// Whether the program had no answer within the three seconds that Discord waits for it.
    pub fn failed(&self) -> bool {
        let state = self.server.state();
        let Some(it) = state.interactions.get(&self.id) else { return true };
        it.answer.is_none() && state.now() - it.made_at > crate::rules::interactions::FIRST_ANSWER
    }
}
