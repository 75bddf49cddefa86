//! Where people meet, and what is worth looking at.

use super::{Message, Span, text};
use crate::{
    args,
    incident::{Incident, IncidentId},
    policy::Policy,
};

/// How many links the card shows.
const LINKS_ON_CARD: usize = 3;

/// Where people meet.
#[must_use]
pub fn shown(incident: &Incident, policy: &Policy) -> Message {
    let link = incident.meeting.clone().map(Span::Link);
    policy.say("meeting.shown", args![id = incident.id, link = link])
}

/// To whoever says again where it is.
#[must_use]
pub fn already(incident: &Incident, policy: &Policy) -> Message {
    let link = incident.meeting.clone().map(Span::Link);
    policy.say("meeting.already", args![id = incident.id, link = link])
}

/// It is somewhere else from now on, or nowhere.
#[must_use]
pub fn changed(id: IncidentId, link: Option<&str>, policy: &Policy) -> Message {
    policy.say("meeting.changed", args![id = id, link = link.map(|link| Span::Link(link.to_owned()))])
}

/// To whoever gave an address.
#[must_use]
pub fn linked(id: IncidentId, policy: &Policy) -> Message {
    policy.say("link.kept", args![id = id])
}

/// To whoever gave the same address again.
#[must_use]
pub fn linked_already(id: IncidentId, policy: &Policy) -> Message {
    policy.say("link.kept_already", args![id = id])
}

/// In the incident's room, when it was given elsewhere.
#[must_use]
pub fn linked_elsewhere(words: &str, policy: &Policy) -> Message {
    policy.say("link.given", args![link = link(words)])
}

/// The latest addresses, the newest first, on one line.
pub(super) fn latest_links(incident: &Incident, policy: &Policy) -> Option<Message> {
    let latest = incident.links.iter().rev().take(LINKS_ON_CARD);
    let mut links: Vec<Span> = Vec::new();
    for (_, words) in latest {
        if !links.is_empty() {
            links.push(text(" · "));
        }
        links.extend(link(words));
    }
    (!links.is_empty()).then(|| policy.say("link.latest", args![links = links]))
}

/// An address with what it shows.
fn link(words: &str) -> Vec<Span> {
    let (address, shows) = words.split_once(' ').unwrap_or((words, ""));
    let mut spans = vec![Span::Link(address.to_owned())];
    if !shows.is_empty() {
        spans.push(text(format!(" ({})", super::isolated(shows))));
    }
    spans
}
