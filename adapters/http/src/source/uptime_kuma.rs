//! The webhook of Uptime Kuma, as `application/json`:
//! <https://github.com/louislam/uptime-kuma/blob/master/server/notification-providers/webhook.js>.
//!
//! A monitor is a group. What comes without a heartbeat is its test message, or a reminder of a certificate that runs out;
//! what pends is tried again before it is told, and what is maintained is meant to be down. None of these is an alert.

use chrono::NaiveDateTime;
use sitrep_core::port::{Alert, AlertState};

use crate::{
    json::{At, Unexpected},
    text,
};

const DOWN: u64 = 0;
const UP: u64 = 1;
const PENDING: u64 = 2;
const MAINTENANCE: u64 = 3;

pub(super) fn read(source: &str, body: &At<'_>) -> Result<Option<Alert>, Unexpected> {
    let message = body.field("msg")?.optional_text()?;
    let heartbeat = body.field("heartbeat")?;
    if heartbeat.is_missing() {
        return match message {
            Some(_) => Ok(None),
            None => Err(heartbeat.unlike("an object, as Uptime Kuma sends it")),
        };
    }
    let status = heartbeat.field("status")?;
    let state = match status.number()? {
        DOWN => AlertState::Firing,
        UP => AlertState::Resolved,
        PENDING | MAINTENANCE => return Ok(None),
        _ => return Err(status.unlike("0, 1, 2 or 3")),
    };
    let monitor = body.field("monitor")?;
    let id = monitor.field("id")?.number()?;
    let name = monitor.field("name")?.text()?;
    let said = heartbeat.field("msg")?.optional_text()?.unwrap_or_default();
    let title = text::title(&format!("{name}: {said}")).map(|title| title.trim_end_matches(':').to_owned());
    let since = heartbeat.field("time")?.optional_text()?.and_then(|time| {
        NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M:%S%.f").ok().map(|time| time.and_utc())
    });
    Ok(Some(Alert {
        source: source.to_owned(),
        group: id.to_string(),
        state,
        title: title.filter(|title| !title.is_empty()).unwrap_or_else(|| format!("Monitor {id}")),
        firing: u32::from(state == AlertState::Firing),
        labels: labels(&monitor, name)?,
        link: monitor.field("url")?.optional_text()?.and_then(text::link),
        since: since.filter(|_| state == AlertState::Firing),
    }))
}

/// The monitor's name, what it watches, and its tags.
fn labels(monitor: &At<'_>, name: &str) -> Result<std::collections::BTreeMap<String, String>, Unexpected> {
    let mut all = Vec::new();
    for tag in monitor.field("tags")?.items()? {
        let value = tag.field("value")?.optional_text()?.filter(|value| !value.is_empty());
        all.push((tag.field("name")?.text()?, value.unwrap_or("yes")));
    }
    for key in ["type", "hostname"] {
        all.extend(monitor.field(key)?.optional_text()?.map(|value| (key, value)));
    }
    all.push(("monitor", name));
    Ok(text::labels(all))
}
