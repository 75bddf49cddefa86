//! Each rule, asked for as a bot would: without sockets, in one thread.

mod channels;
mod commands;
mod events;
mod files;
mod forms;
mod interactions;
mod limits;
mod mentions;
mod messages;
mod people;
mod permissions;
mod threads;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue};
use serde_json::Value;

use crate::person::Person;
use crate::router::Arrived;
use crate::server::Server;
use crate::world::World;

/// A guild with two people, and a bot.
fn world() -> World {
    World::new("Example")
        .role("ops")
        .person("alice", &["ops"])
        .person("bob", &[])
        .channel("ops")
        .category("Incidents")
}

/// The bot's side of a Discord.
struct Bot {
    server: Server,
}

/// What was answered.
#[derive(Debug)]
struct Answered {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Value,
}

impl Answered {
    fn code(&self) -> u64 {
        self.body["code"].as_u64().unwrap_or_default()
    }

    fn id(&self) -> u64 {
        self.body["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    fn ok(self) -> Self {
        assert!(self.status < 300, "{self:?}");
        self
    }

    #[track_caller]
    fn refused(self, status: u16, code: u64) -> Self {
        assert_eq!((self.status, self.code()), (status, code), "{self:?}");
        self
    }
}

impl Bot {
    fn new() -> Self {
        Self::of(world())
    }

    /// With the limits of speed out of the way.
    fn of(world: World) -> Self {
        let server = Server::new(world.build());
        server.state().limits.enforced = false;
        Self { server }
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Answered {
        let token = format!("Bot {}", self.server.state().application.token);
        self.ask_as(&token, method, path, body)
    }

    fn ask_as(&self, token: &str, method: &str, path: &str, body: &Value) -> Answered {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_str(token).unwrap());
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        self.arrive(method, path, headers, body)
    }

    fn arrive(&self, method: &str, path: &str, headers: HeaderMap, body: Bytes) -> Answered {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let arrived =
            Arrived { method: method.into(), path: path.into(), query: query.into(), headers, body };
        let (outcome, bucket) = arrived.carry_out(&self.server, None);
        let mut headers = bucket.map(|bucket| bucket.headers()).unwrap_or_default();
        match outcome {
            Ok(reply) => Answered { status: reply.status, headers, body: reply.body.unwrap_or_default() },
            Err(refusal) => {
                headers.extend(refusal.headers);
                Answered { status: refusal.status, headers, body: refusal.body.unwrap_or_default() }
            }
        }
    }

    fn get(&self, path: &str) -> Answered {
        self.ask("GET", path, &Value::Null)
    }

    fn post(&self, path: &str, body: Value) -> Answered {
        self.ask("POST", path, &body)
    }

    fn patch(&self, path: &str, body: Value) -> Answered {
        self.ask("PATCH", path, &body)
    }

    fn put(&self, path: &str, body: Value) -> Answered {
        self.ask("PUT", path, &body)
    }

    fn delete(&self, path: &str) -> Answered {
        self.ask("DELETE", path, &Value::Null)
    }

    fn person(&self, name: &str) -> Person {
        let id = self.server.state().user(name).unwrap().id;
        Person { server: self.server.clone(), id, name: name.to_owned() }
    }

    fn guild(&self) -> u64 {
        self.server.state().guild.id
    }

    fn id(&self) -> u64 {
        self.server.state().bot()
    }

    fn role(&self, name: &str) -> u64 {
        self.server.state().guild.roles.values().find(|role| role.name == name).unwrap().id
    }

    /// The path of a channel.
    fn path(&self, name: &str) -> String {
        format!("/channels/{}", self.server.state().channel(name).unwrap().id)
    }

    /// The path of a channel's messages.
    fn messages(&self, name: &str) -> String {
        format!("{}/messages", self.path(name))
    }

    fn violations(&self) -> Vec<String> {
        self.server.state().violations.clone()
    }

    /// Names of the events that were told, from that one on.
    fn told(&self, from: usize) -> Vec<&'static str> {
        self.server.state().log[from..].iter().map(|dispatch| dispatch.t).collect()
    }

    /// How many events were told.
    fn log(&self) -> usize {
        self.server.state().log.len()
    }

    fn advance(&self, secs: u64) {
        self.server.clock.advance(std::time::Duration::from_secs(secs));
    }

    /// Takes bits from the bot.
    fn revoke(&self, bits: u64) {
        let mut state = self.server.state();
        for role in state.guild.roles.values_mut() {
            role.permissions &= !bits;
        }
    }

    /// Gives them back.
    fn restore(&self, bits: u64) {
        let mut state = self.server.state();
        let everyone = state.guild.id;
        if let Some(role) = state.guild.roles.get_mut(&everyone) {
            role.permissions |= bits;
        }
    }

    /// Everything was asked as it should be, and everything answered as the description says.
    #[track_caller]
    fn in_order(&self) {
        assert_eq!(self.violations(), Vec::<String>::new());
    }

    /// Something was not.
    #[track_caller]
    fn in_disorder(&self, what: &str) {
        let violations = self.violations();
        assert!(violations.iter().any(|violation| violation.contains(what)), "{violations:?}");
    }
}
