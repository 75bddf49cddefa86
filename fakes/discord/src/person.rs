//! What somebody does in their client.

use crate::server::Server;
use crate::view::Message;

/// The client didn't let them, or Discord didn't.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refused(pub String);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// Somebody at their client.
#[derive(Clone, Debug)]
pub struct Person {
    pub(crate) server: Server,
    pub(crate) id: u64,
    pub(crate) name: String,
}

#[expect(unused_variables, reason = "a skeleton")]
impl Person {
    /// Their id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Their name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes a message. Channels go by name or id.
    pub fn say(&self, channel: &str, text: &str) -> Result<u64, Refused> {
        Err(Refused("not yet".into()))
    }

    /// Writes a reply.
    pub fn reply(&self, channel: &str, to: u64, text: &str) -> Result<u64, Refused> {
        Err(Refused("not yet".into()))
    }

    /// Changes a message of theirs.
    pub fn edit(&self, channel: &str, message: u64, text: &str) -> Result<(), Refused> {
        Err(Refused("not yet".into()))
    }

    /// Removes a message.
    pub fn delete(&self, channel: &str, message: u64) -> Result<(), Refused> {
        Err(Refused("not yet".into()))
    }

    /// Presses a sign under a message.
    pub fn react(&self, channel: &str, message: u64, sign: &str) -> Result<(), Refused> {
        Err(Refused("not yet".into()))
    }

    /// Takes a sign away again.
    pub fn unreact(&self, channel: &str, message: u64, sign: &str) -> Result<(), Refused> {
        Err(Refused("not yet".into()))
    }

    /// The names of the channels and threads that they see.
    pub fn channels(&self) -> Vec<String> {
        Vec::new()
    }

    /// What they read in a channel, the oldest first.
    pub fn reads(&self, channel: &str) -> Result<Vec<Message>, Refused> {
        Err(Refused("not yet".into()))
    }
}
