//! What machines tell: the address, the sources, the figures, signs of life.

use std::fs;

use chrono::Duration;

use super::super::http::HttpMetrics;
use super::super::http_rule::SourceRule;
use super::super::{Does, Heartbeat, Kind, LabelMatch, Proof, Severity};
use super::{accepted, read};

const MACHINES: &str = r#"
[people]
alice = []
bob = []

[oncall.payments]
people = ["alice"]

[service.checkout]

[http]
listen = "127.0.0.1:8321"

[http.sources.prometheus]
kind = "alertmanager"
token = "hunter2-hunter2-hunter2"
per_minute = 1
max_body_kib = 10240
does = "declare"
severity = "sev2"
oncall = "payments"
service = "checkout"

[[http.sources.prometheus.rules]]
labels = ["severity=critical", "service=check*"]
does = "declare"

[[http.sources.prometheus.rules]]
labels = ["severity=info"]
does = "ignore"

[http.sources.grafana-1]
kind = "grafana"
hmac_secret = "hunter2-hunter2-hunter2"
signature_header = "X-Signature"

[http.sources.mine]
kind = "generic"
token = "hunter2-hunter2-hunter2"

[http.sources.mine.fields]
group = "/id"
title = "/message"
state = "/status"
resolved = ["fine"]
link = "/url"
labels = "/labels"

[http.sources.pager]
kind = "pagerduty"
token = "hunter2-hunter2-hunter3"

[http.metrics]

[heartbeat.nightly-backup]
every = "25h"
grace = "1s"
token = "hunter2-hunter2-hunter2"
oncall = "bob"
service = "checkout"

[heartbeat.fast]
every = "2s"
token = "hunter2-hunter2-hunter4"
"#;

#[test]
fn every_key_of_a_source_reaches_its_value() {
    let config = accepted(MACHINES, &[]);
    let http = config.http.expect("it listens");
    assert_eq!((http.listen.to_string().as_str(), http.tls), ("127.0.0.1:8321", None));
    assert_eq!(http.metrics, Some(HttpMetrics { token: None }));
    let source = &http.sources["prometheus"];
    assert_eq!((source.kind, source.per_minute, source.max_body_kib), (Kind::Alertmanager, 1, 10240));
    assert_eq!(source.does, Does::Declare(Some(Severity::Sev2)));
    assert_eq!(
        (source.oncall.as_deref(), source.service.as_deref()),
        (Some("oncall:payments"), Some("checkout"))
    );
    let label = |name: &str, value: &str, is_prefix| LabelMatch {
        name: name.to_owned(),
        value: value.to_owned(),
        is_prefix,
    };
    let first = SourceRule {
        labels: vec![label("severity", "critical", false), label("service", "check", true)],
        does: Does::Declare(None),
    };
    let second = SourceRule { labels: vec![label("severity", "info", false)], does: Does::Ignore };
    assert_eq!(source.rules, [first, second]);
    let Proof::Token(token) = &source.proof else { panic!("a token was given") };
    assert_eq!(token.expose(), "hunter2-hunter2-hunter2");
    let signed = &http.sources["grafana-1"];
    let Proof::Hmac { header, .. } = &signed.proof else { panic!("a secret to sign with was given") };
    assert_eq!((header.as_deref(), signed.does), (Some("X-Signature"), Does::Report));
    assert_eq!((signed.per_minute, signed.max_body_kib, signed.rules.len()), (600, 1024, 0));
    assert_eq!(http.sources["pager"].kind, Kind::PagerDuty);
    let fields = http.sources["mine"].fields.clone().expect("it is generic");
    assert_eq!((fields.group.as_str(), fields.title.as_str()), ("/id", "/message"));
    assert_eq!((fields.state.as_deref(), fields.resolved), (Some("/status"), vec!["fine".to_owned()]));
    assert_eq!((fields.link.as_deref(), fields.labels.as_deref()), (Some("/url"), Some("/labels")));
}

