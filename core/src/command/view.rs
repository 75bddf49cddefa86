//! What a command sees, who gives it, and what comes out.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::{
    event::{Event, Subject},
    incident::{Incident, IncidentId, RoomState},
    message::{Message, ending},
    person::Person,
    policy::Policy,
    port::{Attachment, Identity, RoomKind},
    refusal::Refusal,
    room::{MessageRef, RoomRef},
    rota::{Duty, Rota},
    workspace::Workspace,
};

/// What a command is about, and so what has to be loaded for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// The installation, or nothing in particular.
    Workspace,
    /// This incident, or the one of the room.
    Incident(Option<IncidentId>),
    /// The one of the room, if it has one.
    RoomIfAny,
}

/// The state as a command sees it.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The installation.
    pub workspace: &'a Workspace,
    /// Every incident that still owes something.
    pub live: Live<'a>,
    /// The incident that the command is about, if there is one.
    pub incident: Option<&'a Incident>,
    /// The other one, if it is about two.
    pub other: Option<&'a Incident>,
    /// Who is on duty.
    pub rota: &'a Rota,
}

/// The incidents that still owe something: as they are stored, and over that as they have been changed in this
/// round.
#[derive(Clone, Copy, Debug)]
pub struct Live<'a> {
    /// As stored.
    pub stored: &'a BTreeMap<IncidentId, Incident>,
    /// As changed in this round.
    pub changed: &'a BTreeMap<IncidentId, Incident>,
}

impl<'a> Live<'a> {
    /// All of them, by number.
    pub fn iter(self) -> impl Iterator<Item = &'a Incident> {
        self.all().filter(|incident| incident.is_live())
    }

    /// Every incident in memory, those that owe nothing more among them.
    pub(crate) fn all(self) -> impl Iterator<Item = &'a Incident> {
        let ids: BTreeSet<IncidentId> = self.stored.keys().chain(self.changed.keys()).copied().collect();
        ids.into_iter().filter_map(move |id| self.changed.get(&id).or_else(|| self.stored.get(&id)))
    }

    /// Those that ran in this room, until we were removed from it.
    pub(crate) fn that_lost(self, room: &RoomRef) -> impl Iterator<Item = &'a Incident> {
        self.all().filter(move |incident| incident.lost_room.as_ref() == Some(room))
    }

    /// Those that run in this very room, for want of one of their own.
    pub fn running_at(self, room: &RoomRef) -> impl Iterator<Item = &'a Incident> {
        self.iter().filter(move |incident| {
            incident.room == RoomState::AtOrigin && incident.origin.message.room == *room
        })
    }
}

/// Who gives a command, where and when.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Now.
    pub now: DateTime<Utc>,
    /// When it was typed, which is what "tomorrow" is reckoned from: at most a moment ago, or before an outage.
    pub said_at: DateTime<Utc>,
    /// Who.
    pub person: &'a Person,
    /// The message that it is in.
    pub message: &'a MessageRef,
    /// What kind of room that is in.
    pub kind: RoomKind,
    /// What the operator decided.
    pub policy: &'a Policy,
    /// The store's identity, from which everything unguessable is derived.
    pub identity: &'a Identity,
}

/// What is to happen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// What has happened thereby, each with the words that go with it.
    pub facts: Vec<(Subject, Event, Option<String>)>,
    /// What the person is answered; a command whose facts lead to the answer has none.
    pub reply: Option<Reply>,
    /// What goes with the answer.
    pub attachment: Option<Attachment>,
    /// What is answered besides, one message after the other.
    pub further: Vec<Message>,
    /// Whether the message that was pressed shows what came of it, so that no answer is needed then.
    pub is_shown: bool,
}

/// What a person is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The answer.
    pub message: Message,
    /// Whether it is nobody else's concern: it is shown to the person alone where the platform can do that.
    pub discreet: bool,
}

impl From<Message> for Reply {
    /// An answer that everybody there may read.
    fn from(message: Message) -> Self {
        Self { message, discreet: false }
    }
}

impl Decision {
    /// An answer and nothing else.
    #[must_use]
    pub fn answer(message: Message) -> Self {
        Self { reply: Some(message.into()), ..Self::default() }
    }

    /// An answer that is nobody else's concern, and nothing else.
    #[must_use]
    pub fn discreetly(message: Message) -> Self {
        Self { reply: Some(Reply { message, discreet: true }), ..Self::default() }
    }

    /// Adds a fact without words.
    #[must_use]
    pub fn fact(self, id: IncidentId, event: Event) -> Self {
        self.fact_perhaps_with_words(id, event, None)
    }

    /// Adds a fact with the words that go with it, if there are any.
    #[must_use]
    pub fn fact_perhaps_with_words(mut self, id: IncidentId, event: Event, words: Option<String>) -> Self {
        self.facts.push((Subject::Incident(id), event, words));
        self
    }

    /// Adds a fact with the words that go with it.
    #[must_use]
    pub fn fact_with_words(self, id: IncidentId, event: Event, words: &str) -> Self {
        self.fact_perhaps_with_words(id, event, Some(words.to_owned()))
    }
}

impl<'a> View<'a> {
    /// The incident that a verb is about.
    ///
    /// # Errors
    /// When none is named or implied, or the person may not know of it.
    pub fn incident(
        &self,
        verb: &'static str,
        named: Option<IncidentId>,
        context: &Context<'_>,
    ) -> Result<&'a Incident, Refusal> {
        let Some(incident) = self.incident else {
            let here: Vec<_> =
                self.live.running_at(&context.message.room).map(|incident| incident.id).collect();
            return Err(match (named, here.as_slice()) {
                (Some(id), _) => Refusal::NoSuchIncident(id),
                (None, []) => Refusal::WhichIncident(verb),
                (None, _) => Refusal::SeveralHere(verb, here),
            });
        };
        if !context.policy.may_see(context.person, incident) && !context.is_in_room_of(incident) {
            return Err(Refusal::NoSuchIncident(incident.id));
        }
        // The answer would tell the room about it: who leads, how bad it is.
        if !context.may_name(incident) {
            return Err(Refusal::PrivateElsewhere(incident.id));
        }
        Ok(incident)
    }

    /// The incident that a verb is about, if it is still open.
    ///
    /// # Errors
    /// As [`View::incident`], and when it is over: how it ended, and what to do.
    pub fn open_incident(
        &self,
        verb: &'static str,
        named: Option<IncidentId>,
        context: &Context<'_>,
    ) -> Result<&'a Incident, Refusal> {
        let incident = self.incident(verb, named, context)?;
        if incident.status.is_open() {
            return Ok(incident);
        }
        Err(Refusal::AlreadySo(ending::how(incident, context.policy, context.now)))
    }
}

impl Context<'_> {
    /// Who is on duty now.
    #[must_use]
    pub fn duty<'v>(&'v self, view: &View<'v>) -> Duty<'v> {
        Duty { policy: self.policy, rota: view.rota, now: self.now }
    }

    /// Whether this was said in the incident's own room: who is in there belongs to it.
    #[must_use]
    pub fn is_in_room_of(&self, incident: &Incident) -> bool {
        matches!(&incident.room, RoomState::Open(room) if *room == self.message.room)
    }

    /// Whether the answer, where it will be said, may name this incident's title.
    #[must_use]
    pub fn may_name(&self, incident: &Incident) -> bool {
        incident.may_be_named_in(&self.message.room)
            || (self.kind == RoomKind::Direct && self.policy.belongs(self.person, incident))
    }
}
