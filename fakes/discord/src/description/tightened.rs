//! Where the documentation is stricter than the description, and where the description is of another opinion than
//! Discord itself.

use serde_json::{Value, json};

/// Changes the description accordingly.
pub(super) fn tighten(document: &mut Value) {
    let schemas = &mut document["components"]["schemas"];
    for name in ["MessageCreateRequest", "MessageEditRequestPartial"] {
        schemas[name]["properties"]["content"]["maxLength"] = json!(2000);
    }
    for name in ["CreateGuildChannelRequest", "UpdateGuildChannelRequestPartial"] {
        schemas[name]["properties"]["topic"]["maxLength"] = json!(1024);
    }
    // A name of nothing is refused for threads too.
    schemas["UpdateThreadRequestPartial"]["properties"]["name"]["minLength"] = json!(1);
    // A definition may say that it is for adults only, also where all are sent at once.
    for name in ["ApplicationCommandUpdateRequest", "ApplicationCommandCreateRequest"] {
        schemas[name]["properties"]["nsfw"] = json!({ "type": ["boolean", "null"] });
    }
    // A form has one to five rows.
    schemas["ModalInteractionCallbackRequestData"]["properties"]["components"]["maxItems"] = json!(5);
    // The documentation has it, the description hasn't.
    for name in ["Create", "Update", "PatchRequestPartial"].map(command_request) {
        schemas[name]["properties"]["nsfw"] = json!({ "type": ["boolean", "null"] });
    }
    bits_are_strings(document);
}

fn command_request(kind: &str) -> String {
    if kind.ends_with("Partial") {
        format!("ApplicationCommand{kind}")
    } else {
        format!("ApplicationCommand{kind}Request")
    }
}

/// Permission bits don't fit the numbers of JavaScript and are sent as strings of digits.
fn bits_are_strings(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                let bits =
                    matches!(key.as_str(), "allow" | "deny" | "default_member_permissions" | "permissions");
                let integer =
                    value["type"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "integer"));
                if bits && integer {
                    *value = json!({ "type": ["string", "null"], "pattern": "^[0-9]{1,20}$" });
                }
                bits_are_strings(value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(bits_are_strings),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
