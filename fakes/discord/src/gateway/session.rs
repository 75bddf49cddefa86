//! A session: what one client was told, numbered, so that it can be told again.
//!
//! - It reads the world's log at its own pace and remembers what it made of it, so that a client which comes back with the
//!   last number it saw gets exactly the rest.
//! - It begins at the log's end as it is: nothing from before is ever told, least of all interactions. Whoever needs what
//!   happened earlier has to ask over HTTP.
//! - It outlives its connection for [`RESUMABLE_FOR`], then it is forgotten.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::frame;
use super::intents::Intents;
use super::twist::Twists;
use crate::state::log::Dispatch;

/// How long a session may be without a connection, on this Discord's clock. The real length is written down nowhere.
pub(crate) const RESUMABLE_FOR: TimeDelta = TimeDelta::minutes(3);

/// How long an event is held back at most for another one to overtake it.
const HELD_AT_MOST: Duration = Duration::from_millis(700);

/// What one client was told.
#[derive(Debug)]
pub(crate) struct Session {
    /// What it asked to hear.
    pub(crate) intents: Intents,
    /// The connection that it is told over; `None` while it has none.
    pub(crate) connection: Option<u64>,
    /// When it lost its connection.
    pub(crate) left_at: Option<DateTime<Utc>>,
    /// How much of the log it read.
    pub(crate) read: usize,
    bot: u64,
    sent: Vec<String>,
    held: Option<(Dispatch, Instant)>,
}

impl Session {
    /// A session that begins at this place of the log.
    pub(crate) fn new(intents: Intents, bot: u64, connection: u64, read: usize) -> Self {
        Self { intents, connection: Some(connection), left_at: None, bot, read, sent: Vec::new(), held: None }
    }

    /// Whether it can't be resumed any more.
    pub(crate) fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.left_at.is_some_and(|left_at| now - left_at > RESUMABLE_FOR)
    }

    /// The number of the newest event it was told.
    pub(crate) fn seq(&self) -> u64 {
        self.sent.len() as u64
    }

    /// Numbers an event, remembers it, and gives back the payload.
    pub(crate) fn tell(&mut self, name: &str, d: &Value) -> String {
        let payload = frame::dispatch(name, self.seq() + 1, d);
        self.sent.push(payload.clone());
        payload
    }

    /// Everything after that number; `None` if it was never reached.
    pub(crate) fn after(&self, seq: u64) -> Option<&[String]> {
        usize::try_from(seq).ok().and_then(|seq| self.sent.get(seq..))
    }

    /// Reads on in the log; what this client is to be told of it.
    pub(crate) fn read_on(&mut self, log: &[Dispatch], twists: &mut Twists) -> Vec<String> {
        let mut payloads = Vec::new();
        for event in log.get(self.read..).unwrap_or_default() {
            self.read += 1;
            if !self.intents.has(event.intents) || twists.lose() {
                continue;
            }
            if self.held.is_none() && twists.hold_back() {
                self.held = Some((event.clone(), Instant::now()));
                continue;
            }
            let times = if twists.say_twice() { 2 } else { 1 };
            for _ in 0..times {
                payloads.push(self.tell_of(event));
            }
            if let Some((held, _)) = self.held.take() {
                payloads.push(self.tell_of(&held));
            }
        }
        if self.held.as_ref().is_some_and(|(_, since)| since.elapsed() > HELD_AT_MOST)
            && let Some((held, _)) = self.held.take()
        {
            payloads.push(self.tell_of(&held));
        }
        payloads
    }

    fn tell_of(&mut self, event: &Dispatch) -> String {
        if !event.content {
            return self.tell(event.t, &event.d);
        }
        let mut d = event.d.clone();
        self.intents.blank(&mut d, self.bot);
        self.tell(event.t, &d)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::intent;

    fn log() -> Vec<Dispatch> {
        [
            ("MESSAGE_CREATE", intent::GUILD_MESSAGES),
            ("TYPING_START", intent::GUILD_MESSAGE_TYPING),
            ("INTERACTION_CREATE", 0),
        ]
        .into_iter()
        .chain([("MESSAGE_UPDATE", intent::GUILD_MESSAGES), ("MESSAGE_DELETE", intent::GUILD_MESSAGES)])
        .map(|(t, intents)| Dispatch { t, d: json!({}), intents, content: false })
        .collect()
    }

    fn session() -> Session {
        Session::new(Intents::asked(intent::GUILD_MESSAGES, 0).unwrap(), 7, 1, 0)
    }

    fn told(payloads: &[String]) -> Vec<(u64, String)> {
        let payloads = payloads.iter().map(|payload| serde_json::from_str::<Value>(payload).unwrap());
        payloads
            .map(|payload| (payload["s"].as_u64().unwrap(), payload["t"].as_str().unwrap().to_owned()))
            .collect()
    }

    fn names(payloads: &[String]) -> Vec<String> {
        told(payloads).into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn what_was_asked_for_is_told_with_numbers_without_gaps_and_can_be_told_again() {
        let mut session = session();
        let log = log();
        let first = session.read_on(&log[..3], &mut Twists::default());
        assert_eq!(told(&first), [(1, "MESSAGE_CREATE".into()), (2, "INTERACTION_CREATE".into())]);
        let more = session.read_on(&log, &mut Twists::default());
        assert_eq!(told(&more), [(3, "MESSAGE_UPDATE".into()), (4, "MESSAGE_DELETE".into())]);
        assert!(session.read_on(&log, &mut Twists::default()).is_empty());
        assert_eq!(told(session.after(2).unwrap()), told(&more));
        assert!(session.after(4).unwrap().is_empty());
        assert!(session.after(5).is_none());
    }

    #[test]
    fn events_are_lost_doubled_and_out_of_order_on_demand() {
        let log = log();
        let read = |mut twists: Twists| names(&session().read_on(&log, &mut twists));
        assert_eq!(read(Twists { losses: 1, ..Twists::default() })[0], "INTERACTION_CREATE");
        assert_eq!(
            read(Twists { doubles: 1, ..Twists::default() })[..2],
            ["MESSAGE_CREATE", "MESSAGE_CREATE"]
        );
        assert_eq!(
            read(Twists { swaps: 1, ..Twists::default() })[..2],
            ["INTERACTION_CREATE", "MESSAGE_CREATE"]
        );
    }

    #[test]
    fn an_event_that_nothing_overtakes_is_not_held_for_ever() {
        let (mut session, log) = (session(), log());
        let mut twists = Twists { swaps: 1, ..Twists::default() };
        assert!(session.read_on(&log[..1], &mut twists).is_empty());
        std::thread::sleep(HELD_AT_MOST + Duration::from_millis(50));
        assert_eq!(names(&session.read_on(&log[..1], &mut twists)), ["MESSAGE_CREATE"]);
    }
}
