//! What can go wrong with the gateway, on demand.
//!
//! What is done to open connections is done to those that are open now. A client that comes back finds a gateway that
//! works, unless new connections are refused too.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::connection::ends_session;
use super::{Gateway, Order, frame, handshake};
use crate::faults::Faults;

impl Faults {
    /// Asks to reconnect and resume (op 7).
    pub fn reconnect(&self) {
        self.gateway.order(false, false, || Order::Say(frame::payload(frame::op::RECONNECT, &Value::Null)));
    }

    /// Declares the sessions invalid (op 9). What happens before a client has identified again is lost to it, unless
    /// they are `resumable`.
    pub fn invalidate(&self, resumable: bool) {
        self.gateway.order(true, !resumable, || Order::Say(handshake::invalid_session(resumable)));
    }

    /// Closes, with a code or with an empty close frame.
    pub fn close(&self, code: Option<u16>) {
        self.gateway.order(true, code.is_some_and(ends_session), || Order::Close(code));
    }

    /// Cuts the connections as a broken network does.
    pub fn reset(&self) {
        self.gateway.order(true, false, || Order::Reset);
    }

    /// Keeps the sockets open and says nothing more, not even to a heartbeat or a goodbye.
    pub fn silence(&self) {
        self.gateway.order(true, false, || Order::Silence);
    }

    /// Answers no heartbeat more. Events still come.
    pub fn no_acks(&self) {
        self.gateway.order(false, false, || Order::NoAcks);
    }

    /// Sends a payload as it is: an event that no client knows, for example, or nonsense.
    pub fn say(&self, payload: &str) {
        self.gateway.order(false, false, || Order::Say(payload.to_owned()));
    }

    /// Tells each of the next events twice.
    pub fn duplicate(&self, events: usize) {
        self.gateway.inner().twists.doubles = events;
    }

    /// Tells each of the next events after the one that follows.
    pub fn reorder(&self, events: usize) {
        self.gateway.inner().twists.swaps = events;
    }

    /// Tells none of the next events, not even on a resume.
    pub fn drop_events(&self, events: usize) {
        self.gateway.inner().twists.losses = events;
    }

    /// Refuses new connections for that long; for no time: takes them again.
    pub fn refuse_connections(&self, during: Duration) {
        self.gateway.inner().refusing_until = Instant::now().checked_add(during);
    }

    /// Cuts each of the next connections right after the handshake, before HELLO.
    pub fn die_after_handshake(&self, connections: usize) {
        self.gateway.inner().dying = connections;
    }

    /// Whether more than one session may be begun in five seconds. They may, so that tests needn't wait; Discord itself
    /// answers the second with op 9 and false.
    pub fn allow_hurry(&self, hurry: bool) {
        self.gateway.inner().in_a_hurry = hurry;
    }

    /// How often new connections shall send a heartbeat.
    pub fn set_heartbeat(&self, every: Duration) {
        self.gateway.inner().heartbeat_every = every;
    }

    /// From now on it is no violation to leave an interaction without an answer for more than three seconds.
    pub fn allow_late_answers(&self) {
        self.gateway.inner().overdue.allow();
    }

    /// Forgets all sessions without a word, as after an outage: no client can resume.
    pub fn forget_sessions(&self) {
        self.gateway.inner().sessions.retain(|_, session| session.connection.is_some());
    }
}

impl Gateway {
    pub(super) fn heartbeat_every(&self) -> Duration {
        self.inner().heartbeat_every
    }

    pub(super) fn dies(&self) -> bool {
        let mut inner = self.inner();
        let dies = inner.dying > 0;
        inner.dying = inner.dying.saturating_sub(1);
        dies
    }

    /// Gives an order to every connection. `cut_off`: their sessions are told nothing more over them from now on;
    /// `ended`: they can't be resumed either.
    fn order(&self, cut_off: bool, ended: bool, order: impl Fn() -> Order) {
        let now = self.clock.now();
        let mut inner = self.inner();
        if ended {
            inner.sessions.clear();
        }
        for connection in inner.connections.keys().copied().collect::<Vec<_>>() {
            if cut_off {
                inner.detach(connection, now);
            }
            if let Some(connection) = inner.connections.get(&connection) {
                // The task may have ended meanwhile.
                let _ = connection.send(order());
            }
        }
    }
}
