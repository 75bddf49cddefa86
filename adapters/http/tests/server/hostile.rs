//! Bodies that are malformed, too large, cut off, or made to hurt.

use serde_json::{Value, json};
use sitrep_core::port::Signal;
use sitrep_http::SourceKind;
use tokio::io::AsyncWriteExt;

use crate::support::{Server, TOKEN, answer, payload, request, serve, settings, source, token, until};

/// A payload with something else at a pointer.
fn with(name: &str, pointer: &str, value: Value) -> String {
    let mut json: Value = serde_json::from_str(&payload(name)).unwrap();
    *json.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer} in {name}")) = value;
    json.to_string()
}

async fn is_refused(server: &Server, path: &str, body: &[u8], told: &str) {
    let answer = server.post(path, body).await;
    assert_eq!(answer.status, 400, "{path} {told} {answer:?}");
    assert!(answer.body.contains(told), "{path}: {:?} is not about {told:?}", answer.body);
    assert!(answer.body.len() < 400, "{}", answer.body);
}

#[tokio::test]
async fn what_is_no_json_is_refused_by_each() {
    let server = serve(settings());
    let deep = "[".repeat(100_000);
    let deep_objects = "{\"a\":".repeat(100_000);
    let bodies: [(&[u8], &str); 14] = [
        (b"", "The body is empty"),
        (b"  \n", "The body is empty"),
        (b"<alert/>", "no JSON"),
        (b"status=firing&title=x", "no JSON"),
        (b"{\"a\": NaN}", "no JSON"),
        (b"{\"a\": -Infinity}", "no JSON"),
        (b"{\"a\": 1e99999}", "no JSON"),
        (b"{\"a\": \"\\ud800\"}", "no JSON"),
        (b"{\"a\": \"\xff\xfe\"}", "no JSON"),
        (b"{\"a\": 1, \"a\": 2}", "a key stands twice"),
        (b"{\"alerts\": [", "ends in the middle"),
        (b"{} {}", "no JSON"),
        (deep.as_bytes(), "no JSON"),
        (deep_objects.as_bytes(), "no JSON"),
    ];
    for (body, told) in bodies {
        for path in
            ["/alerts/prometheus", "/alerts/pager", "/alerts/mine", "/v2/enqueue", "/v2/change/enqueue"]
        {
            is_refused(&server, path, body, told).await;
        }
    }
    assert_eq!(server.taken(), []);
}

#[tokio::test]
async fn what_is_something_else_is_named_field_by_field() {
    let (am, gf) = ("alertmanager_firing", "grafana_firing");
    let (prometheus, grafana, kuma) = ("/alerts/prometheus", "/alerts/grafana", "/alerts/kuma");
    let cases = [
        (prometheus, with(am, "", json!([])), "The body should be an object."),
        (prometheus, with(am, "/version", json!("3")), "`version` is something else: it should be \"4\""),
        (
            prometheus,
            with(am, "/groupKey", json!("")),
            "`groupKey` is something else: it should be a text that isn't empty.",
        ),
        (prometheus, with(am, "/groupKey", Value::Null), "`groupKey` is missing"),
        (
            prometheus,
            with(am, "/status", json!("burning")),
            "`status` is something else: it should be \"firing\" or",
        ),
        (prometheus, with(am, "/alerts", json!({})), "`alerts` is something else: it should be a list."),
        (prometheus, with(am, "/alerts", json!([])), "it should be a list of at least one alert."),
        (
            prometheus,
            with(am, "/alerts/1", json!(7)),
            "`alerts[1]` is something else: it should be an object.",
        ),
        (prometheus, with(am, "/alerts/1/status", json!(true)), "`alerts[1].status` is something else"),
        (
            prometheus,
            with(am, "/alerts/1/startsAt", json!(5)),
            "`alerts[1].startsAt` is something else: it should be a text.",
        ),
        (
            prometheus,
            with(am, "/alerts/2/labels", json!({ "evil-key": [] })),
            "`alerts[2].labels` is something else",
        ),
        (
            prometheus,
            with(am, "/commonLabels", json!([])),
            "`commonLabels` is something else: it should be an object of texts.",
        ),
        (prometheus, with(am, "/commonAnnotations", json!("x")), "`commonAnnotations` is something else"),
        (
            prometheus,
            with(am, "/truncatedAlerts", json!(-1)),
            "`truncatedAlerts` is something else: it should be a whole number.",
        ),
        (prometheus, with(am, "/truncatedAlerts", json!(1e300)), "`truncatedAlerts` is something else"),
        (
            grafana,
            with(gf, "/orgId", json!("one")),
            "`orgId` is something else: it should be a whole number.",
        ),
        (grafana, with(gf, "/alerts/0/panelURL", json!([])), "`alerts[0].panelURL` is something else"),
        (
            kuma,
            with("uptime_kuma_down", "/heartbeat/status", json!(9)),
            "`heartbeat.status` is something else: it should be 0, 1, 2 or 3.",
        ),
        (
            kuma,
            with("uptime_kuma_down", "/monitor", Value::Null),
            "`monitor` is missing: it should be an object.",
        ),
        (kuma, with("uptime_kuma_down", "/monitor/id", json!("x")), "`monitor.id` is something else"),
        (kuma, with("uptime_kuma_down", "/monitor/tags/0", json!(1)), "`monitor.tags[0]` is something else"),
        (kuma, "{}".to_owned(), "`heartbeat` is missing"),
    ];
    are_refused(&cases).await;
}

