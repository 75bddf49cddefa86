//! A Discord with a few people in it, and the adapter connected to it.

use std::{collections::VecDeque, time::Duration};

use chrono::Utc;
use sitrep_core::{
    effect::{EffectId, Purpose},
    message::Message,
    port::{
        Action, Attempt, Batch, Button, Choice, Content, Inbound, Outcome, Perform, Platform, Position,
        Positions, Receipt,
    },
    room::{MessageRef, PlatformName, RoomRef},
};
use sitrep_discord::{AllowRoles, ApiServer, DiscordPlatform, DiscordSettings};
use sitrep_fake_discord::{Discord, World};
use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};

/// Nothing that is waited for takes longer, however busy the machine is.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

fn severities() -> Vec<Choice> {
    [("1", "Sev1"), ("2", "Sev2")].map(|(words, label)| Choice { words, label: label.to_owned() }).into()
}

/// A server with three rooms and one more, somebody who may command, and somebody else.
pub(crate) fn discord() -> Discord {
    discord_of(World::new("Example"))
}

/// The same, of a world that is special.
pub(crate) fn discord_of(world: World) -> Discord {
    let world = world.role("ops").person("alice", &["ops"]).person("bob", &[]);
    let world = world.channel("ops").channel("support").channel("status").channel("random");
    Discord::start(world.category("Incidents")).unwrap()
}

/// The adapter.
pub(crate) struct Bot {
    pub(crate) platform: DiscordPlatform,
    /// As far as was accepted.
    pub(crate) after: Positions,
    state: TempDir,
    waiting: VecDeque<Inbound>,
    said: u64,
}

impl Bot {
    /// One that hears everything from now on.
    pub(crate) async fn connect(discord: &Discord) -> Self {
        let mut bot = Self::unheard(discord, Positions::new(), tempfile::tempdir().unwrap()).await;
        assert_eq!(bot.batch().await.inbounds, []);
        bot
    }

    pub(crate) async fn unheard(discord: &Discord, after: Positions, state: TempDir) -> Self {
        let platform = DiscordPlatform::connect(settings(discord, &state)).await.unwrap();
        Self { platform, after, state, waiting: VecDeque::new(), said: 0 }
    }

    /// Ends without a word.
    pub(crate) fn stop(self) -> Asleep {
        Asleep { after: self.after, state: self.state }
    }

    /// The next batch, accepted.
    pub(crate) async fn batch(&mut self) -> Batch {
        let batch = self.unaccepted().await;
        self.accept(&batch);
        batch
    }

    /// The next batch, not accepted.
    pub(crate) async fn unaccepted(&self) -> Batch {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let heard = timeout(PATIENCE, self.platform.listen(&self.after)).await;
            match heard.expect("something is heard") {
                Ok(batch) => return batch,
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
        }
    }

    pub(crate) fn accept(&mut self, batch: &Batch) {
        let positions = batch.positions.iter().cloned();
        self.after.extend(positions.map(|Position { stream, token, .. }| (stream, token)));
    }

    /// The next thing that somebody did.
    pub(crate) async fn hear(&mut self) -> Inbound {
        let deadline = Instant::now() + PATIENCE;
        while self.waiting.is_empty() {
            assert!(Instant::now() < deadline, "nothing is heard");
            let batch = self.batch().await;
            self.waiting.extend(batch.inbounds);
        }
        self.waiting.pop_front().unwrap()
    }

    /// The next so many things, as words.
    pub(crate) async fn hear_words(&mut self, count: usize) -> Vec<String> {
        let mut words = Vec::new();
        for _ in 0..count {
            words.push(match self.hear().await.content {
                Content::Said(text) => text,
                other @ (Content::Edited { .. }
                | Content::Redacted { .. }
                | Content::Reacted { .. }
                | Content::Unreacted { .. }
                | Content::Joined
                | Content::Filled { .. }
                | Content::Unreadable
                | Content::Removed { .. }
                | Content::Gone
                | Content::Moved { .. }) => format!("{other:?}"),
            });
        }
        words
    }

    /// Does something.
    pub(crate) async fn perform(&mut self, action: Action) -> Outcome {
        self.said += 1;
        let key = format!("abcdefgh-{:x}-0", self.said);
        let attempt = Attempt { key, first_tried: Utc::now(), number: 1 };
        let id = EffectId { sequence: self.said, index: 0 };
        let perform = Perform { id, platform: PlatformName::new("discord"), action, attempt };
        timeout(PATIENCE, self.platform.perform(&perform)).await.expect("an outcome")
    }

    /// Says something in a room.
    pub(crate) async fn say(&mut self, room: &str, words: &str) -> MessageRef {
        let room = RoomRef::new(&PlatformName::new("discord"), room);
        let message = Message::text(words);
        let purpose = Purpose::Card;
        let action = Action::Say {
            thread: None,
            room,
            answers: None,
            only_for: None,
            purpose,
            message,
            attachment: None,
        };
        let said = self.perform(action).await;
        let Outcome::Done(Receipt::Message(message)) = said else { panic!("{said:?}") };
        message
    }

    /// Puts the buttons of a card under a message.
    pub(crate) async fn put_buttons(&mut self, message: &MessageRef) {
        let button = |verb: &'static str| Button {
            key: "\u{2705}".to_owned(),
            verb,
            words: "",
            label: verb.to_owned(),
            form: sitrep_core::command::form(verb, &sitrep_core::message::catalogue::Words::default()),
            choices: if verb == "sev" { severities() } else { Vec::new() },
        };
        let buttons = ["ack", "update", "sev"].map(button).into();
        let put = self.perform(Action::Buttons { message: message.clone(), buttons }).await;
        assert!(matches!(put, Outcome::Done(_)), "{put:?}");
    }
}

/// What is left of one that was stopped.
pub(crate) struct Asleep {
    after: Positions,
    state: TempDir,
}

impl Asleep {
    /// What it has kept is lost.
    pub(crate) fn forget(&self) {
        std::fs::remove_dir_all(self.state.path().join("discord")).unwrap();
    }

    pub(crate) async fn wake(self, discord: &Discord) -> Bot {
        Bot::unheard(discord, self.after, self.state).await
    }
}

pub(crate) fn settings(discord: &Discord, state: &TempDir) -> DiscordSettings {
    DiscordSettings {
        token: discord.token().to_owned(),
        guild_id: discord.guild_id(),
        category: "Incidents".to_owned(),
        rooms: ["ops", "support", "status"].map(str::to_owned).into(),
        command_rooms: vec!["ops".to_owned()],
        allow: AllowRoles::Of(vec!["ops".to_owned()]),
        prefix: "!".to_owned(),
        words: sitrep_core::message::catalogue::Words::default(),
        meetings: true,
        state_dir: state.path().join("discord"),
        api: Some(ApiServer {
            address: discord.api_address(),
            root_certificate: Some(discord.certificate_pem().to_owned()),
        }),
    }
}

/// Waits until it is so.
pub(crate) async fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Nothing was done that a real Discord would have minded.
pub(crate) fn assert_proper(discord: &Discord) {
    assert_eq!(discord.violations(), Vec::<String>::new());
}
