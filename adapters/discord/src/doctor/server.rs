//! The server as Discord describes it: roles and channels, with permissions as plain numbers.

use serde::{Deserialize, Deserializer, de::Error};
use serenity::{
    all::{ChannelId, GuildId, RoleId, UserId},
    http::Route,
};
use sitrep_core::port::Finding;

use crate::{
    account::Account,
    client::Call,
    failure::Failure,
    permissions::{ADMINISTRATOR, VIEW_CHANNEL},
};

/// A role.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Role {
    pub(super) id: RoleId,
    pub(super) name: String,
    pub(super) position: i64,
    #[serde(deserialize_with = "bits")]
    pub(super) permissions: u64,
}

/// A channel; threads are none.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Channel {
    pub(super) id: ChannelId,
    #[serde(default)]
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: u8,
    pub(super) parent_id: Option<ChannelId>,
    #[serde(default)]
    pub(super) topic: Option<String>,
    #[serde(default)]
    pub(super) permission_overwrites: Vec<Overwrite>,
}

/// The kind of channel that holds others.
pub(super) const CATEGORY: u8 = 4;

/// What somebody may do in one channel, other than elsewhere.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(super) struct Overwrite {
    /// Of a role, or of a person.
    pub(super) id: GenericId,
    #[serde(deserialize_with = "bits")]
    pub(super) allow: u64,
    #[serde(deserialize_with = "bits")]
    pub(super) deny: u64,
}

pub(super) type GenericId = serenity::all::GenericId;

/// Permissions come as text, because they are longer than what JSON's numbers hold everywhere.
fn bits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

#[derive(Deserialize)]
struct Guild {
    name: String,
    owner_id: UserId,
    #[serde(default)]
    mfa_level: u8,
}

#[derive(Deserialize)]
struct Member {
    roles: Vec<RoleId>,
}

/// The server, and our place in it.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pub(super) id: GuildId,
    pub(super) name: String,
    pub(super) roles: Vec<Role>,
    pub(super) channels: Vec<Channel>,
    pub(super) me: UserId,
    pub(super) my_roles: Vec<RoleId>,
    owner: UserId,
    /// Whether whoever moderates needs a second factor.
    asks_for_second_factor: bool,
}

impl Server {
    pub(super) async fn read(account: &Account) -> Result<Self, Failure> {
        let (client, me) = (&account.client, account.user);
        let guild_id = GuildId::new(account.settings.guild_id);
        let guild: Guild = client.ask(Call::get(Route::Guild { guild_id })).await?;
        let member: Member = client.ask(Call::get(Route::GuildMember { guild_id, user_id: me })).await?;
        Ok(Self {
            id: guild_id,
            name: guild.name,
            roles: client.ask(Call::get(Route::GuildRoles { guild_id })).await?,
            channels: client.ask(Call::get(Route::GuildChannels { guild_id })).await?,
            me,
            my_roles: member.roles,
            owner: guild.owner_id,
            asks_for_second_factor: guild.mfa_level == 1,
        })
    }

    pub(super) fn describe(&self) -> Vec<Finding> {
        let mut findings = vec![Finding::ok(format!("Discord: sitrep is on the server {}", self.name))];
        if self.asks_for_second_factor {
            findings.push(Finding::note(
                "Discord: the server asks moderators for a second factor, and counts sitrep among them",
                "Whoever owns the application needs two-factor authentication, or Discord refuses what it may do",
            ));
        }
        findings
    }

    pub(super) fn role(&self, id: RoleId) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == id)
    }

    /// The role that everybody has: its id is the server's.
    pub(super) fn everyone(&self) -> RoleId {
        RoleId::new(self.id.get())
    }

    /// What we may do where no overwrite says otherwise.
    pub(super) fn power(&self) -> u64 {
        if self.owner == self.me {
            return u64::MAX;
        }
        let of = |id: RoleId| self.role(id).map_or(0, |role| role.permissions);
        let power = self.my_roles.iter().fold(of(self.everyone()), |power, role| power | of(*role));
        if power & ADMINISTRATOR == 0 { power } else { u64::MAX }
    }

    /// What we may do in a channel: overwrites of everybody, of roles, of ourselves, in this order.
    pub(super) fn power_in(&self, channel: &Channel) -> u64 {
        let power = self.power();
        if power == u64::MAX {
            return power;
        }
        let overwrites = |is_meant: &dyn Fn(u64) -> bool| {
            let meant = channel.permission_overwrites.iter().filter(|it| is_meant(it.id.get()));
            meant.fold((0, 0), |(allow, deny), it| (allow | it.allow, deny | it.deny))
        };
        let apply = |power: u64, (allow, deny): (u64, u64)| (power & !deny) | allow;
        let everyone = self.everyone().get();
        let power = apply(power, overwrites(&|id| id == everyone));
        let power = apply(power, overwrites(&|id| self.my_roles.iter().any(|role| role.get() == id)));
        let power = apply(power, overwrites(&|id| id == self.me.get()));
        if power & VIEW_CHANNEL == 0 { 0 } else { power }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A server in which the bot, 9, has the role 2.
    pub(in super::super) fn server(everyone: u64, mine: u64, channels: Value) -> Server {
        let role = |id: u64, name: &str, position: i64, permissions: u64| Role {
            id: RoleId::new(id),
            name: name.to_owned(),
            position,
            permissions,
        };
        Server {
            id: GuildId::new(1),
            name: "Example".to_owned(),
            roles: vec![role(1, "@everyone", 0, everyone), role(2, "sitrep", 1, mine), role(3, "ops", 2, 0)],
            channels: serde_json::from_value(channels).unwrap(),
            me: UserId::new(9),
            my_roles: vec![RoleId::new(2)],
            owner: UserId::new(8),
            asks_for_second_factor: false,
        }
    }

    fn overwrite(id: u64, allow: u64, deny: u64) -> Value {
        json!({ "id": id.to_string(), "type": 0, "allow": allow.to_string(), "deny": deny.to_string() })
    }

    #[test]
    fn overwrites_go_from_the_general_to_the_particular() {
        let (view, high) = (VIEW_CHANNEL, 1 << 51);
        let cases = [
            (json!([]), view | high),
            (json!([overwrite(1, 0, view)]), 0),
            (json!([overwrite(1, 0, view), overwrite(2, view, 0)]), view | high),
            (json!([overwrite(2, view, 0), overwrite(9, 0, high)]), view),
            (json!([overwrite(9, high, view)]), 0),
            (json!([overwrite(3, 0, view | high)]), view | high),
        ];
        for (overwrites, expected) in cases {
            let channel =
                json!([{ "id": "5", "type": 0, "name": "ops", "permission_overwrites": overwrites }]);
            let server = server(view, high, channel);
            assert_eq!(server.power_in(&server.channels[0]), expected, "{overwrites}");
        }
    }

    #[test]
    fn an_administrator_may_do_everything() {
        let shut =
            json!([{ "id": "5", "type": 0, "permission_overwrites": [overwrite(9, 0, VIEW_CHANNEL)] }]);
        let server = server(0, ADMINISTRATOR, shut);
        assert_eq!((server.power(), server.power_in(&server.channels[0])), (u64::MAX, u64::MAX));
    }

    #[test]
    fn no_bit_is_lost_as_it_is_read() {
        let role = json!({ "id": "1", "name": "x", "position": 0, "permissions": "4503599627370496" });
        assert_eq!(serde_json::from_value::<Role>(role).unwrap().permissions, 1 << 52);
    }
}
