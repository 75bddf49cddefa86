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
        (PeopleEvent::Unfollowed, Some(person)) => {
            incident.followers.remove(person);
        }
        (PeopleEvent::Joined | PeopleEvent::Followed | PeopleEvent::Unfollowed, None) => {}
    }
}
