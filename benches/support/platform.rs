//! A platform that does everything at once, and what people say on it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sitrep_core::{
    person::Person,
    policy::{PlatformPolicy, Policy},
    port::{
        Action, Batch, Capabilities, Content, Inbound, ListenError, Outcome, Perform, Platform, Position,
        Positions, Receipt, RoomKind, Standing,
    },
    room::{MessageRef, PlatformName, RoomRef},
};

/// The name of the platform.
pub(crate) fn name() -> PlatformName {
    PlatformName::new("bench")
}

/// A room on it, by its name.
pub(crate) fn room(room: &str) -> RoomRef {
    RoomRef::new(&name(), room)
}

/// A person on it.
pub(crate) fn person(handle: &str) -> Person {
    Person::new(&name(), handle)
}

/// The defaults, with everybody allowed and one room that is kept informed.
pub(crate) fn policy() -> Policy {
    let platform = PlatformPolicy {
        allow: vec!["*".to_owned()],
        stakeholder_rooms: vec![room("status")],
        home_room: None,
        ..PlatformPolicy::default()
    };
    Policy { platforms: [(name(), platform)].into(), ..Policy::default() }
}

/// Things said in rooms, delivered together; `first` numbers the first of them.
pub(crate) fn batch(first: usize, said: impl IntoIterator<Item = (RoomRef, String)>) -> Batch {
    let inbound = |(number, (room, text)): (usize, (RoomRef, String))| Inbound {
        kind: if room.room == "ops" { RoomKind::Configured } else { RoomKind::Other },
        standing: Standing::default(),
        awaits_answer: false,
        message: MessageRef { room, id: format!("$said-{number:08}"), thread: None },
        person: person("alice"),
        content: Content::Said(text),
        sent_at: Utc::now(),
    };
    let inbounds: Vec<Inbound> = (first..).zip(said).map(inbound).collect();
    let token = format!("s{}", first + inbounds.len());
    let positions = vec![Position { platform: name(), stream: "sync".to_owned(), token }];
    Batch { inbounds, positions }
}

/// Does everything at once and calls back when it is asked to.
pub(crate) struct InstantPlatform<F> {
    on_perform: F,
}

impl<F: Fn(&Perform, DateTime<Utc>) + Send + Sync> InstantPlatform<F> {
    /// A platform that calls this with everything it does.
    pub(crate) fn new(on_perform: F) -> Self {
        Self { on_perform }
    }
}

#[async_trait]
impl<F: Fn(&Perform, DateTime<Utc>) + Send + Sync> Platform for InstantPlatform<F> {
    fn name(&self) -> PlatformName {
        name()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            edits: true,
            pins: true,
            threads: true,
            private_rooms: true,
            reactions: true,
            ..Capabilities::default()
        }
    }

    async fn listen(&self, _after: &Positions) -> Result<Batch, ListenError> {
        std::future::pending().await
    }

    async fn perform(&self, perform: &Perform) -> Outcome {
        (self.on_perform)(perform, Utc::now());
        Outcome::Done(match &perform.action {
            Action::Say { room, .. } => Receipt::Message(MessageRef {
                room: room.clone(),
                id: format!("${}", perform.attempt.key),
                thread: None,
            }),
            Action::OpenRoom { name, .. } => Receipt::Room(room(name)),
            Action::OpenDirect { person } => Receipt::Room(room(&person.handle)),
            Action::Edit { .. }
            | Action::Pin { .. }
            | Action::Invite { .. }
            | Action::Name { .. }
            | Action::Buttons { .. }
            | Action::OpenMeeting { .. }
            | Action::CloseMeeting { .. }
            | Action::Appoint { .. }
            | Action::Archive { .. }
            | Action::Restore { .. }
            | Action::Measure { .. }
            | Action::Read { .. } => Receipt::Done,
        })
    }
}
