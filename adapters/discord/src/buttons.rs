//! Signs on a message, for people to press: buttons in rows of five, and lists to choose from.
//!
//! They are a part of the message, and set as a whole: to set them twice is to set them once. A button's `custom_id`
//! is made of its verb; where more follows that, several of one verb may stand on one message, and each is told by its
//! sign. Whether pressing it still means anything is core's to say.

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

/// What the custom id of a button of ours begins with; its verb follows.
const OURS: &str = "sitrep:";

/// How many characters a custom id may have.
const CUSTOM_ID: usize = 100;

/// The sign, or the verb, that a custom id stands for; `None` if it is none of ours.
pub(crate) fn key_of(custom_id: &str) -> Option<&str> {
    let named = custom_id.strip_prefix(OURS)?;
    Some(named.split_once(':').map_or(named, |(_, key)| key))
}

/// The verb of a custom id, and the sign if that is needed to tell it from others.
fn custom_id(button: &Button, is_taken: impl Fn(&str) -> bool) -> Option<String> {
    let (verb, by_verb) = (button.verb, format!("{OURS}{}", button.verb));
    let by_sign = format!("{by_verb}:{}", button.key);
    let by_verb = Some(by_verb).filter(|id| button.words.is_empty() && !is_taken(id));
    let id = by_verb.or(Some(by_sign)).filter(|id| !is_taken(id) && id.encode_utf16().count() <= CUSTOM_ID);
    debug_assert!(id.is_some(), "{verb} stands twice on a message");
    id
}

/// Rows of buttons, and below them a row for each list. Of two that can't be told apart the first counts: Discord takes
/// no message in which an id is there twice.
fn components(buttons: &[Button]) -> Vec<Value> {
    let mut named: Vec<(String, &Button)> = Vec::new();
    for button in buttons {
        let id = custom_id(button, |id| named.iter().any(|(taken, _)| taken == id));
        named.extend(id.map(|id| (id, button)));
    }
    let (pressed, chosen): (Vec<_>, Vec<_>) =
        named.into_iter().partition(|(_, button)| button.choices.is_empty());
    let row = |components: Vec<Value>| json!({ "type": 1, "components": components });
    let pressed: Vec<Value> = pressed.iter().map(|(id, button)| component(id, button)).collect();
    let rows = pressed.chunks(ROW).map(|buttons| row(buttons.to_vec()));
    rows.chain(chosen.iter().map(|(id, button)| row(vec![list(id, button)]))).take(ROWS).collect()
}

/// A list to choose from.
fn list(id: &str, button: &Button) -> Value {
    let options: Vec<Value> =
        button.choices.iter().map(|choice| json!({ "label": choice.label, "value": choice.words })).collect();
    let placeholder = format!("{} {}", button.key, button.label);
    json!({
        "type": 3,
        "custom_id": id,
        "placeholder": shortened(placeholder.trim(), 150),
        "options": options,
    })
}

fn component(id: &str, button: &Button) -> Value {
    let label = format!("{} {}", button.key, button.label);
    json!({
        "type": 2,
        "style": style(button.verb),
        "label": shortened(label.trim(), 80),
        "custom_id": id,
    })
}

/// How a button looks: 1 stands out, 2 is quiet, 3 is green. Red is for what can't be taken back, and nothing here is.
fn style(verb: &str) -> u8 {
    match verb {
        "ack" | "accept" => 3,
        "update" | "lead" => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use sitrep_core::port::Choice;

    use super::*;

    fn button(key: &str, verb: &'static str, label: &'static str) -> Button {
        Button {
            key: key.to_owned(),
            verb,
            words: "",
            label: label.to_owned(),
            form: None,
            choices: Vec::new(),
        }
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
        let choices = vec![Choice { words: "1", label: "Sev1".to_owned() }];
        let severity = Button { choices, ..button("🚦", "sev", "Severity") };
        let rows = components(&[severity, button("✅", "ack", "Acknowledge")]);
        assert_eq!(rows[0]["components"][0]["custom_id"], "sitrep:ack");
        let expected = json!({
            "type": 3, "custom_id": "sitrep:sev", "placeholder": "🚦 Severity",
            "options": [{ "label": "Sev1", "value": "1" }],
        });
        assert_eq!(rows[1]["components"], json!([expected]));
    }

    #[test]
    fn several_of_one_verb_are_told_by_their_signs() {
        let done = |key: &str, words: &'static str| Button { words, ..button(key, "task", words) };
        let buttons = [done("1\u{fe0f}\u{20e3}", "done 1"), done("2\u{fe0f}\u{20e3}", "done 2")];
        let rows = components(&buttons);
        let ids: Vec<&str> = [0, 1].map(|at| rows[0]["components"][at]["custom_id"].as_str().unwrap()).into();
        assert_eq!(ids, ["sitrep:task:1\u{fe0f}\u{20e3}", "sitrep:task:2\u{fe0f}\u{20e3}"]);
        assert_eq!(key_of(ids[1]), Some("2\u{fe0f}\u{20e3}"));
        assert_eq!([key_of("sitrep:ack"), key_of("elsewhere:ack")], [Some("ack"), None]);
        // Nothing follows the one, and something follows the other.
        let lost = Button { words: "lost: nothing", ..button("\u{1f4a8}", "resolve", "Nothing is lost") };
        let rows = components(&[button("\u{1f3c1}", "resolve", "Resolve"), lost]);
        assert_eq!(rows[0]["components"][0]["custom_id"], "sitrep:resolve");
        assert_eq!(rows[0]["components"][1]["custom_id"], "sitrep:resolve:\u{1f4a8}");
    }

    #[test]
    fn five_stand_side_by_side() {
        let signs: Vec<String> = (0..30).map(|number| number.to_string()).collect();
        let many: Vec<Button> =
            signs.iter().map(|sign| Button { words: "done", ..button(sign, "task", "x") }).collect();
        let lengths = |count: usize| {
            let rows = components(&many[..count]);
            let lengths: Vec<_> =
                rows.iter().map(|row| row["components"].as_array().unwrap().len()).collect();
            lengths
        };
        assert_eq!(lengths(12), [5, 5, 2]);
        assert_eq!(lengths(30), [5, 5, 5, 5, 5], "Discord takes no more");
    }
}
