//! The webhook of Grafana's unified alerting:
//! <https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/>.
//!
//! It looks like Alertmanager's, with a version of its own. A group's key is unique within an organisation only. What the
//! dashboards of Grafana before version 11 sent by themselves is told apart, because who sends it is to know why.

use sitrep_core::port::Alert;

use super::group::Group;
use crate::{
    json::{At, Unexpected},
    text,
};

pub(super) fn read(source: &str, body: &At<'_>) -> Result<Alert, Unexpected> {
    if body.field("alerts")?.is_missing() && !body.field("ruleId")?.is_missing() {
        let told = "This is an alert of Grafana's legacy alerting; sitrep reads those of unified alerting.";
        return Err(Unexpected(told.to_owned()));
    }
    let key = body.field("groupKey")?.text()?;
    let organisation = match body.field("orgId")? {
        missing if missing.is_missing() => 1,
        number => number.number()?,
    };
    let key = if organisation == 1 { key.to_owned() } else { format!("{organisation}/{key}") };
    let group = Group::read(body)?;
    let link = match group.link_of_first(&["panelURL", "dashboardURL", "generatorURL"])? {
        Some(link) => Some(link),
        None => body.field("externalURL")?.optional_text()?.and_then(text::link),
    };
    group.alert(source, &key, body.field("title")?.optional_text()?, link)
}
