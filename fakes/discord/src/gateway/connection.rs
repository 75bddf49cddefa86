//! One connection to the gateway, from HELLO to its end.
//!
//! A client that breaks the rules is sent away with the code that the rules give for it: what can't be read 4002, an
//! unknown op 4001, anything before IDENTIFY 4003, a second IDENTIFY 4005, more than 120 payloads a minute 4008, no
//! heartbeat 4009, another version than 10 4012.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use super::frame::{Encoding, op, payload};
use super::handshake::{self, Turned};
use super::{Gateway, Order, reset};
use crate::server::Server;

/// A client's payload may be this long.
const LONGEST_PAYLOAD: usize = 4096;

/// A client may send so many payloads in a minute.
const PAYLOADS_A_MINUTE: usize = 120;

/// How long a client may take to read what it is sent before it is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a client may take to answer a close frame.
const CLOSING: Duration = Duration::from_secs(2);

/// What the next step of a connection is.
enum Next {
    /// Go on.
    Listen,
    /// Close, with a code or with an empty frame.
    Close(Option<u16>),
    /// Cut it.
    Reset,
    /// Say nothing more.
    Silence,
    /// The client has gone; for good if it said goodbye.
    Gone { for_good: bool },
}

/// Serves one connection.
pub(super) async fn serve(server: Server, tcp: TcpStream) {
    let (id, orders) = match server.gateway.admit() {
        Some(admitted) => admitted,
        None => return reset(tcp),
    };
    let mut asked = String::new();
    #[expect(clippy::result_large_err, reason = "tungstenite's refusal is a whole answer")]
    let read_query = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        asked = request.uri().query().unwrap_or_default().to_owned();
        Ok(response)
    };
    let Ok(ws) = tokio_tungstenite::accept_hdr_async(tcp, read_query).await else {
        return server.gateway.left(id, false);
    };
    if server.gateway.dies() {
        server.gateway.left(id, false);
        return reset(ws.into_inner());
    }
    let encoding = if asked.contains("compress=zlib-stream") { Encoding::stream() } else { Encoding::Text };
    let connection = Connection {
        server,
        id,
        ws,
        encoding,
        authenticated: false,
        acks: true,
        heard: VecDeque::new(),
        last_heartbeat: Instant::now(),
    };
    connection.run(orders, &asked).await;
}

struct Connection {
    server: Server,
    id: u64,
    ws: WebSocketStream<TcpStream>,
    encoding: Encoding,
    authenticated: bool,
    acks: bool,
    heard: VecDeque<Instant>,
    last_heartbeat: Instant,
}

impl Connection {
    async fn run(mut self, orders: UnboundedReceiver<Order>, asked: &str) {
        let end = self.talk(orders, asked).await;
        let for_good = match &end {
            Next::Gone { for_good } => *for_good,
            Next::Close(code) => code.is_some_and(ends_session),
            Next::Listen | Next::Reset | Next::Silence => false,
        };
        self.server.gateway.left(self.id, for_good);
        match end {
            Next::Close(code) => self.close(code).await,
            Next::Reset => reset(self.ws.into_inner()),
            Next::Silence => fall_silent(self.ws.into_inner()).await,
            Next::Listen | Next::Gone { .. } => {}
        }
    }

    async fn talk(&mut self, mut orders: UnboundedReceiver<Order>, asked: &str) -> Next {
        if !asked.split('&').any(|part| part == "v=10") {
            return Next::Close(Some(4012));
        }
        let other = |key: &str, known: &str| asked.contains(key) && !asked.contains(&format!("{key}{known}"));
        if other("encoding=", "json") || other("compress=", "zlib-stream") {
            self.server
                .state()
                .violation(format!("a gateway asked for in a way that isn't made here: {asked}"));
            return Next::Close(Some(4002));
        }
        let every = self.server.gateway.heartbeat_every();
        let hello = json!({ "heartbeat_interval": u64::try_from(every.as_millis()).unwrap_or(u64::MAX) });
        if self.send(payload(op::HELLO, &hello)).await.is_err() {
            return Next::Gone { for_good: false };
        }
        let mut log = self.server.news();
        let mut tick = tokio::time::interval(Duration::from_millis(250));
        loop {
            let next = tokio::select! {
                order = orders.recv() => self.obey(order).await,
                frame = self.ws.next() => self.hear(frame).await,
                _ = log.changed() => self.tell_news().await,
                _ = tick.tick() => {
                    if self.last_heartbeat.elapsed() > every * 2 + Duration::from_secs(1) {
                        Next::Close(Some(4009))
                    } else {
                        self.tell_news().await
                    }
                }
            };
            if !matches!(next, Next::Listen) {
                return next;
            }
        }
    }

    async fn obey(&mut self, order: Option<Order>) -> Next {
        match order {
            Some(Order::Say(payload)) => self.say(vec![payload]).await,
            Some(Order::Close(code)) => Next::Close(code),
            Some(Order::Reset) | None => Next::Reset,
            Some(Order::Silence) => Next::Silence,
            Some(Order::NoAcks) => {
                self.acks = false;
                Next::Listen
            }
        }
    }

    async fn tell_news(&mut self) -> Next {
        let news = self.server.gateway.news(&self.server.state(), self.id);
        self.say(news).await
    }

