//! How sitrep is, and paths and methods that there aren't.

use sitrep_core::engine::Status;

use crate::support::{serve, settings};

#[tokio::test]
async fn health_is_whether_the_desk_answers_and_readiness_what_it_says() {
    for (status, health, readiness) in [
        (Some(Status { is_ready: true, ..Status::default() }), (200, "ok\n"), (200, "ready\n")),
        (Some(Status::default()), (200, "ok\n"), (503, "not ready\n")),
        (None, (503, "sitrep does not answer\n"), (503, "sitrep does not answer\n")),
    ] {
        let server = serve(settings());
        *server.desk.status.lock().unwrap() = status;
        let answer = server.get("/healthz").await;
        assert_eq!((answer.status, answer.body.as_str()), health);
        let answer = server.get("/readyz").await;
        assert_eq!((answer.status, answer.body.as_str()), readiness);
        assert_eq!(server.get("/metrics").await.status, health.0);
    }
}

#[tokio::test]
async fn there_is_nothing_elsewhere_and_each_path_has_its_method() {
    let server = serve(settings());
    for path in [
        "/",
        "/alerts",
        "/alerts/",
        "/alerts/a/b",
        "/v2",
        "/metrics/",
        "/heartbeat/",
        "/%2e%2e/etc/passwd",
        "/admin?x=b",
    ] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.body.as_str()), (404, "There is nothing here.\n"), "{path}");
    }
    for (path, allowed) in
        [("/alerts/prometheus", "POST"), ("/v2/enqueue", "POST"), ("/heartbeat/backup", "POST")]
    {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some(allowed)), "{answer:?}");
    }
    for path in ["/healthz", "/readyz", "/metrics"] {
        let answer = server.post(path, "").await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("GET,HEAD")), "{answer:?}");
    }
    let head = server.write(b"HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
}
