//! Who watches over reports, and what machines may tell: from the configuration to core and to the adapters.

use std::collections::BTreeMap;

use secrecy::SecretString;
use sitrep_calendar::{Address, CalendarSettings, Source as CalendarSource};
use sitrep_core::{
    incident::Severity,
    policy::{AlertAction, AlertRule, AlertSource, Heartbeat, OnCall, ReportPolicy},
};
use sitrep_http::{
    Fields, HeartbeatSettings, HttpSettings, MetricsSettings, Proof, SourceKind, SourceSettings, Tls,
};

use crate::config::{self, Calendar, Config, Does, Handle, Turns};

/// Below this in the data directory the last good copies of calendars are kept.
const CALENDARS: &str = "oncall";

/// Who takes turns.
pub(super) fn rotas(config: &Config) -> BTreeMap<String, OnCall> {
    let rota = |rota: &config::OnCall| {
        let (people, handover, has_calendar) = match &rota.turns {
            Turns::People { people, handover } => (people.clone(), handover.as_deref().cloned(), false),
            Turns::Calendar(_) => (Vec::new(), None, true),
        };
        OnCall { people, handover, escalate_to: rota.escalate_to.clone(), has_calendar }
    };
    config.oncall.iter().map(|(name, configured)| (name.clone(), rota(configured))).collect()
}

/// Whose each e-mail address is: calendars name people by them.
pub(super) fn emails(config: &Config) -> BTreeMap<String, String> {
    let people = config.roster.people.iter();
    let addresses = people.flat_map(|(name, handles)| handles.iter().map(move |handle| (name, handle)));
    let address = |(name, handle): (&String, &Handle)| match handle {
        Handle::Email(address) => Some((address.to_lowercase(), name.clone())),
        Handle::Matrix(_) | Handle::Discord(_) => None,
    };
    addresses.filter_map(address).collect()
}

/// How reports are handled.
pub(super) fn reports(config: &Config) -> ReportPolicy {
    let config::Report { oncall, acknowledge_within, reaction, escalate_to, contacts } =
        config.report.clone();
    ReportPolicy { oncall, acknowledge_within, reaction, escalate_to, contacts }
}

/// What machines may bring about.
pub(super) fn sources(config: &Config) -> BTreeMap<String, AlertSource> {
    let action = |does: Does| match does {
        Does::Report => AlertAction::Report,
        Does::Declare(severity) => {
            AlertAction::Declare(severity.map_or_else(|| level(config.incident.default_severity), level))
        }
        Does::Attach => AlertAction::Attach,
        Does::Ignore => AlertAction::Ignore,
    };
    let source = |source: &config::Source| {
        let rule = |labels: Vec<(String, String)>, does: Does| AlertRule {
            labels,
            action: action(does),
            service: source.service.clone(),
            oncall: source.oncall.clone(),
        };
        let wanted = |label: &config::LabelMatch| {
            let end = if label.is_prefix { "*" } else { "" };
            (label.name.clone(), format!("{}{end}", label.value))
        };
        AlertSource {
            otherwise: rule(Vec::new(), source.does),
            rules: source
                .rules
                .iter()
                .map(|configured| rule(configured.labels.iter().map(wanted).collect(), configured.does))
                .collect(),
        }
    };
    let sources = config.http.iter().flat_map(|http| &http.sources);
    sources.map(|(name, configured)| (name.clone(), source(configured))).collect()
}

/// The signs of life that are expected.
pub(super) fn heartbeats(config: &Config) -> BTreeMap<String, Heartbeat> {
    let expected = |beat: &config::Heartbeat| Heartbeat {
        every: beat.every,
        grace: beat.grace,
        service: beat.service.clone(),
        oncall: beat.oncall.clone(),
    };
    config.heartbeats.iter().map(|(name, beat)| (name.clone(), expected(beat))).collect()
}

/// What the HTTP server is told; `None` if it is not to listen.
pub(crate) fn http_settings(config: &Config) -> Option<HttpSettings> {
    let http = config.http.as_ref()?;
    let secret = |secret: &config::Secret| SecretString::from(secret.expose());
    let heartbeat = |beat: &config::Heartbeat| HeartbeatSettings { token: secret(&beat.token) };
    Some(HttpSettings {
        listen: http.listen,
        tls: http.tls.as_ref().map(|tls| Tls { certificate: tls.certificate.clone(), key: secret(&tls.key) }),
        sources: http.sources.iter().map(|(name, source)| (name.clone(), source_settings(source))).collect(),
        heartbeats: config.heartbeats.iter().map(|(name, beat)| (name.clone(), heartbeat(beat))).collect(),
        metrics: http
            .metrics
            .as_ref()
            .map(|metrics| MetricsSettings { token: metrics.token.as_ref().map(secret) }),
    })
}

fn source_settings(source: &config::Source) -> SourceSettings {
    let kind = match (source.kind, &source.fields) {
        (config::Kind::Alertmanager, _) => SourceKind::Alertmanager,
        (config::Kind::Grafana, _) => SourceKind::Grafana,
        (config::Kind::PagerDuty, _) => SourceKind::PagerDuty,
        (config::Kind::UptimeKuma, _) => SourceKind::UptimeKuma,
        (config::Kind::Generic, fields) => SourceKind::Generic(fields_of(fields.as_ref())),
    };
    let proof = match &source.proof {
        config::Proof::Token(token) => Proof::Token(SecretString::from(token.expose())),
        config::Proof::Hmac { secret, header } => Proof::Hmac {
            secret: SecretString::from(secret.expose()),
            header: header.clone().unwrap_or_else(|| kind.signature_header().to_owned()),
        },
    };
    let max_body_bytes = usize::try_from(source.max_body_kib).unwrap_or(usize::MAX).saturating_mul(1024);
    SourceSettings { kind, proof, per_minute: source.per_minute, max_body_bytes }
}

/// Without any, which the configuration refuses, nothing is found.
fn fields_of(fields: Option<&config::Fields>) -> Fields {
    let nothing = || "/".to_owned();
    let Some(config::Fields { group, title, state, resolved, link, labels }) = fields.cloned() else {
        return Fields {
            group: nothing(),
            title: nothing(),
            state: None,
            resolved: Vec::new(),
            link: None,
            labels: None,
        };
    };
    Fields { group, title, state, resolved, link, labels }
}

/// The calendars that say who is on duty.
pub(crate) fn calendars(config: &Config) -> Vec<CalendarSettings> {
    let calendar = |(team, rota): (&String, &config::OnCall)| {
        let source = match &rota.turns {
            Turns::People { .. } => return None,
            Turns::Calendar(Calendar::Web(address)) => CalendarSource::Url(Address::new(address.expose())),
            Turns::Calendar(Calendar::File(path)) => CalendarSource::File(path.clone()),
        };
        let keep_in = config.data_dir.join(CALENDARS).join(format!("{team}.ics"));
        Some(CalendarSettings { team: team.clone(), source, timezone: config.timezone, keep_in })
    };
    config.oncall.iter().filter_map(calendar).collect()
}

/// The directory that the last good copies of calendars are kept in.
pub(crate) fn calendar_dir(config: &Config) -> std::path::PathBuf {
    config.data_dir.join(CALENDARS)
}

/// How bad, as core has it.
pub(super) fn level(severity: config::Severity) -> Severity {
    match severity {
        config::Severity::Sev1 => Severity::Sev1,
        config::Severity::Sev2 => Severity::Sev2,
        config::Severity::Sev3 => Severity::Sev3,
        config::Severity::Sev4 => Severity::Sev4,
    }
}
