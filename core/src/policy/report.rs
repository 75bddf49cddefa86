//! Reports: who watches over them, and where they go.

use chrono::Duration;

use super::Policy;
use crate::room::{PlatformName, RoomRef};

/// How reports are handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportPolicy {
    /// Whose rota watches over them, unless a service or a source names another; `None` if nobody's does.
    pub oncall: Option<String>,
    /// How soon somebody should have one, and how long each who is called has.
    pub acknowledge_within: Duration,
    /// The sign that files the message it is put on; `None` if there is none.
    pub reaction: Option<String>,
    /// Who is called when nobody of the rota answers: a team, somebody's rota, or a person.
    pub escalate_to: Option<String>,
    /// What people can do when nobody could be reached.
    pub contacts: Option<String>,
}

impl Default for ReportPolicy {
    fn default() -> Self {
        Self {
            oncall: None,
            acknowledge_within: Duration::minutes(5),
            reaction: Some("🚨".to_owned()),
            escalate_to: None,
            contacts: None,
        }
    }
}

impl Policy {
    /// Where a report is filed that somebody made on this platform: in the support room there, or on another platform if
    /// this one has none, or else where trouble is told. `None` if there is no room at all.
    #[must_use]
    pub fn report_room(&self, platform: Option<&PlatformName>) -> Option<&RoomRef> {
        let here = platform.and_then(|name| self.platforms.get(name));
        let support = here.and_then(|here| here.support_room.as_ref());
        let home = || here.and_then(|here| here.home_room.as_ref());
        let anywhere = || self.platforms.values().find_map(|platform| platform.home_room.as_ref());
        support.or_else(|| self.support_rooms().next()).or_else(home).or_else(anywhere)
    }

    /// The rota that watches over a report about these services, unless its source names another.
    #[must_use]
    pub fn watched_by(&self, services: &[String], named: Option<&str>) -> Option<String> {
        let of_service = services.iter().find_map(|name| self.services.get(name)?.oncall.as_deref());
        named.or(of_service).or(self.report.oncall.as_deref()).map(ToOwned::to_owned)
    }

    /// Whether a sign on a message files it as a report. Keyboards add skin tones and the wish for colour.
    #[must_use]
    pub fn files_reports(&self, key: &str) -> bool {
        let plain = |text: &str| text.replace('\u{FE0F}', "");
        let sign = self.report.reaction.as_deref().map(plain);
        sign.is_some_and(|sign| !sign.is_empty() && plain(key).starts_with(&sign))
    }

    /// Whether messages on a platform can be answered in threads.
    #[must_use]
    pub fn has_threads(&self, platform: &PlatformName) -> bool {
        self.platforms.get(platform).is_some_and(|platform| platform.has_threads)
    }
}
