//! A Discord with a few people in it, and the adapter connected to it.

use std::time::Duration;

use sitrep_core::port::{Batch, Inbound, Platform, Position, Positions};
use sitrep_discord::{AllowRoles, ApiServer, DiscordPlatform, DiscordSettings};
use sitrep_fake_discord::{Discord, World};
use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};

/// Nothing that is waited for takes longer, however busy the machine is.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A server with three rooms, somebody who may command, and somebody else.
pub fn discord() -> Discord {
    discord_of(World::new("Example"))
}

/// The same, of a world that is special.
pub fn discord_of(world: World) -> Discord {
    let world = world.role("ops").person("alice", &["ops"]).person("bob", &[]);
    Discord::start(world.channel("ops").channel("support").channel("status").channel("random")).unwrap()
}

/// The adapter.
pub struct Bot {
    pub platform: DiscordPlatform,
    /// As far as was accepted.
    pub after: Positions,
    state: TempDir,
    waiting: std::collections::VecDeque<Inbound>,
}

impl Bot {
    pub async fn connect(discord: &Discord) -> Self {
        Self::connect_after(discord, Positions::new(), tempfile::tempdir().unwrap()).await
    }

    async fn connect_after(discord: &Discord, after: Positions, state: TempDir) -> Self {
        let settings = DiscordSettings {
            token: discord.token().to_owned(),
            guild_id: discord.guild_id(),
            category: "Incidents".to_owned(),
            rooms: ["ops", "support", "status"].map(str::to_owned).into(),
            command_rooms: vec!["ops".to_owned()],
            allow: AllowRoles::Of(vec!["ops".to_owned()]),
            prefix: "!".to_owned(),
            meetings: true,
            state_dir: state.path().join("discord"),
            api: Some(ApiServer {
                address: discord.api_address(),
                root_certificate: Some(discord.certificate_pem().to_owned()),
            }),
        };
        let platform = DiscordPlatform::connect(settings).await.unwrap();
        Self { platform, after, state, waiting: std::collections::VecDeque::new() }
    }

    /// Ends without a word, and begins anew where core is.
    #[allow(dead_code)]
    pub async fn restart(self, discord: &Discord) -> Self {
        let Self { platform, after, state, .. } = self;
        drop(platform);
        Self::connect_after(discord, after, state).await
    }

    /// The next batch, accepted.
    pub async fn batch(&mut self) -> Batch {
        let batch = self.unaccepted().await;
        self.accept(&batch);
        batch
    }

    /// The next batch, not accepted.
    pub async fn unaccepted(&mut self) -> Batch {
        let heard = timeout(PATIENCE, self.platform.listen(&self.after)).await;
        heard.expect("something is heard").unwrap()
    }

    pub fn accept(&mut self, batch: &Batch) {
        let positions = batch.positions.iter().cloned();
        self.after.extend(positions.map(|Position { stream, token, .. }| (stream, token)));
    }

    /// The next thing that somebody did.
    pub async fn hear(&mut self) -> Inbound {
        let deadline = Instant::now() + PATIENCE;
        while self.waiting.is_empty() {
            assert!(Instant::now() < deadline, "nothing is heard");
            let batch = self.batch().await;
            self.waiting.extend(batch.inbounds);
        }
        self.waiting.pop_front().unwrap()
    }

    /// The next so many.
    #[allow(dead_code)]
    pub async fn hear_all(&mut self, count: usize) -> Vec<Inbound> {
        let mut heard = Vec::new();
        while heard.len() < count {
            heard.push(self.hear().await);
        }
        heard
    }
}

/// Waits until it is so.
pub async fn eventually(what: &str, within: Duration, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + within;
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}
