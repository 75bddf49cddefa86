//! Signs on a message, for people to press: buttons in rows of five, and lists to choose from.
//!
//! They are a part of the message, and set as a whole: to set them twice is to set them once. A button's `custom_id`
//! is made of its verb. Whether pressing it still means anything is core's to say.

use std::time::Duration;

use serde_json::{Value, json};
use serenity::http::Route;
use sitrep_core::{
    port::{Button, Receipt},
    room::MessageRef,
};

use crate::{
    account::Account,
    client::Call,
    failure::{Failure, code},
    pin,
    render::{allowed_mentions, shortened},
};

/// How many buttons stand side by side, and how many rows there are at most.
const ROW: usize = 5;
const ROWS: usize = 5;

/// After so long it is tried again to change a message that is older than an hour.
const OLD_MESSAGES: Duration = Duration::from_secs(10 * 60);

/// Sees to it that a message of ours carries these signs.
pub(crate) async fn put(
    account: &Account,
    message: &MessageRef,
    buttons: &[Button],
) -> Result<Receipt, Failure> {
    let (channel_id, message_id) = pin::place(account, message)?;
    let body = json!({ "components": components(buttons), "allowed_mentions": allowed_mentions(&[]) });
    let call = Call::patch(Route::ChannelMessage { channel_id, message_id }, body);
    match account.client.send(call).await.map_err(Failure::while_reading) {
        Ok(_) => Ok(Receipt::Done),
        Err(failure) if failure.is(&[code::OLD_EDITS]) => {
            Err(Failure::Limited { wait: OLD_MESSAGES, wide: false })
        }
        // There is nothing left to take away.
        Err(failure) if buttons.is_empty() && failure.is(&[code::UNKNOWN_MESSAGE, code::UNKNOWN_CHANNEL]) => {
            Ok(Receipt::Done)
        }
        Err(failure) => Err(failure),
    }
}

/// Rows of buttons, and below them a row for each list.
fn components(buttons: &[Button]) -> Vec<Value> {
    let (pressed, chosen): (Vec<&Button>, Vec<&Button>) =
        buttons.iter().partition(|button| button.choices.is_empty());
    let row = |components: Vec<Value>| json!({ "type": 1, "components": components });
    let rows = pressed.chunks(ROW).map(|buttons| row(buttons.iter().map(|it| component(it)).collect()));
    rows.chain(chosen.into_iter().map(|button| row(vec![list(button)]))).take(ROWS).collect()
}

/// A list to choose from.
fn list(button: &Button) -> Value {
    let options: Vec<Value> =
        button.choices.iter().map(|choice| json!({ "label": choice.label, "value": choice.words })).collect();
    let placeholder = format!("{} {}", button.key, button.label);
    json!({
        "type": 3,
        "custom_id": format!("sitrep:{}", button.verb),
        "placeholder": shortened(placeholder.trim(), 150),
        "options": options,
    })
}

fn component(button: &Button) -> Value {
    let label = format!("{} {}", button.key, button.label);
    json!({
        "type": 2,
        "style": style(button.verb),
        "label": shortened(label.trim(), 80),
        "custom_id": format!("sitrep:{}", button.verb),
    })
}

/// How a button looks: 1 stands out, 2 is quiet, 3 is green. Red is for what can't be taken back, and nothing here is.
fn style(verb: &str) -> u8 {
    match verb {
        "ack" => 3,
        "update" | "lead" => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use sitrep_core::port::Choice;

    use super::*;

    fn button(key: &str, verb: &'static str, label: &'static str) -> Button {
        Button { key: key.to_owned(), verb, words: "", label, form: None, choices: &[] }
    }

    #[test]
    fn a_button_is_named_after_its_verb() {
        let rows = components(&[button("✅", "ack", "Acknowledge"), button("📣", "update", "Update")]);
        let expected = json!([{ "type": 1, "components": [
            { "type": 2, "style": 3, "label": "✅ Acknowledge", "custom_id": "sitrep:ack" },
            { "type": 2, "style": 1, "label": "📣 Update", "custom_id": "sitrep:update" },
        ]}]);
        assert_eq!(json!(rows), expected);
        assert_eq!(components(&[]), Vec::<Value>::new());
    }

    #[test]
    fn what_is_chosen_from_has_a_row_of_its_own() {
        const CHOICES: &[Choice] = &[Choice { words: "1", label: "Sev1" }];
        let severity = Button { choices: CHOICES, ..button("🚦", "sev", "Severity") };
        let rows = components(&[severity, button("✅", "ack", "Acknowledge")]);
        assert_eq!(rows[0]["components"][0]["custom_id"], "sitrep:ack");
        let expected = json!({
            "type": 3, "custom_id": "sitrep:sev", "placeholder": "🚦 Severity",
            "options": [{ "label": "Sev1", "value": "1" }],
        });
        assert_eq!(rows[1]["components"], json!([expected]));
    }

    #[test]
    fn five_stand_side_by_side() {
        let many = vec![button("✅", "ack", "x"); 12];
        let rows = components(&many);
        let lengths: Vec<_> = rows.iter().map(|row| row["components"].as_array().unwrap().len()).collect();
        assert_eq!(lengths, [5, 5, 2]);
    }
}
