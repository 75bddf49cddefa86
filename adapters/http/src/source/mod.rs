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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sitrep_core::port::AlertState;

    use super::*;
    use crate::{json, settings::Fields};

    fn mine() -> SourceKind {
        let pointer = |name: &str| Some(format!("/{name}"));
        SourceKind::Generic(Fields {
            group: "/groupKey".to_owned(),
            title: "/receiver".to_owned(),
            state: pointer("status"),
            resolved: vec!["resolved".to_owned()],
            link: pointer("externalURL"),
            labels: pointer("commonLabels"),
        })
    }

    /// Everywhere in a value.
    fn pointers(value: &Value, here: &str, all: &mut Vec<String>) {
        all.push(here.to_owned());
        match value {
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(at, item)| pointers(item, &format!("{here}/{at}"), all));
            }
            Value::Object(fields) => fields.iter().for_each(|(key, field)| {
                pointers(field, &format!("{here}/{}", key.replace('~', "~0").replace('/', "~1")), all);
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn is_as_promised(alert: &Alert) -> bool {
        let is_line = |text: &str, most| {
            let is_visible =
                |letter: char| !letter.is_control() && !('\u{202a}'..='\u{202e}').contains(&letter);
            !text.trim().is_empty() && text.chars().count() <= most && text.chars().all(is_visible)
        };
        alert.source == "it"
            && is_line(&alert.title, 200)
            && (1..=200).contains(&alert.group.chars().count())
            && (alert.firing > 0) == (alert.state != AlertState::Resolved)
            && alert.labels.len() <= 64
            && alert.labels.iter().all(|(key, value)| is_line(key, 100) && is_line(value, 200))
            && alert.link.as_ref().is_none_or(|link| link.starts_with("http") && is_line(link, 500))
    }

    #[test]
    fn whatever_stands_anywhere_is_an_alert_as_promised_or_refused() {
        let odd = [
            json!(null),
            json!(true),
            json!(0),
            json!(-1),
            json!(3),
            json!(u64::MAX),
            json!(1e308),
            json!(""),
            json!(" \n"),
            json!("\u{202e}\u{0}"),
            json!("firing"),
            json!("resolved"),
            json!("trigger"),
            json!("x".repeat(3000)),
            json!("https://a.example/x"),
            json!([]),
            json!({}),
            json!([[[]]]),
            json!({ "": "", "k\n": "v", "n": {} }),
        ];
        let payloads = [
            (SourceKind::Alertmanager, include_str!("../../tests/payloads/alertmanager_firing.json")),
            (SourceKind::Grafana, include_str!("../../tests/payloads/grafana_firing.json")),
            (SourceKind::PagerDuty, include_str!("../../tests/payloads/pagerduty_trigger.json")),
            (SourceKind::PagerDuty, include_str!("../../tests/payloads/pagerduty_resolve.json")),
            (SourceKind::UptimeKuma, include_str!("../../tests/payloads/uptime_kuma_down.json")),
            (mine(), include_str!("../../tests/payloads/alertmanager_firing.json")),
        ];
        let (mut taken, mut refused) = (0, 0);
        for (kind, payload) in &payloads {
            let whole = json::read(payload.as_bytes()).expect("JSON");
            let mut all = Vec::new();
            pointers(&whole, "", &mut all);
            for (pointer, odd) in all.iter().flat_map(|pointer| odd.iter().map(move |odd| (pointer, odd))) {
                let mut body = whole.clone();
                *body.pointer_mut(pointer).expect("there") = odd.clone();
                match read(kind, "it", &body, || "made-up".to_owned()) {
                    Ok(told) => {
                        taken += 1;
                        assert!(
                            told.alert.as_ref().is_none_or(is_as_promised),
                            "{kind:?} {pointer} {odd}: {told:?}"
                        );
                    }
                    Err(unexpected) => {
                        refused += 1;
                        assert!(unexpected.0.len() < 200 && !unexpected.0.contains('\n'), "{}", unexpected.0);
                    }
                }
                let _ = change("it", &At::root(&body), chrono::Utc::now());
            }
        }
        assert!(taken > 500 && refused > 500, "{taken} taken, {refused} refused");
    }
}
