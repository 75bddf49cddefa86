//! What follows from what happened: from an event to the effects that it calls for.
//!
//! Pure functions, one file an area. They see the incident as it stands after the event, and where the event came
//! from: whoever typed the command is answered by the command itself, so the place where it was typed is left out.

mod ending;
mod evidence;
mod health;
mod opening;
mod people;
mod progress;
pub(crate) mod report;
mod retrospective;
mod roles;
mod room;
pub(crate) mod rota;
mod tasks;
mod timeline;
mod updates;

use chrono::{DateTime, Duration, Utc};

use crate::{
    effect::{Desired, Effect, Keep, Place, Pressed, Purpose, Say},
    event::{Event, Record, Subject},
    incident::{Incident, RoomState},
    message::{Message, card},
    person::Person,
    policy::{Meeting, Policy},
    room::{MessageRef, RoomRef},
};

/// How long an answer or news is worth delivering after an outage.
pub const NEWS_WORTH: Duration = Duration::days(1);

/// How long an incident's card and the word that it is over are worth delivering: whoever heard that it began hears
/// how it ended, however long the outage.
pub(crate) const END_WORTH: Duration = Duration::days(30);

/// What surrounds an event as it is reacted to.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// Now.
    pub now: DateTime<Utc>,
    /// What the operator decided.
    pub policy: &'a Policy,
    /// The message whose command caused it.
    pub cause: Option<&'a MessageRef>,
}

/// Effects as they are collected for one incident.
#[derive(Debug)]
pub struct Effects<'a> {
    incident: &'a Incident,
    surroundings: Surroundings<'a>,
    by: Option<&'a Person>,
    list: Vec<Effect>,
}

/// What a fact calls for.
#[must_use]
pub fn react<'a>(incident: &'a Incident, record: &'a Record, surroundings: Surroundings<'a>) -> Vec<Effect> {
    let mut effects = Effects { incident, surroundings, by: record.by.as_ref(), list: Vec::new() };
    match &record.event {
        Event::Workspace(_) | Event::Rota(_) | Event::Report(_) | Event::Change(_) => {}
        Event::Evidence(event) => evidence::react(&mut effects, event, record),
        Event::People(event) => people::react(&mut effects, event, record),
        Event::Task(event) => tasks::react(&mut effects, event),
        Event::Timeline(event) => timeline::react(&mut effects, event),
        Event::Health(event) => health::react(&mut effects, event),
        Event::Incident(event) => progress::react(&mut effects, event, record),
        Event::Room(event) => room::react(&mut effects, event),
        Event::Role(event) => roles::react(&mut effects, event, record.by.as_ref()),
        Event::Update(event) => updates::react(&mut effects, event, record),
        Event::Retrospective(event) => retrospective::react(&mut effects, event),
    }
    effects.list
}

