//! The dashboard and the alert rules that come with sitrep, on the metrics that there are.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use sitrep_core::engine::{Outgoing, Status};
use tokio::time::Instant;

use crate::support::{PATIENCE, Server, serve, settings};

fn file(name: &str) -> (PathBuf, String) {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config").join(name).canonicalize().expect("a file");
    let text = std::fs::read_to_string(&path).expect("readable");
    (path, text)
}

/// What the dashboard asks, as Grafana would for any job.
fn questions() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(&file("grafana-dashboard.json").1).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels").iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().expect("targets"));
    targets
        .map(|target| {
            assert_eq!(target["datasource"]["uid"], "${datasource}");
            target["expr"].as_str().expect("a text").replace("$job", ".*").replace("$__rate_interval", "1m")
        })
        .collect()
}

/// The metrics that a text names.
fn named(text: &str) -> Vec<&str> {
    let is_part = |letter: char| letter.is_ascii_lowercase() || letter == '_';
    text.split(|letter| !is_part(letter)).filter(|word| word.starts_with("sitrep_")).collect()
}

#[test]
fn they_name_no_metric_that_there_is_not_and_miss_none() {
    let documented: Vec<_> = include_str!("../../src/metrics.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//! | `")?.split('`').next())
        .collect();
    let dashboard = file("grafana-dashboard.json").1;
    let rules = file("sitrep-alerts.rules.yml").1;
    for name in named(&dashboard).into_iter().chain(named(&rules)) {
        assert!(documented.contains(&name), "{name}");
    }
    for name in documented {
        assert!(dashboard.contains(name), "{name} is on no panel");
    }
}

/// A Prometheus that watches a server, ended with the test.
struct Prometheus {
    process: Child,
    folder: PathBuf,
    address: String,
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Prometheus {
    /// `None` where it isn't installed.
    fn of(server: &Server) -> Option<Self> {
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("prometheus-{}", server.address.port()));
        std::fs::create_dir_all(&folder).unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let configuration = format!(
            "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\nrule_files: [\"{}\"]\nscrape_configs: [{{ job_name: \
             sitrep, static_configs: [{{ targets: [\"{}\"] }}] }}]\n",
            file("sitrep-alerts.rules.yml").0.display(),
            server.address
        );
        std::fs::write(folder.join("prometheus.yml"), configuration).unwrap();
        let process = Command::new("prometheus")
            .arg(format!("--config.file={}", folder.join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address={free}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        Some(Self { process, folder, address: format!("http://{free}/api/v1") })
    }

    /// What it answers, when it answers.
    async fn ask(&self, path: &str, query: &[(&str, &str)]) -> Option<Value> {
        let url = reqwest::Url::parse_with_params(&format!("{}/{path}", self.address), query).unwrap();
        let body = reqwest::get(url).await.ok()?.bytes().await.ok()?;
        serde_json::from_slice(&body).ok()
    }

    /// The value of a query, waited for.
    async fn value(&self, query: &str) -> String {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            let answer = self.ask("query", &[("query", query)]).await.unwrap_or_default();
            if let Some(value) = answer["data"]["result"][0]["value"][1].as_str() {
                return value.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("no {query}")
    }
}

#[tokio::test]
async fn a_prometheus_reads_them_and_calls_when_it_should() {
    let server = serve(settings());
    *server.desk.status.lock().unwrap() = Some(Status {
        deadlines_late: 2,
        outbox: [("matrix".to_owned(), Outgoing { depth: 3, oldest_secs: 4_000 })].into(),
        platforms: [("matrix".to_owned(), false)].into(),
        ..Status::default()
    });
    // Where there is none, promtool and a parser of our own have to do: see `metrics.rs`.
    let Some(prometheus) = Prometheus::of(&server) else { return };
    assert_eq!(prometheus.value("sitrep_ready").await, "0");
    assert_eq!(prometheus.value("sitrep_outbox_oldest_seconds{platform=\"matrix\"}").await, "4000");
    assert_eq!(prometheus.value("sitrep_refusals_total").await, "0");
    for question in questions() {
        let answer = prometheus.ask("query", &[("query", &question)]).await.expect("an answer");
        assert_eq!(answer["status"], "success", "{question}: {answer}");
    }
    for (alert, is_pending) in [
        ("SitrepNotReady", true),
        ("SitrepPlatformDown", true),
        ("SitrepDeadlinesLate", true),
        ("SitrepOutboxOld", true),
        ("SitrepAbsent", false),
        ("SitrepAlertsTurnedAway", false),
    ] {
        if is_pending {
            assert_eq!(prometheus.value(&format!("ALERTS{{alertname=\"{alert}\"}}")).await, "1", "{alert}");
        } else {
            assert_eq!(
                prometheus.value(&format!("absent(ALERTS{{alertname=\"{alert}\"}})")).await,
                "1",
                "{alert}"
            );
        }
    }
}
