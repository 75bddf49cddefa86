//! The adapter in front of a Discord for tests.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use sitrep_core::{
    effect::{EffectId, Purpose},
    message::Message,
    person::Person,
    port::{Action, Attempt, Finding, Inbound, Outcome, Perform, Platform, Positions, Receipt},
    room::{MessageRef, PlatformName, RoomRef},
};
use sitrep_discord::{AllowRoles, ApiServer, DiscordPlatform, DiscordSettings};
use sitrep_fake_discord::{Discord, World, permission};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

static KEYS: AtomicU32 = AtomicU32::new(1);

/// The adapter, connected.
pub(crate) struct Bench {
    pub(crate) platform: Arc<DiscordPlatform>,
    pub(crate) heard: Arc<Mutex<Vec<Inbound>>>,
    settings: DiscordSettings,
    runtime: Runtime,
    _dir: TempDir,
    pub(crate) discord: Discord,
}

/// A server with people on it: alice may command, bob may not where roles decide.
pub(crate) fn world() -> World {
    let world = World::new("Example").role("ops").person("alice", &["ops"]).person("bob", &[]);
    world.person("carol", &[]).channel("ops").channel("status")
}

/// Where everybody may command.
pub(crate) fn open() -> Bench {
    Bench::new(world(), AllowRoles::Everyone)
}

/// Where only those may who have the role.
pub(crate) fn by_role() -> Bench {
    Bench::new(world(), AllowRoles::Of(vec!["ops".to_owned()]))
}

impl Bench {
    pub(crate) fn new(world: World, allow: AllowRoles) -> Self {
        let discord = Discord::start(world).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let settings = DiscordSettings {
            token: discord.token().to_owned(),
            guild_id: discord.guild_id(),
            category: "Incidents".to_owned(),
            rooms: vec!["ops".to_owned(), "status".to_owned()],
            command_rooms: vec!["ops".to_owned()],
            allow,
            prefix: "!".to_owned(),
            words: sitrep_core::message::catalogue::Words::default(),
            meetings: true,
            state_dir: dir.path().join("discord"),
            api: Some(ApiServer {
                address: discord.api_address(),
                root_certificate: Some(discord.certificate_pem().to_owned()),
            }),
        };
        let runtime = Runtime::new().unwrap();
        let platform = Arc::new(runtime.block_on(DiscordPlatform::connect(settings.clone())).unwrap());
        Self { platform, heard: Arc::default(), settings, runtime, _dir: dir, discord }
    }

