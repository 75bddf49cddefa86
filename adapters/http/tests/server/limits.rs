//! How much, how fast, how slow, and how many at a time.

use secrecy::SecretString;
use sitrep_http::{MOST_CONNECTIONS, Proof, SourceKind};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{Instant, timeout},
};

use crate::support::{PATIENCE, TOKEN, answer, payload, request, serve, settings, source, token, until};

#[tokio::test]
async fn a_source_that_sends_too_much_is_told_when_to_come_back() {
    let mut settings = settings();
    let mut few = source(SourceKind::Alertmanager, token());
    few.per_minute = 3;
    settings.sources.insert("few".to_owned(), few);
    let mut few = source(SourceKind::PagerDuty, Proof::Token(SecretString::from("few-keys")));
    few.per_minute = 1;
    settings.sources.insert("few-events".to_owned(), few);
    let server = serve(settings);
    // Who can't prove to be the source doesn't use up what it may.
    for _ in 0..5 {
        assert_eq!(
            server.post_with("/alerts/few", &["Authorization: Bearer wrong"], b"{}").await.status,
            401
        );
    }
    for _ in 0..3 {
        assert_eq!(server.post("/alerts/few", payload("alertmanager_firing")).await.status, 202);
    }
    let answer = server.post("/alerts/few", payload("alertmanager_firing")).await;
    assert_eq!(answer.status, 429);
    let secs: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=20).contains(&secs), "{secs}");

    let event = payload("pagerduty_trigger").replace(TOKEN, "few-keys");
    assert_eq!(server.post_with("/v2/enqueue", &[], event.as_bytes()).await.status, 202);
    let answer = server.post_with("/v2/enqueue", &[], event.as_bytes()).await;
    assert_eq!(answer.status, 429);
    assert!(
        answer.body.contains("\"status\":\"throttle exceeded\"") && answer.header("retry-after").is_some()
    );
    // Others go on.
    assert_eq!(server.post("/alerts/prometheus", payload("alertmanager_firing")).await.status, 202);
    let metrics = server.get("/metrics").await.body;
    for line in ["{source=\"few\"} 1", "{source=\"few-events\"} 1", "{source=\"prometheus\"} 0"] {
        assert!(metrics.contains(&format!("sitrep_http_rate_limited_total{line}\n")), "{metrics}");
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_and_keeps_nobody_out() {
    let server = serve(settings());
    let mut told = std::collections::BTreeMap::new();
    for number in 0..200 {
        let path = if number % 2 == 0 { "/alerts/prometheus" } else { "/alerts/unknown" };
        let answer = server.post_with(path, &[&format!("Authorization: Bearer {number}")], b"{}").await;
        *told.entry(answer.status).or_insert(0) += 1;
        assert_eq!(answer.header("retry-after").is_some(), answer.status == 429);
    }
    assert!(told[&401] >= 120 && told[&429] >= 40 && told.len() == 2, "{told:?}");
    assert_eq!(server.post("/alerts/prometheus", payload("alertmanager_firing")).await.status, 202);
}

#[tokio::test]
async fn who_is_slow_is_not_waited_for() {
    let server = serve(settings());
    let began = Instant::now();
    let mut silent = server.connect().await;
    let mut slow_head = server.connect().await;
    slow_head.write_all(b"POST /alerts/prometheus HTTP/1.1\r\nHost").await.unwrap();
    let mut slow_body = server.connect().await;
    let body = payload("alertmanager_firing");
    let whole = request("/alerts/prometheus", &[&format!("Authorization: Bearer {TOKEN}")], body.as_bytes());
    slow_body.write_all(&whole[..whole.len() - 5]).await.unwrap();
    // Now and then a byte, which is no reason to wait for longer.
    let (mut reads_head, mut writes_head) = slow_head.into_split();
    let dribbling = tokio::spawn(async move {
        while writes_head.write_all(b"x").await.is_ok() {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
    });
    let late = answer(slow_body).await;
    assert_eq!((late.status, late.body.as_str()), (408, "The body did not arrive in time.\n"));
    let mut rest = Vec::new();
    for stream in [&mut silent as &mut (dyn tokio::io::AsyncRead + Unpin), &mut reads_head] {
        let _ = timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("closed");
    }
    assert_eq!(rest, b"", "nothing is said to who said nothing");
    assert!(began.elapsed() >= std::time::Duration::from_secs(9), "{:?}", began.elapsed());
    timeout(PATIENCE, dribbling).await.expect("refused").unwrap();
    assert_eq!(server.taken(), []);
    assert_eq!(server.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn so_many_connections_and_no_more() {
    let server = serve(settings());
    let mut held = Vec::new();
    for _ in 0..MOST_CONNECTIONS {
        held.push(server.connect().await);
    }
    // All places are taken: whoever comes now is turned away at once.
    let mut one_more = server.connect().await;
    let mut rest = Vec::new();
    let _ = timeout(PATIENCE, one_more.read_to_end(&mut rest)).await.expect("closed");
    assert_eq!(rest, b"");
    drop(held.pop());
    // A place is free again as soon as somebody leaves.
    let mut status = 0;
    let began = Instant::now();
    while status != 200 && began.elapsed() < PATIENCE {
        let mut stream = server.connect().await;
        let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        status = if bytes.starts_with(b"HTTP/1.1 200") { 200 } else { 0 };
    }
    assert_eq!(status, 200);
}

#[tokio::test]
async fn what_is_in_hand_is_finished_before_the_end() {
    let mut server = serve(settings());
    server.desk.commits.forget_permits(usize::MAX);
    let body = payload("alertmanager_firing");
    let mut stream = server.connect().await;
    stream
        .write_all(&request(
            "/alerts/prometheus",
            &[&format!("Authorization: Bearer {TOKEN}")],
            body.as_bytes(),
        ))
        .await
        .unwrap();
    until("an alert at the desk", || server.desk.taken.lock().unwrap().len() == 1).await;
    server.end();
    // Nobody is let in any more.
    let address = server.address;
    let began = Instant::now();
    while tokio::net::TcpStream::connect(address).await.is_ok() && began.elapsed() < PATIENCE {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(!server.serving.is_finished());
    server.desk.commits.add_permits(1);
    assert_eq!(answer(stream).await.status, 202);
    assert_eq!(timeout(PATIENCE, server.serving).await.expect("ended").unwrap(), Ok(()));
}
