//! A Prometheus that is well, slow, strange or hostile; and what comes of it.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use chrono::Utc;
use sitrep_core::{
    effect::EffectId,
    port::{Action, Attempt, Level, Outcome, Panel, Perform, Platform, Reading, Receipt},
    room::PlatformName,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{PrometheusPlatform, PrometheusSettings};

const FINE: &str = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;

/// A server that does the same to everybody, and what it was told; its address.
async fn server<F, Answering>(answer: F) -> (String, Arc<Mutex<Vec<String>>>)
where
    F: Fn(TcpStream, String) -> Answering + Send + Sync + 'static,
    Answering: Future<Output = ()> + Send + 'static,
{
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let door = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", door.local_addr().expect("an address"));
    let told = Arc::new(Mutex::new(Vec::new()));
    let hears = Arc::clone(&told);
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut visitor, _)) = door.accept().await {
            let (hears, answer) = (Arc::clone(&hears), Arc::clone(&answer));
            tokio::spawn(async move {
                let mut heard = vec![0; 16_384];
                let count = visitor.read(&mut heard).await.unwrap_or(0);
                let heard = String::from_utf8_lossy(&heard[..count]).into_owned();
                hears.lock().expect("a list").push(heard.clone());
                answer(visitor, heard).await;
            });
        }
    });
    (address, told)
}

fn response(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
}

/// A server that answers everybody the same.
async fn says(text: String) -> (String, Arc<Mutex<Vec<String>>>) {
    server(move |mut visitor, _| {
        let text = text.clone();
        async move {
            let _ = visitor.write_all(text.as_bytes()).await;
            let _ = visitor.shutdown().await;
        }
    })
    .await
}

fn panel(title: &str) -> Panel {
    Panel { title: title.to_owned(), query: "up{job=\"a b&c\"}".to_owned(), unit: String::new() }
}

fn platform(address: &str) -> PrometheusPlatform {
    let settings = PrometheusSettings { address: address.to_owned(), token: Some("hunter2".to_owned()) };
    assert!(!format!("{settings:?}").contains("hunter2"));
    PrometheusPlatform::new(settings, vec![panel("One")]).expect("a platform")
}

async fn measure(address: &str, panels: usize) -> Vec<Reading> {
    measured(address, (0..panels).map(|_| panel("One")).collect()).await
}

async fn measured(address: &str, panels: Vec<Panel>) -> Vec<Reading> {
    let until = Utc::now();
    let perform = Perform {
        id: EffectId { sequence: 1, index: 0 },
        platform: PlatformName::new("prometheus"),
        action: Action::Measure { panels, from: until - chrono::Duration::hours(1), until },
        attempt: Attempt { key: "k".to_owned(), first_tried: until, number: 1 },
    };
    let outcome = platform(address).perform(&perform).await;
    let Outcome::Done(Receipt::Measured(readings)) = outcome else { panic!("not measured: {outcome:?}") };
    readings
}

async fn trouble(address: &str) -> String {
    let readings = measure(address, 1).await;
    assert!(readings[0].series.is_none(), "{readings:?}");
    readings[0].trouble.clone().expect("a sentence")
}

#[tokio::test]
async fn it_is_asked_with_the_token_and_the_whole_query() {
    let (address, told) = says(response("200 OK", "", FINE)).await;
    let readings = measure(&address, 3).await;
    assert!(readings.iter().all(|reading| reading.trouble.is_none()), "{readings:?}");
    let told = told.lock().expect("a list").clone();
    assert_eq!(told.len(), 3);
    assert!(told[0].starts_with("POST /api/v1/query_range HTTP/1.1\r\n"), "{}", told[0]);
    assert!(told[0].contains("authorization: Bearer hunter2"), "{}", told[0]);
    assert!(told[0].contains("query=up%7Bjob%3D%22a+b%26c%22%7D&start="), "{}", told[0]);
}

