//! What a test holds: a Discord that runs.

use std::net::SocketAddr;

use crate::clock::Clock;
use crate::faults::Faults;
use crate::gateway::Gateway;
use crate::listen::{Addresses, Listening};
use crate::person::Person;
use crate::server::Server;
use crate::state::Request;
use crate::view::{Channel, Event, Message, Ping};
use crate::world::World;

/// A Discord that runs until it is dropped.
#[derive(Debug)]
pub struct Discord {
    server: Server,
    token: String,
    listening: Listening,
}

impl Discord {
    /// Starts one on free ports of the loopback.
    pub fn start(world: World) -> anyhow::Result<Self> {
        Self::start_at(world, Addresses::free())
    }

    /// Starts one at these addresses.
    pub fn start_at(world: World, addresses: Addresses) -> anyhow::Result<Self> {
        let state = world.build();
        let token = state.application.token.clone();
        let server = Server::new(state);
        let listening = Listening::begin(&server, addresses)?;
        Ok(Self { server, token, listening })
    }

    /// What everything in it shares.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Where it listens for HTTPS.
    pub fn api_address(&self) -> SocketAddr {
        self.listening.api
    }

    /// The certificate by which its listener is known, for `discord.com`.
    pub fn certificate_pem(&self) -> &str {
        &self.listening.certificate
    }

    /// The bot's token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The guild.
    pub fn guild_id(&self) -> u64 {
        self.server.state().guild.id
    }

    /// The bot, and its application.
    pub fn bot_id(&self) -> u64 {
        self.server.state().bot()
    }

    /// Somebody of the world.
    ///
    /// # Panics
    ///
    /// If there is nobody of that name.
    pub fn person(&self, name: &str) -> Person {
        let id = self.server.state().user(name).map(|user| user.id);
        let id = id.unwrap_or_else(|| panic!("nobody is called {name}"));
        Person { server: self.server.clone(), id, name: name.to_owned() }
    }

    /// A channel or thread by name or id.
    pub fn channel(&self, name: &str) -> Option<Channel> {
        let state = self.server.state();
        state.channel(name).map(|it| Channel::of(&state, it))
    }

    /// Every channel and thread, the oldest first; direct ones have no name.
    pub fn channels(&self) -> Vec<Channel> {
        let state = self.server.state();
        state.channels.values().map(|it| Channel::of(&state, it)).collect()
    }

    /// Everything in a channel, the oldest first.
    pub fn messages(&self, channel: &str) -> Vec<Message> {
        let state = self.server.state();
        let messages = state.channel(channel).and_then(|channel| state.messages.get(&channel.id));
        messages.into_iter().flat_map(|all| all.values()).map(|it| Message::of(&state, it)).collect()
    }

    /// Who is in a voice channel, by name.
    pub fn talking(&self, channel: &str) -> Vec<String> {
        let state = self.server.state();
        let inside = state.channel(channel).map(|channel| channel.id);
        let talking = state.voice.iter().filter(|(_, it)| Some(**it) == inside);
        talking.filter_map(|(who, _)| Some(state.users.get(who)?.name.clone())).collect()
    }

    /// The scheduled events.
    pub fn events(&self) -> Vec<Event> {
        self.server.state().events.values().map(Event::of).collect()
    }

    /// Who was notified by what. That every direct message rings is not counted.
    pub fn pings(&self) -> Vec<Ping> {
        let state = self.server.state();
        state.pings.iter().map(|ping| Ping::of(&state, ping)).collect()
    }

    /// Its gateway: how often a bot connected, identified, resumed.
    pub fn gateway(&self) -> &Gateway {
        &self.server.gateway
    }

    /// What goes wrong on demand.
    pub fn faults(&self) -> &Faults {
        &self.server.faults
    }

    /// Its clock.
    pub fn clock(&self) -> &Clock {
        &self.server.clock
    }

    /// What a real Discord would have refused, or its description doesn't allow. Tests assert that this is empty.
    pub fn violations(&self) -> Vec<String> {
        let mut state = self.server.state();
        self.server.gateway.write_down_overdue(&mut state);
        state.violations.clone()
    }

    /// What was asked over HTTP.
    pub fn requests(&self) -> Vec<Request> {
        self.server.state().requests.clone()
    }

    /// How often a session was begun anew.
    pub fn identifies(&self) -> usize {
        self.server.state().identifies.len()
    }
}
