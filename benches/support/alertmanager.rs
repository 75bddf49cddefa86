//! An Alertmanager that tells one group at a time, each on a connection of its own.

use std::{
    error::Error,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::json;

/// What it proves itself with.
pub(crate) const TOKEN: &str = "a-token-of-the-benchmark-0123456789";
/// How many sources there are, named `prometheus-0` and so on.
pub(crate) const SOURCES: usize = 5;
/// How many groups there are, as many of each source. They are so few that each is a report of its own.
pub(crate) const GROUPS: usize = 50;

const PATIENCE: Duration = Duration::from_secs(30);

/// Tells a group, as one request; each time round another number of its alerts fires. The answer must be 202.
pub(crate) fn tell(server: SocketAddr, number: usize) -> Result<(), Box<dyn Error + Send + Sync>> {
    let request = request(server, number);
    let mut connection = TcpStream::connect(server)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.write_all(request.as_bytes())?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 202") { Ok(()) } else { Err(format!("no 202: {answer}").into()) }
}

fn request(server: SocketAddr, number: usize) -> String {
    let group = number % GROUPS;
    let labels = json!({
        "alertname": "RequestsFail",
        "cluster": "eu-central-1",
        "instance": format!("10.2.0.{group}:9090"),
        "namespace": "shop",
        "severity": "critical",
    });
    let summary = format!("more than 5 % of the requests to checkout {group} have failed for ten minutes");
    let annotations = json!({ "summary": summary });
    let alert = json!({
        "status": "firing",
        "labels": labels,
        "annotations": annotations,
        "startsAt": "2026-11-23T01:12:30Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "https://prometheus.example.org/graph",
        "fingerprint": format!("{number:x}"),
    });
    let alerts = vec![alert; number / GROUPS % 3 + 1];
    let body = json!({
        "version": "4",
        "groupKey": format!("{{}}:{{instance=\"{group}\"}}"),
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "sitrep",
        "groupLabels": { "instance": group.to_string() },
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": "https://alertmanager.example.org",
        "alerts": alerts,
    })
    .to_string();
    let head = [
        format!("POST /alerts/prometheus-{} HTTP/1.1", group % SOURCES),
        format!("host: {server}"),
        format!("authorization: Bearer {TOKEN}"),
        "content-type: application/json".to_owned(),
        format!("content-length: {}", body.len()),
        "connection: close".to_owned(),
    ];
    format!("{}\r\n\r\n{body}", head.join("\r\n"))
}
