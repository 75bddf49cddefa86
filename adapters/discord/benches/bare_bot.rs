//! The least that a bot made with serenity can be: what sitrep on Discord is measured against.
//!
//! It connects with the intents that sitrep has, and answers `!ping` with the same word. It has serenity's own client,
//! limiter and shards, no cache, and the runtime and the libraries that sitrep has. `benches/on_discord/` starts it.
//!
//! Configured by the environment: `BARE_BOT_TOKEN`, and `BARE_BOT_API` and `BARE_BOT_CERTIFICATE` for where another
//! Discord listens and the file with the certificate that vouches for it. Without a token it ends at once: `cargo bench`
//! runs it after building it.

use std::{env, error::Error, fs};

use reqwest_0_12::Certificate;
use serde_json::json;
use serenity::{
    all::{Context, Event, GatewayIntents, RawEventHandler},
    async_trait,
    client::ClientBuilder,
    http::HttpBuilder,
};

/// What it listens for and what it says.
const COMMAND: &str = "!ping";

/// What it says of itself when it hears.
const READY: &str = "the bare bot is ready";

type Failure = Box<dyn Error + Send + Sync>;

struct Echo;

#[async_trait]
impl RawEventHandler for Echo {
    async fn raw_event(&self, context: Context, event: Event) {
        if let Event::GuildCreate(_) = event {
            eprintln!("{READY}");
        }
        let Event::MessageCreate(event) = event else { return };
        if event.message.content == COMMAND {
            let answer = json!({ "content": COMMAND, "allowed_mentions": { "parse": [] } });
            if let Err(error) = context.http.send_message(event.message.channel_id, Vec::new(), &answer).await
            {
                eprintln!("the answer was not sent: {error}");
            }
        }
    }
}

fn main() -> Result<(), Failure> {
    let Ok(token) = env::var("BARE_BOT_TOKEN") else { return Ok(()) };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(serve(&token))
}

async fn serve(token: &str) -> Result<(), Failure> {
    let certificate = Certificate::from_pem(&fs::read(env::var("BARE_BOT_CERTIFICATE")?)?)?;
    let client = reqwest_0_12::Client::builder()
        .use_rustls_tls()
        .no_proxy()
        .resolve("discord.com", env::var("BARE_BOT_API")?.parse()?)
        .add_root_certificate(certificate)
        .build()?;
    let http = HttpBuilder::new(token).client(client).build();
    let intents = GatewayIntents::GUILDS
        | GatewayIntents::GUILD_MESSAGES
        | GatewayIntents::GUILD_MESSAGE_REACTIONS
        | GatewayIntents::DIRECT_MESSAGES
        | GatewayIntents::DIRECT_MESSAGE_REACTIONS
        | GatewayIntents::MESSAGE_CONTENT;
    ClientBuilder::new_with_http(http, intents).raw_event_handler(Echo).await?.start().await?;
    Ok(())
}
