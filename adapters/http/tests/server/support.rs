//! A server with one source of each kind, a desk, and a client that writes bytes.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use secrecy::SecretString;
use sitrep_core::{
    engine::Status,
    port::{Desk, NotTaken, Signal},
};
use sitrep_http::{
    DEFAULT_MAX_BODY_BYTES, DEFAULT_PER_MINUTE, Fields, GRAFANA_SIGNATURE_HEADER, HeartbeatSettings,
    HttpServer, HttpSettings, MetricsSettings, Proof, SourceKind, SourceSettings,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{Semaphore, oneshot},
    task::JoinHandle,
    time::timeout,
};

pub(crate) const TOKEN: &str = "token-of-everybody-here";
pub(crate) const SECRET: &str = "secret-of-grafana";
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A desk that remembers.
pub(crate) struct Remembering {
    pub(crate) taken: Mutex<Vec<Signal>>,
    pub(crate) refuses: Mutex<Option<NotTaken>>,
    pub(crate) status: Mutex<Option<Status>>,
    /// Each signal waits for one of these.
    pub(crate) commits: Semaphore,
}

#[async_trait]
impl Desk for Remembering {
    async fn take(&self, signals: Vec<Signal>) -> Result<(), NotTaken> {
        if let Some(refusal) = *self.refuses.lock().unwrap() {
            return Err(refusal);
        }
        self.taken.lock().unwrap().extend(signals);
        self.commits.acquire().await.expect("never closed").forget();
        Ok(())
    }

    async fn status(&self) -> Option<Status> {
        self.status.lock().unwrap().clone()
    }
}

/// A server that is asked.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) desk: Arc<Remembering>,
    end: Option<oneshot::Sender<()>>,
    pub(crate) serving: JoinHandle<Result<(), String>>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

pub(crate) fn source(kind: SourceKind, proof: Proof) -> SourceSettings {
    SourceSettings { kind, proof, per_minute: DEFAULT_PER_MINUTE, max_body_bytes: DEFAULT_MAX_BODY_BYTES }
}

pub(crate) fn token() -> Proof {
    Proof::Token(SecretString::from(TOKEN))
}

pub(crate) fn settings() -> HttpSettings {
    let fields = Fields {
        group: "/id".to_owned(),
        title: "/message".to_owned(),
        state: Some("/status".to_owned()),
        resolved: vec!["ok".to_owned(), "Resolved".to_owned()],
        link: Some("/url".to_owned()),
        labels: Some("/labels".to_owned()),
    };
    let signed =
        Proof::Hmac { secret: SecretString::from(SECRET), header: GRAFANA_SIGNATURE_HEADER.to_owned() };
    let sources = [
        ("prometheus", source(SourceKind::Alertmanager, token())),
        ("grafana", source(SourceKind::Grafana, token())),
        ("signed", source(SourceKind::Grafana, signed)),
        ("pager", source(SourceKind::PagerDuty, token())),
        ("other-pager", source(SourceKind::PagerDuty, Proof::Token(SecretString::from("another-key")))),
        ("kuma", source(SourceKind::UptimeKuma, token())),
        ("mine", source(SourceKind::Generic(fields), token())),
    ];
    HttpSettings {
        listen: "127.0.0.1:0".parse().unwrap(),
        tls: None,
        sources: sources.into_iter().map(|(name, source)| (name.to_owned(), source)).collect(),
        heartbeats: BTreeMap::from([(
            "backup".to_owned(),
            HeartbeatSettings { token: SecretString::from(TOKEN) },
        )]),
        metrics: Some(MetricsSettings { token: None }),
    }
}

/// A server that takes everything at once.
pub(crate) fn serve(settings: HttpSettings) -> Server {
    let server = HttpServer::bind(settings).expect("bound");
    let desk = Arc::new(Remembering {
        taken: Mutex::default(),
        refuses: Mutex::default(),
        status: Mutex::new(Some(Status { is_ready: true, ..Status::default() })),
        commits: Semaphore::new(1_000_000),
    });
    let address = server.address();
    let (end, ended) = oneshot::channel();
    let at_desk: Arc<dyn Desk> = Arc::clone(&desk) as _;
    let serving = tokio::spawn(async move {
        server
            .serve(at_desk, async {
                let _ = ended.await;
            })
            .await
    });
    Server { address, desk, end: Some(end), serving }
}

impl Server {
    pub(crate) fn end(&mut self) {
        drop(self.end.take());
    }

    pub(crate) fn taken(&self) -> Vec<Signal> {
        std::mem::take(&mut *self.desk.taken.lock().unwrap())
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("connected")
    }

    /// Writes bytes and reads the answer.
    pub(crate) async fn write(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect().await;
        // A server that has heard enough may close before it has heard everything.
        let _ = stream.write_all(bytes).await;
        answer(stream).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.write(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await
    }

    /// Posts with these further lines in the head.
    pub(crate) async fn post_with(&self, path: &str, lines: &[&str], body: &[u8]) -> Answer {
        self.write(&request(path, lines, body)).await
    }

    /// Posts with the token.
    pub(crate) async fn post(&self, path: &str, body: impl AsRef<[u8]>) -> Answer {
        self.post_with(path, &[&format!("Authorization: Bearer {TOKEN}")], body.as_ref()).await
    }
}

pub(crate) fn request(path: &str, lines: &[&str], body: &[u8]) -> Vec<u8> {
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n{lines}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// Reads an answer to the end of the connection.
pub(crate) async fn answer(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("in time").expect("an answer");
    let text = String::from_utf8(bytes).expect("text");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head: {text:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// A file of `tests/payloads/`.
pub(crate) fn payload(name: &str) -> String {
    let path = format!("{}/tests/payloads/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("a payload").replace("@KEY@", TOKEN)
}

/// Waits until it is so.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("it never came to {what}"));
}
