//! What goes wrong on demand, on HTTP and on the gateway.
//!
//! A fault on HTTP is for the next few requests with that method (`*`: any) on a path of that shape. A shape is a path
//! in which a segment `*` or `{anything}` stands for any one segment, and `**` at its end for all that follow:
//! `("POST", "/channels/*/messages")`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::gateway::Gateway;
use crate::refusal::Scope;

/// What goes wrong with a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// It is refused with that status and that code of Discord's.
    Refuse(u16, u32),
    /// It is limited.
    Limit(Scope, Duration),
    /// It is limited by the servers in front of Discord, without JSON.
    Cloudflare(Duration),
    /// It is carried out, but the connection is cut before the answer.
    LoseReply,
    /// It is carried out that much later.
    Slow(Duration),
    /// It is carried out, but the answer comes that much later.
    SlowReply(Duration),
    /// The connection is cut before it is carried out.
    CutBefore,
}

#[derive(Debug)]
struct Planned {
    method: String,
    path: String,
    times: usize,
    fault: Fault,
}

/// What goes wrong on demand. Its clones are the same.
#[derive(Clone, Debug)]
pub struct Faults {
    pub(crate) gateway: Gateway,
    planned: Arc<Mutex<Vec<Planned>>>,
}

impl Faults {
    /// Nothing goes wrong yet.
    pub(crate) fn new(gateway: Gateway) -> Self {
        Self { gateway, planned: Arc::default() }
    }

    fn planned(&self) -> MutexGuard<'_, Vec<Planned>> {
        self.planned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next `times` requests of that kind go wrong in that way, after what was planned for them before.
    pub fn on(&self, method: &str, path: &str, times: usize, fault: Fault) {
        self.planned().push(Planned { method: method.to_owned(), path: path.to_owned(), times, fault });
    }

    /// They are refused with that status and that code of Discord's.
    pub fn refuse(&self, method: &str, path: &str, times: usize, (status, code): (u16, u32)) {
        self.on(method, path, times, Fault::Refuse(status, code));
    }

    /// They are limited.
    pub fn limit(&self, method: &str, path: &str, times: usize, (scope, wait): (Scope, Duration)) {
        self.on(method, path, times, Fault::Limit(scope, wait));
    }

    /// They are carried out, but the connection is cut before the answer.
    pub fn lose_reply(&self, method: &str, path: &str, times: usize) {
        self.on(method, path, times, Fault::LoseReply);
    }

    /// They are carried out that much later.
    pub fn slow(&self, method: &str, path: &str, times: usize, by: Duration) {
        self.on(method, path, times, Fault::Slow(by));
    }

    /// The connection is cut before they are carried out.
    pub fn cut_before(&self, method: &str, path: &str, times: usize) {
        self.on(method, path, times, Fault::CutBefore);
    }

    /// How many requests are still to go wrong.
    pub fn left(&self) -> usize {
        self.planned().iter().map(|planned| planned.times).sum()
    }

    /// Nothing more goes wrong on HTTP.
    pub fn mend(&self) {
        self.planned().clear();
    }

    /// What goes wrong with this request.
    pub(crate) fn strike(&self, method: &str, path: &str) -> Option<Fault> {
        let mut planned = self.planned();
        let at = planned
            .iter()
            .position(|it| (it.method == "*" || it.method == method) && shaped(&it.path, path))?;
        let fault = planned[at].fault.clone();
        planned[at].times = planned[at].times.saturating_sub(1);
        planned.retain(|planned| planned.times > 0);
        Some(fault)
    }
}

/// Whether a path has that shape.
fn shaped(shape: &str, path: &str) -> bool {
    let mut path = path.split('/');
    for part in shape.split('/') {
        if part == "**" {
            return true;
        }
        let any = part == "*" || part.starts_with('{');
        match path.next() {
            Some(found) if any || found == part => {}
            Some(_) | None => return false,
        }
    }
    path.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::shaped;

    #[test]
    fn a_shape_stands_for_paths() {
        assert!(shaped("/channels/*/messages", "/channels/12/messages"));
        assert!(shaped("/channels/{channel_id}/messages", "/channels/12/messages"));
        assert!(!shaped("/channels/*/messages", "/channels/12/messages/13"));
        assert!(!shaped("/channels/*/messages/*", "/channels/12/messages"));
        assert!(shaped("/channels/**", "/channels/12/messages/13"));
    }
}
