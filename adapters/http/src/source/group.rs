//! A group of alerts, as Alertmanager sends it and Grafana after it.
//!
//! The group fires as long as any of its alerts does, and since the first of them began. Its title is the summary that all
//! of them share, or else their name; then what the group was grouped by, so that two groups of one rule can be told apart.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sitrep_core::port::{Alert, AlertState};

use crate::{
    json::{At, Unexpected},
    text,
};

/// An alert of a group.
pub(super) struct Member<'a> {
    pub(super) is_firing: bool,
    pub(super) at: At<'a>,
    since: Option<DateTime<Utc>>,
}

/// A group that was read.
pub(super) struct Group<'a> {
    body: At<'a>,
    pub(super) members: Vec<Member<'a>>,
    truncated: u64,
    is_firing: bool,
    common: BTreeMap<&'a str, String>,
    grouped_by: Vec<(&'a str, String)>,
}

impl<'a> Group<'a> {
    pub(super) fn read(body: &At<'a>) -> Result<Self, Unexpected> {
        let is_group_firing = is_firing(&body.field("status")?)?;
        let members: Vec<_> =
            body.field("alerts")?.items()?.into_iter().map(Member::read).collect::<Result<_, _>>()?;
        if members.is_empty() {
            return Err(body.field("alerts")?.unlike("a list of at least one alert"));
        }
        let truncated = match body.field("truncatedAlerts")? {
            missing if missing.is_missing() => 0,
            number => number.number()?,
        };
        let grouped_by = body.field("groupLabels")?.words(false)?;
        let mut common: BTreeMap<_, _> = grouped_by.iter().cloned().collect();
        common.extend(body.field("commonLabels")?.words(false)?);
        let is_firing = members.iter().any(|member| member.is_firing) || (truncated > 0 && is_group_firing);
        Ok(Self { body: body.clone(), members, truncated, is_firing, common, grouped_by })
    }

    /// The alert of a source. `otherwise` is its title if the group has none, `link` where there is more to see.
    pub(super) fn alert(
        &self,
        source: &str,
        key: &str,
        otherwise: Option<&str>,
        link: Option<String>,
    ) -> Result<Alert, Unexpected> {
        let firing: Vec<_> = self.members.iter().filter(|member| member.is_firing).collect();
        let count = u64::try_from(firing.len()).unwrap_or(u64::MAX).saturating_add(self.truncated);
        Ok(Alert {
            source: source.to_owned(),
            group: text::group(key),
            state: if self.is_firing { AlertState::Firing } else { AlertState::Resolved },
            title: self.title(otherwise)?,
            firing: if self.is_firing { u32::try_from(count).unwrap_or(u32::MAX) } else { 0 },
            labels: text::labels(self.common.iter().map(|(key, value)| (*key, value.as_str()))),
            link,
            since: firing.iter().filter_map(|member| member.since).min(),
        })
    }

    fn title(&self, otherwise: Option<&str>) -> Result<String, Unexpected> {
        let annotations = self.body.field("commonAnnotations")?;
        let summary =
            if annotations.is_missing() { None } else { annotations.field("summary")?.optional_text()? };
        let name = self.common.get("alertname").map(String::as_str);
        let title =
            [summary, name, self.first_summary()?, otherwise].into_iter().flatten().find_map(text::title);
        let title = title.unwrap_or_else(|| "An alert without a name".to_owned());
        let apart: Vec<_> = self
            .grouped_by
            .iter()
            .filter(|(key, value)| {
                *key != "alertname" && !key.starts_with("__") && !title.contains(value.as_str())
            })
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        let whole = if apart.is_empty() { title.clone() } else { format!("{title} ({})", apart.join(", ")) };
        Ok(text::title(&whole).unwrap_or(title))
    }

    /// What the first alert, preferably one that fires, says of itself.
    fn first_summary(&self) -> Result<Option<&'a str>, Unexpected> {
        let Some(first) = self.first() else { return Ok(None) };
        for (object, name) in [("annotations", "summary"), ("labels", "alertname")] {
            let object = first.field(object)?;
            if object.is_missing() {
                continue;
            }
            if let Some(text) = object.field(name)?.optional_text()?.filter(|text| !text.trim().is_empty()) {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// The first alert, preferably one that fires.
    pub(super) fn first(&self) -> Option<&At<'a>> {
        let firing = self.members.iter().find(|member| member.is_firing);
        firing.or(self.members.first()).map(|member| &member.at)
    }

    /// The first of these fields of the first alert that is a link.
    pub(super) fn link_of_first(&self, names: &[&str]) -> Result<Option<String>, Unexpected> {
        let Some(first) = self.first() else { return Ok(None) };
        for name in names {
            if let Some(link) = first.field(name)?.optional_text()?.and_then(text::link) {
                return Ok(Some(link));
            }
        }
        Ok(None)
    }
}

impl<'a> Member<'a> {
    fn read(at: At<'a>) -> Result<Self, Unexpected> {
        let is_firing = is_firing(&at.field("status")?)?;
        // Their shape is checked even where nothing of them is used.
        at.field("labels")?.words(false)?;
        let since = at.field("startsAt")?.time()?;
        Ok(Self { is_firing, at, since })
    }
}

fn is_firing(status: &At<'_>) -> Result<bool, Unexpected> {
    match status.text()? {
        "firing" => Ok(true),
        "resolved" => Ok(false),
        _ => Err(status.unlike("\"firing\" or \"resolved\"")),
    }
}
