//! A button that asks for words: its form, and what was written into it.
//!
//! A form must be the first answer to whoever presses the button. Which button of which message it belongs to stands in
//! its custom id, because nothing else comes back with the words.

use serde_json::{Value, json};
use serenity::all::{ActionRowComponent, ModalInteraction};
use sitrep_core::port::Form;

/// The only field.
const FIELD: &str = "text";
/// Leaves room for what is put around the words in a message of 2000 characters.
const LONGEST_CHARACTERS: u32 = 1500;

/// The answer that shows the form of a button, which is known by its verb or sign.
pub(super) fn ask(key: &str, message: &str, form: &Form) -> Value {
    let field = json!({
        "type": 4, "custom_id": FIELD, "style": 2, "label": form.label, "placeholder": form.example,
        "required": true, "max_length": LONGEST_CHARACTERS,
    });
    let rows = json!([{ "type": 1, "components": [field] }]);
    let custom_id = format!("{key}:{message}");
    json!({ "type": 9, "data": { "custom_id": custom_id, "title": form.title, "components": rows } })
}

/// The button and the message that a form was asked for.
pub(super) fn asked(custom_id: &str) -> Option<(&str, &str)> {
    let (key, message) = custom_id.split_once(':')?;
    let is_number = !message.is_empty() && message.chars().all(|c| c.is_ascii_digit());
    (is_number && sitrep_core::command::asks_for_words(key)).then_some((key, message))
}

/// What was written into a form.
pub(super) fn words(filled: &ModalInteraction) -> String {
    let fields = filled.data.components.iter().flat_map(|row| &row.components);
    let words = fields.filter_map(|field| match field {
        ActionRowComponent::InputText(input) => input.value.clone(),
        ActionRowComponent::Button(_) | ActionRowComponent::SelectMenu(_) | _ => None,
    });
    words.collect::<Vec<_>>().join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use sitrep_core::message::catalogue::Words;

    use super::*;

    #[test]
    fn a_form_comes_back_for_the_message_it_was_asked_on() {
        let form = sitrep_core::command::form("update", &Words::default()).expect("updates are in words");
        let shown = ask("update", "400", &form);
        let custom_id = shown["data"]["custom_id"].as_str().unwrap();
        assert_eq!(asked(custom_id), Some(("update", "400")));
        assert!(custom_id.contains("update"));
        for other in ["update", "update:", "update:x", "ack:400", "nonsense:400", ":400"] {
            assert_eq!(asked(other), None, "{other}");
        }
    }
}
