//! A bot on serenity, as a test sees it: what it heard, and how it answers.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serenity::all::{
    ActionRowComponent, Context, CreateActionRow, CreateAutocompleteResponse, CreateButton, CreateInputText,
    CreateInteractionResponse, CreateInteractionResponseMessage, CreateMessage, CreateModal,
    EditInteractionResponse, Event, GatewayIntents, Http, HttpBuilder, InputTextStyle, Interaction,
    RawEventHandler,
};
use serenity::async_trait;
use sitrep_fake_discord::Discord;
use tokio::runtime::Runtime;

/// Longer than serenity waits for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// How the bot answers what people do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// With a message for one person.
    AtOnce,
    /// It says that it thinks, and then what it thought.
    Deferring,
    /// With a form; a form that is sent, with what is in it.
    WithForm,
    /// Commands at once, buttons with a form.
    Ordinary,
    /// Not at all.
    Silent,
    /// When it is told to.
    Later,
}

/// A bot that runs until it is dropped.
pub(crate) struct Bot {
    heard: Arc<Mutex<Heard>>,
    pub(crate) http: Arc<Http>,
    runtime: Option<Runtime>,
}

#[derive(Default)]
struct Heard {
    /// Names of events; of messages their words.
    events: Vec<String>,
    interactions: Vec<Interaction>,
    errors: Vec<String>,
}

struct Handler {
    heard: Arc<Mutex<Heard>>,
    manner: Manner,
}

impl Bot {
    /// Connects one with the intents that sitrep uses.
    pub(crate) fn connect(discord: &Discord, manner: Manner) -> Self {
        Self::connect_to(discord.api_address(), discord.certificate_pem(), discord.token(), manner)
    }

    /// The same for a Discord in another process.
    pub(crate) fn connect_to(api: SocketAddr, certificate: &str, token: &str, manner: Manner) -> Self {
        let intents = GatewayIntents::GUILDS
            | GatewayIntents::GUILD_MESSAGES
            | GatewayIntents::MESSAGE_CONTENT
            | GatewayIntents::GUILD_MESSAGE_REACTIONS;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let authority = reqwest_0_12::Certificate::from_pem(certificate.as_bytes()).unwrap();
        let client = reqwest_0_12::Client::builder()
            .add_root_certificate(authority)
            .resolve("discord.com", api)
            .build()
            .unwrap();
        let http = HttpBuilder::new(token).client(client).build();
        let handler = Handler { heard: Arc::clone(&heard), manner };
        let building =
            serenity::client::ClientBuilder::new_with_http(http, intents).raw_event_handler(handler);
        let mut client = runtime.block_on(async { building.await }).unwrap();
        let http = Arc::clone(&client.http);
        let errors = Arc::clone(&heard);
        runtime.spawn(async move {
            if let Err(error) = client.start().await {
                errors.lock().unwrap().errors.push(error.to_string());
            }
        });
        Self { heard, http, runtime: Some(runtime) }
    }

    /// Connects one and waits until it knows the guild.
    pub(crate) fn ready(discord: &Discord, manner: Manner) -> Self {
        let bot = Self::connect(discord, manner);
        bot.hears("GuildCreate", 1);
        bot
    }

    /// Waits until it heard this so often.
    pub(crate) fn hears(&self, event: &str, times: usize) {
        until(&format!("{event} is heard {times} times, of {:?}", self.events()), || {
            self.count(event) >= times
        });
    }

    pub(crate) fn count(&self, event: &str) -> usize {
        self.events().iter().filter(|heard| *heard == event).count()
    }

    pub(crate) fn events(&self) -> Vec<String> {
        self.heard.lock().unwrap().events.clone()
    }

    /// What went wrong, once something did.
    pub(crate) fn error(&self) -> String {
        until("something goes wrong", || !self.heard.lock().unwrap().errors.is_empty());
        self.heard.lock().unwrap().errors[0].clone()
    }

    /// Waits for something that somebody did.
    pub(crate) fn interaction(&self) -> Interaction {
        until("an interaction is heard", || !self.heard.lock().unwrap().interactions.is_empty());
        self.heard.lock().unwrap().interactions[0].clone()
    }

