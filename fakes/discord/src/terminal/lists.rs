//! What there is to see from a desk: channels, people, slash commands, and one channel as it is.

use super::desk::{Desk, sees};
use super::shown;
use crate::permission;
use crate::rules::permissions;
use crate::state::State;
use crate::state::channel::{Channel, ChannelKind};
use crate::view::Message;

/// How many of the last messages `/look` shows.
const LOOKED_AT: usize = 12;

impl Desk {
    pub(super) fn channels(&self) -> Vec<String> {
        let state = self.discord.server().state();
        let mut visible: Vec<_> = state
            .channels
            .values()
            .filter(|it| {
                it.kind != ChannelKind::Category && permissions::sees(&state, self.person.id(), it.id)
            })
            .collect();
        let category = |it: &Channel| {
            it.parent
                .and_then(|parent| state.channels.get(&parent))
                .filter(|parent| parent.kind == ChannelKind::Category)
        };
        visible.sort_by_key(|it| {
            let direct = it.kind == ChannelKind::Direct;
            (direct, category(it).map(|category| (category.position, category.id)), it.position, it.id)
        });
        let line = |it: &&Channel| {
            let below = category(it).map(|category| format!("{} / ", category.name)).unwrap_or_default();
            let here = if it.id == self.channel { "*" } else { " " };
            let topic = it
                .topic
                .as_deref()
                .map(|topic| format!("  {}", shown::plain(&state, topic)))
                .unwrap_or_default();
            format!("{here} {below}{}{topic}", shown::place(&state, it))
        };
        visible.iter().map(line).collect()
    }

    pub(super) fn people(&self) -> Vec<String> {
        let state = self.discord.server().state();
        let people = state.users.values().filter(|user| !user.bot && user.name != "owner");
        people
            .map(|user| {
                let me = if user.id == self.person.id() { "*" } else { " " };
                let roles = state
                    .guild
                    .members
                    .get(&user.id)
                    .map(|member| member.roles.as_slice())
                    .unwrap_or_default();
                let roles: Vec<_> = roles
                    .iter()
                    .filter_map(|role| state.guild.roles.get(role))
                    .map(|role| role.name.as_str())
                    .collect();
                format!("{me} {}  {}", user.name, roles.join(", ")).trim_end().to_owned()
            })
            .collect()
    }

    pub(super) fn commands(&self) -> Vec<String> {
        let state = self.discord.server().state();
        let mut lines: Vec<String> = state
            .commands
            .values()
            .map(|command| {
                let it = &command.definition;
                let options = it["options"].as_array().into_iter().flatten();
                let options = options.map(|option| {
                    let name = option["name"].as_str().unwrap_or_default();
                    if option["required"] == true { format!("{name}:") } else { format!("[{name}:]") }
                });
                let usage =
                    std::iter::once(format!("/{}", it["name"].as_str().unwrap_or_default())).chain(options);
                let usage = usage.collect::<Vec<_>>().join(" ");
                format!("  {usage:<38} {}", it["description"].as_str().unwrap_or_default())
            })
            .collect();
        lines.sort();
        if lines.is_empty() {
            lines.push("-- no slash commands are registered".to_owned());
        }
        lines
    }

    pub(super) fn look(&self) -> Vec<String> {
        let state = self.discord.server().state();
        let Some(channel) = state.channels.get(&self.channel) else {
            return vec!["-- this channel is gone. /go ops".to_owned()];
        };
        let mut lines = vec![format!("== {}", shown::place(&state, channel))];
        lines.extend(channel.topic.as_deref().map(|topic| format!("topic: {}", shown::plain(&state, topic))));
        lines.extend(who_sees(&state, self.channel));
        let all = state.messages.get(&self.channel).into_iter().flat_map(|all| all.values());
        let all: Vec<_> =
            all.filter(|it| sees(it, self.person.id())).map(|it| Message::of(&state, it)).collect();
        for it in all.iter().filter(|it| it.pinned) {
            lines.push(format!("pinned: {}", shown::body(&state, it)));
        }
        let others: Vec<_> = all.iter().filter(|it| !it.pinned).collect();
        for it in &others[others.len().saturating_sub(LOOKED_AT)..] {
            let signs: Vec<_> =
                it.reactions.iter().map(|(sign, who)| format!("{sign} {}", who.join(", "))).collect();
            let signs = if signs.is_empty() { String::new() } else { format!("\n  {}", signs.join("  ")) };
            lines.push(format!("{}{signs}", shown::said(&state, it, it.edited)));
        }
        lines
    }
}

/// Who sees a channel that not everybody sees.
fn who_sees(state: &State, channel: u64) -> Option<String> {
    let people: Vec<_> = state.users.values().filter(|user| !user.bot && user.name != "owner").collect();
    let seeing: Vec<_> = people
        .iter()
        .filter(|user| permissions::in_channel(state, user.id, channel) & permission::VIEW_CHANNEL != 0)
        .map(|user| user.name.as_str())
        .collect();
    (seeing.len() < people.len()).then(|| format!("seen by: {}", seeing.join(", ")))
}
