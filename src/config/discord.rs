//! `[discord]`: the bot, its server, the rooms, and who may command.
//!
//! - There is no default for `allow_roles`: nobody is let in by omission.
//! - Rooms and roles are named as people see them there, or by their ids, which survive a renaming.

use std::net::SocketAddr;
use std::path::Path;

use super::diagnose::Wrong;
use super::discord_id;
use super::pem::{self, Pem};
use super::secret::Secret;
use super::section::Section;
use super::shape::Shape;
use super::web_address;

pub(super) const SHAPE: Shape = Shape {
    keys: &[
        ("guild_id", "\"1574025281893654565\""),
        ("category", "\"Incidents\""),
        ("rooms", "[\"ops\"]"),
        ("support_room", "\"support\""),
        ("stakeholder_rooms", "[\"status\"]"),
        ("allow_roles", "[\"@everyone\"]"),
        ("api_address", "\"127.0.0.1:3443\""),
        ("root_certificate", "\"ca.pem\""),
    ],
    secrets: &["token"],
    ..Shape::new("discord")
};

/// The category that incident rooms are put in, unless another is named.
const CATEGORY: &str = "Incidents";

/// The bot on Discord, its rooms, and who may command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Discord {
    pub(crate) token: Secret,
    /// The server, which Discord calls a guild.
    pub(crate) guild_id: u64,
    /// The name of the category that incident rooms are put in.
    pub(crate) category: String,
    /// Names or ids of the channels where commands are heard; at least one.
    pub(crate) rooms: Vec<String>,
    /// The channel where people ask for help.
    pub(crate) support_room: Option<String>,
    /// Channels that are told how incidents go.
    pub(crate) stakeholder_rooms: Vec<String>,
    pub(crate) allow: AllowRoles,
    /// What is spoken to instead of Discord.
    pub(crate) api: Option<ApiServer>,
}

/// Whose commands are heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AllowRoles {
    /// `@everyone`: everybody on the server.
    Everyone,
    /// Names or ids of roles; at least one.
    Of(Vec<String>),
}

/// A server that speaks Discord's interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiServer {
    pub(crate) address: SocketAddr,
    /// The certificate that vouches for it, in PEM.
    pub(crate) root_certificate: Option<String>,
}

/// Reads the section; files are looked for from `folder`.
pub(super) fn read(section: &Section<'_>, folder: &Path) -> Option<Discord> {
    for key in ["guild_id", "rooms"] {
        section.require(key);
    }
    if section.place_of("allow_roles").is_none() {
        let help = "add allow_roles = [\"@everyone\"] for everybody on the server, or [\"ops\"] for a role";
        section.report("allow_roles", Wrong::new("[discord] does not say who may command", help));
    }
    let token = token(section, folder);
    let guild_id = section.parsed("guild_id", discord_id::guild);
    let category = match section.place_of("category") {
        Some(_) => section.parsed("category", discord_id::category),
        None => Some(CATEGORY.to_owned()),
    };
    let rooms = section.parsed_list("rooms", discord_id::room);
    not_empty(section, "rooms", "commands would be heard nowhere");
    let support_room = section.parsed("support_room", discord_id::room);
    let stakeholder_rooms = section.parsed_list("stakeholder_rooms", discord_id::room).unwrap_or_default();
    let roles = section.parsed_list("allow_roles", discord_id::role);
    not_empty(section, "allow_roles", "nobody could command");
    let api = api(section, folder);
    Some(Discord {
        token: token?,
        guild_id: guild_id?,
        category: category?,
        rooms: rooms?,
        support_room,
        stakeholder_rooms,
        allow: allow(roles?),
        api,
    })
}

fn allow(roles: Vec<String>) -> AllowRoles {
    match roles.iter().any(|role| role == discord_id::EVERYONE) {
        true => AllowRoles::Everyone,
        false => AllowRoles::Of(roles),
    }
}

fn not_empty(section: &Section<'_>, key: &str, consequence: &str) {
    if section.is_empty_list(key) {
        let help = format!("for example {}", SHAPE.example(key));
        section.report(key, Wrong::new(format!("`{key}` is empty: {consequence}"), help));
    }
}

fn token(section: &Section<'_>, folder: &Path) -> Option<Secret> {
    let given = |key: &str| section.place_of(key).is_some();
    if !given("token") && !given("token_file") {
        let help = "add token_file = \"...\", the name of a file that holds the bot's token";
        section.report("token", Wrong::new("[discord] does not say how to log in", help));
    }
    let found = section.secret("token", folder)?;
    let token = found.value.trimmed();
    // It goes into a header as it is, and nothing of it may be shown.
    if !token.expose().chars().all(|character| character.is_ascii_graphic()) {
        let help = "copy it again from the page Bot of the application; it is one word";
        section.report_at(&found.place, Wrong::new("this is not the token of a bot", help));
        return None;
    }
    Some(token)
}

fn api(section: &Section<'_>, folder: &Path) -> Option<ApiServer> {
    let address = section.parsed("api_address", address);
    let root_certificate = section.parsed("root_certificate", |name| {
        pem::read("root_certificate", &folder.join(name), Pem::Certificate)
    });
    if section.place_of("root_certificate").is_some() && section.place_of("api_address").is_none() {
        let help = "remove it: Discord's own certificate is known";
        section
            .report("root_certificate", Wrong::new("`root_certificate` belongs to an `api_address`", help));
    }
    Some(ApiServer { address: address?, root_certificate })
}

/// Names are not looked up: what answers would depend on who is asked.
fn address(text: &str) -> Result<SocketAddr, Wrong> {
    web_address::socket(text).ok_or_else(|| {
        Wrong::new(
            format!("`{text}` is not the address of a machine with a port"),
            "for example 127.0.0.1:3443; leave it out for Discord itself",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn addresses() {
        for (text, expected) in [
            ("127.0.0.1:3443", "127.0.0.1:3443"),
            ("localhost:3443", "127.0.0.1:3443"),
            ("[::1]:443", "[::1]:443"),
        ] {
            assert_eq!(address(text).expect(text).to_string(), expected);
        }
        for text in ["", "127.0.0.1", "127.0.0.1:0", "https://127.0.0.1:1", "discord.com:443", "localhost:"] {
            assert!(address(text).is_err(), "{text:?} is refused");
        }
    }
}
