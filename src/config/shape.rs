//! Which keys a section may have.
//!
//! Every topic declares the [`Shape`] of its section beside the code that reads it; [`ALL`] lists them. From
//! it come the refusal of unknown keys, the names of the environment variables, and the test that the example
//! file documents every key.

use super::near_miss::closest;
use super::secret::looks_secret;
use super::{
    checklist, discord, general, health, heartbeat, http, http_fields, http_rule, http_source, incident,
    matrix, meeting, messages, oncall, people, report, schedule, service, severity, working_hours,
};

/// Every section of the configuration.
pub(super) const ALL: &[&Shape] = &[
    &general::SHAPE,
    &messages::SHAPE,
    &incident::SHAPE,
    &severity::SHAPE,
    &severity::SEV1,
    &severity::SEV2,
    &severity::SEV3,
    &severity::SEV4,
    &meeting::SHAPE,
    &health::SHAPE,
    &health::PANEL,
    &matrix::SHAPE,
    &discord::SHAPE,
    &people::PEOPLE,
    &people::TEAMS,
    &service::SERVICES,
    &service::SERVICE,
    &checklist::SHAPE,
    &schedule::SHAPE,
    &working_hours::SHAPE,
    &report::SHAPE,
    &oncall::ROTAS,
    &oncall::ROTA,
    &http::SHAPE,
    &http::METRICS,
    &http_source::SOURCES,
    &http_source::SOURCE,
    &http_rule::RULE,
    &http_fields::FIELDS,
    &heartbeat::HEARTBEATS,
    &heartbeat::HEARTBEAT,
];

/// What stands in a path for a name that the installation chooses.
pub(super) const NAME: &str = "NAME";

/// The section that a key of this name belongs to.
pub(super) fn with_key(name: &str) -> Option<&'static Shape> {
    ALL.iter().copied().find(|shape| shape.key_names().iter().any(|key| key == name))
}

/// The keys of one section.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// The section's name in the file; empty for the keys above the first section.
    pub(super) path: &'static str,
    /// Each key with an example of its value, as written in the file.
    pub(super) keys: &'static [(&'static str, &'static str)],
    /// Keys whose value is a secret: each may also be given as `KEY_file`, and its value is never printed.
    pub(super) secrets: &'static [&'static str],
    /// Sections inside this one.
    pub(super) sections: &'static [&'static str],
    /// Keys and sections that are agreed, but not available in this version.
    pub(super) later: &'static [&'static str],
    /// Whether the names in this section are the installation's own, with an example of a value.
    pub(super) own_names: Option<&'static str>,
    /// Whether there are several of it, as in `[[health.panel]]`; those can't be set in the environment.
    pub(super) is_repeated: bool,
}

impl Shape {
    /// A section without keys, to be filled in with struct update syntax.
    pub(super) const fn new(path: &'static str) -> Self {
        Self { path, keys: &[], secrets: &[], sections: &[], later: &[], own_names: None, is_repeated: false }
    }

    /// Every name that may stand in this section, inner sections included.
    pub(super) fn names(&self) -> Vec<String> {
        let sections = self.sections.iter().map(|section| (*section).to_owned());
        self.key_names().into_iter().chain(sections).collect()
    }

    /// Every key that may be given in this section.
    pub(super) fn key_names(&self) -> Vec<String> {
        let keys = self.keys.iter().map(|(key, _)| (*key).to_owned());
        let secrets = self.secrets.iter().flat_map(|secret| [(*secret).to_owned(), format!("{secret}_file")]);
        keys.chain(secrets).collect()
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.own_names.is_some() || self.names().iter().any(|known| known == name)
    }

    /// Every name that may stand in this section, as people write it.
    pub(super) fn titles(&self) -> Vec<String> {
        let dot = if self.path.is_empty() { "" } else { "." };
        let sections = self.sections.iter().map(|section| format!("[{}{dot}{section}]", self.path));
        self.key_names().into_iter().chain(sections).collect()
    }

    /// Whether it is clear what an unknown name was meant to be, and that this is not a secret. Only then may
    /// the value be shown.
    pub(super) fn is_misspelling_of_harmless(&self, name: &str) -> bool {
        let names = self.names();
        let meant = match closest(name, names.iter().map(String::as_str)) {
            close if close.is_empty() => with_key(name).map(|_| vec![name]).unwrap_or_default(),
            close => close,
        };
        let is_secret =
            |name: &str| looks_secret(name) || ALL.iter().any(|shape| shape.secrets.contains(&name));
        !meant.is_empty() && !looks_secret(name) && !meant.iter().any(|meant| is_secret(meant))
    }

    /// Whether the names in this section are those of sections, as in `[service.NAME]`.
    pub(super) fn is_of_sections(&self) -> bool {
        let inner = format!("{}.{NAME}", self.path);
        ALL.iter().any(|shape| shape.path == inner)
    }

    /// How a key is written, for example `rooms = ["#ops:example.org"]`.
    pub(super) fn example(&self, key: &str) -> String {
        let listed = self.keys.iter().find(|(name, _)| *name == key).map(|(_, example)| *example);
        format!("{key} = {}", listed.or(self.own_names).unwrap_or("\"...\""))
    }

    /// How people refer to the section.
    pub(super) fn title(&self) -> String {
        match self.path {
            "" => "the top of the file".to_owned(),
            path if self.is_repeated => format!("[[{path}]]"),
            path => format!("[{path}]"),
        }
    }

    /// The environment variable that sets `key`.
    pub(super) fn variable(&self, key: &str) -> String {
        let path = match self.path {
            "" => String::new(),
            path => format!("{}__", path.replace('.', "__")),
        };
        format!("SITREP_{path}{key}").to_uppercase()
    }
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn every_inner_section_has_a_shape() {
        for shape in ALL {
            for section in shape.sections {
                let path = if shape.path.is_empty() {
                    (*section).to_owned()
                } else {
                    format!("{}.{section}", shape.path)
                };
                assert!(ALL.iter().any(|shape| shape.path == path), "{path} has no shape");
            }
        }
    }

    #[test]
    fn variables_are_named_after_section_and_key() {
        let find = |path: &str| *ALL.iter().find(|shape| shape.path == path).expect("a section of that name");
        assert_eq!(find("").variable("data_dir"), "SITREP_DATA_DIR");
        assert_eq!(find("severity.sev1").variable("update_every"), "SITREP_SEVERITY__SEV1__UPDATE_EVERY");
    }
}
