//! What arrives: the difference between what was shown and what there is.
//!
//! A message is shown once, to whoever sees it first, and again when it says something else. So switching between people
//! shows what one of them saw and the others did not, such as a private channel, and nothing twice.

use std::collections::BTreeMap;

use super::shown;
use crate::discord::Discord;
use crate::person::Person;
use crate::rules::permissions;
use crate::state::State;
use crate::state::channel::ChannelKind;
use crate::state::guild::ScheduledEvent;
use crate::view::Message;

/// What was shown so far.
#[derive(Debug, Default)]
pub(super) struct Watch {
    messages: BTreeMap<u64, Seen>,
    channels: BTreeMap<u64, BTreeMap<u64, Place>>,
    events: BTreeMap<u64, String>,
    connected: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    channel: u64,
    author: String,
    body: String,
    thinking: bool,
    reactions: Vec<(String, Vec<String>)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    name: String,
    topic: Option<String>,
}

impl Watch {
    /// What is there from the start is nothing new to this person.
    pub(super) fn settle(&mut self, discord: &Discord, person: &Person) {
        let now = || places(&discord.server().state(), person.id());
        self.channels.entry(person.id()).or_insert_with(now);
    }

    /// The channels that this person sees now are nothing new to them.
    pub(super) fn arrived_in(&mut self, discord: &Discord, person: &Person) {
        self.channels.remove(&person.id());
        self.settle(discord, person);
    }

    /// A message that need not be shown: who wrote it has it before them.
    pub(super) fn is_known(&mut self, discord: &Discord, message: u64) {
        let state = discord.server().state();
        if let Some(it) = state.messages.values().find_map(|all| all.get(&message)) {
            self.messages.insert(message, seen(&state, &Message::of(&state, it)));
        }
    }

    /// Lines about everything that is new to this person.
    pub(super) fn arrivals(&mut self, discord: &Discord, person: &Person) -> Vec<String> {
        self.settle(discord, person);
        let connected = discord.gateway().is_connected();
        let state = discord.server().state();
        let mut lines = Vec::new();
        if connected != self.connected {
            self.connected = connected;
            lines.push(if connected { "-- sitrep is here" } else { "-- sitrep is away" }.to_owned());
        }
        self.places(&state, person, &mut lines);
        self.messages(&state, person, &mut lines);
        self.removed(&state, person, &mut lines);
        self.events(&state, &mut lines);
        lines
    }

    fn places(&mut self, state: &State, person: &Person, lines: &mut Vec<String>) {
        let now = places(state, person.id());
        let before = self.channels.insert(person.id(), now.clone()).unwrap_or_default();
        for (id, place) in &now {
            match before.get(id) {
                None => {
                    let topic =
                        place.topic.as_deref().map(|topic| format!(": {}", shown::plain(state, topic)));
                    lines.push(format!("-- new: {}{}", place.name, topic.unwrap_or_default()));
                }
                Some(old) if old.name != place.name => {
                    lines.push(format!("-- {} is now {}", old.name, place.name))
                }
                Some(old) if old.topic != place.topic => {
                    let topic = place.topic.as_deref().unwrap_or("nothing");
                    lines.push(format!(
                        "-- the topic of {} is now: {}",
                        place.name,
                        shown::plain(state, topic)
                    ));
                }
                Some(_) => {}
            }
        }
        for (_, place) in before.iter().filter(|(id, _)| !now.contains_key(id)) {
            lines.push(format!("-- gone: {}", place.name));
        }
    }

    fn messages(&mut self, state: &State, person: &Person, lines: &mut Vec<String>) {
        let mut visible: Vec<_> = state
            .messages
            .iter()
            .filter(|(channel, _)| permissions::sees(state, person.id(), **channel))
            .flat_map(|(_, all)| all.values())
            .filter(|it| it.only_for.is_none_or(|only| only == person.id()))
            .collect();
        visible.sort_by_key(|it| it.id);
        for it in visible {
            let it = Message::of(state, it);
            let now = seen(state, &it);
            let before = self.messages.get(&it.id);
            match before {
                None => lines.push(shown::message(state, &it, false)),
                Some(old) if old.body != now.body => lines.push(shown::message(state, &it, !old.thinking)),
                Some(old) if old.reactions != now.reactions => {
                    lines.extend(pressed(&old.reactions, &now.reactions, &now.body, &now.author));
                }
                Some(_) => {}
            }
            self.messages.insert(it.id, now);
        }
    }

    fn removed(&mut self, state: &State, person: &Person, lines: &mut Vec<String>) {
        self.messages.retain(|id, seen| {
            let Some(channel) = state.channels.get(&seen.channel) else { return false };
            let there = state.messages.get(&seen.channel).is_some_and(|all| all.contains_key(id));
            if !there && permissions::sees(state, person.id(), seen.channel) {
                let place = shown::place(state, channel);
                lines.push(format!("-- removed in {place}: {}: {}", seen.author, beginning(&seen.body)));
            }
            there
        });
    }

    fn events(&mut self, state: &State, lines: &mut Vec<String>) {
        let now: BTreeMap<u64, String> = state.events.iter().map(|(id, it)| (*id, event(it))).collect();
        for (id, text) in &now {
            match self.events.get(id) {
                None => lines.push(format!("-- appointment: {text}")),
                Some(old) if old != text => lines.push(format!("-- appointment changed: {text}")),
                Some(_) => {}
            }
        }
        for (_, text) in self.events.iter().filter(|(id, _)| !now.contains_key(id)) {
            lines.push(format!("-- appointment called off: {text}"));
        }
        self.events = now;
    }
}

/// The channels that somebody sees, those aside that are merely folders.
fn places(state: &State, person: u64) -> BTreeMap<u64, Place> {
    let visible = state.channels.values().filter(|it| {
        it.kind != ChannelKind::Category
            && !it.thread.as_ref().is_some_and(|thread| thread.archived)
            && permissions::sees(state, person, it.id)
    });
    visible.map(|it| (it.id, Place { name: shown::place(state, it), topic: it.topic.clone() })).collect()
}

fn seen(state: &State, it: &Message) -> Seen {
    Seen {
        channel: it.channel,
        author: it.author.clone(),
        body: shown::body(state, it),
        thinking: it.thinking,
        reactions: it.reactions.clone(),
    }
}

/// Who pressed which sign.
fn pressed(
    before: &[(String, Vec<String>)],
    now: &[(String, Vec<String>)],
    body: &str,
    author: &str,
) -> Vec<String> {
    let had = |sign: &str, who: &String| before.iter().any(|(it, people)| it == sign && people.contains(who));
    let new = now.iter().flat_map(|(sign, people)| people.iter().map(move |who| (sign, who)));
    new.filter(|(sign, who)| !had(sign, who))
        .map(|(sign, who)| format!("-- {who} pressed {sign} under {author}: {}", beginning(body)))
        .collect()
}

fn beginning(body: &str) -> String {
    let line = body.lines().next().unwrap_or_default();
    let cut: String = line.chars().take(60).collect();
    if cut.len() < line.len() { format!("{cut}...") } else { cut }
}

fn event(it: &ScheduledEvent) -> String {
    let at = it.starts_at.with_timezone(&chrono::Local).format("%Y-%m-%d %H:%M");
    let place = it.location.as_deref().map(|place| format!(", {place}")).unwrap_or_default();
    let state = match it.status {
        2 => ", under way",
        3 => ", over",
        4 => ", called off",
        _ => "",
    };
    format!("{}, {at}{place}{state}", it.name)
}
