//! Who is on duty for a team, as it is configured.

use super::Policy;
use crate::{person::Person, room::PlatformName, rota::Handover};

/// The rota of a team.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnCall {
    /// The names of the people who take turns, in order.
    pub people: Vec<String>,
    /// When one hands over to the next; without it, the first of the people is always on duty.
    pub handover: Option<Handover>,
    /// Who is called when nobody of the rota answers: a team, a person, or another rota.
    pub escalate_to: Option<String>,
    /// Whether a calendar says who is on duty, instead of people and handovers.
    pub has_calendar: bool,
}

impl Policy {
    /// The team of this name that has a rota, as it is configured.
    #[must_use]
    pub fn team_on_call(&self, typed: &str) -> Option<&str> {
        super::people::find_name(self.oncall.keys(), typed)
    }

    /// Where somebody of `[people]` is told something: on this platform if they have a handle there, else wherever they
    /// have one.
    #[must_use]
    pub fn handle_of(&self, name: &str, preferred: Option<&PlatformName>) -> Option<&Person> {
        let handles = self.people.get(name)?;
        let there = handles.iter().find(|handle| Some(&handle.platform) == preferred);
        there.or_else(|| self.reachable(handles))
    }

    /// The name in `[people]` of whoever is meant by one of these texts: an e-mail address, a name, a handle, the likeliest
    /// first; else by a text that has the name of one of them in it, and of no other.
    #[must_use]
    pub fn who_is_meant(&self, texts: &[String]) -> Option<&str> {
        texts
            .iter()
            .find_map(|text| self.who_is(text))
            .or_else(|| texts.iter().find_map(|text| self.named_in(text)))
    }

    fn who_is(&self, text: &str) -> Option<&str> {
        let text = text.trim().to_lowercase();
        let bare = text.strip_prefix('@').unwrap_or(&text);
        let is_handle = |handle: &Person| {
            let handle = handle.handle.to_lowercase();
            handle == text || handle.strip_prefix('@').unwrap_or(&handle) == bare
        };
        let by_name = || self.people.keys().find(|name| name.to_lowercase() == bare);
        let by_handle =
            || self.people.iter().find(|(_, handles)| handles.iter().any(is_handle)).map(|(name, _)| name);
        self.emails.get(&text).or_else(by_name).or_else(by_handle).map(String::as_str)
    }

    fn named_in(&self, text: &str) -> Option<&str> {
        let text = text.to_lowercase();
        let mut found =
            self.people.keys().filter(|name| super::people::has_words(&text, &name.to_lowercase()));
        let first = found.next()?;
        found.next().is_none().then_some(first.as_str())
    }
}
