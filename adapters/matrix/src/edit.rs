//! Changing what a message of ours says.
//!
//! An edit is an event of its own that replaces the words of another. Doing it twice with the same words changes
//! nothing that people see, so that no history is searched. It notifies nobody.

use serde_json::json;
use sitrep_core::{
    message::Message,
    port::{Attempt, Receipt},
    room::MessageRef,
};

use crate::{
    account::Account,
    content_key::CONTENT_KEY,
    failure::Failure,
    render::{Rendered, Renderer},
    say,
};

/// Makes a message say something else.
pub(crate) async fn edit(
    account: &Account,
    attempt: &Attempt,
    message: &MessageRef,
    content: &Message,
) -> Result<Receipt, Failure> {
    let room = account.room(&message.room).await?;
    let renderer = Renderer { platform: &account.platform, via: account.me.server_name() };
    let content = renderer.fitting(content, |rendered| {
        // What clients show that don't know edits.
        let fallback = Rendered {
            body: format!("* {}", rendered.body),
            html: format!("* {}", rendered.html),
            mentions: Vec::new(),
        };
        let mut content = fallback.content(&[]);
        content["m.new_content"] = rendered.content(&[]);
        content["m.relates_to"] = json!({ "rel_type": "m.replace", "event_id": message.id });
        content[CONTENT_KEY] = attempt.key.as_str().into();
        content
    });
    say::send(&room, &attempt.key, content).await?;
    Ok(Receipt::Done)
}
