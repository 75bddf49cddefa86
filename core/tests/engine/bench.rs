//! A workbench for one engine: what it puts out lies there until a test picks it up.

use std::collections::VecDeque;

use chrono::{DateTime, Duration, Utc};
use sitrep_core::{
    engine::{BatchId, Engine, Input, Output, SignalsId},
    message::Message,
    person::Person,
    policy::{PlatformPolicy, Policy},
    port::{
        Action, Batch, Commit, Content, Identity, Inbound, Outcome, Perform, Position, Receipt, RoomKind,
        Said, Standing, Store, StoreError,
    },
    room::{MessageRef, PlatformName, RoomRef},
    testing::{MemoryStore, block_on},
};

/// An engine with a store, and everything that it has put out.
pub(crate) struct Bench {
    pub engine: Engine,
    pub store: MemoryStore,
    pub now: DateTime<Utc>,
    pub commits: VecDeque<Commit>,
    pub performs: Vec<Perform>,
    pub accepted: Vec<BatchId>,
    pub taken: Vec<SignalsId>,
    pub notes: Vec<String>,
    pub loads: usize,
    pub heard: u64,
    pub policy: Policy,
}

pub(crate) fn platform() -> PlatformName {
    PlatformName::new("test")
}

pub(crate) fn room(name: &str) -> RoomRef {
    RoomRef::new(&platform(), name)
}

/// Everybody may command, and the room `status` is told. Nobody is called or asked to hand over as time passes: what that
/// does is tested in `roles.rs`.
pub(crate) fn policy() -> Policy {
    let mut policy = Policy::default();
    let never = Duration::days(365);
    policy.severities.iter_mut().for_each(|severity| severity.acknowledge_within = never);
    (policy.handoff_after, policy.handoff_at_latest) = (never, never);
    let test = PlatformPolicy {
        allow: vec!["*".to_owned()],
        stakeholder_rooms: vec![room("status")],
        home_room: Some(room("ops")),
        ..PlatformPolicy::default()
    };
    policy.platforms.insert(platform(), test);
    policy
}

impl Bench {
    /// An engine over an empty store.
    pub(crate) fn new() -> Self {
        Self::with(policy())
    }

    /// An engine over an empty store, with a configuration of its own.
    pub(crate) fn with(policy: Policy) -> Self {
        let identity = Identity { incarnation: "test".to_owned(), seed: "5e".repeat(32) };
        let now = DateTime::<Utc>::UNIX_EPOCH + Duration::days(20_779);
        Self::under(policy, MemoryStore::new(identity), now)
    }

    /// An engine that has listened before.
    pub(crate) fn listening() -> Self {
        let mut bench = Self::new();
        bench.hear("ops", "good morning");
        bench.commit();
        bench
    }

    /// An engine over this store: the process was started again.
    pub(crate) fn over(store: MemoryStore, now: DateTime<Utc>) -> Self {
        Self::under(policy(), store, now)
    }

    /// An engine over this store, with a configuration of its own.
    pub(crate) fn under(policy: Policy, store: MemoryStore, now: DateTime<Utc>) -> Self {
        let opened = block_on(store.open()).expect("the store opens");
        let engine = Engine::new(policy.clone(), opened);
        let mut bench = Self {
            engine,
            store,
            now,
            commits: VecDeque::new(),
            performs: Vec::new(),
            accepted: Vec::new(),
            taken: Vec::new(),
            notes: Vec::new(),
            loads: 0,
            heard: 0,
            policy,
        };
        bench.hand_in(Input::Tick);
        bench
    }

    /// Hands something in, and collects what comes of it. Loads are answered at once.
    pub(crate) fn hand_in(&mut self, input: Input) {
        self.engine.handle(self.now, input);
        while let Some(output) = self.engine.poll() {
            match output {
                Output::Load(subject) => {
                    self.loads += 1;
                    let records = block_on(self.store.load(subject)).expect("the store is readable");
                    self.engine.handle(self.now, Input::Loaded(subject, records));
                }
                Output::Commit(commit) => self.commits.push_back(*commit),
                Output::Perform(perform) => self.performs.push(*perform),
                Output::Accept(id) => self.accepted.push(id),
                Output::Taken(id) => self.taken.push(id),
                Output::Note(note) => self.notes.push(note),
            }
        }
    }

