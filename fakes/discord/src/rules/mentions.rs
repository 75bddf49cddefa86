//! Whose device rings.
//!
//! What counts is the content alone: mentions in embeds and in code notify nobody. `allowed_mentions` says which of
//! the content's mentions count; without it all do, and a reply notifies who is replied to. Everybody and roles need
//! the permission to. Nobody is notified of what they can't see, or of their own words.

use std::collections::BTreeSet;

use serde_json::Value;

use super::permissions;
use crate::permission as bit;
use crate::state::State;

/// A message's mentions.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Mentions {
    /// People that are shown as mentioned.
    pub users: Vec<u64>,
    /// Roles that are shown as mentioned.
    pub roles: Vec<u64>,
    /// Whether everybody is.
    pub everyone: bool,
    /// Whose device rings if this is a new message.
    pub notified: Vec<u64>,
}

/// What there is to know of a message before it is one.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// Who writes.
    pub author: u64,
    /// Where.
    pub channel: u64,
    /// What.
    pub content: &'a str,
    /// Whose message it replies to.
    pub replies_to: Option<u64>,
    /// What the author lets count, if they said so.
    pub allowed: Option<&'a Value>,
}

/// Who is mentioned, and who is notified.
pub fn of(state: &State, words: Words<'_>) -> Mentions {
    let plain = without_code(words.content);
    let allowed = Allowed::of(words.allowed);
    let may_all = permissions::in_channel(state, words.author, words.channel) & bit::MENTION_EVERYONE != 0;
    let mut mentions = Mentions {
        everyone: allowed.everyone && may_all && (plain.contains("@everyone") || plain.contains("@here")),
        ..Mentions::default()
    };
    for id in ids(&plain, "<@&") {
        let role = state.guild.roles.get(&id);
        let may = role.is_some_and(|role| (role.mentionable || may_all) && role.id != state.guild.id);
        if may && allowed.role(id) && !mentions.roles.contains(&id) {
            mentions.roles.push(id);
        }
    }
    let named = ids(&plain, "<@!").into_iter().chain(ids(&plain, "<@"));
    let mut users: Vec<_> = named.filter(|&id| allowed.user(id)).collect();
    users.extend(words.replies_to.filter(|_| allowed.replied));
    for id in users {
        if state.users.contains_key(&id) && !mentions.users.contains(&id) {
            mentions.users.push(id);
        }
    }
    mentions.notified = notified(state, words, &mentions);
    mentions
}

fn notified(state: &State, words: Words<'_>, mentions: &Mentions) -> Vec<u64> {
    let mut all: BTreeSet<u64> = mentions.users.iter().copied().collect();
    for (&user, member) in &state.guild.members {
        if mentions.everyone || mentions.roles.iter().any(|role| member.roles.contains(role)) {
            all.insert(user);
        }
    }
    all.remove(&words.author);
    let sees = |user: &u64| {
        // Whoever is mentioned in a thread is put into it, if they see its channel.
        let place = state
            .channels
            .get(&words.channel)
            .and_then(|channel| channel.thread.as_ref().and(channel.parent));
        permissions::sees(state, *user, place.unwrap_or(words.channel))
    };
    // A program has no device that could ring.
    let rings = |user: &u64| state.users.get(user).is_some_and(|user| !user.bot);
    all.into_iter().filter(rings).filter(sees).collect()
}

struct Allowed {
    everyone: bool,
    all_roles: bool,
    all_users: bool,
    roles: Vec<u64>,
    users: Vec<u64>,
    replied: bool,
}

impl Allowed {
    fn of(value: Option<&Value>) -> Self {
        let Some(value) = value.filter(|value| value.is_object()) else {
            let (roles, users) = (Vec::new(), Vec::new());
            return Self { everyone: true, all_roles: true, all_users: true, roles, users, replied: true };
        };
        let parses =
            |what: &str| value["parse"].as_array().is_some_and(|parse| parse.iter().any(|it| it == what));
        let list = |key: &str| {
            let all = value[key].as_array().into_iter().flatten();
            all.filter_map(|id| id.as_str()?.parse().ok()).collect()
        };
        // Words without a `parse` of their own and without lists let nothing count, as with an empty one.
        Self {
            everyone: parses("everyone"),
            all_roles: parses("roles"),
            all_users: parses("users"),
            roles: list("roles"),
            users: list("users"),
            replied: value["replied_user"] == true,
        }
    }

    fn role(&self, id: u64) -> bool {
        self.all_roles || self.roles.contains(&id)
    }

    fn user(&self, id: u64) -> bool {
        self.all_users || self.users.contains(&id)
    }
}

/// Ids that stand in the text after this opening: `<@`, `<@!` or `<@&`.
fn ids(text: &str, opening: &str) -> Vec<u64> {
    let rest = text.match_indices(opening).map(|(at, _)| &text[at + opening.len()..]);
    rest.filter_map(|rest| rest.split_once('>')?.0.parse().ok()).collect()
}

/// The text without blocks and spans of code: a run of backticks up to the next run of the same length.
fn without_code(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('`') {
        let run = rest[start..].chars().take_while(|&sign| sign == '`').count();
        let fence = &rest[start..start + run];
        out.push_str(&rest[..start]);
        let after = &rest[start + run..];
        let Some(end) = after.find(fence) else {
            out.push_str(after);
            return out;
        };
        out.push(' ');
        rest = &after[end + run..];
    }
    out + rest
}
