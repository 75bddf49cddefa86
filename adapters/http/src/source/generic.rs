//! Any JSON, read by the pointers of the configuration.

use sitrep_core::port::{Alert, AlertState};

use crate::{
    json::{At, Unexpected},
    settings::Fields,
    text,
};

pub(super) fn read(source: &str, body: &At<'_>, fields: &Fields) -> Result<Alert, Unexpected> {
    let group = body.pointed_at(&fields.group).word()?;
    let title = body.pointed_at(&fields.title);
    let title = text::title(title.text()?).ok_or_else(|| title.unlike("a text that can be seen"))?;
    let state = match &fields.state {
        Some(pointer) => {
            let word = body.pointed_at(pointer).word()?.to_lowercase();
            let is_over = fields.resolved.iter().any(|resolved| resolved.to_lowercase() == word.trim());
            if is_over { AlertState::Resolved } else { AlertState::Firing }
        }
        None => AlertState::Firing,
    };
    let link = match &fields.link {
        Some(pointer) => body.pointed_at(pointer).optional_text()?.and_then(text::link),
        None => None,
    };
    let labels = match &fields.labels {
        Some(pointer) => body.pointed_at(pointer).words(false)?,
        None => Vec::new(),
    };
    Ok(Alert {
        source: source.to_owned(),
        group: text::group(&group),
        state,
        title,
        firing: u32::from(state == AlertState::Firing),
        labels: text::labels(labels.iter().map(|(key, value)| (*key, value.as_str()))),
        link,
        since: None,
    })
}
