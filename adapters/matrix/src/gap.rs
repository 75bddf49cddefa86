//! What a sync leaves out.
//!
//! After a pause a sync brings only the newest events of a room, and says that it is *limited*. The rest is fetched
//! backwards, from where its timeline begins to the position that the sync follows.
//!
//! - Of a room that we have just entered, only what came after counts: nobody spoke to us before. In a direct room,
//!   which is made to speak to us, that is what came after the invitation.
//! - What is asked for is bounded by a position or by our own entrance, never by a number, except for the search for
//!   an invitation, which is a courtesy.
//! - A [`Gap`] is filled page by page and goes on from the last one when a page fails. Of each event only what an
//!   inbound needs is kept; how much is kept of all gaps together is up to a [`Budget`].

use std::collections::BTreeSet;

use matrix_sdk::{
    Room,
    deserialized_responses::TimelineEvent,
    room::MessagesOptions,
    ruma::{OwnedUserId, UserId, uint},
    sync::Timeline,
};
use serde::Deserialize;

use crate::{
    budget::Budget,
    failure::Failure,
    inbound::{self, Heard},
};

/// What is read of a room's history: what may be an inbound, and our own comings and goings.
const WANTED: [&str; 6] = [
    "m.room.message",
    "m.room.encrypted",
    "m.reaction",
    "m.room.redaction",
    "m.room.member",
    "m.room.tombstone",
];

/// How many pages an invitation is looked for.
const PAGES_TO_INVITATION: usize = 3;

/// What was said in a room after a position.
pub(crate) struct Gap {
    me: OwnedUserId,
    since: String,
    /// From where history goes on backwards.
    from: Option<String>,
    search: Search,
    /// Newest first, as history is read.
    heard: Vec<Heard>,
}

/// How far back a gap goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Search {
    /// To the position, or to our entrance if that is later.
    Position,
    /// Further back than the position, to the invitation that we have accepted: we could not hear what was said
    /// between the two. If it isn't found, what counts is what came after our entrance.
    Invitation { entrance: usize, pages_left: usize },
    /// Everything is there.
    Over,
}

impl Gap {
    /// A gap after `since`, with as much as the sync brought.
    pub(crate) fn new(since: &str, timeline: &Timeline, me: &UserId, budget: &mut Budget) -> Self {
        let mut gap = Self {
            me: me.to_owned(),
            since: since.to_owned(),
            from: timeline.prev_batch.clone(),
            search: Search::Position,
            heard: Vec::new(),
        };
        gap.take(timeline.events.iter().rev(), budget);
        if gap.search == Search::Position && !timeline.limited {
            gap.search = Search::Over;
        }
        gap
    }

    /// Fetches what is missing. What was fetched stays when this fails or is dropped.
    pub(crate) async fn fill(&mut self, room: &Room, budget: &mut Budget) -> Result<(), Failure> {
        loop {
            let to = match &mut self.search {
                Search::Over => return Ok(()),
                Search::Position => Some(self.since.as_str()),
                Search::Invitation { entrance, pages_left: 0 } => {
                    self.heard.truncate(*entrance);
                    self.search = Search::Over;
                    continue;
                }
                Search::Invitation { .. } => None,
            };
            let Some(from) = &self.from else {
                match &mut self.search {
                    Search::Invitation { pages_left, .. } => *pages_left = 0,
                    Search::Position | Search::Over => self.search = Search::Over,
                }
                continue;
            };
            let page = page(room, from, to).await?;
            self.from = page.end;
            if let Search::Invitation { pages_left, .. } = &mut self.search {
                *pages_left -= 1;
            }
            self.take(page.events.iter(), budget);
        }
    }

    /// What happened, in order, each thing once.
    pub(crate) fn heard(&self) -> impl Iterator<Item = &Heard> {
        let mut seen = BTreeSet::new();
        self.heard.iter().rev().filter(move |heard| seen.insert(heard.event_id.as_str()))
    }

    /// Takes over events, newest first, until nothing further back concerns us.
    fn take<'e>(&mut self, events: impl Iterator<Item = &'e TimelineEvent>, budget: &mut Budget) {
        for event in events {
            match (self.search, glimpse(event)) {
                (Search::Over, _) => return,
                (Search::Position, Some(glimpse)) if glimpse.is_entrance(&self.me) => {
                    self.search = if glimpse.follows_direct_invitation() {
                        Search::Invitation { entrance: self.heard.len(), pages_left: PAGES_TO_INVITATION }
                    } else {
                        Search::Over
                    };
                }
                (Search::Invitation { .. }, Some(glimpse)) if glimpse.is_invitation(&self.me) => {
                    self.search = Search::Over;
                }
                (Search::Position | Search::Invitation { .. }, _) => self.keep(event, budget),
            }
        }
    }

    fn keep(&mut self, event: &TimelineEvent, budget: &mut Budget) {
        if let Some(heard) = inbound::read(event, &self.me)
            && budget.allows(&heard)
        {
            self.heard.push(heard);
        }
    }
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

    fn event(id: &str, rest: Value) -> TimelineEvent {
        let mut event = json!({ "event_id": id, "sender": "@alice:example.org", "origin_server_ts": 1 });
        event.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        TimelineEvent::from_plaintext(Raw::new(&event).unwrap().cast_unchecked())
    }

    fn text(id: &str) -> TimelineEvent {
        event(id, json!({ "type": "m.room.message", "content": { "body": id, "msgtype": "m.text" } }))
    }

    fn mine(id: &str, membership: &str, before: Value) -> TimelineEvent {
        event(
            id,
            json!({
                "type": "m.room.member", "state_key": "@sitrep:example.org",
                "content": { "membership": membership }, "unsigned": { "prev_content": before },
            }),
        )
    }

    #[test]
    fn what_came_before_us_does_not_count() {
        let direct = json!({ "membership": "invite", "is_direct": true });
        let (join, invite) =
            (|before: &Value| mine("$join", "join", before.clone()), mine("$i", "invite", json!({})));
        let cases = [
            (vec![text("$a"), text("$b")], vec!["$a", "$b"], Search::Over),
            (vec![text("$a"), join(&Value::Null), text("$b")], vec!["$b"], Search::Over),
            (vec![text("$a"), invite, text("$b"), join(&direct), text("$c")], vec!["$b", "$c"], Search::Over),
            (
                vec![text("$b"), join(&direct), text("$c")],
                vec!["$b", "$c"],
                Search::Invitation { entrance: 1, pages_left: PAGES_TO_INVITATION },
            ),
            (vec![text("$a"), text("$a")], vec!["$a"], Search::Over),
        ];
        for (events, expected, search) in cases {
            let timeline = Timeline { events, ..Timeline::default() };
            let me = user_id!("@sitrep:example.org");
            let gap = Gap::new("s1", &timeline, me, &mut Budget::default());
            let said: Vec<&str> = gap.heard().map(|heard| heard.event_id.as_str()).collect();
            assert_eq!((said, gap.search), (expected.clone(), search), "{expected:?}");
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