    async fn hear<E>(&mut self, frame: Option<Result<Message, E>>) -> Next {
        let text = match frame {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => return Next::Listen,
            Some(Ok(Message::Close(frame))) => {
                let code = frame.map(|frame| u16::from(frame.code));
                return Next::Gone { for_good: matches!(code, Some(1000 | 1001)) };
            }
            Some(Ok(Message::Binary(_))) => return Next::Close(Some(4002)),
            Some(Err(_)) | None => return Next::Gone { for_good: false },
        };
        let Some(said) = Some(&text).filter(|text| text.len() <= LONGEST_PAYLOAD).and_then(parse) else {
            self.server.state().violation("a payload that the gateway can't read, or longer than 4096 bytes");
            return Next::Close(Some(4002));
        };
        let minute_ago = Instant::now() - Duration::from_secs(60);
        self.heard.retain(|at| *at > minute_ago);
        self.heard.push_back(Instant::now());
        if self.heard.len() > PAYLOADS_A_MINUTE {
            self.server.state().violation("more than 120 payloads to the gateway in a minute");
            return Next::Close(Some(4008));
        }
        self.answer(said["op"].as_u64(), &said["d"]).await
    }

    async fn answer(&mut self, asked: Option<u64>, d: &Value) -> Next {
        match asked {
            Some(op::HEARTBEAT) => self.heartbeat().await,
            Some(op::IDENTIFY | op::RESUME) if self.authenticated => Next::Close(Some(4005)),
            Some(op::IDENTIFY) => {
                if d["compress"].as_bool() == Some(true) && matches!(self.encoding, Encoding::Text) {
                    self.encoding = Encoding::Each;
                }
                let begun = handshake::identify(&self.server, self.id, d);
                self.let_in(begun).await
            }
            Some(op::RESUME) => {
                let resumed = handshake::resume(&self.server, self.id, d);
                self.let_in(resumed).await
            }
            Some(
                asked @ (op::PRESENCE_UPDATE
                | op::VOICE_STATE_UPDATE
                | op::REQUEST_GUILD_MEMBERS
                | op::REQUEST_SOUNDBOARD_SOUNDS),
            ) => self.ask(asked),
            _ => Next::Close(Some(4001)),
        }
    }

    /// What this gateway lets pass, and what it has no answer to.
    fn ask(&self, asked: u64) -> Next {
        if !self.authenticated {
            return Next::Close(Some(4003));
        }
        if matches!(asked, op::REQUEST_GUILD_MEMBERS | op::REQUEST_SOUNDBOARD_SOUNDS) {
            let what = format!("op {asked} was sent, and no answer to it is made here");
            self.server.state().violation(what);
        }
        Next::Listen
    }

    async fn heartbeat(&mut self) -> Next {
        self.last_heartbeat = Instant::now();
        self.server.gateway.inner().counts.heartbeats += 1;
        if self.acks { self.say(vec![payload(op::HEARTBEAT_ACK, &Value::Null)]).await } else { Next::Listen }
    }

    async fn let_in(&mut self, result: Result<Vec<String>, Turned>) -> Next {
        match result {
            Ok(payloads) => {
                self.authenticated = true;
                self.say(payloads).await
            }
            Err(Turned::Back) => self.say(vec![handshake::invalid_session(false)]).await,
            Err(Turned::Away(code)) => Next::Close(Some(code)),
        }
    }

    async fn say(&mut self, payloads: Vec<String>) -> Next {
        for payload in payloads {
            if self.send(payload).await.is_err() {
                return Next::Gone { for_good: false };
            }
        }
        Next::Listen
    }

    async fn send(&mut self, payload: String) -> Result<(), ()> {
        let frame = self.encoding.frame(payload);
        tokio::time::timeout(PATIENCE, self.ws.send(frame)).await.map_err(drop)?.map_err(drop)
    }

    async fn close(mut self, code: Option<u16>) {
        let frame =
            code.map(|code| CloseFrame { code: code.into(), reason: Utf8Bytes::from_static(reason(code)) });
        let goodbye = async {
            if self.ws.send(Message::Close(frame)).await.is_ok() {
                while let Some(Ok(_)) = self.ws.next().await {}
            }
        };
        // A client that does not answer is left.
        let _ = tokio::time::timeout(CLOSING, goodbye).await;
    }
}

impl Gateway {
    /// A number and orders for a new connection; `None` if it is to be refused.
    fn admit(&self) -> Option<(u64, UnboundedReceiver<Order>)> {
        let mut inner = self.inner();
        inner.counts.connections += 1;
        if inner.refusing_until.is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let id = inner.next_connection;
        inner.next_connection += 1;
        let (sender, orders) = mpsc::unbounded_channel();
        inner.connections.insert(id, sender);
        Some((id, orders))
    }
}

fn parse(text: &Utf8Bytes) -> Option<Value> {
    serde_json::from_str(text.as_str()).ok()
}

/// Reads and forgets what comes until the other side ends it.
async fn fall_silent(mut tcp: TcpStream) {
    let mut unheard = [0; 1024];
    while tcp.read(&mut unheard).await.is_ok_and(|read| read > 0) {}
}

/// Codes after which a session can't be resumed.
pub(super) fn ends_session(code: u16) -> bool {
    matches!(code, 1000 | 1001 | 4004 | 4007 | 4009..=4014)
}

fn reason(code: u16) -> &'static str {
    match code {
        4000 => "Unknown error.",
        4001 => "Unknown opcode.",
        4002 => "Error while decoding payload.",
        4003 => "Not authenticated.",
        4004 => "Authentication failed.",
        4005 => "Already authenticated.",
        4007 => "Invalid seq.",
        4008 => "Rate limited.",
        4009 => "Session timed out.",
        4010 => "Invalid shard.",
        4011 => "Sharding required.",
        4012 => "Invalid API version.",
        4013 => "Invalid intent(s).",
        4014 => "Disallowed intent(s).",
        _ => "",
    }
}
