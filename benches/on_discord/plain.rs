//! A client of plain HTTP that makes the calls that sitrep made, with the bodies that it sent.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use reqwest::{Certificate, Client};
use serde_json::{Value, json};
use sitrep_fake_discord::Discord;

use crate::{
    opening::Declared,
    support::{Doing, Failed},
};

/// What has to be asked for, read from what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    guild: u64,
    ops: u64,
    shapes: Vec<String>,
    room: Value,
    answer: Value,
    /// The room's number in the answer.
    link: String,
}

impl Plan {
    /// The calls behind a declaration on one Discord, as they are made on another with the same people.
    pub(crate) fn read(discord: &Discord, declared: &Declared, other: &Discord) -> Result<Self, Failed> {
        let shapes =
            declared.requests.iter().map(|(method, path)| format!("{method} {}", without_numbers(path)));
        let translated = |value: &Value| -> Result<Value, Failed> {
            let text = numbers(discord)
                .zip(numbers(other))
                .fold(value.to_string(), |text, (from, to)| text.replace(&from.to_string(), &to.to_string()));
            serde_json::from_str(&text).doing("translating a request")
        };
        let ops = other.channel("ops").ok_or("there is no channel")?.id;
        Ok(Self {
            guild: other.guild_id(),
            ops,
            shapes: shapes.collect(),
            room: translated(&room(discord, declared.room)?)?,
            answer: translated(&answer(discord, declared.answer)?)?,
            link: declared.room.to_string(),
        })
    }

    /// The requests, in order, without numbers.
    pub(crate) fn shapes(&self) -> &[String] {
        &self.shapes
    }

    /// Whether the same was asked for, numbers apart.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let shown = |plan: &Self| {
            let bodies = [&plan.room, &plan.answer].map(|body| without_numbers(&body.to_string()));
            (plan.shapes.clone(), bodies)
        };
        shown(self) == shown(other)
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

/// What was asked for when a message was sent.
fn answer(discord: &Discord, id: u64) -> Result<Value, Failed> {
    let state = discord.server().state();
    let message = state.messages.values().find_map(|all| all.get(&id)).ok_or("the answer is gone")?;
    let mentioned = message.mentioned_users.iter().filter(|user| message.notified.contains(user));
    let users: Vec<String> = mentioned.map(u64::to_string).collect();
    Ok(json!({
        "content": message.content,
        "embeds": message.embeds,
        "flags": message.flags,
        "allowed_mentions": { "parse": [], "users": users, "replied_user": false },
        "enforce_nonce": true,
        "message_reference": { "fail_if_not_exists": false },
    }))
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
            let mut answer = plan.answer;
            let link = made["id"].as_str().unwrap_or_default();
            let content = answer["content"].as_str().unwrap_or_default().replace(&plan.link, link);
            answer["content"] = content.into();
            answer["nonce"] = format!("plain-{said}").into();
            answer["message_reference"]["message_id"] = asked.to_string().into();
            let _ = ask(format!("/channels/{}/messages", plan.ops), answer).await;
        }
    }
}
