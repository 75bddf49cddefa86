//! Commands about two incidents: which is which, and who may hear of the other one.
//!
//! - `!duplicate INC-7` in a room is about the room's incident and that one; elsewhere both are named, `INC-12 INC-7`.
//! - What is private is named only among those who belong to it. A public incident never points to a private one, and
//!   of two private ones only that one does whose people all belong to the other.

use super::{Context, View, parse::split_id};
use crate::{
    args,
    incident::{Incident, IncidentId},
    policy::Policy,
    refusal::Refusal,
};

/// The incident that it is about, if it is named, and the other one.
pub(super) type Two = (Option<IncidentId>, IncidentId);

/// Reads two numbers, or one. `link` may stand before the other one's: `of` INC-7.
pub(super) fn read(words: &str, link: &str) -> Option<Two> {
    let linked = |words: &str| {
        let (first, rest) = super::parse::split_word(words);
        first.eq_ignore_ascii_case(link).then(|| rest.to_owned())
    };
    let (this, other, rest) = if let Some(rest) = linked(words) {
        let (other, rest) = split_id(&rest);
        let (this, rest) = split_id(rest);
        (this, other?, rest.to_owned())
    } else {
        let (first, rest) = split_id(words);
        let rest = linked(rest).unwrap_or_else(|| rest.to_owned());
        match split_id(&rest) {
            (Some(other), rest) => (first, other, rest.to_owned()),
            (None, rest) => (None, first?, rest.to_owned()),
        }
    };
    rest.is_empty().then_some((this, other))
}

/// Whether one incident may be spoken of among the people of another.
pub(super) fn may_hear_of(listeners: &Incident, told: &Incident, policy: &Policy) -> bool {
    !told.private || (listeners.private && listeners.people.iter().all(|person| policy.belongs(person, told)))
}

/// The other incident, if this one may point to it and that may be said here.
pub(super) fn other<'a>(
    view: &View<'a>,
    this: &Incident,
    id: IncidentId,
    context: &Context<'_>,
) -> Result<&'a Incident, Refusal> {
    let policy = context.policy;
    if this.id == id {
        return Err(Refusal::AlreadySo(policy.say("ending.itself", args![id = id])));
    }
    let other = view.other.ok_or(Refusal::NoSuchIncident(id))?;
    let may_know = policy.may_see(context.person, other) || context.is_in_room_of(other);
    let may_point = may_hear_of(this, other, policy);
    let may_be_said_here = context.may_name(other) || (may_point && context.is_in_room_of(this));
    if !may_know || !may_be_said_here {
        return Err(Refusal::NoSuchIncident(id));
    }
    if !may_point {
        let args = args![id = this.id, other = other.id];
        return Err(Refusal::AlreadySo(policy.say("ending.too_private", args)));
    }
    Ok(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_one_number_or_two() {
        for (words, expected) in [
            ("INC-7", Some((None, 7))),
            ("of INC-7", Some((None, 7))),
            ("inc-12 inc-7", Some((Some(12), 7))),
            ("INC-12 of INC-7", Some((Some(12), 7))),
            ("of INC-7 INC-12", Some((Some(12), 7))),
            ("INC-12: INC-7", Some((Some(12), 7))),
            ("", None),
            ("of", None),
            ("INC-7 and more", None),
            ("INC-1 INC-2 INC-3", None),
            ("checkout", None),
            ("7", None),
        ] {
            let expected =
                expected.map(|(this, other): (Option<u64>, u64)| (this.map(IncidentId), IncidentId(other)));
            assert_eq!(read(words, "of"), expected, "{words:?}");
        }
    }
}