    /// Alice says something: in a room that the configuration names, in the kitchen, or in one that sitrep made.
    pub(crate) fn hear(&mut self, place: &str, text: &str) -> BatchId {
        self.happens("alice", place, Content::Said(text.to_owned()))
    }

    /// Somebody does something.
    pub(crate) fn happens(&mut self, person: &str, place: &str, content: Content) -> BatchId {
        self.happens_so(person, place, content, |_| {})
    }

    /// Somebody does something, and the platform knows more about it.
    pub(crate) fn happens_so(
        &mut self,
        person: &str,
        place: &str,
        content: Content,
        more: impl Fn(&mut Inbound),
    ) -> BatchId {
        self.heard += 1;
        let kind = match place {
            "ops" | "support" | "status" => RoomKind::Configured,
            "kitchen" => RoomKind::Other,
            _ if place == person => RoomKind::Direct,
            _ => RoomKind::Own,
        };
        let mut inbound = Inbound {
            message: MessageRef { room: room(place), id: format!("m{}", self.heard), thread: None },
            person: Person::new(&platform(), person),
            kind,
            standing: Standing::default(),
            awaits_answer: false,
            content,
            sent_at: self.now,
        };
        more(&mut inbound);
        let (stream, token) = ("all".to_owned(), self.heard.to_string());
        let positions = vec![Position { platform: platform(), stream, token }];
        let id = BatchId(self.heard);
        self.hand_in(Input::Batch(id, Batch { inbounds: vec![inbound], positions }));
        id
    }

    /// Time passes.
    pub(crate) fn wait(&mut self, span: Duration) {
        self.now += span;
        self.hand_in(Input::Tick);
    }

    /// The commit in flight becomes durable.
    pub(crate) fn commit(&mut self) -> Commit {
        let commit = self.commits.pop_front().expect("a commit is in flight");
        block_on(self.store.commit(&commit)).expect("the store keeps it");
        self.hand_in(Input::Committed);
        commit
    }

    /// The commit in flight fails.
    pub(crate) fn fail_commit(&mut self) -> Commit {
        let commit = self.commits.pop_front().expect("a commit is in flight");
        self.hand_in(Input::CommitFailed(StoreError::Full("no space".to_owned())));
        commit
    }

    /// Takes the effect whose action is this, among those that were let go.
    pub(crate) fn take(&mut self, is_wanted: impl Fn(&Action) -> bool) -> Perform {
        let index = self.performs.iter().position(|perform| is_wanted(&perform.action));
        self.performs.remove(index.unwrap_or_else(|| panic!("not among {:?}", self.performs)))
    }

    /// Says what became of an attempt.
    pub(crate) fn report(&mut self, perform: &Perform, outcome: Outcome) {
        self.hand_in(Input::Outcome(perform.id, outcome));
    }

    /// Does what was let go by posting it anew.
    pub(crate) fn reposts(&mut self, perform: &Perform, id: &str) {
        let Action::Edit { message, .. } = &perform.action else { panic!("not an edit") };
        let anew = MessageRef { id: id.to_owned(), ..message.clone() };
        self.report(perform, Outcome::Done(Receipt::Message(anew)));
    }

