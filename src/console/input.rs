//! What a line that somebody typed means: something to say, or a word to the console itself.
//!
//! A word to the console begins with a slash. A message that begins with one is written with two: `//etc/hosts is
//! empty`. White space around a line means nothing, and neither does a line of nothing else.

use chrono::Duration;
use sitrep_console::Gesture;
use sitrep_core::{port::Signal, time::parse_duration};

use super::machine;

/// Everything that can be told to the console, with what it is good for.
pub(crate) const WORDS: [(&str, &str, &str); 16] = [
    ("/room", "NAME", "goes to another room: ops, INC-1, or your own name to be alone with sitrep"),
    ("/as", "PERSON", "makes you somebody else"),
    ("/wait", "20m", "moves the clock on; what falls due meanwhile happens"),
    ("/edit", "TEXT", "has your last message here say something else"),
    ("/delete", "", "takes your last message here back"),
    ("/react", "✅", "presses a sign on the last message here that carries it"),
    (
        "/mark",
        "WORDS",
        "puts 📌 on the last message here that has these words in it; or another sign: /mark 🚨 WORDS",
    ),
    ("/unmark", "WORDS", "takes your 📌 off it again"),
    ("/kick", "", "removes sitrep from this room"),
    ("/invite", "", "brings it back"),
    ("/alert", "SOURCE firing TITLE", "tells an alert; or resolved; labels like a=b go before the TITLE"),
    ("/heartbeat", "NAME", "gives a sign of life that the configuration expects"),
    ("/rooms", "", "lists the rooms"),
    ("/people", "", "lists the people"),
    ("/help", "", "shows this"),
    ("/quit", "", "ends, and keeps everything for the next time"),
];

/// How alike a typed word and a known one must be to be asked about (Jaro-Winkler).
const NEAR_MISS: f64 = 0.8;

/// What a line means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// Nothing.
    Nothing,
    /// The person says this in the room.
    Say(String),
    /// The person does this in the room.
    Do(Gesture),
    /// Go to this room.
    Room(String),
    /// Be this person.
    As(String),
    /// Move the clock on.
    Wait(Duration),
    /// A machine tells this.
    Tell(Signal),
    /// List the rooms.
    Rooms,
    /// List the people.
    People,
    /// Explain.
    Help,
    /// End.
    Quit,
}

