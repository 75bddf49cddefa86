//! A client of the gateway that says what it is told to and nothing else.

use std::collections::VecDeque;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use flate2::read::ZlibDecoder;
use flate2::{Decompress, FlushDecompress};
use serde_json::{Value, json};
use sitrep_fake_discord::Discord;
use sitrep_fake_discord::intent;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocket};
use tokio_tungstenite::tungstenite::{self, Message};

/// What these tests hear if they don't say otherwise.
pub(crate) const HEARD: u64 = intent::GUILDS | intent::GUILD_MESSAGES | intent::MESSAGE_CONTENT;

const PATIENCE: Duration = Duration::from_secs(20);

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With a close frame.
    Closed(Option<u16>),
    /// Without one.
    Cut,
    /// As a broken network ends it.
    Reset,
}

/// One connection.
pub(crate) struct Client {
    ws: WebSocket<TcpStream>,
    stream: Option<Decompress>,
    waiting: VecDeque<Value>,
    end: Option<End>,
    /// Binary frames that came.
    pub(crate) compressed: usize,
    /// The number of the newest event.
    pub(crate) seq: u64,
}

impl Client {
    /// Connects as most clients do.
    pub(crate) fn connect(discord: &Discord) -> Self {
        Self::connect_to(discord, "v=10&encoding=json").unwrap()
    }

    /// Connects and says HELLO's answer: the whole of IDENTIFY.
    pub(crate) fn identified(discord: &Discord, intents: u64) -> Self {
        let mut client = Self::connect(discord);
        client.identify(discord, intents);
        client.dispatch("GUILD_CREATE");
        client
    }

    /// Connects with these words in the address.
    pub(crate) fn connect_to(discord: &Discord, query: &str) -> Option<Self> {
        let url = discord.gateway().url();
        let tcp = TcpStream::connect(url.trim_start_matches("ws://")).ok()?;
        tcp.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let mut shaking = tungstenite::client(format!("{url}/?{query}"), tcp);
        let deadline = Instant::now() + PATIENCE;
        let ws = loop {
            match shaking {
                Ok((ws, _)) => break ws,
                Err(tungstenite::HandshakeError::Interrupted(middle)) if Instant::now() < deadline => {
                    shaking = middle.handshake();
                }
                Err(_) => return None,
            }
        };
        let stream = query.contains("zlib-stream").then(|| Decompress::new(true));
        Some(Self { ws, stream, waiting: VecDeque::new(), end: None, compressed: 0, seq: 0 })
    }

    pub(crate) fn identify(&mut self, discord: &Discord, intents: u64) {
        self.say(2, &identify(discord.token(), intents));
    }

    pub(crate) fn resume(&mut self, discord: &Discord, session: &str, seq: u64) {
        self.say(6, &json!({ "token": discord.token(), "session_id": session, "seq": seq }));
    }

    pub(crate) fn say(&mut self, op: u64, d: &Value) {
        self.say_text(&json!({ "op": op, "d": d }).to_string());
    }

    pub(crate) fn say_text(&mut self, text: &str) {
        // A connection that is closed is noticed where something is expected of it.
        let _ = self.ws.send(Message::text(text));
    }

    /// Waits for the next payload with this op and gives back its `d`.
    pub(crate) fn op(&mut self, op: u64) -> Value {
        self.next(|payload| payload["op"] == op).unwrap_or_else(|| panic!("op {op} came"))["d"].clone()
    }

    /// Waits for the next event of this name and gives back its `d`.
    pub(crate) fn dispatch(&mut self, name: &str) -> Value {
        self.next(|payload| payload["t"] == name).unwrap_or_else(|| panic!("{name} came"))["d"].clone()
    }

    /// The words of the next messages.
    pub(crate) fn words(&mut self, messages: usize) -> Vec<String> {
        (0..messages)
            .map(|_| self.dispatch("MESSAGE_CREATE")["content"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Whether nothing more of this name comes for a while.
    pub(crate) fn hears_no(&mut self, name: &str, during: Duration) -> bool {
        let deadline = Instant::now() + during;
        while Instant::now() < deadline {
            self.read();
            if self.waiting.iter().any(|payload| payload["t"] == name) {
                return false;
            }
        }
        true
    }

    /// Waits for the end of the connection.
    pub(crate) fn end(&mut self) -> End {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(end) = self.end.take() {
                return end;
            }
            self.read();
        }
        panic!("the connection ends");
    }

    /// Closes with this code.
    pub(crate) fn goodbye(&mut self, code: CloseCode) {
        self.ws.close(Some(CloseFrame { code, reason: "".into() })).unwrap();
    }

    /// Whether the connection still stands.
    pub(crate) fn is_open(&mut self) -> bool {
        self.read();
        self.end.is_none()
    }

    /// Whether no heartbeat was answered of late.
    pub(crate) fn had_no_ack(&self) -> bool {
        !self.waiting.iter().any(|payload| payload["op"] == 11)
    }

    fn next(&mut self, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            while let Some(payload) = self.waiting.pop_front() {
                self.seq = payload["s"].as_u64().unwrap_or(self.seq);
                if wanted(&payload) {
                    return Some(payload);
                }
            }
            if Instant::now() > deadline || self.end.is_some() {
                return None;
            }
            self.read();
        }
    }

    fn read(&mut self) {
        match self.ws.read() {
            Ok(Message::Text(text)) => self.waiting.push_back(serde_json::from_str(text.as_str()).unwrap()),
            Ok(Message::Binary(bytes)) => {
                self.compressed += 1;
                let text = self.inflated(&bytes);
                self.waiting.push_back(serde_json::from_str(&text).unwrap());
            }
            Ok(Message::Close(frame)) => self.end = Some(End::Closed(frame.map(|frame| frame.code.into()))),
            Ok(_) => {}
            Err(tungstenite::Error::Io(error))
                if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(tungstenite::Error::Io(error)) if error.kind() == std::io::ErrorKind::ConnectionReset => {
                self.end.get_or_insert(End::Reset);
            }
            Err(_) => {
                self.end.get_or_insert(End::Cut);
            }
        }
    }

    fn inflated(&mut self, bytes: &[u8]) -> String {
        let Some(stream) = &mut self.stream else {
            return std::io::read_to_string(ZlibDecoder::new(bytes)).unwrap();
        };
        let mut out = Vec::with_capacity(1 << 20);
        stream.decompress_vec(bytes, &mut out, FlushDecompress::Sync).unwrap();
        String::from_utf8(out).unwrap()
    }
}

/// What IDENTIFY says.
pub(crate) fn identify(token: &str, intents: u64) -> Value {
    json!({ "token": token, "intents": intents, "properties": { "os": "linux", "browser": "t", "device": "t" } })
}
