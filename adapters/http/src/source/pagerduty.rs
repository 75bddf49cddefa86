//! PagerDuty's Events API v2: <https://developer.pagerduty.com/docs/send-alert-event> and
//! <https://developer.pagerduty.com/docs/send-change-event>.
//!
//! What the API asks for is asked for here too, in its words, so that a sender finds the same mistakes. Only a trigger has
//! to have a payload. Details that are nested are left out: labels are flat.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sitrep_core::port::{Alert, AlertState, Change};

use super::Told;
use crate::{
    json::{At, Unexpected},
    text,
};

/// An alert event. A trigger without a key is given the one that is made up.
pub(super) fn event(
    source: &str,
    body: &At<'_>,
    made_up: impl FnOnce() -> String,
) -> Result<Told, Unexpected> {
    let action = body.field("event_action")?;
    let state = match action.text()? {
        "trigger" => AlertState::Firing,
        "acknowledge" => AlertState::Acknowledged,
        "resolve" => AlertState::Resolved,
        _ => return Err(action.unlike("\"trigger\", \"acknowledge\" or \"resolve\"")),
    };
    let dedup_key = body.field("dedup_key")?;
    let key = match dedup_key.optional_text()?.filter(|key| !key.trim().is_empty()) {
        Some(key) => key.to_owned(),
        None if state == AlertState::Firing => made_up(),
        None => return Err(dedup_key.unlike("the key of the event that was triggered")),
    };
    let payload = body.field("payload")?;
    let details = if state == AlertState::Firing || !payload.is_missing() {
        Payload::read(&payload, state == AlertState::Firing)?
    } else {
        Payload::default()
    };
    let title = details.summary.as_deref().and_then(text::title);
    let title = title.or_else(|| text::title(&key)).unwrap_or_else(|| "An event without a name".to_owned());
    let alert = Alert {
        source: source.to_owned(),
        group: text::group(&key),
        state,
        title,
        firing: u32::from(state != AlertState::Resolved),
        labels: details.labels,
        link: link(body)?,
        since: details.at.filter(|_| state == AlertState::Firing),
    };
    Ok(Told { alert: Some(alert), key: Some(key) })
}

/// A change event; it has happened now if it doesn't say when.
pub(crate) fn change(source: &str, body: &At<'_>, now: DateTime<Utc>) -> Result<Change, Unexpected> {
    let payload = body.field("payload")?;
    let summary = payload.field("summary")?;
    let title = text::title(summary.text()?).ok_or_else(|| summary.unlike("a text that can be seen"))?;
    let details = Payload::read(&payload, false)?;
    Ok(Change {
        source: source.to_owned(),
        title,
        at: details.at.unwrap_or(now),
        labels: details.labels,
        link: link(body)?,
    })
}

#[derive(Default)]
struct Payload {
    summary: Option<String>,
    at: Option<DateTime<Utc>>,
    labels: BTreeMap<String, String>,
}

impl Payload {
    /// `is_whole` asks for what a trigger has to have.
    fn read(payload: &At<'_>, is_whole: bool) -> Result<Self, Unexpected> {
        let (summary, severity) = (payload.field("summary")?, payload.field("severity")?);
        if is_whole {
            summary.text()?;
            payload.field("source")?.text()?;
            severity.text()?;
        }
        if severity
            .optional_text()?
            .is_some_and(|word| !["critical", "error", "warning", "info"].contains(&word))
        {
            return Err(severity.unlike("\"critical\", \"error\", \"warning\" or \"info\""));
        }
        let custom = payload.field("custom_details")?;
        // Some senders have a text there.
        let details = match custom.optional_text() {
            Ok(Some(text)) => vec![("details", text.to_owned())],
            Ok(None) => Vec::new(),
            Err(_) => custom.words(true)?,
        };
        let mut labels = text::labels(details.iter().map(|(key, value)| (*key, value.as_str())));
        let mut own = Vec::new();
        for key in ["source", "severity", "component", "group", "class"] {
            own.extend(payload.field(key)?.optional_text()?.map(|value| (key, value)));
        }
        // What the API has names for is not for details to say, nor to be crowded out by them.
        let own = text::labels(own);
        labels.retain(|key, _| !own.contains_key(key));
        let room = text::MOST_LABELS - own.len();
        let mut labels: BTreeMap<_, _> = labels.into_iter().take(room).collect();
        labels.extend(own);
        Ok(Self {
            summary: summary.optional_text()?.map(str::to_owned),
            at: payload.field("timestamp")?.time()?,
            labels,
        })
    }
}

/// The first link that can be shown, or else the client's address.
fn link(body: &At<'_>) -> Result<Option<String>, Unexpected> {
    for link in body.field("links")?.items()? {
        if let Some(link) = link.field("href")?.optional_text()?.and_then(text::link) {
            return Ok(Some(link));
        }
    }
    Ok(body.field("client_url")?.optional_text()?.and_then(text::link))
}
