//! People who come to an incident: by joining its room, by speaking in it, by being asked in.
//!
//! - Everybody comes once. A platform that tells who joins is believed; on others, whoever gives a command in the room
//!   has come.
//! - Who comes when it is under way is told what is going on, once, in private. Whoever does something for it by
//!   themselves, or gave some of the news, knows.

use chrono::{DateTime, Utc};

use super::{
    Engine,
    deciding::Missing,
    draft::{Cause, Draft},
};
use crate::{
    effect::{Effect, Place, Say},
    event::{Event, PeopleEvent, Subject},
    incident::IncidentId,
    person::Person,
    port::Inbound,
};

/// Somebody who has just come.
pub(super) struct Came {
    /// To which incident.
    pub(super) id: IncidentId,
    /// Nobody had asked them.
    pub(super) unasked: bool,
}

impl Engine {
    /// Somebody came into a room.
    pub(super) fn decide_joined(
        &self,
        draft: &mut Draft,
        inbound: &Inbound,
        now: DateTime<Utc>,
    ) -> Result<(), Missing> {
        if self.is_heard(draft, inbound)?
            && let Some(came) = self.has_come(draft, inbound, now)
        {
            // They may have been asked in long before they came.
            self.brief_who_came(draft, came.id, &inbound.person, now);
        }
        Ok(())
    }

    /// Puts on record that somebody is in an incident's own room, if that is news.
    pub(super) fn has_come(&self, draft: &mut Draft, inbound: &Inbound, now: DateTime<Utc>) -> Option<Came> {
        let room = &inbound.message.room;
        let id = self.workspace(draft).incident_in(room)?;
        // Those that owe nothing any more need not be loaded for it.
        let incident = self.incident(draft, id).filter(|incident| {
            incident.is_live()
                && incident.home() == Some(room)
                && !self.policy.is_among(&inbound.person, &incident.joined)
        })?;
        let came = Came { id, unasked: !self.policy.belongs(&inbound.person, incident) };
        let cause = Cause { person: Some(&inbound.person), message: None };
        let joined = Event::People(PeopleEvent::Joined);
        self.record(draft, (Subject::Incident(id), joined, None), cause, now);
        Some(came)
    }

    /// Tells somebody who came what is going on, unless they see to it.
    pub(super) fn brief_who_came(
        &self,
        draft: &mut Draft,
        id: IncidentId,
        person: &Person,
        now: DateTime<Utc>,
    ) {
        let sees_to_it = self.incident(draft, id).is_some_and(|incident| {
            self.policy.is_among(person, incident.commander.iter().chain(&incident.acknowledged_by))
        });
        if !sees_to_it {
            self.brief(draft, id, person, now);
        }
    }

    /// Tells those what is going on whom a fact has added to an incident that had `known` people; but for whoever
    /// caused it.
    pub(super) fn brief_newcomers(
        &self,
        draft: &mut Draft,
        (id, known): (IncidentId, usize),
        caused_by: Option<&Person>,
        now: DateTime<Utc>,
    ) {
        let Some(incident) = self.incident(draft, id) else { return };
        let (before, added) = incident.people.split_at(known.min(incident.people.len()));
        let is_new = |person: &&Person| {
            let knows = caused_by.is_some_and(|other| self.policy.same(other, person));
            !knows && !self.policy.is_among(person, before)
        };
        let newcomers: Vec<Person> = added.iter().filter(is_new).cloned().collect();
        for person in newcomers {
            self.brief(draft, id, &person, now);
        }
    }

    /// Tells somebody what is going on, if they may have missed it.
    fn brief(&self, draft: &mut Draft, id: IncidentId, person: &Person, now: DateTime<Utc>) {
        let is_owed = self.incident(draft, id).is_some_and(|incident| {
            let know = incident.briefed.iter().chain(incident.gave_news()).chain(&incident.reporter);
            incident.status.is_open() && incident.is_under_way(now) && !self.policy.is_among(person, know)
        });
        if is_owed {
            let briefed = Event::People(PeopleEvent::Briefed { person: person.clone() });
            self.record(draft, (Subject::Incident(id), briefed, None), Cause::default(), now);
        }
    }

    /// Nothing can be said to somebody in private, about this incident: if they were to be told what is going on, the
    /// room is told where to find it. Says whether that is all that there is to do about it.
    pub(super) fn decide_unreached(
        &self,
        draft: &mut Draft,
        id: IncidentId,
        person: &Person,
        now: DateTime<Utc>,
    ) -> bool {
        let Some(incident) = self.incident(draft, id) else { return false };
        if incident.unreached.people.contains(person) {
            return true;
        }
        let was_briefed = incident.briefed.contains(person);
        if was_briefed {
            let unreached = Event::People(PeopleEvent::Unreached { person: person.clone() });
            self.record(draft, (Subject::Incident(id), unreached, None), Cause::default(), now);
        }
        was_briefed
    }

    /// There will be no direct room with somebody: what waits for one was to tell them something.
    pub(super) fn decide_no_direct_room(&self, draft: &mut Draft, person: &Person, now: DateTime<Utc>) {
        let about = |effect: &Effect| {
            let Effect::Say(Say { place: Place::Person(to), about, .. }) = effect else { return None };
            about.filter(|_| to == person)
        };
        let ids: std::collections::BTreeSet<IncidentId> =
            self.outbox.all().filter_map(|stored| about(&stored.effect)).collect();
        for id in ids {
            self.decide_unreached(draft, id, person, now);
        }
    }
}
