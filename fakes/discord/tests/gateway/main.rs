//! The gateway of the fake Discord, told by a client that says exactly what a test wants, and by serenity.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod bot;
mod closing;
mod faults;
mod hearing;
mod interactions;
mod raw;
mod resuming;
mod serenity_bot;
mod terminal;

use sitrep_fake_discord::state::message::Message;
use sitrep_fake_discord::{Discord, World, happening};

/// A guild with the people and channels that these tests talk about.
fn world() -> World {
    World::new("Example")
        .role("responders")
        .person("alice", &["responders"])
        .person("bob", &[])
        .channel("ops")
        .channel("support")
        .private_channel("staff", &["alice"])
}

fn started() -> Discord {
    Discord::start(world()).unwrap()
}

/// A message, whoever may write it.
fn say(discord: &Discord, who: &str, channel: &str, content: &str) -> u64 {
    let mut state = discord.server().state();
    let author = state.user(who).unwrap().id;
    let channel = state.channel(channel).unwrap().id;
    let message = Message { channel, author, content: content.to_owned(), ..Message::default() };
    happening::message::post(&mut state, message, None)
}
