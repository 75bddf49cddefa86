//! What ids in an interaction stand for: people, roles, channels. Discord sends along what they are.

use serde_json::{Map, Value, json};

use super::refused;
use crate::person::Refused;
use crate::render::{self, id};
use crate::rules::permissions;
use crate::state::State;

/// The numbers of options, and of lists, that take ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    User,
    Channel,
    Role,
    /// A person or a role.
    Mentionable,
}

/// Collects what ids stand for.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    found: Map<String, Value>,
}

impl Resolved {
    /// The id of what was named, which is remembered. `channel`: where it is named.
    pub(super) fn id(
        &mut self,
        state: &State,
        channel: u64,
        thing: Thing,
        name: &str,
    ) -> Result<String, Refused> {
        let name = name.trim_start_matches(['@', '#']);
        let user = || {
            state
                .user(name)
                .map(|user| user.id)
                .or_else(|| name.parse().ok().filter(|id| state.users.contains_key(id)))
        };
        let role = || {
            let by_id = name.parse().ok().and_then(|id: u64| state.guild.roles.get(&id));
            by_id.or_else(|| state.guild.roles.values().find(|role| role.name == name)).map(|role| role.id)
        };
        let found = match thing {
            Thing::User => user().map(|it| self.user(state, channel, it)),
            Thing::Role => role().map(|it| self.role(state, it)),
            Thing::Mentionable => user()
                .map(|it| self.user(state, channel, it))
                .or_else(|| role().map(|it| self.role(state, it))),
            Thing::Channel => state.channel(name).map(|it| it.id).map(|it| self.channel(state, it)),
        };
        found.ok_or_else(|| refused(format!("there is no {name} to choose")))
    }

    /// All of it; `None` if nothing was named.
    pub(super) fn all(self) -> Option<Value> {
        (!self.found.is_empty()).then_some(Value::Object(self.found))
    }

    fn user(&mut self, state: &State, channel: u64, user: u64) -> String {
        self.put("users", user, render::user::user(state, user));
        if state.guild.members.contains_key(&user) {
            let mut member = render::user::partial_member(state, user);
            member["permissions"] = json!(permissions::in_channel(state, user, channel).to_string());
            self.put("members", user, member);
        }
        id(user)
    }

    fn role(&mut self, state: &State, role: u64) -> String {
        self.put("roles", role, render::user::role(&state.guild.roles[&role]));
        id(role)
    }

    fn channel(&mut self, state: &State, channel: u64) -> String {
        let whole = render::channel::channel(state, &state.channels[&channel]);
        let mut part = Map::new();
        for key in ["id", "name", "type", "parent_id", "thread_metadata"] {
            if let Some(value) = whole.get(key) {
                part.insert(key.to_owned(), value.clone());
            }
        }
        part.insert(
            "permissions".to_owned(),
            json!(permissions::in_channel(state, state.bot(), channel).to_string()),
        );
        self.put("channels", channel, Value::Object(part));
        id(channel)
    }

    fn put(&mut self, kind: &str, of: u64, what: Value) {
        let all = self.found.entry(kind).or_insert_with(|| json!({}));
        all[id(of)] = what;
    }
}
