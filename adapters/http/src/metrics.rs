//! sitrep's own metrics, in OpenMetrics.
//!
//! | Name | Labels | Is |
//! |---|---|---|
//! | `sitrep_ready` | | 1 if it serves |
//! | `sitrep_incidents` | `status` | open incidents, and those whose retrospective is ahead |
//! | `sitrep_reports_waiting` | | reports that nobody has acknowledged or decided |
//! | `sitrep_deadlines` | | deadlines to come |
//! | `sitrep_deadlines_late` | | deadlines past their time that are not dealt with |
//! | `sitrep_outbox_depth` | `platform` | what is still to be done on a platform |
//! | `sitrep_outbox_oldest_seconds` | `platform` | for how long the oldest of it has waited |
//! | `sitrep_platform_up` | `platform` | 1 if the platform is connected |
//! | `sitrep_commands_total` | `verb` | commands carried out |
//! | `sitrep_refusals_total` | | commands refused |
//! | `sitrep_alerts_total` | `source` | alerts taken |
//! | `sitrep_http_requests_total` | `route`, `status` | requests answered by this server |
//! | `sitrep_http_rate_limited_total` | `source` | requests turned away because a source sent too many |
//!
//! The label `status` of requests is the number of the answer. No label has a value that comes from a request, so nobody
//! can make series.

use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use sitrep_core::engine::Status;

/// What OpenMetrics is sent as.
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Labels = Vec<(&'static str, String)>;

/// What the server counts itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Served {
    requests: Family<Labels, Counter>,
    rate_limited: Family<Labels, Counter>,
}

impl Served {
    pub(crate) fn request(&self, route: &'static str, status: u16) {
        self.requests.get_or_create(&vec![("route", route.to_owned()), ("status", status.to_string())]).inc();
    }

    /// Counts what a source sends too much, from a start at zero, so that the first is an increase too.
    pub(crate) fn rate_limited(&self, source: &str) -> Counter {
        self.rate_limited.get_or_create_owned(&vec![("source", source.to_owned())])
    }
}

/// All of them as text.
pub(crate) fn text(status: &Status, served: &Served) -> Result<String, std::fmt::Error> {
    let mut registry = Registry::with_prefix("sitrep");
    gauge(&mut registry, "ready", "Whether sitrep serves", u64::from(status.is_ready));
    let word = |(word, number): (&&'static str, &u64)| ((*word).to_owned(), *number);
    let about = "Open incidents, and those whose retrospective is ahead";
    gauges(&mut registry, ("incidents", about, "status"), status.incidents.iter().map(word));
    let about = "Reports that nobody has acknowledged or decided";
    gauge(&mut registry, "reports_waiting", about, status.reports_waiting);
    gauge(&mut registry, "deadlines", "Deadlines to come", status.deadlines);
    let about = "Deadlines past their time that are not dealt with";
    gauge(&mut registry, "deadlines_late", about, status.deadlines_late);

    let depth = status.outbox.iter().map(|(platform, outgoing)| (platform.clone(), outgoing.depth));
    gauges(&mut registry, ("outbox_depth", "What is still to be done on a platform", "platform"), depth);
    let oldest = status.outbox.iter().map(|(platform, outgoing)| (platform.clone(), outgoing.oldest_secs));
    let about = "For how long the oldest of what is still to be done has waited";
    gauges(&mut registry, ("outbox_oldest_seconds", about, "platform"), oldest);
    let up = status.platforms.iter().map(|(platform, is_up)| (platform.clone(), u64::from(*is_up)));
    gauges(&mut registry, ("platform_up", "Whether a platform is connected", "platform"), up);

    counters(&mut registry, ("commands", "Commands carried out", "verb"), status.commands.iter().map(word));
    let refusals: Counter = Counter::default();
    refusals.inc_by(status.refusals);
    registry.register("refusals", "Commands refused", refusals);
    let alerts = status.alerts.iter().map(|(source, number)| (source.clone(), *number));
    counters(&mut registry, ("alerts", "Alerts taken", "source"), alerts);

    registry.register("http_requests", "Requests answered by sitrep's own server", served.requests.clone());
    let about = "Requests turned away because a source sent too many";
    registry.register("http_rate_limited", about, served.rate_limited.clone());
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

fn gauge(registry: &mut Registry, name: &str, about: &str, value: u64) {
    let gauge: Gauge = Gauge::default();
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
    registry.register(name, about, gauge);
}

/// A name, what it is about and its label, and a value for each of the label's.
fn gauges(
    registry: &mut Registry,
    (name, about, label): (&str, &str, &'static str),
    values: impl Iterator<Item = (String, u64)>,
) {
    let family = Family::<Labels, Gauge>::default();
    for (of, value) in values {
        family.get_or_create(&vec![(label, of)]).set(i64::try_from(value).unwrap_or(i64::MAX));
    }
    registry.register(name, about, family);
}

/// The same for what only grows.
fn counters(
    registry: &mut Registry,
    (name, about, label): (&str, &str, &'static str),
    values: impl Iterator<Item = (String, u64)>,
) {
    let family = Family::<Labels, Counter>::default();
    for (of, value) in values {
        family.get_or_create(&vec![(label, of)]).inc_by(value);
    }
    registry.register(name, about, family);
}