    /// Does what was let go, as a platform does on a good day.
    pub(crate) fn succeed(&mut self, perform: &Perform) {
        let receipt = match &perform.action {
            Action::Say { room, .. } => Receipt::Message(MessageRef {
                room: room.clone(),
                id: perform.attempt.key.clone(),
                thread: None,
            }),
            Action::OpenRoom { name, .. } => Receipt::Room(room(name)),
            Action::OpenDirect { person } => Receipt::Room(room(&person.handle)),
            Action::Read { .. } => Receipt::Said(spoken("!status")),
            Action::Edit { .. }
            | Action::Pin { .. }
            | Action::Invite { .. }
            | Action::Name { .. }
            | Action::Buttons { .. }
            | Action::CloseMeeting { .. }
            | Action::Archive { .. }
            | Action::Restore { .. }
            | Action::Appoint { .. } => Receipt::Done,
            Action::Measure { .. } => Receipt::Measured(Vec::new()),
            Action::OpenMeeting { name, .. } => {
                Receipt::Meeting(room(&format!("voice {name}")), format!("https://voice.example/{name}"))
            }
        };
        self.report(perform, Outcome::Done(receipt));
    }

    /// Does everything that can be done now, but finds no key for what can't be decrypted.
    pub(crate) fn settle_all_but_reads(&mut self) {
        while !(self.commits.is_empty() && self.performs.is_empty()) {
            if !self.commits.is_empty() {
                self.commit();
                continue;
            }
            let perform = self.performs.remove(0);
            if matches!(perform.action, Action::Read { .. }) {
                self.report(&perform, Outcome::Transient("no key".to_owned()));
            } else {
                self.succeed(&perform);
            }
        }
    }

    /// Something is declared in `ops`, and its room is made; gives back the room's name.
    pub(crate) fn declares(&mut self, text: &str) -> String {
        self.hear("ops", text);
        self.commit();
        let open = self.take(opens_room);
        let Action::OpenRoom { name, .. } = open.action.clone() else { panic!("a room") };
        self.succeed(&open);
        name
    }

    /// Does everything that can be done now, and gives it back.
    pub(crate) fn done(&mut self) -> Vec<Perform> {
        let mut done = Vec::new();
        while !(self.commits.is_empty() && self.performs.is_empty()) {
            if !self.commits.is_empty() {
                self.commit();
                continue;
            }
            let perform = self.performs.remove(0);
            self.succeed(&perform);
            done.push(perform);
        }
        done
    }

    /// Does everything that can be done now. Gives back what was said, with where.
    pub(crate) fn settle(&mut self) -> Vec<(String, String)> {
        let mut said = Vec::new();
        while !(self.commits.is_empty() && self.performs.is_empty()) {
            if !self.commits.is_empty() {
                self.commit();
                continue;
            }
            let perform = self.performs.remove(0);
            said.extend(saying(&perform));
            self.succeed(&perform);
        }
        said
    }
}

/// What an effect says and where, if it says something.
pub(crate) fn saying(perform: &Perform) -> Option<(String, String)> {
    match &perform.action {
        Action::Say { room, message, .. } => Some((room.room.clone(), words(message))),
        Action::OpenRoom { .. }
        | Action::Edit { .. }
        | Action::Pin { .. }
        | Action::Invite { .. }
        | Action::OpenDirect { .. }
        | Action::Name { .. }
        | Action::Buttons { .. }
        | Action::OpenMeeting { .. }
        | Action::CloseMeeting { .. }
        | Action::Appoint { .. }
        | Action::Archive { .. }
        | Action::Restore { .. }
        | Action::Measure { .. }
        | Action::Read { .. } => None,
    }
}

pub(crate) fn words(message: &Message) -> String {
    message.plain(|_, name| name.to_owned())
}

/// Whether an action is the making of a room.
pub(crate) fn opens_room(action: &Action) -> bool {
    matches!(action, Action::OpenRoom { .. })
}

/// Whether an action says something in this room.
pub(crate) fn says_in(place: &str) -> impl Fn(&Action) -> bool {
    move |action| matches!(action, Action::Say { room, .. } if room.room == place)
}

/// What somebody said, as a platform reads it.
pub(crate) fn spoken(text: &str) -> Said {
    Said {
        author: Person::new(&PlatformName::new("matrix"), "@alice:example.org"),
        text: text.to_owned(),
        sent_at: DateTime::UNIX_EPOCH,
    }
}
