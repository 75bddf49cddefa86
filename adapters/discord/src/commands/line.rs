//! From what was picked to the line that could have been typed.

use serenity::all::{CommandData, CommandDataOptionValue};
use sitrep_core::{
    args,
    command::{SlotKind, VERBS, typed},
    incident::IncidentId,
    message::catalogue::Words,
    report::ReportId,
};

/// The line that a slash command stands for. A mention inside of words is still as Discord writes it.
///
/// # Errors
/// When what was given for an incident is none: what to answer.
pub(crate) fn line(data: &CommandData, prefix: &str, words: &Words) -> Result<String, String> {
    let Some(verb) = VERBS.iter().find(|verb| verb.name == data.name) else {
        // One of another version: core says what it thinks of the word.
        return Ok(format!("{prefix}{}", data.name));
    };
    let mut values: Vec<(&str, String)> = Vec::new();
    for option in &data.options {
        let Some(slot) = verb.slots.iter().find(|slot| slot.name == option.name) else { continue };
        let Some(value) = given(&option.value) else { continue };
        let value = match slot.kind {
            // In the thread of a report, and wherever it is named, that is meant.
            SlotKind::Incident if value.trim().parse::<ReportId>().is_ok() => value,
            SlotKind::Incident => incident(&value).ok_or_else(|| no_incident(&value, words))?.to_string(),
            SlotKind::Text
            | SlotKind::Report
            | SlotKind::Person
            | SlotKind::Severity
            | SlotKind::Service
            | SlotKind::Names
            | SlotKind::Flag => value,
        };
        values.push((slot.name, value));
    }
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Ok(typed(verb, &values, prefix))
}

/// What was filled in, as it could be typed. There is nothing else that is asked for.
fn given(value: &CommandDataOptionValue) -> Option<String> {
    let text = value.as_str().map(str::to_owned);
    text.or_else(|| value.as_user_id().map(|user| format!("@{user}")))
        .or_else(|| value.as_bool().map(|flag| flag.to_string()))
        .or_else(|| value.as_i64().map(|number| number.to_string()))
}

/// The incident that somebody means who didn't pick one from the list: `12`, `inc-12`, or the whole of what the list
/// shows.
fn incident(given: &str) -> Option<IncidentId> {
    let first = given.split_whitespace().next()?;
    first.parse().ok().or_else(|| format!("INC-{first}").parse().ok())
}

fn no_incident(given: &str, words: &Words) -> String {
    let shown: String = given.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect();
    words.phrase("adapter.no_incident", args![typed = shown])
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn data(name: &str, options: &[(&str, u8, Value)]) -> CommandData {
        let options: Vec<Value> = options
            .iter()
            .map(|(name, kind, value)| json!({ "name": name, "type": kind, "value": value }))
            .collect();
        serde_json::from_value(json!({ "id": "5", "name": name, "type": 1, "options": options })).unwrap()
    }

    #[test]
    fn what_is_picked_is_what_could_be_typed() {
        let cases = [
            (data("ack", &[]), "!ack"),
            (data("incident", &[("title", 3, json!("checkout is down"))]), "!incident checkout is down"),
            (
                data(
                    "incident",
                    &[
                        ("title", 3, json!("a leak")),
                        ("severity", 3, json!("1")),
                        ("private", 5, json!(true)),
                    ],
                ),
                "!incident --sev 1 --private a leak",
            ),
            (data("lead", &[("who", 6, json!("15"))]), "!lead @15"),
            (data("sev", &[("level", 3, json!("2")), ("incident", 3, json!("INC-7"))]), "!sev INC-7 2"),
            (data("update", &[("text", 3, json!("ok")), ("incident", 3, json!("7"))]), "!update INC-7 ok"),
            (
                data("update", &[("text", 3, json!("ok")), ("incident", 3, json!("inc-7 · declared · x"))]),
                "!update INC-7 ok",
            ),
            (data("elsewhere", &[("x", 3, json!("y"))]), "!elsewhere"),
            (data("ack", &[("newer", 3, json!("y"))]), "!ack"),
        ];
        for (data, expected) in cases {
            assert_eq!(line(&data, "!", &Words::default()).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn words_are_never_taken_for_an_incident_and_said_as_news() {
        for given in ["checkout", "0", "", "INC-", "the\nlast one"] {
            let data = data("update", &[("text", 3, json!("ok")), ("incident", 3, json!(given))]);
            let answer = line(&data, "!", &Words::default()).expect_err(given);
            assert!(answer.contains("no incident's number") && !answer.contains('\n'), "{answer}");
        }
    }
}
