//! The list of tasks in an incident's room: there once there is something to do, and kept as it should be.
//!
//! - **One message**, edited in place. However many tasks are ticked in a burst, of the edits that wait only the last
//!   is made.
//! - It is posted anew when it has changed so often that it must be far up by now; the old one says where to look.

use chrono::{DateTime, Utc};

use super::{
    Engine,
    draft::{Cause, Draft},
};
use crate::{
    command::task::from_list,
    effect::{Desired, Effect, Keep, Place, Pressed, Purpose, Say},
    event::Subject,
    incident::{Incident, IncidentId, RoomState},
    message::task,
    reaction::END_WORTH,
};

/// After how many changes the list is posted anew.
const STALE_AFTER: u32 = 10;

impl Engine {
    /// The tasks that a new incident begins with.
    pub(super) fn begin_tasks(&self, draft: &mut Draft, id: IncidentId, now: DateTime<Utc>) {
        let Some(incident) = self.incident(draft, id) else { return };
        if incident.room == RoomState::Nowhere || !incident.status.is_open() {
            return;
        }
        let lists: Vec<(String, Vec<String>)> = self
            .policy
            .checklists_of(incident)
            .into_iter()
            .map(|(name, items)| (name.to_owned(), items.to_vec()))
            .collect();
        for (name, items) in lists {
            let Some(incident) = self.incident(draft, id) else { return };
            for (event, words) in from_list(incident, &name, &items) {
                let fact = (Subject::Incident(id), event, Some(words));
                self.record(draft, fact, Cause::default(), now);
            }
        }
    }

    /// The list says what it should, and is where people find it.
    pub(super) fn keep_tasks(&self, draft: &mut Draft, incident: &Incident, now: DateTime<Utc>) {
        if incident.tasks.is_empty() || incident.room == RoomState::Nowhere {
            return;
        }
        let id = incident.id;
        let platform = incident.origin.message.room.platform.clone();
        let message = task::list(incident, &self.policy);
        let is_stale = incident.tasks_changed >= STALE_AFTER && incident.status.is_open();
        if let Some(list) = incident.signs.get(&Pressed::Tasks).filter(|_| !is_stale) {
            let last = draft.lists.get(&id).or_else(|| self.stored.lists.get(&id));
            if last != Some(&message) {
                draft.lists.insert(id, message.clone());
                let desired = Desired::Tasks { list: list.clone(), message };
                draft.add_effect(Effect::Keep(Keep { platform, about: Subject::Incident(id), desired }));
            }
            return;
        }
        let is_it = |effect: &Effect| matches!(effect, Effect::Say(say) if say.about == Some(id) && say.signs == Some(Pressed::Tasks));
        let ended = &draft.commit.effects_ended;
        let waits = self.outbox.all().any(|stored| is_it(&stored.effect) && !ended.contains(&stored.id));
        // What changes meanwhile is put right once it is there.
        if waits || !incident.status.is_open() {
            return;
        }
        draft.drop_effects(is_it);
        draft.lists.insert(id, message.clone());
        let place = Place::Incident(id);
        let say = Say::new(place, &platform, Purpose::Prompt, message, now + END_WORTH);
        draft.add_effect(Effect::Say(Say { signs: Some(Pressed::Tasks), about: Some(id), ..say }));
    }
}
