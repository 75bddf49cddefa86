//! Who is on duty at a moment, and what comes next.
//!
//! Time is cut into stretches in which the same rule puts the same person on duty: an override, a shift of the calendar, a
//! turn of the rota. A turn as people know it is as many of these in a row as one human has.

use chrono::{DateTime, Utc};

use super::{Rota, shifts::Shifts};
use crate::{
    event::RotaEvent,
    person::Person,
    policy::{OnCall, Policy},
};

/// The rota at a moment.
#[derive(Clone, Copy, Debug)]
pub struct Duty<'a> {
    /// What is configured.
    pub policy: &'a Policy,
    /// What was changed and told.
    pub rota: &'a Rota,
    /// The moment.
    pub now: DateTime<Utc>,
}

/// Somebody's turn of duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Whose it is, under a handle of a platform that is in use.
    pub person: Person,
    /// What they are called in `[people]`, else by their handle.
    pub name: String,
    /// When somebody else, or nobody, is on duty; `None` if that is not known, or never.
    pub until: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug)]
struct Somebody {
    person: Person,
    name: String,
}

/// A time in which nothing changes.
struct Stretch {
    who: Option<Somebody>,
    until: Option<DateTime<Utc>>,
}

/// What decides about one team.
struct Team<'a> {
    duty: Duty<'a>,
    name: &'a str,
    oncall: &'a OnCall,
    /// What its calendar says, if it has one and it is known by now.
    shifts: Option<Shifts<'a>>,
}

impl<'a> Duty<'a> {
    /// Who is on duty for a team.
    #[must_use]
    pub fn on(&self, team: &str) -> Option<Turn> {
        let team = self.team(team)?;
        let stretch = team.at(self.now);
        let until = team.end_of(&stretch);
        stretch.who.map(|Somebody { person, name }| Turn { person, name, until })
    }

    /// Who is on duty after whoever is now, and when that begins.
    #[must_use]
    pub fn next(&self, team: &str) -> Option<(DateTime<Utc>, Turn)> {
        let team = self.team(team)?;
        let mut begin = team.end_of(&team.at(self.now))?;
        // At most one time without anybody lies between.
        for _ in 0..2 {
            let stretch = team.at(begin);
            let until = team.end_of(&stretch);
            if let Some(Somebody { person, name }) = stretch.who {
                return Some((begin, Turn { person, name, until }));
            }
            begin = until?;
        }
        None
    }

    /// Who else of a team's rota can be called, in the order of their turns; each human once, and none of those who were
    /// called already.
    #[must_use]
    pub fn after(&self, team: &str, called: &[Person]) -> Vec<Person> {
        let Some(team) = self.team(team) else { return Vec::new() };
        let on = team.at(self.now).who.map(|who| who.person);
        let in_turn =
            team.in_turn().into_iter().filter_map(|name| self.policy.handle_of(name, None).cloned());
        let candidates: Vec<Person> = on.into_iter().chain(in_turn).collect();
        let mut others = self.policy.each_once(&candidates);
        others.retain(|person| !self.policy.is_among(person, called));
        others
    }

    /// What the calendar of a team calls whoever is on duty, if that is nobody in `[people]`.
    #[must_use]
    pub fn stranger(&self, team: &str) -> Option<&'a str> {
        if self.on(team).is_some() {
            return None;
        }
        let shifts = self.rota.calendars.get(team)?;
        let mut current = shifts.iter().rev().filter(|shift| (shift.from..shift.until).contains(&self.now));
        current.find_map(|shift| shift.who.first()).map(String::as_str)
    }

    /// When somebody else will be on duty for some team; now, if that was not told yet.
    #[must_use]
    pub fn next_change(&self) -> Option<DateTime<Utc>> {
        if !self.changes().is_empty() {
            return Some(self.now);
        }
        let teams = self.policy.oncall.keys().filter_map(|name| self.team(name));
        teams.filter_map(|team| team.end_of(&team.at(self.now))).min()
    }

    /// What is to be told: the teams for which somebody else is on duty than was announced.
    #[must_use]
    pub fn changes(&self) -> Vec<RotaEvent> {
        let change = |name: &String| {
            let team = self.team(name)?;
            let announced = self.rota.announced.get(name).cloned().flatten();
            let on = team.at(self.now).who.map(|who| who.person);
            let is_told = match (&announced, &on) {
                (Some(announced), Some(on)) => self.policy.same(announced, on),
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            };
            (!is_told).then(|| RotaEvent::HandedOver { team: name.clone(), from: announced, to: on })
        };
        self.policy.oncall.keys().filter_map(change).collect()
    }

    fn team(&self, name: &str) -> Option<Team<'a>> {
        let (name, oncall) = self.policy.oncall.get_key_value(name)?;
        let shifts = self.rota.calendars.get(name).filter(|_| oncall.has_calendar);
        let shifts = shifts.map(|shifts| Shifts::new(shifts, self.policy, self.now));
        Some(Team { duty: *self, name, oncall, shifts })
    }
}