/// Reads a line.
///
/// # Errors
/// When it speaks to the console and can't be understood, worded.
pub(crate) fn read(line: &str) -> Result<Input, String> {
    let line = line.trim();
    let Some(words) = line.strip_prefix('/') else {
        return Ok(if line.is_empty() { Input::Nothing } else { Input::Say(line.to_owned()) });
    };
    if words.starts_with('/') {
        return Ok(Input::Say(words.to_owned()));
    }
    let (word, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let rest = rest.trim();
    match word.to_lowercase().as_str() {
        "room" => {
            name(rest, '#').map(Input::Room).ok_or_else(|| "which room? For example: /room ops".to_owned())
        }
        "as" => name(rest, '@').map(Input::As).ok_or_else(|| "who? For example: /as bob".to_owned()),
        "wait" if rest.is_empty() => Err("how long? For example: /wait 20m".to_owned()),
        "wait" => parse_duration(rest).map(Input::Wait).map_err(|error| format!("/wait {rest}: {error}")),
        "edit" if rest.is_empty() => Err("what should it say? For example: /edit !ack INC-1".to_owned()),
        "edit" => Ok(Input::Do(Gesture::Edit(rest.to_owned()))),
        "delete" => Ok(Input::Do(Gesture::TakeBack)),
        "react" if rest.is_empty() => Err("which sign? For example: /react ✅".to_owned()),
        "react" => Ok(Input::Do(Gesture::Press(rest.to_owned()))),
        "mark" => Ok(Input::Do(mark(rest))),
        "unmark" => Ok(Input::Do(Gesture::Unmark(rest.to_owned()))),
        "kick" => Ok(Input::Do(Gesture::Kick)),
        "invite" => Ok(Input::Do(Gesture::Invite)),
        "alert" => machine::alert(rest).map(Input::Tell),
        "heartbeat" => machine::heartbeat(rest).map(Input::Tell),
        "rooms" => Ok(Input::Rooms),
        "people" => Ok(Input::People),
        "help" | "?" => Ok(Input::Help),
        "quit" | "exit" | "q" => Ok(Input::Quit),
        other => Err(unknown(other)),
    }
}

/// What is put on a message: 📌, unless another sign stands before the words of it.
fn mark(rest: &str) -> Gesture {
    let (first, words) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let is_sign = |word: &str| !word.is_empty() && !word.chars().any(|c| c.is_alphanumeric() || c.is_ascii());
    if is_sign(first) {
        return Gesture::Put(first.to_owned(), words.trim().to_owned());
    }
    Gesture::Mark(rest.to_owned())
}

/// A name without the sign that people put before it.
fn name(typed: &str, sign: char) -> Option<String> {
    let bare = typed.strip_prefix(sign).unwrap_or(typed).trim();
    (!bare.is_empty()).then(|| bare.to_owned())
}

fn unknown(word: &str) -> String {
    let likeness = |known: &str| strsim::jaro_winkler(word, known.trim_start_matches('/'));
    let nearest = WORDS.iter().map(|(known, ..)| (likeness(known), known)).max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((likeness, known)) if likeness >= NEAR_MISS => {
            format!("there is no /{word}. Did you mean {known}?")
        }
        _ => format!(
            "there is no /{word}. /help shows what there is; a message that begins with / is written with //"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_messages_or_words_to_the_console() {
        let say = |text: &str| Input::Say(text.to_owned());
        let room = |name: &str| Input::Room(name.to_owned());
        let person = |name: &str| Input::As(name.to_owned());
        let cases = [
            ("", Input::Nothing),
            (" \t\r", Input::Nothing),
            ("hello", say("hello")),
            ("  !ack \r", say("!ack")),
            ("first\nsecond", say("first\nsecond")),
            ("//etc/hosts is empty", say("/etc/hosts is empty")),
            ("is /room a word?", say("is /room a word?")),
            ("/room status", room("status")),
            ("/room #status", room("status")),
            ("/ROOM   status  ", room("status")),
            ("/room\tstatus", room("status")),
            ("/as bob", person("bob")),
            ("/as @bob", person("bob")),
            ("/wait 90m", Input::Wait(Duration::minutes(90))),
            ("/wait 1h30m", Input::Wait(Duration::minutes(90))),
            ("/wait 1h 30m", Input::Wait(Duration::minutes(90))),
            ("/wait 45s", Input::Wait(Duration::seconds(45))),
            ("/wait 2d", Input::Wait(Duration::days(2))),
            ("/edit  !ack  INC-1 ", Input::Do(Gesture::Edit("!ack  INC-1".to_owned()))),
            ("/delete", Input::Do(Gesture::TakeBack)),
            ("/react ✅", Input::Do(Gesture::Press("✅".to_owned()))),
            ("/mark disk is full", Input::Do(Gesture::Mark("disk is full".to_owned()))),
            ("/mark 🚨 disk is full", Input::Do(Gesture::Put("🚨".to_owned(), "disk is full".to_owned()))),
            ("/mark 🚨", Input::Do(Gesture::Put("🚨".to_owned(), String::new()))),
            ("/mark", Input::Do(Gesture::Mark(String::new()))),
            ("/unmark disk", Input::Do(Gesture::Unmark("disk".to_owned()))),
            ("/kick", Input::Do(Gesture::Kick)),
            ("/invite", Input::Do(Gesture::Invite)),
            ("/heartbeat backup", Input::Tell(Signal::Heartbeat { name: "backup".to_owned() })),
            ("/rooms", Input::Rooms),
            ("/people", Input::People),
            ("/help", Input::Help),
            ("/?", Input::Help),
            ("/quit", Input::Quit),
        ];
        for (line, expected) in cases {
            assert_eq!(read(line), Ok(expected), "{line:?}");
        }
    }

    #[test]
    fn mistakes_are_answered_with_the_way_to_write_it() {
        let cases = [
            ("/room", "which room? For example: /room ops"),
            ("/room #", "which room? For example: /room ops"),
            ("/as @", "who? For example: /as bob"),
            ("/edit", "what should it say? For example: /edit !ack INC-1"),
            ("/react", "which sign? For example: /react ✅"),
            ("/wait", "how long? For example: /wait 20m"),
            ("/wait 45", "/wait 45: 45 what? Write 45m for minutes or 45h for hours."),
            ("/heartbeat", "whose sign of life? For example: /heartbeat nightly-backup"),
            ("/romo ops", "there is no /romo. Did you mean /room?"),
            ("/wiat 5m", "there is no /wiat. Did you mean /wait?"),
        ];
        for (line, expected) in cases {
            assert_eq!(read(line), Err(expected.to_owned()), "{line:?}");
        }
        for line in ["/", "/etc/hosts is empty", "/支付"] {
            assert!(read(line).is_err_and(|sentence| sentence.contains("/help")), "{line:?}");
        }
        for line in ["/wait 0m", "/wait -5m", "/wait soon", "/wait 99999d"] {
            assert!(read(line).is_err(), "{line:?}");
        }
    }

    #[test]
    fn everything_listed_is_understood() {
        for (word, argument, help) in WORDS {
            assert!(read(&format!("{word} {argument}")).is_ok(), "{word}");
            assert!(!help.is_empty());
        }
    }
}
