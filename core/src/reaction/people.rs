//! What follows from who takes part.

use chrono::Duration;

use super::{Effects, NEWS_WORTH};
use crate::{
    effect::Purpose,
    event::{PeopleEvent, Record},
    incident::RoomState,
    message::{brief, people},
    person::Person,
};

/// How long it is worth saying what is going on.
const BRIEF_WORTH: Duration = Duration::hours(1);

pub(super) fn react(effects: &mut Effects<'_>, event: &PeopleEvent, record: &Record) {
    let (incident, policy, now) = (effects.incident, effects.surroundings.policy, effects.surroundings.now);
    match event {
        PeopleEvent::Invited { people: invited, .. } => {
            if let Some(by) = &record.by {
                effects.tell_home(people::asks_in(incident, by, invited, policy));
            }
            effects.keep_members();
            tell_elsewhere(effects, invited);
        }
        PeopleEvent::Joined => {
            if incident.private {
                effects.keep_meeting();
            }
        }
        PeopleEvent::Briefed { person } => {
            // Who asked has the answer.
            if !record.by.as_ref().is_some_and(|by| policy.same(by, person)) {
                effects.tell_person(person, brief::for_newcomer(incident, person, policy, now), BRIEF_WORTH);
            }
        }
        PeopleEvent::BriefedInRoom { people } => {
            let message = brief::in_room(incident, people, policy, now);
            effects.say_at_home(Purpose::Notice, message, BRIEF_WORTH);
        }
        PeopleEvent::Unreached { .. } | PeopleEvent::Followed | PeopleEvent::Unfollowed { .. } => {}
    }
}

/// Those of these people who have no account where it runs are told that they are asked in, once it can be said where
/// it runs. Who comes when it is under way is told so with what is going on.
pub(super) fn tell_elsewhere(effects: &mut Effects<'_>, people: &[Person]) {
    let (incident, policy, now) = (effects.incident, effects.surroundings.policy, effects.surroundings.now);
    let platform = &incident.origin.message.room.platform;
    if incident.room == RoomState::Pending || incident.is_under_way(now) {
        return;
    }
    for person in policy.each_once(people) {
        let is_told = incident.reporter.as_ref().is_some_and(|by| policy.same(&person, by))
            || effects.tells_privately(&person);
        if policy.on(&person, platform).is_none() && !is_told {
            effects.tell_person(&person, people::asked_elsewhere(incident, policy), NEWS_WORTH);
        }
    }
}
