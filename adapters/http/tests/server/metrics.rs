//! The metrics, read by a parser: promtool where it is installed, and a strict one of our own.

use std::{
    collections::BTreeMap,
    io::Write as _,
    process::{Command, Stdio},
};

use sitrep_core::engine::{Outgoing, Status};

use crate::support::{payload, serve, settings};

fn busy() -> Status {
    Status {
        incidents: BTreeMap::from([("declared", 2), ("resolved", 1)]),
        reports_waiting: 3,
        deadlines: 12,
        deadlines_late: 1,
        outbox: BTreeMap::from([("matrix".to_owned(), Outgoing { depth: 4, oldest_secs: 17 })]),
        commands: BTreeMap::from([("incident", 5), ("ack", 2)]),
        refusals: 7,
        alerts: BTreeMap::from([("prom\"eth\\eus".to_owned(), 9)]),
        platforms: BTreeMap::from([("matrix".to_owned(), true), ("discord".to_owned(), false)]),
        is_ready: true,
    }
}

/// Samples by what stands before the value. Each has its type and its help said before it, once, and the end is marked.
fn parse(text: &str) -> BTreeMap<String, f64> {
    let (mut samples, mut types) = (BTreeMap::new(), BTreeMap::new());
    let body = text.strip_suffix("# EOF\n").expect("an end");
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a type");
            assert!(types.insert(name.to_owned(), kind.to_owned()).is_none(), "{line}");
        } else if !line.starts_with("# HELP ") {
            let (series, value) = line.rsplit_once(' ').expect("a value");
            let name = series.split('{').next().unwrap();
            let kind = types
                .get(name.strip_suffix("_total").unwrap_or(name))
                .unwrap_or_else(|| panic!("no type: {line}"));
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            assert!(
                name.starts_with("sitrep_")
                    && name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')
            );
            assert!(
                samples.insert(series.to_owned(), value.parse().expect("a number")).is_none(),
                "twice: {line}"
            );
        }
    }
    samples
}

#[tokio::test]
async fn everything_that_is_promised_is_there() {
    let server = serve(settings());
    *server.desk.status.lock().unwrap() = Some(busy());
    server.post("/alerts/prometheus", payload("alertmanager_firing")).await;
    server.post("/alerts/nobody-knows-this", "{}").await;
    server.get("/a-path-of-a-stranger").await;
    let answer = server.get("/metrics").await;
    assert_eq!(
        answer.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    let samples = parse(&answer.body);
    let expected = [
        ("sitrep_ready", 1.0),
        ("sitrep_incidents{status=\"declared\"}", 2.0),
        ("sitrep_incidents{status=\"resolved\"}", 1.0),
        ("sitrep_reports_waiting", 3.0),
        ("sitrep_deadlines", 12.0),
        ("sitrep_deadlines_late", 1.0),
        ("sitrep_outbox_depth{platform=\"matrix\"}", 4.0),
        ("sitrep_outbox_oldest_seconds{platform=\"matrix\"}", 17.0),
        ("sitrep_platform_up{platform=\"matrix\"}", 1.0),
        ("sitrep_platform_up{platform=\"discord\"}", 0.0),
        ("sitrep_commands_total{verb=\"incident\"}", 5.0),
        ("sitrep_commands_total{verb=\"ack\"}", 2.0),
        ("sitrep_refusals_total", 7.0),
        ("sitrep_alerts_total{source=\"prom\\\"eth\\\\eus\"}", 9.0),
        ("sitrep_http_requests_total{route=\"alerts\",status=\"202\"}", 1.0),
        ("sitrep_http_requests_total{route=\"alerts\",status=\"401\"}", 1.0),
        ("sitrep_http_requests_total{route=\"other\",status=\"404\"}", 1.0),
        ("sitrep_http_rate_limited_total{source=\"prometheus\"}", 0.0),
    ];
    for (series, value) in expected {
        assert_eq!(samples.get(series), Some(&value), "{series} in {}", answer.body);
    }
    assert!(!answer.body.contains("stranger") && !answer.body.contains("nobody-knows"), "{}", answer.body);
    // What the source's documentation lists is all there is.
    let documented = include_str!("../../src/metrics.rs");
    for series in samples.keys() {
        let name = series.split('{').next().unwrap();
        assert!(documented.contains(&format!("//! | `{name}` |")), "{name} is not documented");
    }
}

#[tokio::test]
async fn promtool_can_read_them() {
    let server = serve(settings());
    *server.desk.status.lock().unwrap() = Some(busy());
    let text = server.get("/metrics").await.body;
    let promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    // Where it isn't installed, the parser above has to do.
    let Ok(mut promtool) = promtool else { return };
    promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!told.contains("error while linting") && !told.contains("parsing"), "{told}\n{text}");
}
