//! What follows when somebody else is on duty: those whom it concerns hear of it in private, and so does a room of each
//! platform that one of them is on.

use chrono::{DateTime, Duration, Utc};

use crate::{
    effect::{Effect, Place, Purpose, Say},
    event::RotaEvent,
    message::{Message, oncall},
    person::Person,
    room::{MessageRef, RoomRef},
    rota::{Duty, Override, Rota},
};

/// How long it is worth telling who is on duty: whoever hears of it later finds it with `!oncall`.
const WORTH: Duration = Duration::hours(12);

/// What a fact of the rota calls for. `duty` is the rota with it.
pub(crate) fn react(
    duty: &Duty<'_>,
    event: &RotaEvent,
    by: Option<&Person>,
    cause: Option<&MessageRef>,
) -> Vec<Effect> {
    let mut telling = Telling { duty, by, cause, list: Vec::new() };
    match event {
        RotaEvent::HandedOver { team, from, to } => telling.handed_over(team, from.as_ref(), to.as_ref()),
        RotaEvent::OverrideSet { team, person, from, until } => {
            let set = Override { person: person.clone(), from: *from, until: *until, by: by.cloned() };
            telling.put_on_duty(team, &set);
        }
        // Whoever is on duty instead is told as it is handed over to them.
        RotaEvent::OverrideEnded { .. } => {}
    }
    telling.list
}

/// Who would be on duty at the beginning of an override without it, if that is somebody else.
pub(crate) fn relieved(duty: &Duty<'_>, team: &str, set: &Override) -> Option<Person> {
    let mut without: Rota = duty.rota.clone();
    if let Some(overrides) = without.overrides.get_mut(team) {
        let is_it =
            |other: &Override| (&other.person, other.from, other.until) == (&set.person, set.from, set.until);
        let at = overrides.iter().rposition(is_it);
        at.map(|at| overrides.remove(at));
    }
    let then = Duty { policy: duty.policy, rota: &without, now: set.from.max(duty.now) };
    then.on(team).map(|turn| turn.person).filter(|person| !duty.policy.same(person, &set.person))
}

struct Telling<'a> {
    duty: &'a Duty<'a>,
    by: Option<&'a Person>,
    cause: Option<&'a MessageRef>,
    list: Vec<Effect>,
}

impl Telling<'_> {
    fn handed_over(&mut self, team: &str, from: Option<&Person>, to: Option<&Person>) {
        let policy = self.duty.policy;
        let turn = self.duty.on(team).filter(|turn| to.is_some_and(|to| policy.same(to, &turn.person)));
        if let Some(turn) = &turn {
            self.tell(&turn.person, oncall::you_are_on(team, turn, policy));
        }
        if let Some(from) = from {
            let to = to.map(|to| oncall::known_as(to, &from.platform, policy));
            self.tell(from, oncall::you_are_off(team, to, policy));
        }
        self.tell_rooms(team, from, to.map(|to| (to, turn.and_then(|turn| turn.until))));
    }

    fn put_on_duty(&mut self, team: &str, set: &Override) {
        let policy = self.duty.policy;
        let relieved = relieved(self.duty, team, set);
        self.tell(&set.person, oncall::you_are_put_on(team, set, policy));
        if let Some(relieved) = &relieved {
            self.tell(relieved, oncall::you_are_relieved(team, set, relieved, policy));
        }
        // One that is ahead is told as it begins.
        if set.from <= self.duty.now {
            self.tell_rooms(team, relieved.as_ref(), Some((&set.person, Some(set.until))));
        }
    }

    /// Tells one person, unless they did it themselves.
    fn tell(&mut self, person: &Person, message: Message) {
        if self.by.is_some_and(|by| self.duty.policy.same(by, person)) {
            return;
        }
        self.say(Place::Person(person.clone()), &person.platform, message);
    }

    fn tell_rooms(&mut self, team: &str, was: Option<&Person>, to: Option<(&Person, Option<DateTime<Utc>>)>) {
        let policy = self.duty.policy;
        for (name, platform) in &policy.platforms {
            let is_there = |person: &Person| policy.on(person, name).is_some();
            let concerns = was.is_some_and(is_there) || to.is_some_and(|(to, _)| is_there(to));
            let room: Option<&RoomRef> = platform.support_room.as_ref().or(platform.home_room.as_ref());
            // Where it was typed, everybody has seen the answer.
            let room = room.filter(|room| self.cause.is_none_or(|cause| cause.room != **room));
            let Some(room) = room.filter(|_| concerns) else { continue };
            let known = |person: &Person| oncall::known_as(person, name, policy);
            let message =
                oncall::handed_over(team, was.map(known), to.map(|(to, until)| (known(to), until)), policy);
            self.say(Place::Room(room.clone()), name, message);
        }
    }

    fn say(&mut self, place: Place, platform: &crate::room::PlatformName, message: Message) {
        let stale_at = self.duty.now + WORTH;
        self.list.push(Effect::Say(Say::new(place, platform, Purpose::Notice, message, stale_at)));
    }
}
