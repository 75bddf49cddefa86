//! What a sync leaves out.
//!
//! After a pause a sync brings only the newest events of a room, and says that it is *limited*. The rest is fetched
//! backwards, from where its timeline begins to the position that the sync follows.
//!
//! - Of a room that we have just entered, only what came after counts: nobody spoke to us before. In a direct room,
//!   which is made to speak to us, that is what came after the invitation.
//! - What is asked for is bounded by a position or by our own entrance, never by a number, except for the search for
//!   an invitation, which is a courtesy.

use std::collections::BTreeSet;

use matrix_sdk::{
    Room,
    deserialized_responses::TimelineEvent,
    room::MessagesOptions,
    ruma::{UserId, uint},
    sync::Timeline,
};
use serde::Deserialize;

use crate::failure::Failure;

/// What is read of a room's history: what may be an inbound, and our own comings and goings.
const WANTED: [&str; 3] = ["m.room.message", "m.room.encrypted", "m.room.member"];

/// How many pages an invitation is looked for.
const PAGES_TO_INVITATION: usize = 3;

/// Everything said in a room after `since`, in order, that concerns us.
pub(crate) async fn complete(
    room: &Room,
    since: &str,
    timeline: &Timeline,
    me: &UserId,
) -> Result<Vec<TimelineEvent>, Failure> {
    // Newest first, as history is read.
    let mut events: Vec<TimelineEvent> = timeline.events.iter().rev().cloned().collect();
    let mut from = timeline.prev_batch.clone();
    let mut entrance = find(&events, |event| event.is_entrance(me));
    if timeline.limited {
        while let (None, Some(token)) = (entrance, from.as_deref()) {
            let page = page(room, token, Some(since)).await?;
            from = page.end;
            events.extend(page.events);
            entrance = find(&events, |event| event.is_entrance(me));
        }
    }
    let Some(entrance) = entrance else { return Ok(oldest_first(events)) };
    let mut end = entrance;
    if glimpse(&events[entrance]).is_some_and(|event| event.follows_direct_invitation()) {
        let mut invitation = find(&events, |event| event.is_invitation(me));
        for _ in 0..PAGES_TO_INVITATION {
            let (None, Some(token)) = (invitation, from.as_deref()) else { break };
            // Further back than `since`: we could not hear what was said between the invitation and our entrance.
            let page = page(room, token, None).await?;
            from = page.end;
            events.extend(page.events);
            invitation = find(&events, |event| event.is_invitation(me));
        }
        end = invitation.unwrap_or(entrance);
    }
    events.truncate(end);
    Ok(oldest_first(events))
}

struct Page {
    events: Vec<TimelineEvent>,
    end: Option<String>,
}

async fn page(room: &Room, from: &str, to: Option<&str>) -> Result<Page, Failure> {
    let mut options = MessagesOptions::backward().from(from);
    options.to = to.map(str::to_owned);
    options.limit = uint!(100);
    options.filter.types = Some(WANTED.map(str::to_owned).to_vec());
    let failure = match room.messages(options).await {
        // A page that ends where it begins is the last one, whatever the server thinks.
        Ok(page) => return Ok(Page { events: page.chunk, end: page.end.filter(|end| end != from) }),
        Err(error) => Failure::from(error).while_reading(),
    };
    let Failure::Refused { code, words } = failure else { return Err(failure) };
    // It stays refused: we may have been removed meanwhile. Better the newest than nothing at all.
    tracing::error!("Messages of {} may be missing: {words} ({code}).", room.room_id());
    Ok(Page { events: Vec::new(), end: None })
}

/// The newest event that is as wanted, of events newest first.
fn find(events: &[TimelineEvent], wanted: impl Fn(&Glimpse) -> bool) -> Option<usize> {
    events.iter().position(|event| glimpse(event).is_some_and(|event| wanted(&event)))
}

fn oldest_first(events: Vec<TimelineEvent>) -> Vec<TimelineEvent> {
    let mut seen = BTreeSet::new();
    let once = events.into_iter().rev().filter(|event| event.event_id().is_none_or(|id| seen.insert(id)));
    once.collect()
}

fn glimpse(event: &TimelineEvent) -> Option<Glimpse> {
    event.raw().deserialize_as_unchecked().ok()
}

/// As much of an event as shows whether it is about our membership.
#[derive(Deserialize)]
struct Glimpse {
    #[serde(rename = "type")]
    kind: String,
    state_key: Option<String>,
    #[serde(default)]
    content: Membership,
    #[serde(default)]
    unsigned: Unsigned,
}

#[derive(Default, Deserialize)]
struct Membership {
    membership: Option<String>,
    is_direct: Option<bool>,
}

#[derive(Default, Deserialize)]
struct Unsigned {
    prev_content: Option<Membership>,
}

impl Glimpse {
    fn membership_of(&self, me: &UserId) -> Option<&str> {
        let is_mine = self.kind == "m.room.member" && self.state_key.as_deref() == Some(me.as_str());
        if is_mine { self.content.membership.as_deref() } else { None }
    }

    fn before(&self) -> Option<&Membership> {
        self.unsigned.prev_content.as_ref()
    }

    /// We came in, rather than changing our name.
    fn is_entrance(&self, me: &UserId) -> bool {
        let was_inside = self.before().is_some_and(|before| before.membership.as_deref() == Some("join"));
        self.membership_of(me) == Some("join") && !was_inside
    }

    fn is_invitation(&self, me: &UserId) -> bool {
        self.membership_of(me) == Some("invite")
    }

    fn follows_direct_invitation(&self) -> bool {
        self.before().is_some_and(|before| before.is_direct == Some(true))
    }
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::{serde::Raw, user_id};
    use serde_json::{Value, json};

    use super::*;

    fn member(user: &str, membership: &str, before: Value) -> Glimpse {
        let event = json!({
            "type": "m.room.member", "state_key": user, "event_id": "$e", "sender": user,
            "content": { "membership": membership }, "unsigned": { "prev_content": before },
        });
        Raw::new(&event).unwrap().deserialize_as_unchecked().unwrap()
    }

    #[test]
    fn entrances_are_told_from_renamings() {
        let me = user_id!("@sitrep:example.org");
        let cases = [
            (me.as_str(), "join", json!({ "membership": "invite" }), true),
            (me.as_str(), "join", json!({ "membership": "leave" }), true),
            (me.as_str(), "join", Value::Null, true),
            (me.as_str(), "join", json!({ "membership": "join" }), false),
            (me.as_str(), "leave", json!({ "membership": "join" }), false),
            ("@alice:example.org", "join", Value::Null, false),
        ];
        for (user, membership, before, expected) in cases {
            let event = member(user, membership, before.clone());
            assert_eq!(event.is_entrance(me), expected, "{user} {membership} {before}");
        }
    }

    #[test]
    fn an_ordinary_message_is_no_membership() {
        let me = user_id!("@sitrep:example.org");
        let event = json!({ "type": "m.room.message", "content": { "body": "hello", "msgtype": "m.text" } });
        let event: Glimpse = Raw::new(&event).unwrap().deserialize_as_unchecked().unwrap();
        assert!(!event.is_entrance(me) && !event.is_invitation(me));
    }
}