impl<'a> Team<'a> {
    /// What is so at a moment that is not past.
    fn at(&self, at: DateTime<Utc>) -> Stretch {
        let rota = self.duty.rota;
        let overrides = rota.overrides.get(self.name).map_or(&[][..], Vec::as_slice);
        let next = overrides.iter().map(|set| set.from).filter(|from| *from > at).min();
        if let Some(set) = rota.override_at(self.name, at) {
            let until = next.map_or(set.until, |next| next.min(set.until));
            return Stretch { who: Some(self.somebody(&set.person)), until: Some(until) };
        }
        let Stretch { who, until } = self.without_overrides(at);
        Stretch { who, until: until.into_iter().chain(next).min() }
    }

    fn without_overrides(&self, at: DateTime<Utc>) -> Stretch {
        if self.oncall.has_calendar {
            let Some(shifts) = &self.shifts else {
                let announced = self.duty.rota.announced.get(self.name).and_then(Option::as_ref);
                return Stretch { who: announced.map(|person| self.somebody(person)), until: None };
            };
            let (name, until) = shifts.at(at);
            return Stretch { who: name.and_then(|name| self.named(name)), until };
        }
        let people = &self.oncall.people;
        let Some(handover) = &self.oncall.handover else {
            return Stretch { who: people.first().and_then(|name| self.named(name)), until: None };
        };
        let Some(watch) = handover.watch_at(at) else {
            return Stretch { who: None, until: Some(handover.begin()) };
        };
        let who = place(watch.index, people.len()).and_then(|place| self.named(people.get(place)?));
        Stretch { who, until: Some(watch.until).filter(|until| *until < DateTime::<Utc>::MAX_UTC) }
    }

    /// When somebody else, or nobody, is on duty after a stretch.
    fn end_of(&self, stretch: &Stretch) -> Option<DateTime<Utc>> {
        let mut end = stretch.until;
        // If one human has every turn, it never ends.
        for _ in 0..=self.how_many() {
            let next = self.at(end?);
            if !self.is_same(stretch.who.as_ref(), next.who.as_ref()) {
                return end;
            }
            end = next.until;
        }
        None
    }

    /// More stretches than it can take until somebody else has one.
    fn how_many(&self) -> usize {
        let overrides = self.duty.rota.overrides.get(self.name).map_or(0, Vec::len);
        let turns = (self.oncall.people.len() + 1) * (2 * overrides + 1);
        turns + 2 * overrides + 2 * self.shifts.as_ref().map_or(0, Shifts::len)
    }

    /// The names of the people of the rota, from whoever has the turn now on.
    fn in_turn(&self) -> Vec<&'a str> {
        if let Some(shifts) = &self.shifts {
            return shifts.at(self.duty.now).0.into_iter().chain(shifts.names()).collect();
        }
        let people = &self.oncall.people;
        let watch = self.oncall.handover.as_ref().and_then(|handover| handover.watch_at(self.duty.now));
        let first = watch.and_then(|watch| place(watch.index, people.len())).unwrap_or(0);
        people.iter().cycle().skip(first).take(people.len()).map(String::as_str).collect()
    }

    fn named(&self, name: &str) -> Option<Somebody> {
        let person = self.duty.policy.handle_of(name, None)?.clone();
        Some(Somebody { person, name: name.to_owned() })
    }

    fn somebody(&self, person: &Person) -> Somebody {
        let name = self.duty.policy.name_in_people(person).unwrap_or_else(|| person.short_name());
        Somebody { person: person.clone(), name: name.to_owned() }
    }

    fn is_same(&self, one: Option<&Somebody>, other: Option<&Somebody>) -> bool {
        match (one, other) {
            (Some(one), Some(other)) => self.duty.policy.same(&one.person, &other.person),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }
}

/// Whose turn it is, of so many.
fn place(index: u64, people: usize) -> Option<usize> {
    usize::try_from(index.checked_rem(u64::try_from(people).ok()?)?).ok()
}
