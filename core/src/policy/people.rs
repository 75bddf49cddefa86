//! Who is who, and who is asked in.
//!
//! - One human may have a handle on each of several platforms. Whatever belongs to one of them belongs to all.
//! - Whom a rule asks in is asked under their handle on the incident's platform, or, if they have none there, under
//!   another: they are told of it there.

use super::{Policy, Service};
use crate::{args, incident::Incident, person::Person, room::PlatformName, workspace::Workspace};

/// What a typed name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// One person.
    Person(Person),
    /// A team, by its name.
    Team(String),
    /// A service, by its name: the people whom it asks in.
    Service(String),
}

impl Policy {
    /// All handles of the human who has this one, itself among them.
    #[must_use]
    pub fn handles<'a>(&'a self, person: &'a Person) -> &'a [Person] {
        let known = self.people.values().find(|handles| handles.contains(person));
        known.map_or(std::slice::from_ref(person), Vec::as_slice)
    }

    /// Whether both are handles of one human.
    #[must_use]
    pub fn same(&self, one: &Person, other: &Person) -> bool {
        one == other || self.handles(one).contains(other)
    }

    /// Whether one of these is a handle of this human.
    pub fn is_among<'a>(&self, person: &Person, people: impl IntoIterator<Item = &'a Person>) -> bool {
        let handles = self.handles(person);
        people.into_iter().any(|other| handles.contains(other))
    }

    /// Whether this human belongs to an incident, under whichever handle.
    #[must_use]
    pub fn belongs(&self, person: &Person, incident: &Incident) -> bool {
        self.is_among(person, &incident.people)
    }

    /// Whether this person may know anything about this incident.
    #[must_use]
    pub fn may_see(&self, person: &Person, incident: &Incident) -> bool {
        !incident.private || self.belongs(person, incident)
    }

    /// Each human once, under the handle that comes first.
    #[must_use]
    pub fn each_once<'a>(&self, people: impl IntoIterator<Item = &'a Person>) -> Vec<Person> {
        let mut once: Vec<Person> = Vec::new();
        for person in people {
            if !self.is_among(person, &once) {
                once.push(person.clone());
            }
        }
        once
    }

    /// The same human on this platform, if they are known there.
    #[must_use]
    pub fn on<'a>(&'a self, person: &'a Person, platform: &PlatformName) -> Option<&'a Person> {
        if person.platform == *platform { Some(person) } else { self.elsewhere(person, platform) }
    }

    /// The same human on another platform, if the configuration knows them there.
    #[must_use]
    pub fn elsewhere(&self, person: &Person, platform: &PlatformName) -> Option<&Person> {
        let handles = self.people.values().find(|handles| handles.contains(person))?;
        handles.iter().find(|handle| handle.platform == *platform)
    }

    /// These people as a platform knows them, each handle once; who is not known there is left out.
    #[must_use]
    pub fn members(&self, people: &[Person], platform: &PlatformName) -> Vec<Person> {
        let mut members: Vec<Person> = Vec::new();
        for person in people.iter().filter_map(|person| self.on(person, platform)) {
            if !members.contains(person) {
                members.push(person.clone());
            }
        }
        members
    }

    /// What people on other platforms call somebody.
    #[must_use]
    pub fn name_of(&self, person: &Person, workspace: &Workspace) -> String {
        match (workspace.name_of(person), person.is_nameless()) {
            (_, false) => person.short_name().to_owned(),
            (Some(name), true) => name.to_owned(),
            (None, true) => self.name_in_people(person).map_or_else(
                || self.phrase("people.somebody", args![platform = person.platform.title()]),
                ToOwned::to_owned,
            ),
        }
    }

    /// The name in `[people]` of somebody.
    #[must_use]
    pub fn name_in_people(&self, person: &Person) -> Option<&str> {
        let mut people = self.people.iter();
        people.find(|(_, handles)| handles.contains(person)).map(|(name, _)| name.as_str())
    }

    /// Whom teams and people ask in to an incident on a platform, each once: the most needed first. Somebody who is
    /// not known there is asked under another handle.
    #[must_use]
    pub fn asked_in(&self, names: &[String], platform: &PlatformName) -> Vec<Person> {
        let one = |name: &String| {
            let handles = self.people.get(name)?;
            handles.iter().find(|handle| handle.platform == *platform).or_else(|| self.reachable(handles))
        };
        let members = |name| self.teams.get(name).map_or(std::slice::from_ref(name), Vec::as_slice);
        self.each_once(names.iter().flat_map(members).filter_map(one))
    }

    /// The first of these handles whose platform is in use.
    pub(super) fn reachable<'a>(&self, handles: &'a [Person]) -> Option<&'a Person> {
        handles.iter().find(|handle| self.platforms.contains_key(&handle.platform))
    }

    /// The service of this name, as it is configured.
    #[must_use]
    pub fn service(&self, typed: &str) -> Option<&str> {
        find_name(self.services.keys(), typed)
    }

    /// The services that a title is about: those whose name or one of whose words is in it.
    #[must_use]
    pub fn services_in(&self, title: &str) -> Vec<String> {
        let title = title.to_lowercase();
        let is_meant = |(name, service): &(&String, &Service)| {
            let mut words = std::iter::once(*name).chain(&service.words);
            words.any(|word| has_words(&title, &word.to_lowercase()))
        };
        self.services.iter().filter(is_meant).map(|(name, _)| name.clone()).collect()
    }

    /// The person that a typed name means to this speaker: `me`, a name from `[people]`, somebody who is `present`,
    /// or a handle written with `@`. A bare word that is none of these ("asap") is nobody.
    #[must_use]
    pub fn person(&self, typed: &str, speaker: &Person, present: &[Person]) -> Option<Person> {
        let bare = typed.strip_prefix('@').unwrap_or(typed);
        if bare.eq_ignore_ascii_case("me") {
            return Some(speaker.clone());
        }
        if let Some(handles) = find_name(self.people.keys(), bare).and_then(|name| self.people.get(name)) {
            // As those who are there know them, or as the speaker does.
            let there = handles.iter().find(|handle| present.contains(handle));
            let known = || handles.iter().find(|handle| handle.platform == speaker.platform);
            return there.or_else(known).or_else(|| self.reachable(handles)).cloned();
        }
        let is_here = |person: &&Person| {
            person.platform == speaker.platform && person.short_name().eq_ignore_ascii_case(bare)
        };
        let completed = typed.starts_with('@').then(|| speaker.complete(typed)).flatten();
        completed.or_else(|| present.iter().find(is_here).cloned())
    }

    /// What a typed name means to this speaker: a team, a service, or a person; a team also with an `@`.
    #[must_use]
    pub fn named(&self, typed: &str, speaker: &Person, present: &[Person]) -> Option<Named> {
        let bare = typed.strip_prefix('@').unwrap_or(typed);
        let person = || self.person(typed, speaker, present).map(Named::Person);
        if find_name(self.people.keys(), bare).is_some() {
            return person();
        }
        let team = find_name(self.teams.keys(), bare).map(|name| Named::Team(name.to_owned()));
        let service = || self.service(bare).map(|name| Named::Service(name.to_owned()));
        team.or_else(service).or_else(person)
    }
}

