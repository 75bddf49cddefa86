//! What each kind of sender sends, and what the desk is told.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sitrep_core::port::{Alert, AlertState, Change, NotTaken, Signal};

use crate::support::{Answer, Server, TOKEN, payload, serve, settings, until};

async fn told(path: &str, body: impl AsRef<[u8]>) -> Alert {
    let server = serve(settings());
    let answer = server.post(path, body).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    match server.taken().as_slice() {
        [Signal::Alert(alert)] => alert.clone(),
        other => panic!("{other:?}"),
    }
}

fn labels(alert: &Alert) -> Vec<String> {
    alert.labels.iter().map(|(key, value)| format!("{key}={value}")).collect()
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    Some(text.parse().unwrap())
}

#[tokio::test]
async fn a_group_of_alertmanager_fires_and_is_resolved() {
    let alert = told("/alerts/prometheus", payload("alertmanager_firing")).await;
    assert_eq!(alert.source, "prometheus");
    let group = r#"{}/{severity="critical"}:{alertname="HighErrorRate", cluster="eu-1", service="checkout"}"#;
    assert_eq!(alert.group, group);
    assert_eq!(alert.state, AlertState::Firing);
    assert_eq!(alert.title, "Requests to checkout fail (cluster=eu-1)");
    assert_eq!(alert.firing, 7, "two that fire and five that were left out");
    assert_eq!(
        labels(&alert),
        ["alertname=HighErrorRate", "cluster=eu-1", "service=checkout", "severity=critical"]
    );
    assert_eq!(alert.link.as_deref(), Some("http://alertmanager.example:9093"));
    assert_eq!(alert.since, time("2026-11-23T02:13:08.5Z"), "the first that still fires");

    let alert = told("/alerts/prometheus", payload("alertmanager_resolved")).await;
    assert_eq!((alert.state, alert.firing, alert.since), (AlertState::Resolved, 0, None));
    assert_eq!(alert.group, group);
}

#[tokio::test]
async fn a_title_is_found_whatever_is_left_out() {
    let edited = |edit: fn(&mut Value)| {
        let mut json: Value = serde_json::from_str(&payload("alertmanager_firing")).unwrap();
        edit(&mut json);
        json.to_string()
    };
    let no_summary = edited(|json| json["commonAnnotations"] = json!({}));
    let alert = told("/alerts/prometheus", no_summary).await;
    assert_eq!(alert.title, "HighErrorRate (cluster=eu-1, service=checkout)");
    let by_nothing = edited(|json| {
        json["commonAnnotations"] = json!({});
        json["commonLabels"] = json!({});
        json["groupLabels"] = json!({});
        json["externalURL"] = json!("");
        json["groupKey"] = json!("k".repeat(1000));
    });
    let alert = told("/alerts/prometheus", by_nothing).await;
    assert_eq!(alert.title, "Requests to checkout fail");
    assert!(alert.group.starts_with("sha256:") && alert.group.len() == 71, "{}", alert.group);
    assert_eq!(
        alert.link.as_deref(),
        Some("http://prometheus.example:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1")
    );
    let nameless = edited(|json| {
        *json = json!({ "version": "4", "groupKey": "k", "status": "firing", "alerts": [{ "status": "firing" }] });
    });
    assert_eq!(told("/alerts/prometheus", nameless).await.title, "An alert without a name");
}

#[tokio::test]
async fn grafana_tells_its_own_and_its_legacy_is_told_apart() {
    let alert = told("/alerts/grafana", payload("grafana_firing")).await;
    assert_eq!(alert.title, "HighErrorRate (grafana_folder=Shop)");
    assert_eq!(alert.link.as_deref(), Some("https://grafana.example/d/d1?orgId=1&viewPanel=4"));
    assert_eq!(labels(&alert), ["alertname=HighErrorRate", "grafana_folder=Shop", "team=blue"]);
    assert_eq!(alert.firing, 1);

    let other = payload("grafana_firing").replace("\"orgId\": 1", "\"orgId\": 2");
    assert_eq!(told("/alerts/grafana", other).await.group, format!("2/{}", alert.group));

    let server = serve(settings());
    let answer = server.post("/alerts/grafana", payload("grafana_legacy")).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("legacy alerting"), "{}", answer.body);
    let answer = server.post("/alerts/prometheus", payload("grafana_firing")).await;
    assert_eq!(answer.body, "`version` is something else: it should be \"4\", as Alertmanager sends it.\n");
    assert_eq!(server.taken(), []);
}

