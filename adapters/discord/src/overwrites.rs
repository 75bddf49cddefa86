//! Who sees a channel of ours.
//!
//! - A public incident is seen by whoever may command, a private one by those who are asked in. It is so from birth: the
//!   overwrites are part of the request that makes the channel.
//! - Where everybody may command, a public channel is as open as the server is, or as its category: overwrites of its own
//!   take the place of the category's, so that those are among them.
//! - Only what the bot may do itself can be given to others; Discord refuses the rest.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use serenity::all::{GuildId, RoleId, UserId};

use crate::{account::Account, guild::Guild, raw::RawOverwrite, settings::AllowRoles, silence::Silence};

/// What people may do who write or talk, besides what the bot needs itself (`permissions.rs`).
mod bit {
    pub(super) use crate::permissions::{
        ADMINISTRATOR, ATTACH_FILES, CONNECT, EMBED_LINKS, MANAGE_CHANNELS, READ_MESSAGE_HISTORY,
        SEND_MESSAGES, SEND_MESSAGES_IN_THREADS, VIEW_CHANNEL,
    };

    pub(super) const ADD_REACTIONS: u64 = 1 << 6;
    pub(super) const STREAM: u64 = 1 << 9;
    pub(super) const SPEAK: u64 = 1 << 21;
    pub(super) const USE_VAD: u64 = 1 << 25;
    pub(super) const USE_APPLICATION_COMMANDS: u64 = 1 << 31;
}

/// What people do in an incident's channel.
const WRITING: u64 = bit::VIEW_CHANNEL
    | bit::SEND_MESSAGES
    | bit::READ_MESSAGE_HISTORY
    | bit::EMBED_LINKS
    | bit::ATTACH_FILES
    | bit::ADD_REACTIONS
    | bit::USE_APPLICATION_COMMANDS
    | bit::SEND_MESSAGES_IN_THREADS;

/// What people do in a place to talk.
const TALKING: u64 = bit::VIEW_CHANNEL | bit::CONNECT | bit::SPEAK | bit::STREAM | bit::USE_VAD;

/// What a channel is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Writing,
    Talking,
}

impl Use {
    fn bits(self) -> u64 {
        match self {
            Self::Writing => WRITING,
            Self::Talking => TALKING,
        }
    }
}

/// Who is to see a new channel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Access<'a> {
    pub(crate) to: Use,
    pub(crate) is_private: bool,
    pub(crate) people: &'a [UserId],
}

/// What overwrites depend on.
#[derive(Clone, Debug)]
pub(crate) struct Visibility {
    guild: GuildId,
    me: UserId,
    /// The roles that may command; `None` for everybody.
    roles: Option<Vec<RoleId>>,
    /// What the bot may do everywhere, as far as that is known.
    own: u64,
    /// Whether everybody sees a channel that says nothing about it.
    everybody_sees: bool,
}

impl Visibility {
    pub(crate) fn of(account: &Account) -> Self {
        let guild = account.guild();
        let everybody = guild.powers.get(&RoleId::new(account.settings.guild_id));
        Self {
            everybody_sees: everybody.is_none_or(|may| may.view_channel()),
            guild: GuildId::new(account.settings.guild_id),
            me: account.user,
            roles: allowed(&account.settings.allow, &guild.roles),
            own: own_bits(&guild),
        }
    }

    /// Whether a public channel is open to everybody.
    pub(crate) fn is_open_to_all(&self) -> bool {
        self.roles.is_none()
    }

    /// Whether somebody with these roles sees a channel, by what it says itself: people change it by hand, and the
    /// configuration changes after it was made. `None` if that hangs on roles, and theirs aren't known.
    pub(crate) fn sees(
        &self,
        overwrites: &[RawOverwrite],
        person: UserId,
        roles: Option<&[RoleId]>,
    ) -> Option<bool> {
        let theirs = overwrites.iter().find(|it| it.kind == 1 && it.id == person.get());
        if let Some(may_see) = theirs.and_then(view) {
            return Some(may_see);
        }
        let (everybody, of_roles): (Vec<_>, Vec<_>) =
            overwrites.iter().filter(|it| it.kind == 0).partition(|it| it.id == self.guild.get());
        let by_default = everybody.first().and_then(|it| view(it)).unwrap_or(self.everybody_sees);
        let Some(roles) = roles else {
            let hangs_on_roles = of_roles.iter().any(|it| view(it) == Some(!by_default));
            return (!hangs_on_roles).then_some(by_default);
        };
        let said: Vec<bool> = of_roles
            .iter()
            .filter(|it| roles.iter().any(|role| role.get() == it.id))
            .filter_map(|it| view(it))
            .collect();
        // One role that allows is enough.
        Some(if said.is_empty() { by_default } else { said.contains(&true) })
    }

