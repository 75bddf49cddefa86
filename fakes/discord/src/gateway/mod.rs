//! The gateway: the websocket over which a bot hears what happens.
//!
//! - Each connection is a task (`connection.rs`). It says HELLO, wants IDENTIFY or RESUME (`handshake.rs`), and from then on
//!   tells what the world's log has for its session (`session.rs`). Frames and compression are in `frame.rs`.
//! - Faults take effect at once: from the moment that a method here returns, the connection that it was done to is told
//!   nothing more, and what happens then is for a resume or is lost, as it is on Discord.
//! - It listens without TLS, because the address of the gateway is given by the REST side, and may be `ws://`. The plain
//!   socket can also be reset as a broken network would.

mod connection;
mod faults;
mod frame;
mod handshake;
mod intents;
mod ready;
mod session;
mod twist;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedSender;

use crate::state::{Shared, State};
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
    /// Sessions that were begun.
    pub identifies: usize,
    /// Sessions that were taken up again.
    pub resumes: usize,
    /// Sessions that could not be taken up again.
    pub failed_resumes: usize,
    /// Heartbeats that were heard.
    pub heartbeats: usize,
}

/// The gateway of one Discord.
#[derive(Debug)]
pub struct Gateway {
    state: Shared,
    address: SocketAddr,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    sessions: BTreeMap<String, Session>,
    connections: BTreeMap<u64, UnboundedSender<Order>>,
    next_connection: u64,
    counts: Counts,
    twists: Twists,
    heartbeat_every: Duration,
    refusing_until: Option<Instant>,
    dying: usize,
    hurried: bool,
    last_identify: Option<Instant>,
}

impl Gateway {
    /// The gateway of this world, for a listener at this address.
    pub(crate) fn new(state: Shared, address: SocketAddr) -> Arc<Self> {
        let inner = Inner {
            sessions: BTreeMap::new(),
            connections: BTreeMap::new(),
            next_connection: 1,
            counts: Counts::default(),
            twists: Twists::default(),
            heartbeat_every: HEARTBEAT_EVERY,
            refusing_until: None,
            dying: 0,
            hurried: true,
            last_identify: None,
        };
        Arc::new(Self { state, address, inner: Mutex::new(inner) })
    }

    /// Takes connections until the task is dropped.
    pub(crate) async fn serve(self: Arc<Self>, listener: TcpListener) {
        loop {
            match listener.accept().await {
                Ok((tcp, _)) => {
                    tokio::spawn(connection::serve(Arc::clone(&self), tcp));
                }
                // Too many open files, for example: others may be closed meanwhile.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// How often clients did what.
    pub fn counts(&self) -> Counts {
        self.inner().counts
    }

    /// Whether a client is connected and heard what there was when it connected.
    pub fn is_connected(&self) -> bool {
        self.inner().sessions.values().any(|session| session.connection.is_some())
    }

    /// Whether what happens now will be heard, be it after a resume.
    pub(crate) fn has_session(&self) -> bool {
        let now = self.state().now();
        self.inner().sessions.values().any(|session| !session.is_over(now))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is new for the session of this connection.
    fn news(&self, connection: u64) -> Vec<String> {
        let state = self.state();
        let mut inner = self.inner();
        let Inner { sessions, twists, .. } = &mut *inner;
        match sessions.values_mut().find(|session| session.connection == Some(connection)) {
            Some(session) => session.read_on(&state.log, twists),
            None => Vec::new(),
        }
    }

    /// A connection is gone. Its session waits for another, unless the client said goodbye (`for_good`).
    fn left(&self, connection: u64, for_good: bool) {
        let now = self.state().now();
        let mut inner = self.inner();
        inner.connections.remove(&connection);
        inner.detach(connection, now);
        if for_good {
            inner.sessions.retain(|_, session| session.connection.is_some() || session.left_at != Some(now));
        }
    }
}

impl Inner {
    /// Takes the connection away from its session.
    fn detach(&mut self, connection: u64, now: chrono::DateTime<chrono::Utc>) {
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
