//! What the adapter must be told.

use std::{fmt, net::SocketAddr, path::PathBuf};

use sitrep_core::message::catalogue::Words;

/// Who may command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowRoles {
    /// Everybody on the server.
    Everyone,
    /// Whoever has one of these roles, each given by name or by id.
    Of(Vec<String>),
}

/// Another server that speaks Discord's interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiServer {
    /// Where it listens, with TLS.
    pub address: SocketAddr,
    /// The certificate that vouches for it, in PEM.
    pub root_certificate: Option<String>,
}

/// Everything that the adapter must be told.
#[derive(Clone)]
pub struct DiscordSettings {
    /// The bot's token.
    pub token: String,
    /// The server, which Discord calls a guild.
    pub guild_id: u64,
    /// The category that incident rooms are put in; made if missing.
    pub category: String,
    /// Every room that the configuration names, by name (with or without `#`) or id.
    pub rooms: Vec<String>,
    /// Those of them where commands are heard, the first for incidents: one may have to run there. In each of them what is
    /// reported has a thread.
    pub command_rooms: Vec<String>,
    /// Who may command, and so sees what is not private.
    pub allow: AllowRoles,
    /// What commands begin with.
    pub prefix: String,
    /// What is said, in which language.
    pub words: Words,
    /// Whether places to talk are made, and so have to be watched.
    pub meetings: bool,
    /// Where state is kept. Made if missing; nobody else may read it.
    pub state_dir: PathBuf,
    /// What is spoken to instead of Discord.
    pub api: Option<ApiServer>,
}

impl fmt::Debug for DiscordSettings {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("DiscordSettings")
            .field("guild_id", &self.guild_id)
            .field("category", &self.category)
            .field("rooms", &self.rooms)
            .field("allow", &self.allow)
            .field("state_dir", &self.state_dir)
            .field("api", &self.api.as_ref().map(|api| api.address))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn settings() -> DiscordSettings {
        DiscordSettings {
            token: "a.b.c".to_owned(),
            guild_id: 1,
            category: "Incidents".to_owned(),
            rooms: vec!["#ops".to_owned(), "status".to_owned()],
            command_rooms: vec!["#ops".to_owned()],
            allow: AllowRoles::Everyone,
            prefix: "!".to_owned(),
            words: Words::default(),
            meetings: false,
            state_dir: PathBuf::from("nowhere"),
            api: None,
        }
    }

    #[test]
    fn the_token_is_not_shown() {
        assert!(!format!("{:?}", settings()).contains("a.b.c"));
    }
}