/// The configured name that was typed, in whichever case.
pub(super) fn find_name<'a>(names: impl Iterator<Item = &'a String> + Clone, typed: &str) -> Option<&'a str> {
    let lower = typed.to_lowercase();
    let exact = names.clone().find(|name| *name == typed);
    let mut others = names;
    exact.or_else(|| others.find(|name| name.to_lowercase() == lower)).map(String::as_str)
}

/// Whether a text has these words in it, as whole words. Both are in lower case.
pub(super) fn has_words(text: &str, words: &str) -> bool {
    let is_inside = |neighbour: Option<char>| neighbour.is_some_and(char::is_alphanumeric);
    !words.is_empty()
        && text.match_indices(words).any(|(start, found)| {
            let end = start + found.len();
            !is_inside(text[..start].chars().next_back()) && !is_inside(text[end..].chars().next())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::PlatformPolicy;

    fn person(platform: &str, handle: &str) -> Person {
        Person::new(&PlatformName::new(platform), handle)
    }

    /// Bob is here and there, erin there only, frank on a platform that is not in use, gina nowhere.
    fn policy() -> Policy {
        let mut policy = Policy::default();
        for platform in ["here", "there"] {
            policy.platforms.insert(PlatformName::new(platform), PlatformPolicy::default());
        }
        for (name, handles) in [
            ("bob", vec![person("here", "bob"), person("there", "7")]),
            ("Erin", vec![person("there", "8")]),
            ("frank", vec![person("gone", "9")]),
            ("gina", vec![]),
        ] {
            policy.people.insert(name.to_owned(), handles);
        }
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        policy.teams.insert("payments".to_owned(), names(&["bob", "Erin", "frank", "gina", "bob"]));
        let service = |invite: &[&str], words: &[&str]| Service {
            invite: names(invite),
            words: names(words),
            ..Service::default()
        };
        policy.services.insert("checkout".to_owned(), service(&["payments"], &["cart", "Payment page"]));
        policy.services.insert("bob".to_owned(), service(&["Erin"], &["支付"]));
        policy
    }

    #[test]
    fn one_human_is_one_under_each_handle() {
        let policy = policy();
        let (bob, seven, stranger) = (person("here", "bob"), person("there", "7"), person("there", "bob"));
        assert!(policy.same(&bob, &seven) && policy.same(&seven, &bob) && policy.same(&stranger, &stranger));
        assert!(!policy.same(&bob, &stranger) && !policy.same(&seven, &person("there", "8")));
        assert_eq!(policy.handles(&seven).len(), 2);
        assert_eq!(policy.handles(&stranger), std::slice::from_ref(&stranger));
        assert_eq!(policy.each_once([&bob, &stranger, &seven]), [bob.clone(), stranger.clone()]);
        assert_eq!(policy.members(&[seven, stranger, person("there", "8")], &bob.platform), [bob]);
    }

    #[test]
    fn who_is_asked_in_is_asked_where_it_runs_or_where_they_are() {
        let policy = policy();
        let asked = |platform: &str, names: &[&str]| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            policy.asked_in(&names, &PlatformName::new(platform))
        };
        assert_eq!(asked("here", &["payments"]), [person("here", "bob"), person("there", "8")]);
        assert_eq!(asked("there", &["Erin", "payments"]), [person("there", "8"), person("there", "7")]);
        assert_eq!(asked("here", &["frank", "gina", "nobody"]), []);
    }

    #[test]
    fn a_typed_name_is_what_is_configured_first() {
        let policy = policy();
        let alice = person("here", "alice");
        let named = |typed: &str| policy.named(typed, &alice, &[person("here", "hank")]);
        let is = |person: Person| Some(Named::Person(person));
        let team = || Some(Named::Team("payments".to_owned()));
        for (typed, expected) in [
            ("bob", is(person("here", "bob"))),
            ("@BOB", is(person("here", "bob"))),
            ("erin", is(person("there", "8"))),
            ("me", is(alice.clone())),
            ("@payments", team()),
            ("Payments", team()),
            ("checkout", Some(Named::Service("checkout".to_owned()))),
            ("@hank", is(person("here", "hank"))),
            ("Hank", is(person("here", "hank"))),
            ("@zoe", is(person("here", "zoe"))),
            ("zoe", None),
            ("frank", None),
            ("gina", None),
            ("@", None),
            ("", None),
            ("<b>", None),
        ] {
            assert_eq!(named(typed), expected, "{typed:?}");
        }
        // As they are known among those who are there.
        let there = policy.person("bob", &alice, &[person("there", "7")]);
        assert_eq!(there, Some(person("there", "7")));
    }

    #[test]
    fn services_are_found_in_titles_as_whole_words() {
        for (title, services) in [
            ("Checkout is down", vec!["checkout"]),
            ("the cart, again", vec!["checkout"]),
            ("CART", vec!["checkout"]),
            ("payment page is blank", vec!["checkout"]),
            ("the payment-page is blank", vec![]),
            ("checkout-v2 fails", vec!["checkout"]),
            ("cartography", vec![]),
            ("discart", vec![]),
            ("支付 is slow", vec!["bob"]),
            ("bob and the cart", vec!["bob", "checkout"]),
            ("", vec![]),
        ] {
            assert_eq!(policy().services_in(title), services, "{title:?}");
        }
        assert_eq!(policy().service("CheckOut"), Some("checkout"));
        assert_eq!(policy().service("chekout"), None);
    }
}