    /// Does something without waiting for it.
    pub(crate) fn meanwhile(&self, what: impl Future<Output = ()> + Send + 'static) {
        self.runtime.as_ref().unwrap().spawn(what);
    }

    /// Does something and waits for it.
    pub(crate) fn wait<T>(&self, what: impl Future<Output = T>) -> T {
        self.runtime.as_ref().unwrap().block_on(what)
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[async_trait]
impl RawEventHandler for Handler {
    async fn raw_event(&self, ctx: Context, event: Event) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "there are seventy kinds of events")]
        let name = match &event {
            Event::MessageCreate(event) => event.message.content.clone(),
            Event::Resumed(_) => "Resumed".to_owned(),
            Event::Unknown(event) => format!("Unknown {event:?}"),
            other => format!("{other:?}")
                .split(['(', ' '])
                .next()
                .unwrap_or_default()
                .trim_end_matches("Event")
                .to_owned(),
        };
        self.heard.lock().unwrap().events.push(name);
        if let Event::InteractionCreate(event) = event {
            self.heard.lock().unwrap().interactions.push(event.interaction.clone());
            if let Err(error) = answer(&ctx, &event.interaction, self.manner).await {
                self.heard.lock().unwrap().errors.push(error.to_string());
            }
        }
    }
}

fn said(text: &str) -> CreateInteractionResponse {
    let message = CreateInteractionResponseMessage::new().content(text).ephemeral(true);
    CreateInteractionResponse::Message(message)
}

async fn answer(ctx: &Context, interaction: &Interaction, manner: Manner) -> serenity::Result<()> {
    match (interaction, manner) {
        (_, Manner::Silent | Manner::Later) => Ok(()),
        (Interaction::Autocomplete(it), _) => {
            let offered = CreateAutocompleteResponse::new().add_string_choice("INC-1 it is down", "INC-1");
            it.create_response(ctx, CreateInteractionResponse::Autocomplete(offered)).await
        }
        (Interaction::Command(it), Manner::AtOnce | Manner::Ordinary) => {
            let options = it.data.options();
            let typed = options
                .iter()
                .map(|option| format!("{} {:?}", option.name, option.value))
                .collect::<Vec<_>>();
            it.create_response(ctx, said(&format!("{}: {}", it.user.name, typed.join(", ")))).await
        }
        (Interaction::Command(it), Manner::Deferring) => {
            it.defer_ephemeral(ctx).await?;
            it.edit_response(ctx, EditInteractionResponse::new().content("thought about it")).await.map(drop)
        }
        (Interaction::Command(it), Manner::WithForm) => it.create_response(ctx, form()).await,
        (Interaction::Component(it), Manner::WithForm | Manner::Ordinary) => {
            it.create_response(ctx, form()).await
        }
        (Interaction::Component(it), _) => {
            it.create_response(ctx, said(&format!("{} pressed {}", it.user.name, it.data.custom_id))).await
        }
        (Interaction::Modal(it), _) => {
            let field = &it.data.components[0].components[0];
            let ActionRowComponent::InputText(field) = field else { return Ok(()) };
            it.create_response(ctx, said(&format!("form: {}", field.value.as_deref().unwrap_or_default())))
                .await
        }
        _ => Ok(()),
    }
}

fn form() -> CreateInteractionResponse {
    let field = CreateInputText::new(InputTextStyle::Paragraph, "What is known?", "text").max_length(20);
    let modal = CreateModal::new("update:1", "Update").components(vec![CreateActionRow::InputText(field)]);
    CreateInteractionResponse::Modal(modal)
}

/// A message with buttons, as a card has them.
pub(crate) fn card() -> CreateMessage {
    let buttons = vec![
        CreateButton::new("sitrep:ack").label("Acknowledge"),
        CreateButton::new("sitrep:old").label("Old").disabled(true),
        CreateButton::new_link("https://example.org").label("Join"),
    ];
    CreateMessage::new().content("card").components(vec![CreateActionRow::Buttons(buttons)])
}

/// Waits until something holds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "in time: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