#[tokio::test]
async fn events_and_other_json_too() {
    let (pd, ch) = ("pagerduty_trigger", "pagerduty_change");
    let (enqueue, change) = ("/v2/enqueue", "/v2/change/enqueue");
    let cases = [
        (
            enqueue,
            with(pd, "/event_action", json!("explode")),
            "`event_action` is something else: it should be \\\"trigger\\\"",
        ),
        (enqueue, with(pd, "/payload", Value::Null), "`payload` is missing"),
        (enqueue, with(pd, "/payload/summary", json!(" ")), "`payload.summary` is something else"),
        (enqueue, with(pd, "/payload/source", Value::Null), "`payload.source` is missing"),
        (enqueue, with(pd, "/payload/severity", json!("sev1")), "`payload.severity` is something else"),
        (
            enqueue,
            with(pd, "/payload/custom_details", json!([1])),
            "`payload.custom_details` is something else",
        ),
        (enqueue, with(pd, "/dedup_key", json!(5)), "`dedup_key` is something else: it should be a text."),
        (enqueue, with(pd, "/links", json!("x")), "`links` is something else: it should be a list."),
        (change, with(ch, "/payload/summary", json!("\u{202e}")), "`payload.summary` is something else"),
        (change, with(ch, "/payload/timestamp", json!(17)), "`payload.timestamp` is something else"),
        (
            "/alerts/mine",
            r#"{"message": "x", "status": "bad"}"#.to_owned(),
            "`/id` is missing: it should be a text or a number.",
        ),
        (
            "/alerts/mine",
            r#"{"id": 1, "message": [], "status": "bad"}"#.to_owned(),
            "`/message` is something else",
        ),
        ("/alerts/mine", r#"{"id": 1, "message": "x"}"#.to_owned(), "`/status` is missing"),
        ("/alerts/mine", r#"{"id": {}, "message": "x", "status": 1}"#.to_owned(), "`/id` is something else"),
    ];
    are_refused(&cases).await;
}

async fn are_refused(cases: &[(&str, String, &str)]) {
    let server = serve(settings());
    for (path, body, told) in cases {
        is_refused(&server, path, body.as_bytes(), told).await;
        let answer = server.post(path, body).await;
        assert!(!answer.body.contains("evil") && !answer.body.contains(TOKEN), "{}", answer.body);
    }
    assert_eq!(server.taken(), []);
}

#[tokio::test]
async fn texts_of_strangers_become_harmless() {
    let server = serve(settings());
    let text = format!("@everyone\u{202e}\r\n\u{0}{}", "🚒".repeat(100_000));
    let labels: serde_json::Map<_, _> =
        (0..500).map(|at| (format!("{at}\u{2066}{text}"), json!(text))).collect();
    let mut json: Value = serde_json::from_str(&payload("alertmanager_firing")).unwrap();
    json["commonAnnotations"]["summary"] = json!(text);
    json["externalURL"] = json!("javascript:alert(1)");
    for alert in json["alerts"].as_array_mut().unwrap() {
        alert["generatorURL"] = json!("https://bank.example@evil.example/");
        alert["startsAt"] = json!("+999999-01-01T00:00:00Z");
    }
    assert_eq!(server.post("/alerts/prometheus", json.to_string()).await.status, 202);
    json["commonAnnotations"]["summary"] = json!("short");
    json["commonLabels"] = labels.into_iter().take(2).collect();
    assert_eq!(server.post("/alerts/prometheus", json.to_string()).await.status, 413, "a mebibyte is enough");
    let long: serde_json::Map<_, _> = (0..500)
        .map(|at| (format!("{at:03}\u{2066}{}", "k".repeat(300)), json!("v\n".repeat(300))))
        .collect();
    json["commonLabels"] = Value::Object(long);
    assert_eq!(server.post("/alerts/prometheus", json.to_string()).await.status, 202);

    for signal in server.taken() {
        let Signal::Alert(alert) = signal else { panic!("{signal:?}") };
        assert!(alert.title.chars().count() <= 200 && !alert.title.contains(['\n', '\r', '\0', '\u{202e}']));
        assert!(alert.group.chars().count() <= 200);
        assert_eq!((alert.link, alert.since), (None, None));
        assert!(alert.labels.len() <= 64);
        for (key, value) in &alert.labels {
            assert!(key.chars().count() <= 100 && value.chars().count() <= 200);
            assert!(!key.contains('\u{2066}') && !value.contains('\n'));
        }
    }
}

fn small(max_body_bytes: usize) -> Server {
    let mut settings = settings();
    let mut small = source(SourceKind::Alertmanager, token());
    small.max_body_bytes = max_body_bytes;
    settings.sources.insert("small".to_owned(), small);
    let mut pager = source(SourceKind::PagerDuty, token());
    pager.max_body_bytes = max_body_bytes;
    settings.sources.insert("pager".to_owned(), pager);
    serve(settings)
}

#[tokio::test]
async fn no_more_than_the_limit_is_read() {
    let body = payload("alertmanager_firing");
    let server = small(body.len());
    assert_eq!(server.post("/alerts/small", &body).await.status, 202);
    let answer = server.post("/alerts/small", format!("{body} ")).await;
    assert_eq!(answer.status, 413);
    assert_eq!(
        answer.body,
        format!("The body is larger than the {} bytes that are read at most.\n", body.len())
    );

    // Declared: refused before it is sent. The connection stays readable although the rest is sent all the same.
    let head = |length: &str| {
        format!("POST /alerts/small HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n{length}\r\n\r\n")
    };
    assert_eq!(server.write(head("Content-Length: 99999999999").as_bytes()).await.status, 413);
    let all = [head("Content-Length: 900000").as_bytes(), &[b' '; 900_000]].concat();
    assert_eq!(server.write(&all).await.status, 413);

    // In chunks, which declare nothing.
    let chunk = format!("400\r\n{}\r\n", " ".repeat(0x400));
    let chunks = format!("{}{}0\r\n\r\n", head("Transfer-Encoding: chunked"), chunk.repeat(100));
    assert_eq!(server.write(chunks.as_bytes()).await.status, 413);
    let chunked = format!("{}{:x}\r\n{body}\r\n0\r\n\r\n", head("Transfer-Encoding: chunked"), body.len());
    assert_eq!(server.write(chunked.as_bytes()).await.status, 202);

    // The key in a body is found in no more than is read of it.
    let event = payload("pagerduty_trigger");
    let long = event.replace("Disk at 99%", &"x".repeat(body.len()));
    let answer = server.post_with("/alerts/pager", &[], long.as_bytes()).await;
    assert_eq!(answer.status, 413, "{answer:?}");
    assert_eq!(server.taken().len(), 2);
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_no_alert() {
    let server = serve(settings());
    let body = payload("alertmanager_firing");
    let declaring = |path: &str, length: usize| {
        let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n");
        format!("{head}Content-Length: {length}\r\n\r\n{body}")
    };
    for path in ["/alerts/prometheus", "/v2/enqueue"] {
        let mut stream = server.connect().await;
        stream.write_all(declaring(path, body.len() + 1).as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let answer = answer(stream).await;
        assert_eq!(answer.status, 400);
        assert!(answer.body.contains("The body broke off before its end."), "{}", answer.body);
    }
    // Less than was sent is what was declared.
    let answer = server.write(declaring("/alerts/prometheus", body.len() - 10).as_bytes()).await;
    assert_eq!((answer.status, answer.body.as_str()), (400, "The body ends in the middle of its JSON.\n"));
    assert_eq!(server.taken(), []);
}

#[tokio::test]
async fn a_body_that_nobody_announces_is_asked_for() {
    let server = serve(settings());
    for path in ["/alerts/prometheus", "/v2/enqueue"] {
        let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
        assert_eq!(server.write(head.as_bytes()).await.status, 411);
    }
}

#[tokio::test]
async fn what_is_no_http_hurts_nobody() {
    let server = serve(settings());
    let garbage: [&[u8]; 7] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"hello\r\n\r\n",
        b"POST /alerts/prometheus HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST /alerts/prometheus HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /alerts/prometheus HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /\x00 HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    for bytes in garbage {
        let mut stream = server.connect().await;
        stream.write_all(bytes).await.unwrap();
        let _ = stream.shutdown().await;
        let mut rest = Vec::new();
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest).await;
        let rest = String::from_utf8_lossy(&rest).into_owned();
        assert!(!rest.starts_with("HTTP/1.1 2"), "{rest}");
    }
    let long = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "x".repeat(60_000));
    assert_eq!(server.write(long.as_bytes()).await.status, 431);
    assert_eq!(server.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_sender_that_asks_first_is_told_to_go_on_when_it_has_proved_who_it_is() {
    let server = serve(settings());
    let body = payload("alertmanager_firing");
    let head = |token: &str| {
        let request = request(
            "/alerts/prometheus",
            &[&format!("Authorization: Bearer {token}"), "Expect: 100-continue"],
            body.as_bytes(),
        );
        request[..request.len() - body.len()].to_vec()
    };
    assert_eq!(server.write(&head("wrong")).await.status, 401);
    let mut stream = server.connect().await;
    stream.write_all(&head(TOKEN)).await.unwrap();
    let mut told = [0; 25];
    tokio::io::AsyncReadExt::read_exact(&mut stream, &mut told).await.unwrap();
    assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body.as_bytes()).await.unwrap();
    assert_eq!(answer(stream).await.status, 202);
}

#[tokio::test]
async fn what_was_sent_is_taken_although_the_sender_has_gone() {
    let server = serve(settings());
    server.desk.commits.forget_permits(usize::MAX);
    let body = payload("alertmanager_firing");
    let bytes = request("/alerts/prometheus", &[&format!("Authorization: Bearer {TOKEN}")], body.as_bytes());
    let mut stream = server.connect().await;
    stream.write_all(&bytes).await.unwrap();
    drop(stream);
    until("an alert at the desk", || server.desk.taken.lock().unwrap().len() == 1).await;
    // A sender that closes its side only, is still answered.
    let mut stream = server.connect().await;
    stream.write_all(&bytes).await.unwrap();
    stream.shutdown().await.unwrap();
    until("another at the desk", || server.desk.taken.lock().unwrap().len() == 2).await;
    server.desk.commits.add_permits(2);
    assert_eq!(answer(stream).await.status, 202);
}

#[tokio::test]
async fn a_body_in_small_pieces_is_a_body() {
    let server = serve(settings());
    let body = payload("alertmanager_firing");
    let request =
        request("/alerts/prometheus", &[&format!("Authorization: Bearer {TOKEN}")], body.as_bytes());
    let mut stream = server.connect().await;
    stream.set_nodelay(true).unwrap();
    for piece in request.chunks(100) {
        stream.write_all(piece).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(answer(stream).await.status, 202);
}