#[tokio::test]
async fn whatever_is_wrong_is_a_sentence() {
    let error = r#"{"status":"error","errorType":"bad_data","error":"1:5: parse error"}"#;
    for (answer, part) in [
        (response("400 Bad Request", "", error), "Prometheus says: 1:5: parse error"),
        (response("200 OK", "", "<html>hello"), "is no Prometheus"),
        (response("401 Unauthorized", "", ""), "token_file"),
        (response("404 Not Found", "", "<html>"), "no Prometheus at the address"),
        (response("503 Service Unavailable", "", ""), "has trouble (503)"),
        (response("302 Found", "location: http://127.0.0.2:9/\r\n", ""), "another server"),
        ("SSH-2.0-OpenSSH_9\r\n".to_owned(), "can't be reached"),
        (String::new(), "can't be reached"),
    ] {
        let (address, _) = says(answer).await;
        let sentence = trouble(&address).await;
        assert!(sentence.contains(part), "{part}: {sentence}");
        assert!(!sentence.contains(&address) && sentence.len() < 250, "{sentence}");
    }
    assert!(trouble("http://127.0.0.1:9").await.contains("can't be reached"));
}

#[tokio::test]
async fn one_that_sends_for_ever_is_not_listened_to_for_ever() {
    let (address, _) = server(|mut visitor, _| async move {
        let _ = visitor.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").await;
        let chunk = vec![b' '; 65_536];
        // Ten megabytes, and it is asked for one.
        for _ in 0..160 {
            if visitor.write_all(&chunk).await.is_err() {
                return;
            }
        }
    })
    .await;
    assert_eq!(trouble(&address).await, "its answer is larger than a mebibyte");
}

#[tokio::test]
async fn one_that_hangs_costs_five_seconds_for_all_panels_together() {
    let (silent, _) = server(|visitor, _| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(visitor);
    })
    .await;
    let (dripping, _) = server(|mut visitor, _| async move {
        let _ = visitor.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").await;
        while visitor.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    let began = Instant::now();
    let (silent, dripping) = tokio::join!(measure(&silent, 6), measure(&dripping, 6));
    let took = began.elapsed();
    assert!(took >= Duration::from_secs(4) && took < Duration::from_secs(9), "{took:?}");
    for reading in silent.iter().chain(&dripping) {
        assert_eq!(reading.trouble.as_deref(), Some("it took longer than five seconds"));
    }
}

#[tokio::test]
async fn the_token_goes_to_no_other_server() {
    let (other, told) = says(response("200 OK", "", FINE)).await;
    let redirects =
        response("307 Temporary Redirect", &format!("location: {other}/api/v1/query_range\r\n"), "");
    let (address, _) = says(redirects).await;
    assert!(trouble(&address).await.contains("another server"));
    assert_eq!(told.lock().expect("a list").len(), 0);
}

#[tokio::test]
async fn a_query_that_fails_costs_its_own_line() {
    let (address, _) = server(|mut visitor, heard| async move {
        let fine = response("200 OK", "", FINE);
        let answer = if heard.contains("broken") { response("422 No", "", "") } else { fine };
        let _ = visitor.write_all(answer.as_bytes()).await;
    })
    .await;
    let broken = Panel { query: "broken".to_owned(), ..panel("Two") };
    let readings = measured(&address, vec![panel("One"), broken, panel("Three")]).await;
    let troubles: Vec<_> = readings.iter().map(|reading| reading.trouble.as_deref()).collect();
    assert_eq!(troubles, [None, Some("Prometheus has trouble (422)"), None]);
    assert_eq!(
        readings.iter().map(|reading| reading.title.as_str()).collect::<Vec<_>>(),
        ["One", "Two", "Three"]
    );
}

#[tokio::test]
async fn a_checkup_tries_each_panel() {
    let (empty, _) = says(response("200 OK", "", FINE)).await;
    let now = Utc::now().timestamp();
    let line = format!(r#"{{"metric":{{}},"values":[[{now},"1"]]}}"#);
    let (fine, _) = says(response("200 OK", "", &FINE.replace("[]", &format!("[{line}]")))).await;
    for (address, level) in
        [(fine.as_str(), Level::Ok), (&empty, Level::Warning), ("http://127.0.0.1:9", Level::Warning)]
    {
        let found = platform(address).checkup().await;
        assert_eq!(found.iter().map(|found| found.level).collect::<Vec<_>>(), [level], "{found:?}");
    }
}
