//! What an incident begins with: which lists of tasks, and whether a platform can carry them as files.

use super::Policy;
use crate::{incident::Incident, room::PlatformName};

/// The list of tasks that every incident begins with.
const DEFAULT: &str = "default";

impl Policy {
    /// Whether messages on a platform can carry files.
    #[must_use]
    pub fn carries_files(&self, platform: &PlatformName) -> bool {
        self.platforms.get(platform).is_some_and(|platform| platform.carries_files)
    }

    /// The lists of tasks that an incident begins with, each once: the default one, and those of its services.
    #[must_use]
    pub fn checklists_of(&self, incident: &Incident) -> Vec<(&str, &[String])> {
        let of_services =
            incident.services.iter().filter_map(|name| self.services.get(name)?.checklist.as_deref());
        let mut lists: Vec<(&str, &[String])> = Vec::new();
        for name in std::iter::once(DEFAULT).chain(of_services) {
            let list = self.checklists.get_key_value(name);
            let is_new = !lists.iter().any(|(known, _)| *known == name);
            lists.extend(list.filter(|_| is_new).map(|(name, items)| (name.as_str(), items.as_slice())));
        }
        lists
    }
}
