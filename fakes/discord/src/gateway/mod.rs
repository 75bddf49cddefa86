//! The gateway: the websocket over which a bot hears what happens.
//!
//! - Each connection is a task (`connection.rs`). It says HELLO, wants IDENTIFY or RESUME (`handshake.rs`), and from then on
//!   tells what the world's log has for its session (`session.rs`). Frames and compression are in `frame.rs`.
//! - Faults (`faults.rs`) take effect at once: from the moment that they are asked for, the connections that they are done
//!   to are told nothing more, and what happens then is for a resume or is lost, as it is on Discord.
//! - It listens without TLS: the REST side gives out its address, and that may be `ws://`. A plain socket can also be reset
//!   as a broken network would.

mod connection;
mod faults;
mod frame;
mod handshake;
mod intents;
mod session;
mod twist;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedSender;

use crate::clock::Clock;
use crate::interaction::overdue::Overdue;
use crate::server::Server;
use crate::state::State;
use session::Session;
use twist::Twists;

/// How often Discord wants to hear a heartbeat.
const HEARTBEAT_EVERY: Duration = Duration::from_millis(41_250);

/// What a connection's task is told to do.
#[derive(Debug)]
enum Order {
    /// Send this payload.
    Say(String),
    /// Close, with a code or with an empty frame.
    Close(Option<u16>),
    /// Cut the connection as a broken network does.
    Reset,
    /// Keep the socket open and say nothing more.
    Silence,
    /// Answer no heartbeat more.
    NoAcks,
}

/// How often clients did what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections that were attempted, the refused ones too.
    pub connections: usize,
    /// Sessions that were asked for.
    pub identifies: usize,
    /// Sessions that were taken up again.
    pub resumes: usize,
    /// Sessions that could not be taken up again.
    pub failed_resumes: usize,
    /// Heartbeats that were heard.
    pub heartbeats: usize,
}

/// The gateway of one Discord. Its clones are the same one.
#[derive(Clone, Debug)]
pub struct Gateway {
    clock: Clock,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    address: SocketAddr,
    sessions: BTreeMap<String, Session>,
    connections: BTreeMap<u64, UnboundedSender<Order>>,
    next_connection: u64,
    counts: Counts,
    twists: Twists,
    heartbeat_every: Duration,
    refusing_until: Option<Instant>,
    dying: usize,
    in_a_hurry: bool,
    last_identify: Option<Instant>,
    overdue: Overdue,
}

impl Gateway {
    /// A gateway that doesn't listen yet.
    pub(crate) fn new(clock: Clock) -> Self {
        let inner = Inner {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            sessions: BTreeMap::new(),
            connections: BTreeMap::new(),
            next_connection: 1,
            counts: Counts::default(),
            twists: Twists::default(),
            heartbeat_every: HEARTBEAT_EVERY,
            refusing_until: None,
            dying: 0,
            in_a_hurry: true,
            last_identify: None,
            overdue: Overdue::default(),
        };
        Self { clock, inner: Arc::new(Mutex::new(inner)) }
    }

    /// Remembers where it listens, to give it out.
    pub(crate) fn listens_at(&self, address: SocketAddr) {
        self.inner().address = address;
    }

    /// Takes connections for as long as it is awaited.
    pub(crate) async fn serve(server: Server, listener: TcpListener) {
        loop {
            match listener.accept().await {
                Ok((tcp, _)) => {
                    tokio::spawn(connection::serve(server.clone(), tcp));
                }
                // Too many open files, for example: others may be closed meanwhile.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        format!("ws://{}", self.inner().address)
    }

    /// What `GET /gateway/bot` answers.
    pub(crate) fn for_bots(&self, state: &State) -> Value {
        let left = handshake::identifies_left(state);
        json!({
            "url": self.url(),
            "shards": 1,
            "session_start_limit": {
                "total": handshake::IDENTIFIES_A_DAY,
                "remaining": left,
                "reset_after": if left == handshake::IDENTIFIES_A_DAY { 0 } else { 86_400_000 },
                "max_concurrency": 1,
            },
        })
    }

    /// How often clients did what.
    pub fn counts(&self) -> Counts {
        self.inner().counts
    }

    /// Whether a session is connected.
    pub fn is_connected(&self) -> bool {
        self.inner().sessions.values().any(|session| session.connection.is_some())
    }

    /// Writes down which interactions a bot heard and did not answer in time.
    pub(crate) fn write_down_overdue(&self, state: &mut State) {
        self.inner().overdue.write_down(state);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is new for the session of this connection. The state is locked before the gateway, here and elsewhere.
    fn news(&self, state: &State, connection: u64) -> Vec<String> {
        let mut inner = self.inner();
        let Inner { sessions, twists, overdue, .. } = &mut *inner;
        let session = sessions.values_mut().find(|session| session.connection == Some(connection));
        let Some(session) = session else { return Vec::new() };
        let from = session.read;
        let payloads = session.read_on(&state.log, twists);
        for event in state.log[from..].iter().filter(|event| event.t == "INTERACTION_CREATE") {
            let id = event.d["id"].as_str().unwrap_or_default();
            // One that a fault lost is owed no answer.
            let told = payloads.iter().any(|payload| payload.contains(event.t) && payload.contains(id));
            if let Some(id) = id.parse().ok().filter(|_| told) {
                overdue.told(id, connection, state.now());
            }
        }
        payloads
    }

    /// A connection is gone. Its session waits for another, unless it ends with it.
    fn left(&self, connection: u64, ends: bool) {
        let now = self.clock.now();
        let mut inner = self.inner();
        inner.connections.remove(&connection);
        inner.overdue.left(connection, now);
        if ends {
            inner.sessions.retain(|_, session| session.connection != Some(connection));
        }
        inner.detach(connection, now);
    }
}

impl Inner {
    /// Takes the connection away from its session.
    fn detach(&mut self, connection: u64, now: DateTime<Utc>) {
        for session in self.sessions.values_mut().filter(|session| session.connection == Some(connection)) {
            session.connection = None;
            session.left_at = Some(now);
        }
    }
}

/// Closes a socket so that the other side hears of a reset instead of an end.
fn reset(tcp: TcpStream) {
    // A socket that can't be told to is closed in the ordinary way.
    let _ = socket2::SockRef::from(&tcp).set_linger(Some(Duration::ZERO));
    drop(tcp);
}
