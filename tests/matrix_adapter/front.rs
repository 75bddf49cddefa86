//! A proxy in front of Synapse that sometimes answers in its place, as those do whose backend restarts.

use crate::support::Failed;
use crate::support::proxy::{Fate, Proxy, answer};

/// What a proxy says when it has nobody to ask.
pub(crate) const NOT_FOUND: &str = "404 Not Found";
pub(crate) const BAD_GATEWAY: &str = "502 Bad Gateway";

/// The proxy.
pub(crate) struct Front {
    pub(crate) url: String,
    proxy: Proxy,
}

impl Front {
    pub(crate) fn of(synapse: &str) -> Result<Front, Failed> {
        let proxy = Proxy::of(synapse)?;
        Ok(Front { url: proxy.url.clone(), proxy })
    }

    /// What it answers to a request for a path from now on; `None` leaves it to Synapse.
    pub(crate) fn answers(&self, mut rule: impl FnMut(&str) -> Option<&'static str> + Send + 'static) {
        self.proxy.rules(move |asked| match rule(&asked.path) {
            Some(status) => Fate::Instead(answer(status, "text/plain", "nobody is here")),
            None => Fate::Pass,
        });
    }

    /// The same with JSON as a homeserver answers it.
    pub(crate) fn answers_json(
        &self,
        mut rule: impl FnMut(&str) -> Option<(&'static str, String)> + Send + 'static,
    ) {
        self.proxy.rules(move |asked| match rule(&asked.path) {
            Some((status, body)) => Fate::Instead(answer(status, "application/json", &body)),
            None => Fate::Pass,
        });
    }

    /// How often something was asked of Synapse and granted.
    pub(crate) fn granted(&self, is_it: impl Fn(&str) -> bool) -> usize {
        let exchanges = self.proxy.exchanges();
        exchanges.iter().filter(|one| one.status == Some(200) && is_it(&one.asked.path)).count()
    }
}
