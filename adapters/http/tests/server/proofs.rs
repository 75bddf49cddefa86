//! Who is let in.

use std::fmt::Write as _;

use hmac::{Hmac, Mac};
use secrecy::SecretString;
use sha2::Sha256;
use sitrep_http::{HttpServer, HttpSettings, MetricsSettings, Proof, SourceKind};

use crate::support::{SECRET, TOKEN, payload, serve, settings, source, token};

const TO_STRANGERS: &str = "This needs the token or the signature of something that is configured here.\n";

fn signature(secret: &str, signed: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed);
    mac.finalize().into_bytes().iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

#[tokio::test]
async fn a_stranger_is_told_the_same_whatever_they_ask_for() {
    let server = serve(settings());
    let body = payload("alertmanager_firing");
    let lines: [&[&str]; 8] = [
        &[],
        &["Authorization: Bearer wrong"],
        &["Authorization: Bearer "],
        &["Authorization: Basic dG9rZW4="],
        &["Authorization: token-of-everybody-here"],
        &["Authorization: Bearer token-of-everybody-here", "Authorization: Bearer wrong"],
        &["X-Grafana-Alerting-Signature: 00"],
        &["Authorization: Bearer wrong", "X-Grafana-Alerting-Signature: 00"],
    ];
    for lines in lines {
        let mut answers = Vec::new();
        for name in ["prometheus", "signed", "pager", "kuma", "mine", "unknown", "%ff", "../healthz"] {
            answers.push(server.post_with(&format!("/alerts/{name}"), lines, body.as_bytes()).await);
        }
        answers.push(server.post_with("/heartbeat/backup", lines, b"").await);
        answers.push(server.post_with("/heartbeat/unknown", lines, b"").await);
        let Some(not_found) = answers.iter().position(|answer| answer.status == 404) else {
            panic!("{answers:?}")
        };
        assert_eq!(not_found, 7, "what is no name at all");
        answers.remove(not_found);
        for answer in &answers {
            assert_eq!((answer.status, answer.body.as_str()), (401, TO_STRANGERS), "{lines:?}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }
    assert_eq!(server.taken(), []);
}

#[tokio::test]
async fn a_token_is_good_for_its_own_name_only() {
    let mut settings = settings();
    let other = Proof::Token(SecretString::from("of-another"));
    settings.sources.insert("another".to_owned(), source(SourceKind::Alertmanager, other));
    let server = serve(settings);
    assert_eq!(server.post("/alerts/another", payload("alertmanager_firing")).await.status, 401);
    // A signature's secret is no token, nor is a heartbeat's token a source's name.
    let line = format!("Authorization: Bearer {SECRET}");
    assert_eq!(
        server.post_with("/alerts/signed", &[&line], payload("grafana_firing").as_bytes()).await.status,
        401
    );
    assert_eq!(server.post("/alerts/backup", payload("alertmanager_firing")).await.status, 401);
    assert_eq!(server.taken(), []);
}

#[tokio::test]
async fn a_signature_is_over_all_of_the_body() {
    let server = serve(settings());
    let body = payload("grafana_firing");
    let right = signature(SECRET, body.as_bytes());
    let mut broken = right.clone().into_bytes();
    broken[63] = if broken[63] == b'0' { b'1' } else { b'0' };
    let cases = [
        (right.clone(), 202),
        (right.to_uppercase(), 202),
        (format!("sha256={right}"), 202),
        (String::from_utf8(broken).unwrap(), 401),
        (right[..62].to_owned(), 401),
        (format!("{right}00"), 401),
        ("ä".repeat(32), 401),
        (signature("another secret", body.as_bytes()), 401),
        (signature(SECRET, b""), 401),
    ];
    for (value, status) in cases {
        let line = format!("X-Grafana-Alerting-Signature: {value}");
        assert_eq!(
            server.post_with("/alerts/signed", &[&line], body.as_bytes()).await.status,
            status,
            "{value}"
        );
    }
    let line = format!("X-Grafana-Alerting-Signature: {right}");
    let other = body.replace("HighErrorRate", "LowErrorRate");
    assert_eq!(server.post_with("/alerts/signed", &[&line], other.as_bytes()).await.status, 401);
    assert_eq!(server.post_with("/alerts/signed", &[&line, &line], body.as_bytes()).await.status, 401);
    assert_eq!(server.taken().len(), 3);
}

#[tokio::test]
async fn a_signature_with_a_time_is_good_for_minutes() {
    let server = serve(settings());
    let body = payload("grafana_firing");
    let now = chrono::Utc::now().timestamp();
    for (at, status) in [(now, 202), (now - 200, 202), (now - 400, 401), (now + 400, 401), (i64::MIN, 401)] {
        let signed =
            format!("X-Grafana-Alerting-Signature: {}", signature(SECRET, format!("{at}:{body}").as_bytes()));
        let time = format!("X-Grafana-Alerting-Timestamp: {at}");
        let answer = server.post_with("/alerts/signed", &[&signed, &time], body.as_bytes()).await;
        assert_eq!(answer.status, status, "{at}");
        // Without its time it is a signature of something else.
        assert_eq!(server.post_with("/alerts/signed", &[&signed], body.as_bytes()).await.status, 401);
    }
}

#[tokio::test]
async fn proof_comes_before_what_is_said() {
    let server = serve(settings());
    for (path, body) in
        [("/alerts/prometheus", "no json"), ("/alerts/pager", "no json"), ("/alerts/signed", "{}")]
    {
        assert_eq!(
            server.post_with(path, &["Authorization: Bearer wrong"], body.as_bytes()).await.status,
            401
        );
        assert_eq!(server.post_with(path, &[], body.as_bytes()).await.status, 401);
    }
    // A token is looked at before a body is waited for.
    let head = "POST /alerts/prometheus HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\nAuthorization: Bearer wrong\r\n\r\n";
    assert_eq!(server.write(head.as_bytes()).await.status, 401);
}

#[tokio::test]
async fn metrics_may_need_a_token_or_not_be_there() {
    let with = |metrics| serve(HttpSettings { metrics, ..settings() });
    let server = with(Some(MetricsSettings { token: Some(SecretString::from(TOKEN)) }));
    assert_eq!(server.get("/metrics").await.status, 401);
    let request =
        |token: &str| format!("GET /metrics HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n");
    assert_eq!(server.write(request("wrong").as_bytes()).await.status, 401);
    assert_eq!(server.write(request(TOKEN).as_bytes()).await.status, 200);
    assert_eq!(with(None).get("/metrics").await.status, 404);
}

#[test]
fn secrets_are_not_shown() {
    let mut settings = settings();
    settings.metrics = Some(MetricsSettings { token: Some(SecretString::from(TOKEN)) });
    settings.tls = Some(sitrep_http::Tls {
        certificate: "cert".to_owned(),
        key: SecretString::from("key-of-the-server"),
    });
    let shown = format!("{settings:?} {settings:#?}");
    for secret in [TOKEN, SECRET, "key-of-the-server", "another-key"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn settings_of_no_use_are_refused_with_a_sentence() {
    let refused = |edit: fn(&mut HttpSettings)| {
        let mut settings = settings();
        edit(&mut settings);
        HttpServer::bind(settings).err().expect("refused")
    };
    let empty = refused(|settings| {
        settings
            .sources
            .insert("new".to_owned(), source(SourceKind::Grafana, Proof::Token(SecretString::from(" \n"))));
    });
    assert_eq!(empty, "[http.sources.new] has an empty secret: it would let everybody in.");
    let never = refused(|settings| {
        let mut never = source(SourceKind::Grafana, token());
        never.per_minute = 0;
        settings.sources.insert("new".to_owned(), never);
    });
    assert!(never.contains("per_minute has to be at least 1"), "{never}");
    let deaf = refused(|settings| {
        let mut deaf = source(SourceKind::Grafana, token());
        deaf.max_body_bytes = 0;
        settings.sources.insert("new".to_owned(), deaf);
    });
    assert!(deaf.contains("max_body_kib has to be at least 1"), "{deaf}");
    let signed = refused(|settings| {
        let proof = Proof::Hmac { secret: SecretString::from("s"), header: "X-Y".to_owned() };
        settings.sources.insert("new".to_owned(), source(SourceKind::PagerDuty, proof));
    });
    assert!(signed.contains("needs a token"), "{signed}");
    let header = refused(|settings| {
        let proof = Proof::Hmac { secret: SecretString::from("s"), header: "X Y".to_owned() };
        settings.sources.insert("new".to_owned(), source(SourceKind::Grafana, proof));
    });
    assert!(header.contains("no name of a header"), "{header}");
    let pointer = refused(|settings| {
        if let Some(SourceKind::Generic(fields)) = settings.sources.get_mut("mine").map(|mine| &mut mine.kind)
        {
            fields.title = "message".to_owned();
        }
    });
    assert!(pointer.contains("a field `title` that is no JSON pointer"), "{pointer}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut settings = settings();
    settings.listen = taken.local_addr().unwrap();
    let told = HttpServer::bind(settings).err().expect("refused");
    assert!(
        told.starts_with(&format!("[http] sitrep can't listen on {}: ", taken.local_addr().unwrap())),
        "{told}"
    );
}
