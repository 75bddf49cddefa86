//! What each kind of sender sends, and what it means. A request comes to one signal at most.

mod alertmanager;
mod generic;
mod grafana;
mod group;
mod pagerduty;
mod uptime_kuma;

use serde_json::Value;
use sitrep_core::port::Alert;

pub(crate) use pagerduty::change;

use crate::{
    json::{At, Unexpected},
    settings::SourceKind,
};

/// What was told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// `None` if what was sent is fine, and nothing is to be done about it.
    pub(crate) alert: Option<Alert>,
    /// The key under which its sender may go on speaking of it, if it expects to be told.
    pub(crate) key: Option<String>,
}

/// What a source of this kind and name tells. What needs a key and has none is given the one that is made up.
///
/// # Errors
/// What was expected, and where.
pub(crate) fn read(
    kind: &SourceKind,
    source: &str,
    body: &Value,
    made_up: impl FnOnce() -> String,
) -> Result<Told, Unexpected> {
    let body = At::root(body);
    let alert = match kind {
        SourceKind::Alertmanager => Some(alertmanager::read(source, &body)?),
        SourceKind::Grafana => Some(grafana::read(source, &body)?),
        SourceKind::PagerDuty => return pagerduty::event(source, &body, made_up),
        SourceKind::UptimeKuma => uptime_kuma::read(source, &body)?,
        SourceKind::Generic(fields) => Some(generic::read(source, &body, fields)?),
    };
    Ok(Told { alert, key: None })
}
