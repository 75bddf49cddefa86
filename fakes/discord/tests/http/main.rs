//! The fake Discord's HTTP side over TLS, with serenity's client and its rate limiter: what it makes of the answers, and
//! what it does when things go wrong.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod everything;
mod faults;
mod limits;
mod moderating;

use serenity::all::{ChannelId, GuildId, Http, HttpBuilder};
use sitrep_fake_discord::{Discord, World};
use tokio::runtime::Runtime;

/// A Discord, and serenity's client for it.
struct Stage {
    discord: Discord,
    http: Http,
    runtime: Runtime,
}

impl Stage {
    fn new() -> Self {
        let world = World::new("Example").role("ops").person("alice", &["ops"]).person("bob", &[]);
        let discord = Discord::start(world.channel("ops").channel("support").category("Incidents")).unwrap();
        let authority = reqwest_0_12::Certificate::from_pem(discord.certificate_pem().as_bytes()).unwrap();
        let client = reqwest_0_12::Client::builder()
            .add_root_certificate(authority)
            .resolve("discord.com", discord.api_address())
            .build()
            .unwrap();
        let http = HttpBuilder::new(discord.token()).client(client).build();
        http.set_application_id(discord.bot_id().into());
        Self { discord, http, runtime: Runtime::new().unwrap() }
    }

    fn channel(&self, name: &str) -> ChannelId {
        ChannelId::new(self.discord.channel(name).unwrap().id)
    }

    fn guild(&self) -> GuildId {
        GuildId::new(self.discord.guild_id())
    }

    /// How often a kind of request was answered with each status.
    fn statuses(&self, method: &str, end: &str) -> Vec<u16> {
        let requests = self.discord.requests().into_iter();
        requests.filter(|it| it.method == method && it.path.ends_with(end)).map(|it| it.status).collect()
    }
}
