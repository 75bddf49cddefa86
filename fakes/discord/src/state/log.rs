//! Everything that happened, as the gateway tells it. Sessions read it at their own pace and may read it again.

use serde_json::Value;

/// One event.
#[derive(Clone, Debug)]
pub struct Dispatch {
    /// Its name, such as `MESSAGE_CREATE`.
    pub t: &'static str,
    /// What it says. Nothing is left out: see `content`.
    pub d: Value,
    /// A session hears it if it has one of these intents; if this is 0, always.
    pub intents: u64,
    /// Whether a session without MESSAGE_CONTENT gets it with content, embeds, attachments and components empty.
    pub content: bool,
}
