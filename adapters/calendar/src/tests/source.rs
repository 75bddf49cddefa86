//! Where calendars are read from: files, servers that are well or not, and the copy that was kept.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chrono::Utc;
use chrono_tz::Tz;
use sitrep_core::{
    engine::Status,
    port::{Desk, NotTaken, Shift, Signal},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::{Address, CalendarSettings, Source, source::Reader, watch::Watcher};

/// Takes what is handed in; the first of it not.
#[derive(Default)]
struct TestDesk {
    taken: Mutex<Vec<Arc<[Shift]>>>,
    refuses: Mutex<u32>,
}

#[async_trait]
impl Desk for TestDesk {
    async fn take(&self, signals: Vec<Signal>) -> Result<(), NotTaken> {
        {
            let mut refuses = self.refuses.lock().expect("a number");
            if *refuses > 0 {
                *refuses -= 1;
                return Err(NotTaken::Busy);
            }
        }
        for signal in signals {
            let Signal::Shifts { team, shifts } = signal else { panic!("{signal:?}") };
            assert_eq!(team, "payments");
            self.taken.lock().expect("a list").push(shifts);
        }
        Ok(())
    }

    async fn status(&self) -> Option<Status> {
        None
    }
}

impl TestDesk {
    fn names(&self) -> Vec<String> {
        let taken = self.taken.lock().expect("a list");
        taken.iter().map(|shifts| shifts.iter().map(|shift| shift.who[0].clone()).collect()).collect()
    }

    /// Waits, with patience, until as much was taken.
    async fn has(&self, names: &[&str]) {
        for _ in 0..600 {
            if self.names() == names {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{:?} was taken, and not {names:?}", self.names());
    }
}

fn calendar_of(name: &str) -> String {
    let day = Utc::now().format("%Y%m%d");
    super::calendar(&format!("BEGIN:VEVENT\nUID:1\nSUMMARY:{name}\nDTSTART;VALUE=DATE:{day}\nEND:VEVENT"))
}

fn settings(source: Source, directory: &Path) -> CalendarSettings {
    let keep_in = directory.join("kept.ics");
    CalendarSettings { team: "payments".to_owned(), source, timezone: Tz::UTC, keep_in }
}

fn start(source: Source, directory: &Path, desk: &Arc<TestDesk>) -> tokio::task::JoinHandle<()> {
    let watcher = Watcher::new(settings(source, directory), Arc::<TestDesk>::clone(desk));
    tokio::spawn(watcher.watch((Duration::from_millis(50), Duration::from_millis(20))))
}

type Answers = Arc<Mutex<String>>;
type Heard = Arc<Mutex<Vec<String>>>;

/// A server that answers everybody with the text of the moment, and what it was told.
async fn server(first: &str) -> (Source, Answers, Heard) {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let door = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/private-hunter2/basic.ics", door.local_addr().expect("an address"));
    let answers: Answers = Arc::new(Mutex::new(first.to_owned()));
    let heard: Heard = Heard::default();
    let (says, hears) = (Arc::clone(&answers), Arc::clone(&heard));
    tokio::spawn(async move {
        while let Ok((mut visitor, _)) = door.accept().await {
            let mut asked = vec![0; 16_384];
            let count = visitor.read(&mut asked).await.unwrap_or(0);
            hears.lock().expect("a list").push(String::from_utf8_lossy(&asked[..count]).to_lowercase());
            let answer = says.lock().expect("a text").clone();
            let _ = visitor.write_all(answer.as_bytes()).await;
            let _ = visitor.shutdown().await;
        }
    });
    (Source::Url(Address::new(address)), answers, heard)
}

fn response(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
}

#[tokio::test]
async fn a_file_is_read_again_when_it_changes_and_what_is_not_taken_is_handed_in_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("oncall.ics");
    std::fs::write(&file, calendar_of("Alice")).expect("written");
    let desk = Arc::new(TestDesk { refuses: Mutex::new(2), ..TestDesk::default() });
    let watching = start(Source::File(file.clone()), directory.path(), &desk);
    desk.has(&["Alice"]).await;
    std::fs::write(&file, "half a calen").expect("written");
    tokio::time::sleep(Duration::from_millis(200)).await;
    std::fs::write(&file, calendar_of("Roberta")).expect("written");
    desk.has(&["Alice", "Roberta"]).await;
    watching.abort();
    let kept = std::fs::read_to_string(directory.path().join("kept.ics")).expect("kept");
    assert!(kept.contains("Roberta"));
}

#[tokio::test]
async fn a_copy_is_used_while_the_source_is_away() {
    let directory = tempfile::tempdir().expect("a directory");
    let (source, answers, _) = server(&response("200 OK", "", &calendar_of("Alice"))).await;
    let desk = Arc::new(TestDesk::default());
    let watching = start(source.clone(), directory.path(), &desk);
    desk.has(&["Alice"]).await;
    watching.abort();
    *answers.lock().expect("a text") = response("503 Service Unavailable", "", "");
    let desk = Arc::new(TestDesk::default());
    let watching = start(source, directory.path(), &desk);
    desk.has(&["Alice"]).await;
    *answers.lock().expect("a text") = response("200 OK", "", &calendar_of("Bob"));
    desk.has(&["Alice", "Bob"]).await;
    watching.abort();
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let headers = "etag: \"v1\"\r\nlast-modified: Mon, 23 Nov 2026 08:00:00 GMT\r\n";
    let (source, answers, heard) = server(&response("200 OK", headers, &calendar_of("Alice"))).await;
    let mut reader = Reader::new(source);
    assert!(reader.read().await.expect("well").is_some_and(|text| text.contains("Alice")));
    *answers.lock().expect("a text") = response("304 Not Modified", "", "");
    assert_eq!(reader.read().await, Ok(None));
    let asked = heard.lock().expect("a list")[1].clone();
    assert!(
        asked.contains("if-none-match: \"v1\"") && asked.contains("if-modified-since: mon, 23 nov 2026"),
        "{asked}"
    );
    reader.forget();
    let _ = reader.read().await;
    assert!(!heard.lock().expect("a list")[2].contains("if-none-match"));
}

#[tokio::test]
async fn trouble_is_a_sentence_without_the_address() {
    let large = "x".repeat(6 * 1024 * 1024);
    for (answer, why) in [
        (response("404 Not Found", "", ""), "it answered 404"),
        (response("401 Unauthorized", "", ""), "it answered 401"),
        (response("302 Found", "location: /private-hunter2/basic.ics\r\n", ""), "redirect"),
        (response("200 OK", "", &large), "larger than 5 MiB"),
        ("nonsense\r\n\r\n".to_owned(), ""),
    ] {
        let (source, ..) = server(&answer).await;
        let trouble = Reader::new(source).read().await.expect_err("trouble");
        assert!(trouble.contains(why), "{trouble}");
        assert!(!trouble.contains("hunter2") && !trouble.contains("127.0.0.1"), "{trouble}");
    }
    let away = Source::Url(Address::new("http://127.0.0.1:1/private-hunter2"));
    let trouble = Reader::new(away).read().await.expect_err("nobody is there");
    assert!(!trouble.contains("hunter2"), "{trouble}");
    let none = Source::Url(Address::new("ftp://example.org/hunter2"));
    assert!(!Reader::new(none).read().await.expect_err("no way").contains("hunter2"));
    let file = Source::File("/nowhere/oncall.ics".into());
    assert!(Reader::new(file).read().await.expect_err("no file").contains("the file can't be read"));
}