impl Effects<'_> {
    fn policy(&self) -> &Policy {
        self.surroundings.policy
    }

    /// Whether the command behind this was typed in the incident's own place, where its answer is seen by all.
    fn was_said_at_home(&self) -> bool {
        match (self.surroundings.cause, self.incident.home()) {
            (Some(cause), Some(home)) => cause.room == *home,
            (Some(_) | None, _) => false,
        }
    }

    /// Tells the incident's own room, unless the command was typed there.
    fn tell_home(&mut self, message: Message) {
        if !self.was_said_at_home() {
            self.say_at_home(Purpose::Notice, message, NEWS_WORTH);
        }
    }

    /// Says something in the incident's own room in any case.
    fn say_at_home(&mut self, purpose: Purpose, message: Message, worth: Duration) {
        if self.incident.room == RoomState::Nowhere {
            return;
        }
        let platform = &self.incident.origin.message.room.platform;
        let place = Place::Incident(self.incident.id);
        self.push_say(Say::new(place, platform, purpose, message, self.surroundings.now + worth));
    }

    /// Asks something in the incident's own room that people can answer by pressing.
    fn ask_at_home(&mut self, signs: Pressed, message: Message, worth: Duration) {
        if self.incident.room == RoomState::Nowhere {
            return;
        }
        let platform = &self.incident.origin.message.room.platform;
        let place = Place::Incident(self.incident.id);
        let stale_at = self.surroundings.now + worth;
        let say = Say::new(place, platform, Purpose::Prompt, message, stale_at);
        self.push_say(Say { signs: Some(signs), ..say });
    }

    /// Tells one person, in private.
    fn tell_person(&mut self, person: &Person, message: Message, worth: Duration) {
        let place = Place::Person(person.clone());
        let stale_at = self.surroundings.now + worth;
        self.push_say(Say::new(place, &person.platform, Purpose::Notice, message, stale_at));
    }

    /// Tells rooms, but for the one where the command was typed and the incident's own.
    fn tell_rooms<'r>(
        &mut self,
        rooms: impl IntoIterator<Item = &'r RoomRef>,
        message: &Message,
        worth: Duration,
    ) {
        let cause = self.surroundings.cause.map(|cause| &cause.room);
        for room in rooms {
            if Some(room) == cause || Some(room) == self.incident.home() {
                continue;
            }
            let place = Place::Room(room.clone());
            let stale_at = self.surroundings.now + worth;
            self.push_say(Say::new(place, &room.platform, Purpose::Notice, message.clone(), stale_at));
        }
    }

    /// Tells those who want to hear of it in private, each human once, but for whoever caused it. Of a private
    /// incident only those hear who belong to it.
    fn tell_followers_privately(&mut self, message: &Message, worth: Duration) {
        let (incident, policy) = (self.incident, self.surroundings.policy);
        for person in policy.each_once(&incident.followers) {
            let did_it = self.by.is_some_and(|by| policy.same(by, &person));
            if did_it || !policy.may_see(&person, incident) || self.tells_privately(&person) {
                continue;
            }
            self.tell_person(&person, message.clone(), worth);
        }
    }

    /// Whether this human is told something in private already.
    fn tells_privately(&self, human: &Person) -> bool {
        self.list.iter().any(|effect| match effect {
            Effect::Say(Say { place: Place::Person(person), .. }) => {
                self.surroundings.policy.same(person, human)
            }
            Effect::Say(_)
            | Effect::Keep(_)
            | Effect::Direct(_)
            | Effect::Read(_)
            | Effect::Quote(_)
            | Effect::Measure(_) => false,
        })
    }

    /// Answers the message that declared the incident.
    fn answer_origin(&mut self, message: Message) {
        let origin = &self.incident.origin.message;
        let place = Place::Room(origin.room.clone());
        let stale_at = self.surroundings.now + NEWS_WORTH;
        let say = Say::new(place, &origin.room.platform, Purpose::Answer, message, stale_at);
        // What an alert declares whose line could not be said answers nothing.
        let answers = Some(origin.clone()).filter(|origin| !origin.id.is_empty());
        self.push_say(Say { answers, ..say });
    }

    fn push_say(&mut self, say: Say) {
        self.list.push(Effect::Say(Say { about: Some(self.incident.id), ..say }));
    }

    fn keep(&mut self, desired: Desired) {
        let platform = self.incident.origin.message.room.platform.clone();
        self.list.push(Effect::Keep(Keep { platform, about: Subject::Incident(self.incident.id), desired }));
    }

    /// Everybody who belongs is in the room, and, where only they may be, in the meeting.
    fn keep_members(&mut self) {
        if matches!(self.incident.room, RoomState::Open(_)) {
            let platform = &self.incident.origin.message.room.platform;
            let people = self.policy().members(&self.incident.people, platform);
            self.keep(Desired::Members { people });
        }
        if self.incident.private {
            self.keep_meeting();
        }
    }

    /// There is a place to talk, if that is how people meet. One for people of another platform would let nobody in
    /// whom a private incident concerns.
    fn keep_meeting(&mut self) {
        let Meeting::Voice(platform) = &self.policy().meeting else { return };
        let incident = self.incident;
        let is_elsewhere = incident.origin.message.room.platform != *platform;
        if !incident.status.is_open() || incident.home().is_none() || (incident.private && is_elsewhere) {
            return;
        }
        let people = incident.private.then(|| self.policy().members(&incident.people, platform));
        // Without the title, which may be corrected or taken back: by its name a second attempt finds the first.
        let began = incident.declared_at.with_timezone(&self.policy().timezone).format("%Y-%m-%d-%H%M");
        let name = format!("{began}-{}", incident.id.to_string().to_lowercase());
        let desired = Desired::Meeting { name, people, known: incident.voice.clone() };
        let platform = platform.clone();
        self.list.push(Effect::Keep(Keep { platform, about: Subject::Incident(incident.id), desired }));
    }

    /// The place to talk that was made goes.
    fn end_meeting(&mut self) {
        let Some(room) = self.incident.voice.clone() else { return };
        let platform = room.platform.clone();
        let desired = Desired::NoMeeting { room };
        self.list.push(Effect::Keep(Keep { platform, about: Subject::Incident(self.incident.id), desired }));
    }
}

/// The card as it should be now, if it is posted. The engine asks after every round of events and drops what has
/// not changed.
#[must_use]
pub fn card_upkeep(incident: &Incident, policy: &Policy) -> Option<Effect> {
    let card = incident.card.clone()?;
    let platform = incident.origin.message.room.platform.clone();
    let desired = Desired::Card { card, message: card::card(incident, policy) };
    Some(Effect::Keep(Keep { platform, about: Subject::Incident(incident.id), desired }))
}
