//! The server as far as sitrep needs to know it: its channels and roles, kept up to date by the gateway.
//!
//! Without serenity's cache: a name, a parent, a kind and the last message of each channel are enough.

use std::collections::BTreeMap;

use serenity::all::{ChannelId, ChannelType, MessageId, RoleId};

/// A channel or thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Channel {
    pub(crate) name: String,
    pub(crate) kind: ChannelType,
    pub(crate) parent: Option<ChannelId>,
    pub(crate) topic: Option<String>,
    pub(crate) last_message: Option<MessageId>,
}

/// What is known of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Guild {
    /// Every channel and every active thread.
    pub(crate) channels: BTreeMap<ChannelId, Channel>,
    /// The names of roles.
    pub(crate) roles: BTreeMap<RoleId, String>,
}

impl Guild {
    /// The channel that a name in the configuration means: `ops`, `#ops`, or an id.
    pub(crate) fn configured(&self, named: &str) -> Option<ChannelId> {
        let bare = named.trim_start_matches('#');
        let by_id = bare.parse().ok().map(ChannelId::new).filter(|id| self.channels.contains_key(id));
        let is_text = |channel: &Channel| matches!(channel.kind, ChannelType::Text | ChannelType::News);
        by_id.or_else(|| {
            self.channels
                .iter()
                .find(|(_, channel)| is_text(channel) && channel.name == bare)
                .map(|(id, _)| *id)
        })
    }
}
