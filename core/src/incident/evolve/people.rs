//! What happens to who takes part, applied.

use super::add_people;
use crate::{
    event::{PeopleEvent, Record},
    incident::Incident,
};

pub(super) fn evolve(incident: &mut Incident, event: &PeopleEvent, record: &Record) {
    match (event, &record.by) {
        (PeopleEvent::Invited { people, .. }, _) => add_people(incident, people),
        (PeopleEvent::Briefed { person }, _) => {
            incident.briefed.insert(person.clone());
        }
        (PeopleEvent::Joined, Some(person)) => {
            incident.joined.insert(person.clone());
            add_people(incident, std::slice::from_ref(person));
        }
        (PeopleEvent::Followed, Some(person)) => {
            incident.followers.insert(person.clone());
        }
        (PeopleEvent::Unfollowed { people }, _) => {
            incident.followers.retain(|person| !people.contains(person));
        }
        (PeopleEvent::Unreached { person }, _) => {
            if incident.unreached.people.insert(person.clone()) {
                incident.unreached.waiting.push(person.clone());
            }
        }
        (PeopleEvent::BriefedInRoom { people }, _) => {
            incident.unreached.waiting.retain(|person| !people.contains(person));
            incident.unreached.told_at = Some(record.at);
        }
        (PeopleEvent::Joined | PeopleEvent::Followed, None) => {}
    }
}
