//! The same commands without typing them as messages: what of the conversation is other then.

use serde_json::{Value, json};

use crate::support::Failed;

use super::super::view::Room;

/// A slash command: its name, and what is filled in.
pub(super) type Slash<'a> = (&'a str, Vec<(&'static str, Value)>);

/// A line of a script as a slash command.
pub(super) fn slash<'a>(text: &'a str, id_of: impl Fn(&str) -> Option<u64>) -> Result<Slash<'a>, Failed> {
    let line = text.strip_prefix('!').ok_or_else(|| format!("{text:?} is no command"))?;
    let (verb, mut words) = line.split_once(' ').unwrap_or((line, ""));
    let mut options = Vec::new();
    if let Some((first, rest)) = words.split_once(' ').or(Some((words, "")))
        && first.starts_with("INC-")
    {
        options.push(("incident", json!(first)));
        words = rest;
    }
    let slot = match verb {
        "incident" => "title",
        "sev" => "level",
        "lead" => "who",
        "update" | "resolve" => "text",
        "next" => "in",
        "retro" => "when",
        _ if words.is_empty() => "",
        other => return Err(format!("nobody has said how {other:?} is filled in").into()),
    };
    if !words.is_empty() {
        let person = words.strip_prefix('@').and_then(id_of);
        options.push((slot, person.map_or_else(|| json!(words), |id| json!(id.to_string()))));
    }
    Ok((verb, options))
}

/// The verb and the words of a command that a form asks for.
pub(super) fn has_form(text: &str) -> Option<(&str, &str)> {
    let (verb, words) = text.strip_prefix('!')?.split_once(' ')?;
    // A form is opened in the incident's own room, where nothing needs to be named.
    (matches!(verb, "update" | "resolve") && !words.starts_with("INC-")).then_some((verb, words))
}

/// A room in which some of what people say is said otherwise, so that nothing can be attached to it.
pub(super) fn without_what_people_say(room: &Room, is_meant: impl Fn(&str) -> bool) -> Room {
    let is_left_out = |place: usize| {
        let message = &room.messages[place];
        message.person != "sitrep" && is_meant(&message.text)
    };
    let kept: Vec<usize> = (0..room.messages.len()).filter(|place| !is_left_out(*place)).collect();
    let place_now = |before: usize| kept.iter().position(|place| *place == before);
    let messages = kept.iter().map(|place| {
        let mut message = room.messages[*place].clone();
        message.answers = message.answers.and_then(place_now);
        message
    });
    let pinned = room.pinned.iter().filter_map(|place| place_now(*place)).collect();
    Room { made: room.made.clone(), messages: messages.collect(), pinned }
}

/// Whoever has pressed something is named in the answer.
pub(super) fn pressed_by(room: &mut Room, is_meant: impl Fn(&str) -> bool) {
    for place in 0..room.messages.len() {
        let Some(answered) = room.messages[place].answers else { continue };
        let (person, text) = (room.messages[answered].person.clone(), room.messages[answered].text.clone());
        if is_meant(&text) {
            let answer = &mut room.messages[place];
            answer.text = format!("{person}: {}", answer.text);
        }
    }
}
