//! Files that go with a message: those that a form brings, and those that it keeps.

use serde_json::Value;

use crate::call::Call;
use crate::description::Breach;
use crate::multipart::Upload;
use crate::permission;
use crate::refusal::{self, Refusal};
use crate::state::message::{Attachment, Message};

/// How large a file may be (Discord, without anybody's subscription: 10 MiB).
const LARGEST: usize = 10 << 20;
/// How many files a message has.
const MOST: usize = 10;

/// What a message has attached once its form is filled in. A form that doesn't speak of attachments keeps those that
/// there are, and adds the files that came with it.
pub(super) fn of(call: &mut Call<'_>, message: &Message, form: &Value) -> Result<Vec<Attachment>, Refusal> {
    if call.files.values().any(|file| file.content.len() > LARGEST) {
        return Err(refusal::too_large());
    }
    let listed: Option<Vec<Value>> = form.get("attachments").and_then(Value::as_array).cloned();
    let mut attached = match &listed {
        Some(_) => Vec::new(),
        None => message.attachments.clone(),
    };
    let mut left = call.files.clone();
    for (at, item) in listed.iter().flatten().enumerate() {
        let id = item["id"].as_str().map_or_else(|| item["id"].as_u64(), |id| id.parse().ok());
        let known = message.attachments.iter().find(|known| Some(known.id) == id);
        let file = id.and_then(|id| left.remove(&id));
        match (known, file) {
            (Some(known), _) => attached.push(known.clone()),
            (None, Some(file)) => attached.push(new(call, file, item)),
            (None, None) => {
                let path = ["attachments", &at.to_string(), "id"];
                let breach = Breach::at(&path, "ATTACHMENT_NOT_FOUND", "there is no such file");
                let refusal = Refusal::form(&[breach]);
                return Err(call.breach(refusal));
            }
        }
    }
    for file in left.into_values() {
        attached.push(new(call, file, &Value::Null));
    }
    if attached.len() > MOST {
        return Err(Refusal::field(
            &["attachments"],
            "BASE_TYPE_MAX_LENGTH",
            "Must be 10 or fewer in length.",
        ));
    }
    Ok(attached)
}

/// Goes on if the bot may attach what came with the request.
pub(super) fn may(call: &Call<'_>, channel: u64) -> Result<(), Refusal> {
    if call.files.is_empty() { Ok(()) } else { call.need(channel, permission::ATTACH_FILES) }
}

fn new(call: &mut Call<'_>, file: Upload, said: &Value) -> Attachment {
    let text = |key: &str| said[key].as_str().map(str::to_owned);
    Attachment {
        id: call.state.next_id(),
        name: plain(&text("filename").unwrap_or(file.name)),
        description: text("description"),
        kind: file.kind,
        content: file.content.into(),
    }
}

/// A file's name as Discord keeps it.
fn plain(name: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    name.chars().map(keep).collect()
}
