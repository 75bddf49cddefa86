//! Who is on duty: what is answered, and what those hear whom it concerns.

use chrono::{DateTime, Utc};

use super::{Message, Span};
use crate::{
    args,
    person::Person,
    policy::Policy,
    room::PlatformName,
    rota::{Duty, Override, Turn},
    time::Overlap,
};

/// Who is on duty for every team.
#[must_use]
pub fn list(duty: &Duty<'_>) -> Message {
    if duty.policy.oncall.is_empty() {
        return duty.policy.say("oncall.none", args![]);
    }
    duty.policy.oncall.keys().fold(Message::default(), |list, team| list.then(line(duty, team)))
}

/// Who is on duty for one team, and what is planned beside the rota.
#[must_use]
pub fn team(duty: &Duty<'_>, team: &str) -> Message {
    let policy = duty.policy;
    let planned = duty.rota.overrides.get(team).into_iter().flatten().filter(|set| set.from > duty.now);
    let planned = planned.map(|set| {
        let (from, until) = (policy.absolute(set.from), policy.absolute(set.until));
        policy.say(
            "oncall.planned",
            args![person = &set.person, from = from, until = until, by = set.by.as_ref()],
        )
    });
    let said = planned.fold(line(duty, team), Message::then);
    said.then(policy.say("oncall.how", args![team = team]))
}

fn line(duty: &Duty<'_>, team: &str) -> Message {
    let policy = duty.policy;
    let (on, next) = (duty.on(team), duty.next(team));
    let until = on.as_ref().and_then(|turn| turn.until);
    // When the next begins is said only where somebody doesn't follow at once.
    let from = next.as_ref().map(|(from, _)| *from).filter(|from| Some(*from) != until);
    let args = args![
        team = team,
        on = on.as_ref().map(|turn| &turn.person),
        until = until.map(|until| policy.absolute(until)),
        instead = duty.rota.override_at(team, duty.now).is_some(),
        stranger = duty.stranger(team),
        next = next.as_ref().map(|(_, turn)| &turn.person),
        from = from.map(|from| policy.absolute(from)),
    ];
    policy.say("oncall.line", args)
}

/// To whoever put somebody on duty. `note` is about a time that the clocks show twice.
#[must_use]
pub fn set(
    (team, set): (&str, &Override),
    relieved: Option<&Person>,
    notes: &[Overlap],
    (policy, now): (&Policy, DateTime<Utc>),
) -> Message {
    let args = args![
        team = team,
        person = &set.person,
        from = (set.from > now).then(|| policy.absolute(set.from)),
        until = policy.absolute(set.until),
        relieved = relieved,
    ];
    let said = policy.say("oncall.set", args);
    notes.iter().fold(said, |said, note| said.then(super::unclear_time::overlap(note, policy)))
}

/// To whoever took an override back.
#[must_use]
pub fn ended(duty: &Duty<'_>, team: &str) -> Message {
    let on = duty.on(team);
    let until = on.as_ref().and_then(|turn| turn.until).map(|until| duty.policy.absolute(until));
    duty.policy
        .say("oncall.ended", args![team = team, on = on.as_ref().map(|turn| &turn.person), until = until])
}

/// There is no override to take back.
#[must_use]
pub fn no_override(team: &str, policy: &Policy) -> Message {
    policy.say("oncall.no_override", args![team = team])
}

/// To somebody whose duty begins.
#[must_use]
pub fn you_are_on(team: &str, turn: &Turn, policy: &Policy) -> Message {
    let until = turn.until.map(|until| policy.absolute(until));
    policy.say("oncall.you_are_on", args![team = team, until = until])
}

/// To somebody whose duty is over.
#[must_use]
pub fn you_are_off(team: &str, to: Option<Span>, policy: &Policy) -> Message {
    policy.say("oncall.you_are_off", args![team = team, to = to])
}

/// To somebody who was put on duty.
#[must_use]
pub fn you_are_put_on(team: &str, set: &Override, policy: &Policy) -> Message {
    let (from, until) = (policy.absolute(set.from), policy.absolute(set.until));
    let by = set.by.as_ref().map(|by| known_as(by, &set.person.platform, policy));
    policy.say("oncall.you_are_put_on", args![team = team, by = by, from = from, until = until])
}

/// To somebody instead of whom another is on duty.
#[must_use]
pub fn you_are_relieved(team: &str, set: &Override, relieved: &Person, policy: &Policy) -> Message {
    let (from, until) = (policy.absolute(set.from), policy.absolute(set.until));
    let name = |person: &Person| known_as(person, &relieved.platform, policy);
    let args = args![
        team = team,
        person = name(&set.person),
        by = set.by.as_ref().map(name),
        from = from,
        until = until,
    ];
    policy.say("oncall.you_are_relieved", args)
}

/// In a room: somebody else is on duty, or nobody.
#[must_use]
pub fn handed_over(
    team: &str,
    was: Option<Span>,
    to: Option<(Span, Option<DateTime<Utc>>)>,
    policy: &Policy,
) -> Message {
    let until = to.as_ref().and_then(|(_, until)| *until).map(|until| policy.absolute(until));
    let to = to.map(|(to, _)| to);
    policy.say("oncall.handed_over", args![team = team, was = was, to = to, until = until])
}

/// Somebody as people on a platform know them.
#[must_use]
pub fn known_as(person: &Person, platform: &PlatformName, policy: &Policy) -> Span {
    Span::Person(policy.on(person, platform).unwrap_or(person).clone())
}