    /// Another configuration.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut DiscordSettings)) -> Self {
        change(&mut self.settings);
        self.restart();
        self
    }

    /// A moderator removes a message.
    pub(crate) fn remove_message(&self, channel: &str, message: &str) {
        self.discord.overwrite(channel, "carol", permission::MANAGE_MESSAGES, 0);
        self.discord.person("carol").delete(channel, message.parse().unwrap()).unwrap();
    }

    /// The process dies, and another one begins.
    pub(crate) fn restart(&mut self) {
        let connected = self.runtime.block_on(DiscordPlatform::connect(self.settings.clone()));
        self.platform = Arc::new(connected.unwrap());
        self.heard = Arc::default();
    }

    /// Listens from now on.
    pub(crate) fn listen(&self) {
        let (platform, heard) = (Arc::clone(&self.platform), Arc::clone(&self.heard));
        self.runtime.spawn(async move {
            let mut positions = Positions::new();
            while let Ok(batch) = platform.listen(&positions).await {
                positions
                    .extend(batch.positions.into_iter().map(|position| (position.stream, position.token)));
                heard.lock().unwrap().extend(batch.inbounds);
            }
        });
    }

    /// Waits until what somebody says now is heard, and so everything that happened before.
    pub(crate) fn hears(&self, say: impl Fn() -> u64) {
        until("it is heard", || {
            let id = say().to_string();
            for _ in 0..50 {
                if self.heard.lock().unwrap().iter().any(|inbound| inbound.message.id == id) {
                    return Some(());
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            None
        });
    }

    pub(crate) fn attempt(&self, action: &Action, attempt: &Attempt) -> Outcome {
        let perform = Perform {
            id: EffectId { sequence: 1, index: 0 },
            platform: PlatformName::new("discord"),
            action: action.clone(),
            attempt: attempt.clone(),
        };
        self.runtime.block_on(self.platform.perform(&perform))
    }

    /// Does something that nobody has tried before.
    pub(crate) fn outcome(&self, action: &Action) -> Outcome {
        self.attempt(action, &fresh())
    }

    pub(crate) fn done(&self, action: &Action) -> Receipt {
        receipt(self.outcome(action))
    }

    /// Does something whose first answer is lost: the second attempt finds out.
    pub(crate) fn done_in_doubt(&self, action: &Action) -> Receipt {
        let attempt = fresh();
        let first = self.attempt(action, &attempt);
        assert!(matches!(first, Outcome::InDoubt(_)), "{first:?}");
        receipt(self.attempt(action, &again(&attempt)))
    }

    /// What `sitrep doctor` would say.
    pub(crate) fn checkup(&self) -> Vec<Finding> {
        self.runtime.block_on(self.platform.checkup())
    }

    pub(crate) fn person(&self, name: &str) -> Person {
        Person::new(&PlatformName::new("discord"), self.discord.person(name).id().to_string())
    }

    /// The numbers of a room, as a test asks the fake for it.
    pub(crate) fn room_of(&self, receipt: &Receipt) -> (RoomRef, String) {
        let (Receipt::Room(room) | Receipt::Meeting(room, _)) = receipt else { panic!("{receipt:?}") };
        (room.clone(), room.room.clone())
    }

    /// How often something was asked whose method and path contain these.
    pub(crate) fn asked(&self, method: &str, path: &str) -> usize {
        let requests = self.discord.requests();
        requests.iter().filter(|request| request.method == method && request.path.contains(path)).count()
    }

    /// Nothing was done that a real Discord would not have taken.
    pub(crate) fn is_clean(&self) {
        assert_eq!(self.discord.violations(), Vec::<String>::new());
    }
}

/// An attempt under a key that nobody has used.
pub(crate) fn fresh() -> Attempt {
    let number = KEYS.fetch_add(1, Ordering::Relaxed);
    Attempt { key: format!("abcdefgh-{number:x}-0"), first_tried: Utc::now(), number: 1 }
}

/// The next attempt.
pub(crate) fn again(attempt: &Attempt) -> Attempt {
    Attempt { number: attempt.number + 1, ..attempt.clone() }
}

/// The first attempt of a process at what an earlier one has tried, so long ago.
pub(crate) fn old(minutes: i64) -> Attempt {
    let first_tried: DateTime<Utc> = Utc::now() - TimeDelta::minutes(minutes);
    Attempt { first_tried, ..fresh() }
}

pub(crate) fn receipt(outcome: Outcome) -> Receipt {
    let Outcome::Done(receipt) = outcome else { panic!("not done: {outcome:?}") };
    receipt
}

pub(crate) fn message(receipt: &Receipt) -> MessageRef {
    let Receipt::Message(message) = receipt else { panic!("{receipt:?}") };
    message.clone()
}

pub(crate) fn room(handle: impl Into<String>) -> RoomRef {
    RoomRef::new(&PlatformName::new("discord"), handle)
}

pub(crate) fn say_in(handle: &str, message: Message) -> Action {
    Action::Say {
        thread: None,
        room: room(handle),
        answers: None,
        only_for: None,
        purpose: Purpose::Notice,
        message,
        attachment: None,
    }
}

pub(crate) fn say(words: &str) -> Action {
    say_in("ops", Message::text(words))
}

pub(crate) fn open_room(name: &str, private: bool, invited: Vec<Person>) -> Action {
    let topic = "INC-1 · checkout is down".to_owned();
    Action::OpenRoom { name: name.to_owned(), topic, invited, private, open_to: None }
}

/// Waits until something is so.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "it never came to this: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
