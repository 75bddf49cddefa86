//! A client of plain HTTP that makes the calls that sitrep made, with the bodies that it sent.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use reqwest::{Certificate, Client};
use serde_json::{Value, json};
use sitrep_fake_discord::Discord;
use tokio::task::JoinSet;

use crate::{
    opening::Declared,
    support::{Doing, Failed},
};

/// What has to be asked for, read from what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    guild: u64,
    room: Value,
    /// What is said once there is a room, at once and in this order: where, and what.
    messages: Vec<(Place, Value)>,
    /// The room's number in them.
    link: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Where it was declared: this is the answer.
    Ops(u64),
    Elsewhere(u64),
    /// In the room that is made.
    Room,
}

impl Plan {
    /// The calls behind a declaration on one Discord, as they are made on another with the same people.
    pub(crate) fn read(discord: &Discord, declared: &Declared, other: &Discord) -> Result<Self, Failed> {
        let translated = |value: &Value| -> Result<Value, Failed> {
            let pairs = numbers(discord).zip(numbers(other));
            let text = pairs
                .fold(value.to_string(), |text, (from, to)| text.replace(&from.to_string(), &to.to_string()));
            serde_json::from_str(&text).doing("translating a request")
        };
        let mut messages = Vec::new();
        for channel in &declared.said_in {
            let place = match numbers(discord).position(|number| number == *channel) {
                _ if *channel == declared.room => Place::Room,
                Some(index) => {
                    let number = numbers(other).nth(index).unwrap_or_default();
                    if *channel == declared.ops { Place::Ops(number) } else { Place::Elsewhere(number) }
                }
                None => return Err(format!("something is said in {channel}").into()),
            };
            let body = message(discord, *channel, declared.asked, matches!(place, Place::Ops(_)))?;
            messages.push((place, translated(&body)?));
        }
        let room = translated(&room(discord, declared.room)?)?;
        Ok(Self { guild: other.guild_id(), room, messages, link: declared.room.to_string() })
    }

    /// How many calls these are.
    pub(crate) fn calls(&self) -> usize {
        1 + self.messages.len()
    }

    /// Whether the same was made: a room of that kind, that answer, so much beside it. Numbers and names apart.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let made = |plan: &Self| {
            let room =
                ["type", "parent_id", "permission_overwrites"].map(|field| plan.room[field].to_string());
            let answers = plan.messages.iter().filter(|(place, _)| matches!(place, Place::Ops(_)));
            let answers: Vec<String> = answers.map(|(_, body)| without_numbers(&body.to_string())).collect();
            (room, answers, plan.messages.len())
        };
        made(self) == made(other)
    }
}

/// What was asked for when a channel was made.
fn room(discord: &Discord, id: u64) -> Result<Value, Failed> {
    let state = discord.server().state();
    let channel = state.channels.get(&id).ok_or("the room is gone")?;
    let overwrites = channel.overwrites.iter().map(|it| {
        let kind = u8::from(it.member);
        json!({ "id": it.id.to_string(), "type": kind, "allow": it.allow.to_string(), "deny": it.deny.to_string() })
    });
    // The key at the end of the topic is another each time.
    let topic = channel.topic.as_deref().and_then(|topic| topic.rsplit_once(" · ")).map(|(words, _)| words);
    Ok(json!({
        "name": channel.name,
        "type": channel.kind.number(),
        "topic": format!("{} · abcdefgh-1f-0", topic.unwrap_or_default()),
        "parent_id": channel.parent.map(|parent| parent.to_string()),
        "permission_overwrites": overwrites.collect::<Vec<_>>(),
    }))
}

/// What was asked for when the bot said something in a channel, first since it was asked.
fn message(discord: &Discord, channel: u64, asked: u64, is_answer: bool) -> Result<Value, Failed> {
    let state = discord.server().state();
    let later = state.messages.get(&channel).into_iter().flat_map(|all| all.range(asked + 1..));
    let mut said = later.map(|(_, message)| message).filter(|message| message.author == state.bot());
    let message = said.next().ok_or("what was said is gone")?;
    let mentioned = message.mentioned_users.iter().filter(|user| message.notified.contains(user));
    let users: Vec<String> = mentioned.map(u64::to_string).collect();
    let mut body = json!({
        "content": message.content,
        "embeds": message.embeds,
        "flags": message.flags,
        "components": message.components,
        "allowed_mentions": { "parse": [], "users": users, "replied_user": false },
        "enforce_nonce": true,
    });
    if is_answer {
        body["message_reference"] = json!({ "fail_if_not_exists": false });
    }
    Ok(body)
}

/// The numbers of what is there from the beginning, in an order that is the same for all.
fn numbers(discord: &Discord) -> impl Iterator<Item = u64> {
    let people = ["alice", "bob"].map(|name| discord.person(name).id());
    let channels =
        ["ops", "status", "Incidents"].map(|name| discord.channel(name).map_or(0, |channel| channel.id));
    [discord.guild_id(), discord.bot_id()].into_iter().chain(people).chain(channels)
}

fn without_numbers(text: &str) -> String {
    let parts = text.split(|sign: char| sign.is_ascii_digit()).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("#")
}

/// The client. Its connection is kept, as any client's.
pub(crate) struct Plain {
    client: Client,
    token: String,
    said: Arc<AtomicU64>,
}

impl Plain {
    pub(crate) fn new(discord: &Discord) -> Result<Self, Failed> {
        let certificate =
            Certificate::from_pem(discord.certificate_pem().as_bytes()).doing("a certificate")?;
        let client = Client::builder()
            .no_proxy()
            .resolve("discord.com", discord.api_address())
            .tls_certs_only([certificate])
            .build()
            .doing("making a client")?;
        Ok(Self { client, token: discord.token().to_owned(), said: Arc::default() })
    }

    /// Makes the room and answers, for a message that declares.
    pub(crate) fn open(&self, plan: &Plan, asked: u64) -> impl Future<Output = ()> + Send + 'static {
        let (plan, client, token) = (plan.clone(), self.client.clone(), self.token.clone());
        let said = self.said.fetch_add(1, Ordering::Relaxed);
        let ask = move |path: String, body: Value| {
            let request = client.post(format!("https://discord.com/api/v10{path}"));
            let request = request.header("authorization", format!("Bot {token}"));
            let request = request.header("content-type", "application/json").body(body.to_string());
            async move {
                let answer = request.send().await.ok()?.error_for_status().ok()?;
                serde_json::from_slice::<Value>(&answer.bytes().await.ok()?).ok()
            }
        };
        async move {
            let Some(made) = ask(format!("/guilds/{}/channels", plan.guild), plan.room).await else { return };
            let room = made["id"].as_str().unwrap_or_default().to_owned();
            let mut saying = JoinSet::new();
            for (number, (place, body)) in plan.messages.into_iter().enumerate() {
                let body = body.to_string().replace(&plan.link, &room);
                let Ok(mut body) = serde_json::from_str::<Value>(&body) else { return };
                body["nonce"] = format!("plain-{said}-{number}").into();
                let channel = match place {
                    Place::Ops(channel) => {
                        body["message_reference"]["message_id"] = asked.to_string().into();
                        channel.to_string()
                    }
                    Place::Elsewhere(channel) => channel.to_string(),
                    Place::Room => room.clone(),
                };
                saying.spawn(ask(format!("/channels/{channel}/messages"), body));
            }
            saying.join_all().await;
        }
    }
}
