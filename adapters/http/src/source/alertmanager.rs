//! The webhook of Alertmanager, version 4: <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>.

use sitrep_core::port::Alert;

use super::group::Group;
use crate::{
    json::{At, Unexpected},
    text,
};

pub(super) fn read(source: &str, body: &At<'_>) -> Result<Alert, Unexpected> {
    let version = body.field("version")?;
    if version.text()? != "4" {
        return Err(version.unlike("\"4\", as Alertmanager sends it"));
    }
    let key = body.field("groupKey")?.text()?;
    let group = Group::read(body)?;
    let link = match body.field("externalURL")?.optional_text()?.and_then(text::link) {
        Some(link) => Some(link),
        None => group.link_of_first(&["generatorURL"])?,
    };
    group.alert(source, key, None, link)
}