fn processed(answer: &Answer) -> Value {
    assert_eq!((answer.status, answer.header("content-type")), (202, Some("application/json")), "{answer:?}");
    serde_json::from_str(&answer.body).unwrap()
}

async fn one_alert(server: &Server) -> Alert {
    match server.taken().as_slice() {
        [Signal::Alert(alert)] => alert.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_speaks_pagerduty_triggers_acknowledges_and_resolves() {
    let server = serve(settings());
    let answer = server.post_with("/v2/enqueue", &[], payload("pagerduty_trigger").as_bytes()).await;
    let expected = json!({ "status": "success", "message": "Event processed", "dedup_key": "db-03/disk" });
    assert_eq!(processed(&answer), expected);
    let alert = one_alert(&server).await;
    assert_eq!(
        (alert.source.as_str(), alert.group.as_str(), alert.state),
        ("pager", "db-03/disk", AlertState::Firing)
    );
    assert_eq!(alert.title, "Disk at 99% on db-03.example");
    let expected = [
        "class=disk",
        "component=postgres",
        "free space=1%",
        "group=prod",
        "load avg=0.75",
        "severity=critical",
        "source=db-03.example",
    ];
    assert_eq!(labels(&alert), expected);
    assert_eq!(alert.link.as_deref(), Some("https://runbook.example/disk"));
    assert_eq!(alert.since, time("2026-11-23T02:42:58.315Z"));

    for (file, state) in [("acknowledge", AlertState::Acknowledged), ("resolve", AlertState::Resolved)] {
        let body = payload(&format!("pagerduty_{file}"));
        processed(&server.post_with("/v2/enqueue", &[], body.as_bytes()).await);
        let alert = one_alert(&server).await;
        assert_eq!(
            (alert.group.as_str(), alert.state, alert.title.as_str()),
            ("db-03/disk", state, "db-03/disk")
        );
    }
    // The same body by name, proved by the key or by the header.
    let body = payload("pagerduty_trigger");
    processed(&server.post_with("/alerts/pager", &[], body.as_bytes()).await);
    processed(&server.post("/alerts/pager", body.replace(TOKEN, "")).await);
    assert_eq!(server.taken().len(), 2);
}

#[tokio::test]
async fn the_routing_key_picks_the_source_and_a_missing_dedup_key_is_made_up() {
    let server = serve(settings());
    let trigger =
        |key: &str| payload("pagerduty_trigger").replace(TOKEN, key).replace("\"db-03/disk\"", "null");
    let mut keys = Vec::new();
    for _ in 0..2 {
        let answer =
            processed(&server.post_with("/v2/enqueue", &[], trigger("another-key").as_bytes()).await);
        let alert = one_alert(&server).await;
        assert_eq!(alert.source, "other-pager");
        assert_eq!(answer["dedup_key"], alert.group.as_str());
        keys.push(alert.group);
    }
    assert_ne!(keys[0], keys[1]);
    let answer = server.post_with("/v2/enqueue", &[], trigger("third-key").as_bytes()).await;
    assert_eq!(answer.status, 401);
    // What is resolved has to have a name.
    let body = payload("pagerduty_resolve").replace("db-03/disk", " ");
    let answer = server.post_with("/v2/enqueue", &[], body.as_bytes()).await;
    let told: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!((answer.status, &told["status"]), (400, &json!("invalid event")));
    assert_eq!(
        told["errors"][0],
        "`dedup_key` is something else: it should be the key of the event that was triggered."
    );
    assert_eq!(server.taken(), []);
}

#[tokio::test]
async fn changes_are_told_as_pagerdutys() {
    let server = serve(settings());
    let answer = server.post_with("/v2/change/enqueue", &[], payload("pagerduty_change").as_bytes()).await;
    assert_eq!(processed(&answer), json!({ "status": "success", "message": "Change event processed" }));
    let taken = server.taken();
    let [Signal::Change(Change { source, title, at, labels, link })] = taken.as_slice() else {
        panic!("{taken:?}")
    };
    assert_eq!((source.as_str(), title.as_str()), ("pager", "Deployed checkout 4.2.1"));
    assert_eq!(Some(*at), time("2026-11-23T02:00:58.315Z"));
    assert_eq!(labels.get("source").map(String::as_str), Some("deploy-bot"));
    assert_eq!(link.as_deref(), Some("https://ci.example/build/2"));
}

#[tokio::test]
async fn uptime_kuma_tells_down_and_up_and_its_test_is_fine() {
    let alert = told("/alerts/kuma", payload("uptime_kuma_down")).await;
    assert_eq!((alert.group.as_str(), alert.state, alert.firing), ("10", AlertState::Firing, 1));
    assert!(
        alert.title.starts_with("Shop front: PING 192.0.2.7 (192.0.2.7) 56(84) bytes of data. ---"),
        "{}",
        alert.title
    );
    assert_eq!(
        labels(&alert),
        ["customers=yes", "hostname=192.0.2.7", "monitor=Shop front", "team=blue", "type=ping"]
    );
    assert_eq!(alert.link.as_deref(), Some("https://shop.example/"));
    assert_eq!(alert.since, time("2026-11-23T02:06:38.905Z"));
    let alert = told("/alerts/kuma", payload("uptime_kuma_up")).await;
    assert_eq!((alert.state, alert.title.as_str(), alert.since), (AlertState::Resolved, "Shop front", None));

    let server = serve(settings());
    let pending = payload("uptime_kuma_down").replace("\"status\": 0", "\"status\": 2");
    let maintained = payload("uptime_kuma_down").replace("\"status\": 0", "\"status\": 3");
    for body in [payload("uptime_kuma_test"), pending, maintained] {
        let answer = server.post("/alerts/kuma", body).await;
        assert_eq!((answer.status, answer.body.as_str()), (202, "{\"status\":\"nothing to do\"}\n"));
    }
    assert_eq!(server.taken(), []);
}

#[tokio::test]
async fn any_json_is_read_by_pointers() {
    let body = json!({ "id": 17, "message": "Out of\npaper", "status": "OK", "url": "javascript:x", "labels": { "floor": 3 } });
    let alert = told("/alerts/mine", body.to_string()).await;
    assert_eq!(
        (alert.group.as_str(), alert.state, alert.title.as_str()),
        ("17", AlertState::Resolved, "Out of paper")
    );
    assert_eq!((labels(&alert), alert.link), (vec!["floor=3".to_owned()], None));
    let body = json!({ "id": "printer", "message": "Out of paper", "status": "bad", "url": "https://printer.example" });
    let alert = told("/alerts/mine", body.to_string()).await;
    assert_eq!((alert.state, alert.link.as_deref()), (AlertState::Firing, Some("https://printer.example")));
}

#[tokio::test]
async fn signs_of_life_need_no_body_and_may_have_one() {
    let server = serve(settings());
    for body in ["", "{\"any\": 1}", "not json"] {
        assert_eq!(server.post("/heartbeat/backup", body).await.status, 202);
        assert_eq!(server.taken(), [Signal::Heartbeat { name: "backup".to_owned() }]);
    }
    let without =
        format!("POST /heartbeat/backup HTTP/1.1\r\nHost: x\r\nAuthorization: bearer  {TOKEN}\r\n\r\n");
    assert_eq!(server.write(without.as_bytes()).await.status, 202);
    assert_eq!(server.post("/heartbeat/backup", vec![b' '; 20_000]).await.status, 413);
}

#[tokio::test]
async fn accepted_is_said_when_it_is_durable_and_never_before() {
    let server = serve(settings());
    server.desk.commits.forget_permits(usize::MAX);
    let mut answers = Vec::new();
    for path in ["/alerts/prometheus", "/v2/enqueue", "/v2/change/enqueue", "/heartbeat/backup"] {
        let body = match path {
            "/alerts/prometheus" => payload("alertmanager_firing"),
            "/v2/change/enqueue" => payload("pagerduty_change"),
            _ => payload("pagerduty_trigger"),
        };
        let request =
            crate::support::request(path, &[&format!("Authorization: Bearer {TOKEN}")], body.as_bytes());
        let mut stream = server.connect().await;
        tokio::io::AsyncWriteExt::write_all(&mut stream, &request).await.unwrap();
        answers.push(tokio::spawn(crate::support::answer(stream)));
    }
    until("all four at the desk", || server.desk.taken.lock().unwrap().len() == 4).await;
    assert!(answers.iter().all(|answer| !answer.is_finished()), "none is answered");
    server.desk.commits.add_permits(4);
    for answer in answers {
        assert_eq!(answer.await.unwrap().status, 202);
    }
}

#[tokio::test]
async fn what_is_not_taken_is_to_be_sent_again() {
    let server = serve(settings());
    for refusal in [NotTaken::Busy, NotTaken::NotStored] {
        *server.desk.refuses.lock().unwrap() = Some(refusal);
        let answers = [
            server.post("/alerts/prometheus", payload("alertmanager_firing")).await,
            server.post("/v2/enqueue", payload("pagerduty_trigger")).await,
            server.post("/heartbeat/backup", "").await,
        ];
        for answer in answers {
            assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")), "{answer:?}");
        }
    }
}