    /// The permission without which no channel can be made, as Discord's settings name it.
    pub(crate) fn needed_to_make(&self) -> &'static str {
        match self.own & bit::MANAGE_CHANNELS {
            0 => "Manage Channels",
            _ => "Manage Roles",
        }
    }

    /// The overwrites of a new channel: ourselves first, then who is shut out, then who is let in.
    pub(crate) fn overwrites(&self, plan: &Access<'_>, category: &[RawOverwrite]) -> Vec<Value> {
        let Access { to, is_private, people } = *plan;
        let allowed = (to.bits() & self.own | bit::VIEW_CHANNEL).to_string();
        let allow =
            |id: u64, kind: u8| json!({ "id": id.to_string(), "type": kind, "allow": allowed, "deny": "0" });
        let mut overwrites = vec![allow(self.me.get(), 1)];
        let roles = self.roles.as_deref().filter(|_| !is_private);
        if !is_private && roles.is_none() {
            let inherited = category.iter().filter(|it| it.id != self.me.get());
            overwrites.extend(inherited.map(|it| self.masked(it)));
            if !category.is_empty() {
                let is_named = |person: &UserId| category.iter().any(|it| it.id == person.get());
                let others = people.iter().filter(|person| **person != self.me && !is_named(person));
                overwrites.extend(others.map(|person| allow(person.get(), 1)));
            }
            return overwrites;
        }
        overwrites.push(json!({
            "id": self.guild.to_string(), "type": 0, "allow": "0", "deny": bit::VIEW_CHANNEL.to_string(),
        }));
        overwrites.extend(roles.unwrap_or_default().iter().map(|role| allow(role.get(), 0)));
        overwrites
            .extend(people.iter().filter(|person| **person != self.me).map(|person| allow(person.get(), 1)));
        overwrites
    }

    /// An overwrite as we may set it. Who is shut out stays shut out, whatever Discord says to that.
    fn masked(&self, of: &RawOverwrite) -> Value {
        let bits = |bits: u64| (bits & (self.own | bit::VIEW_CHANNEL)).to_string();
        json!({ "id": of.id.to_string(), "type": of.kind, "allow": bits(of.allow), "deny": bits(of.deny) })
    }

    /// How a channel falls silent.
    pub(crate) fn silence(&self) -> Silence {
        Silence { guild: self.guild, me: self.me, own: self.own }
    }

    /// What lets one more person in.
    pub(crate) fn let_in(&self, to: Use) -> Value {
        json!({ "type": 1, "allow": (to.bits() & self.own | bit::VIEW_CHANNEL).to_string(), "deny": "0" })
    }

    /// Whether a channel is seen only by people who are let in one by one.
    pub(crate) fn is_private(&self, overwrites: &[RawOverwrite]) -> bool {
        let sees = |overwrite: &RawOverwrite| overwrite.allow & bit::VIEW_CHANNEL != 0;
        let everybody = overwrites.iter().find(|overwrite| overwrite.id == self.guild.get());
        everybody.is_some_and(|overwrite| overwrite.deny & bit::VIEW_CHANNEL != 0 && !sees(overwrite))
            && !overwrites.iter().any(|overwrite| overwrite.kind == 0 && sees(overwrite))
    }
}

/// Whether an overwrite lets see the channel; `None` if it doesn't say.
fn view(overwrite: &RawOverwrite) -> Option<bool> {
    if overwrite.allow & bit::VIEW_CHANNEL != 0 {
        return Some(true);
    }
    (overwrite.deny & bit::VIEW_CHANNEL != 0).then_some(false)
}

/// Whether somebody is let in by an overwrite of their own.
pub(crate) fn lets_in(overwrites: &[RawOverwrite], person: UserId) -> bool {
    overwrites.iter().any(|overwrite| {
        overwrite.kind == 1 && overwrite.id == person.get() && overwrite.allow & bit::VIEW_CHANNEL != 0
    })
}

