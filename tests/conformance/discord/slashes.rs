//! Commands that are not written as messages: what is filled in, and what of the conversation is other then.

use serde_json::{Value, json};

use crate::support::Failed;

use super::super::view::Room;

/// The verb of a line, and what follows it but for the incident, which the room tells.
pub(super) fn parts(text: &str) -> (&str, &str) {
    let line = text.trim_start_matches('!');
    let (verb, words) = line.split_once(' ').unwrap_or((line, ""));
    let (first, rest) = words.split_once(' ').unwrap_or((words, ""));
    (verb, if first.starts_with("INC-") { rest } else { words })
}

/// What is filled in for a verb with words after it.
pub(super) fn options(
    verb: &str,
    words: &str,
    id_of: impl Fn(&str) -> Option<u64>,
) -> Result<Vec<(&'static str, Value)>, Failed> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let slot = match verb {
        "incident" => "title",
        "sev" => "level",
        "lead" => "who",
        "update" | "resolve" => "text",
        "next" => "in",
        "retro" => "when",
        other => return Err(format!("nobody has said how {other:?} is filled in").into()),
    };
    let own = (verb, words) == ("lead", "me");
    let person = words.strip_prefix('@').or(own.then_some("bob")).and_then(id_of);
    Ok(vec![(slot, person.map_or_else(|| json!(words), |id| json!(id.to_string())))])
}

/// Whether the button of a verb asks for words.
pub(super) fn has_form(verb: &str) -> bool {
    sitrep_core::command::asks_for_words(verb)
}

/// A room in which what people say is said otherwise, so that nothing can be attached to it.
pub(super) fn without_what_people_say(room: &Room) -> Room {
    let is_sitreps = |place: &usize| room.messages[*place].person == "sitrep";
    let kept: Vec<usize> = (0..room.messages.len()).filter(is_sitreps).collect();
    let place_now = |before: usize| kept.iter().position(|place| *place == before);
    let messages = kept.iter().map(|place| {
        let mut message = room.messages[*place].clone();
        message.answers = message.answers.and_then(place_now);
        message
    });
    let pinned = room.pinned.iter().filter_map(|place| place_now(*place)).collect();
    Room { made: room.made.clone(), messages: messages.collect(), pinned }
}
