//! News, the asking for news, and the word that there is none.

use chrono::{DateTime, Utc};

use super::{
    Message, bold,
    card::{clock_with_zone, in_brief, minutes},
    code, in_brackets, isolated, mention, named, text,
};
use crate::{
    command::button::SNOOZES, event::Promise, incident::Incident, incident::glimpse, person::Person,
    policy::Policy, time::absolute,
};

/// To whoever posted the update.
#[must_use]
pub fn sent(
    incident: &Incident,
    rooms: usize,
    promise: Option<Promise>,
    (policy, was_cut): (&Policy, bool),
) -> Message {
    let to = match rooms {
        0 => "Noted".to_owned(),
        1 => "Sent to 1 room".to_owned(),
        rooms => format!("Sent to {rooms} rooms"),
    };
    let next = promise.map_or_else(String::new, |promise| {
        format!(" The next is due by {}.", clock_with_zone(promise.due, policy))
    });
    let message =
        Message::line([text(format!("{to} for ")), bold(incident.id.to_string()), text(format!(".{next}"))]);
    if was_cut {
        return message.and([text(
            "It was long, and only its beginning went out. Please send the rest as another update.",
        )]);
    }
    message
}

/// To everybody who follows.
#[must_use]
pub fn news(incident: &Incident, words: &str, by: &Person, policy: &Policy) -> Message {
    let message = Message::line([
        bold(in_brief(incident)),
        text(format!(" · {}", isolated(&glimpse(incident.title_or_gap())))),
    ])
    .and([named(by), text(" says:")])
    .quote(words);
    match incident.updates.promise {
        Some(promise) => {
            message.and([text(format!("Next update by {}.", clock_with_zone(promise.due, policy)))])
        }
        None => message,
    }
}

/// To whoever promised another time.
#[must_use]
pub fn promised(incident: &Incident, promise: Promise, policy: &Policy, now: DateTime<Utc>) -> Message {
    let at = crate::time::moment(promise.due, policy.timezone, now);
    Message::line([
        text("The next update on "),
        bold(incident.id.to_string()),
        text(format!(" is promised for {at}.")),
    ])
}

/// To whoever wants to be asked later.
#[must_use]
pub fn snoozed(incident: &Incident, until: DateTime<Utc>, promise: Promise, policy: &Policy) -> Message {
    Message::line([
        text("I ask about "),
        bold(incident.id.to_string()),
        text(format!(
            " again at {}. The update was promised for {}: ",
            clock_with_zone(until, policy),
            clock_with_zone(promise.due, policy)
        )),
        code(format!("{}next 30m", policy.prefix)),
        text(" promises another time."),
    ])
}

/// To everybody who follows: the next update comes at another time.
#[must_use]
pub fn promise_changed(incident: &Incident, promise: Promise, policy: &Policy) -> Message {
    let at = clock_with_zone(promise.due, policy);
    let title = in_brackets(incident);
    Message::line([bold(incident.id.to_string()), text(format!("{title}: the next update comes by {at}."))])
}

/// To the commander: the update is due.
#[must_use]
pub fn prompt(incident: &Incident, again: bool, policy: &Policy) -> Message {
    let asked = if again { "the update is still due" } else { "an update is due" };
    let mut spans = vec![
        mention(incident.answerable()),
        text(format!(" {asked} on ")),
        bold(incident.id.to_string()),
        text(": impact, what is being done."),
    ];
    if incident.commander.is_none() {
        spans.push(text(" Nobody leads yet: "));
        spans.push(code(format!("{}lead me", policy.prefix)));
    }
    spans.extend([
        text(" "),
        code(format!("{}update TEXT", policy.prefix)),
        text(" sends it, "),
        code(format!("{}next 30m", policy.prefix)),
        text(format!(" promises it for later, {SNOOZES} or ")),
        code(format!("{}snooze", policy.prefix)),
        text(" has me ask again in 10 min."),
    ]);
    Message::line(spans)
}

/// To the stakeholders: the update is overdue.
#[must_use]
pub fn overdue(incident: &Incident, late: i64, policy: &Policy) -> Message {
    let due = incident.updates.promise.map_or_else(String::new, |promise| {
        // After half a day a clock time alone could mean another day.
        let long_ago = late >= 12 * 60;
        let at = if long_ago {
            absolute(promise.due, policy.timezone)
        } else {
            clock_with_zone(promise.due, policy)
        };
        format!(", promised for {at},")
    });
    let late = minutes(late);
    let mut spans = vec![
        bold(incident.id.to_string()),
        text(format!("{}: the update{due} is overdue by {late}. ", in_brackets(incident))),
    ];
    match &incident.commander {
        Some(_) => spans.push(text("The commander has been asked.")),
        None => {
            spans.extend([text("Nobody leads yet; "), named(&incident.reporter), text(" has been asked.")]);
        }
    }
    Message::line(spans)
}

/// To the room: the stakeholders know.
#[must_use]
pub fn told_overdue(incident: &Incident, late: i64, rooms: usize, policy: &Policy) -> Message {
    let told = if rooms == 0 { "" } else { " The stakeholders have been told." };
    Message::line([
        mention(incident.answerable()),
        text(format!(" the update on {} is overdue by {}.{told} ", incident.id, minutes(late))),
        code(format!("{}update TEXT", policy.prefix)),
        text(" puts it right."),
    ])
}