/// The roles that may command, as far as they exist; `None` for everybody.
fn allowed(allow: &AllowRoles, roles: &BTreeMap<RoleId, String>) -> Option<Vec<RoleId>> {
    let AllowRoles::Of(named) = allow else { return None };
    let is_named =
        |id: &RoleId, name: &String| named.iter().any(|named| named == name || *named == id.to_string());
    Some(roles.iter().filter(|(id, name)| is_named(id, name)).map(|(id, _)| *id).collect())
}

/// What the bot may do by its roles. Where they aren't known, Discord says what it may not.
fn own_bits(guild: &Guild) -> u64 {
    let Some(mine) = &guild.my_roles else { return u64::MAX };
    let everyone = RoleId::new(guild.id.get());
    let powers = mine.iter().chain([&everyone]).filter_map(|role| guild.powers.get(role));
    let own = powers.fold(0, |own, powers| own | powers.bits());
    if own & bit::ADMINISTRATOR != 0 { u64::MAX } else { own }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: u64 = bit::VIEW_CHANNEL;

    fn visibility(roles: Option<&[u64]>, own: u64) -> Visibility {
        let roles = roles.map(|roles| roles.iter().map(|role| RoleId::new(*role)).collect());
        Visibility { guild: GuildId::new(1), me: UserId::new(9), roles, own, everybody_sees: true }
    }

    /// Who is let in (`+`) and shut out (`-`), in order.
    fn shown(overwrites: &[Value]) -> String {
        let one = |overwrite: &Value| {
            let has = |what: &str| {
                let bits: u64 = overwrite[what].as_str().unwrap().parse().unwrap();
                bits & VIEW != 0
            };
            let kind = if overwrite["type"] == 0 { "role" } else { "person" };
            let sign = match (has("allow"), has("deny")) {
                (true, false) => "+",
                (false, true) => "-",
                other => panic!("{other:?}"),
            };
            format!("{sign}{kind} {}", overwrite["id"].as_str().unwrap())
        };
        overwrites.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn who_sees_a_channel_is_settled_as_it_is_made() {
        let people = [UserId::new(42), UserId::new(9)];
        let cases = [
            (None, false, "+person 9"),
            (None, true, "+person 9, -role 1, +person 42"),
            (Some(&[5, 6][..]), false, "+person 9, -role 1, +role 5, +role 6, +person 42"),
            (Some(&[5, 6][..]), true, "+person 9, -role 1, +person 42"),
            (Some(&[][..]), false, "+person 9, -role 1, +person 42"),
        ];
        for (roles, is_private, expected) in cases {
            for to in [Use::Writing, Use::Talking] {
                let access = Access { to, is_private, people: &people };
                let overwrites = visibility(roles, u64::MAX).overwrites(&access, &[]);
                assert_eq!(shown(&overwrites), expected, "{roles:?} {is_private}");
            }
        }
    }

    #[test]
    fn nothing_is_given_that_the_bot_does_not_have() {
        let own = VIEW | bit::SEND_MESSAGES | bit::CONNECT;
        let visibility = visibility(Some(&[5]), own);
        let access = Access { to: Use::Writing, is_private: true, people: &[UserId::new(42)] };
        for overwrite in visibility.overwrites(&access, &[]) {
            let allow: u64 = overwrite["allow"].as_str().unwrap().parse().unwrap();
            assert_eq!(allow & !(VIEW | bit::SEND_MESSAGES), 0);
        }
        assert_eq!(visibility.let_in(Use::Talking)["allow"], (VIEW | bit::CONNECT).to_string());
    }

    #[test]
    fn a_category_that_is_closed_closes_what_is_open_to_all() {
        let overwrite = |id, kind, allow, deny| RawOverwrite { id, kind, allow, deny };
        let category =
            [overwrite(1, 0, 0, VIEW), overwrite(5, 0, VIEW | bit::SPEAK, 0), overwrite(9, 1, 0, VIEW)];
        let shown_of = |roles: Option<&[u64]>, is_private| {
            let access = Access { to: Use::Writing, is_private, people: &[UserId::new(42)] };
            let overwrites = visibility(roles, VIEW).overwrites(&access, &category);
            let view = VIEW.to_string();
            let is_ours_to_give = |it: &Value| ["0", &view].contains(&it["allow"].as_str().unwrap());
            assert!(overwrites.iter().all(is_ours_to_give), "{overwrites:?}");
            shown(&overwrites)
        };
        assert_eq!(shown_of(None, false), "+person 9, -role 1, +role 5, +person 42");
        assert_eq!(shown_of(None, true), "+person 9, -role 1, +person 42");
        assert_eq!(shown_of(Some(&[6]), false), "+person 9, -role 1, +role 6, +person 42");
    }

    #[test]
    fn a_private_channel_is_told_from_an_open_one() {
        let overwrite = |id, kind, allow, deny| RawOverwrite { id, kind, allow, deny };
        let (closed, alice) = (overwrite(1, 0, 0, VIEW), overwrite(42, 1, VIEW, 0));
        let cases = [
            (vec![], false),
            (vec![alice.clone()], false),
            (vec![closed.clone()], true),
            (vec![closed.clone(), alice.clone()], true),
            (vec![closed.clone(), overwrite(5, 0, VIEW, 0)], false),
            (vec![closed.clone(), overwrite(5, 0, bit::SPEAK, 0)], true),
            (vec![overwrite(1, 0, VIEW, VIEW)], false),
            (vec![overwrite(1, 0, 0, bit::SEND_MESSAGES)], false),
        ];
        let visibility = visibility(None, u64::MAX);
        for (overwrites, expected) in cases {
            assert_eq!(visibility.is_private(&overwrites), expected, "{overwrites:?}");
        }
        assert!(lets_in(std::slice::from_ref(&alice), UserId::new(42)));
        assert!(!lets_in(&[alice], UserId::new(43)) && !lets_in(&[closed], UserId::new(1)));
    }

    #[test]
    fn who_sees_a_channel_is_read_from_it() {
        let overwrite = |id, kind, sees: bool| {
            let (allow, deny) = if sees { (VIEW, 0) } else { (0, VIEW) };
            RawOverwrite { id, kind, allow, deny }
        };
        let (closed, ops) = (overwrite(1, 0, false), overwrite(5, 0, true));
        let (let_in, shut_out) = (overwrite(42, 1, true), overwrite(42, 1, false));
        // Without knowing the roles, with the role 5, and with another.
        let cases = [
            (vec![], [Some(true), Some(true), Some(true)]),
            (vec![closed.clone()], [Some(false), Some(false), Some(false)]),
            (vec![closed.clone(), ops.clone()], [None, Some(true), Some(false)]),
            (vec![closed.clone(), ops.clone(), let_in], [Some(true), Some(true), Some(true)]),
            (vec![closed, ops.clone(), shut_out], [Some(false), Some(false), Some(false)]),
            (vec![ops], [Some(true), Some(true), Some(true)]),
            (vec![overwrite(5, 0, false)], [None, Some(false), Some(true)]),
            (vec![overwrite(5, 0, false), overwrite(6, 0, true)], [None, Some(false), Some(true)]),
        ];
        // What may command says nothing about it.
        let visibility = visibility(Some(&[6]), u64::MAX);
        for (overwrites, expected) in cases {
            let sees = |roles: Option<&[RoleId]>| visibility.sees(&overwrites, UserId::new(42), roles);
            let found = [sees(None), sees(Some(&[RoleId::new(5)])), sees(Some(&[RoleId::new(6)]))];
            assert_eq!(found, expected, "{overwrites:?}");
        }
    }

    #[test]
    fn roles_are_named_or_numbered() {
        let roles: BTreeMap<RoleId, String> =
            [(5, "ops"), (6, "dev"), (7, "ops")].map(|(id, name)| (RoleId::new(id), name.to_owned())).into();
        let of = |named: &[&str]| AllowRoles::Of(named.iter().map(|name| (*name).to_owned()).collect());
        let ids =
            |allow: &AllowRoles| allowed(allow, &roles).map(|ids| ids.iter().map(|id| id.get()).collect());
        assert_eq!(ids(&AllowRoles::Everyone), None);
        assert_eq!(ids(&of(&["ops"])), Some(vec![5, 7]));
        assert_eq!(ids(&of(&["6", "nobody"])), Some(vec![6]));
    }
}