#[test]
fn no_secret_of_a_machine_is_printed() {
    let config = accepted(MACHINES, &[]);
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn every_key_of_a_heartbeat_reaches_its_value() {
    let heartbeats = accepted(MACHINES, &[]).heartbeats;
    let Heartbeat { every, grace, token, oncall, service } = &heartbeats["nightly-backup"];
    assert_eq!((*every, *grace), (Duration::hours(25), Duration::seconds(1)));
    assert_eq!(token.expose(), "hunter2-hunter2-hunter2");
    assert_eq!((oncall.as_deref(), service.as_deref()), (Some("bob"), Some("checkout")));
    let fast = &heartbeats["fast"];
    assert_eq!((fast.every, fast.grace), (Duration::seconds(2), Duration::seconds(2)));
    assert_eq!((&fast.oncall, &fast.service), (&None, &None));
}

#[test]
fn nothing_is_listened_to_unless_it_is_said() {
    for text in ["", "[http]\n", "[heartbeat]\n"] {
        let config = accepted(text, &[]);
        assert!(config.http.is_none() && config.heartbeats.is_empty(), "for {text:?}");
    }
    let http = accepted("[http]\nlisten = \"localhost:8321\"\n", &[]).http.expect("it listens");
    assert!(http.sources.is_empty() && http.metrics.is_none());
}

#[test]
fn tokens_that_cross_a_network_in_the_clear_are_noted() {
    let notes = |listen: &str| accepted(&format!("[http]\nlisten = \"{listen}\"\n"), &[]).notes();
    for listen in ["127.0.0.1:8321", "localhost:8321", "[::1]:8321"] {
        assert!(notes(listen).is_empty(), "for {listen}");
    }
    let open = notes("0.0.0.0:8321");
    assert_eq!(open.len(), 1);
    assert!(open[0].starts_with("[http] listens on 0.0.0.0:8321 without TLS"), "{open:?}");
    let folder = tempfile::tempdir().expect("a folder");
    let pem = "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n";
    fs::write(folder.path().join("all.pem"), pem).expect("written");
    let text = "[http]\nlisten = \"0.0.0.0:8321\"\ncertificate = \"all.pem\"\nkey = \"all.pem\"\n";
    let config = read("sitrep.toml", text, folder.path(), std::iter::empty());
    assert!(config.unwrap_or_else(|problems| panic!("{problems}")).notes().is_empty());
}

#[test]
fn generic_fields_that_are_left_out() {
    let text = "[http]\nlisten = \"[::1]:8321\"\n[http.sources.mine]\nkind = \"generic\"\ntoken = \"0123456789abcdef\"\n\
                [http.sources.mine.fields]\ngroup = \"/id\"\ntitle = \"/message\"\n";
    let http = accepted(text, &[]).http.expect("it listens");
    let fields = http.sources["mine"].fields.clone().expect("it is generic");
    assert_eq!((fields.state, fields.link, fields.labels), (None, None, None));
    assert_eq!(fields.resolved, ["ok", "resolved"]);
}

#[test]
fn what_machines_need_lies_in_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    write("token", " \thunter2-hunter2-hunter2\r\n\n");
    write("cert.pem", "-----BEGIN CERTIFICATE-----\n");
    write("key.pem", "-----BEGIN PRIVATE KEY-----\n");
    let text = "[http]\nlisten = \"0.0.0.0:8321\"\ncertificate = \"cert.pem\"\nkey = \"key.pem\"\n\
                [http.sources.kuma]\nkind = \"uptime_kuma\"\ntoken_file = \"token\"\n[http.metrics]\ntoken_file = \"token\"\n";
    let config = read("sitrep.toml", text, folder.path(), std::iter::empty());
    let http = config.unwrap_or_else(|problems| panic!("{problems}")).http.expect("it listens");
    let tls = http.tls.expect("a certificate");
    assert_eq!(
        (tls.certificate.as_str(), tls.key.expose()),
        (
            "-----BEGIN CERTIFICATE-----
",
            "-----BEGIN PRIVATE KEY-----
"
        )
    );
    assert!(!format!("{tls:?}").contains("PRIVATE"), "{tls:?}");
    let Proof::Token(token) = &http.sources["kuma"].proof else { panic!("a token was given") };
    assert_eq!(token.expose(), "hunter2-hunter2-hunter2");
    assert_eq!(http.metrics.and_then(|metrics| metrics.token).as_ref(), Some(token));
}

#[test]
fn sources_and_heartbeats_are_set_in_the_environment() {
    let env = [
        ("SITREP_HTTP__LISTEN", "127.0.0.1:1"),
        ("SITREP_HTTP__SOURCES__PROMETHEUS__TOKEN", "from-the-environment"),
        ("SITREP_HTTP__SOURCES__GRAFANA_1__PER_MINUTE", "7"),
        ("SITREP_HTTP__SOURCES__MINE__FIELDS__GROUP", "/other"),
        ("SITREP_HTTP__SOURCES__KUMA__KIND", "uptime_kuma"),
        ("SITREP_HTTP__SOURCES__KUMA__TOKEN", "from-the-environment"),
        ("SITREP_HTTP__METRICS__TOKEN", "from-the-environment"),
        ("SITREP_HEARTBEAT__NIGHTLY_BACKUP__TOKEN", "from-the-environment"),
    ];
    let text = MACHINES.replacen("token = \"hunter2-hunter2-hunter2\"", "token_file = \"missing\"", 1);
    let config = accepted(&text, &env);
    let http = config.http.expect("it listens");
    assert_eq!(http.listen.port(), 1);
    assert_eq!(http.sources["grafana-1"].per_minute, 7);
    assert_eq!(http.sources["mine"].fields.as_ref().map(|fields| fields.group.as_str()), Some("/other"));
    assert_eq!(http.sources["kuma"].kind, Kind::UptimeKuma);
    for name in ["prometheus", "kuma"] {
        let Proof::Token(token) = &http.sources[name].proof else { panic!("a token was given") };
        assert_eq!(token.expose(), "from-the-environment", "for {name}");
    }
    assert!(http.metrics.is_some_and(|metrics| metrics.token.is_some()));
    assert_eq!(config.heartbeats["nightly-backup"].token.expose(), "from-the-environment");
    assert_eq!(config.heartbeats.len(), 2);
}
