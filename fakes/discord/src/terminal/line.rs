//! What a line means: something to say, or something to do.
//!
//! A message that begins with a slash is written with two. A word with a slash that isn't one of the terminal's own is a
//! slash command, as it is in Discord.

use std::time::Duration;

/// What a line means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Nothing,
    Say(String),
    As(String),
    Go(String),
    Direct(String),
    Channels,
    People,
    Look,
    /// A slash command with its options.
    Slash(String),
    /// A slash command that is half typed.
    Offer(String),
    Press(String),
    Select(String),
    Fill(String),
    React(String),
    Unreact(String),
    Reply(String),
    Edit(String),
    Delete,
    Join(String),
    Leave,
    Break(String),
    Move(Duration),
    Wait(Duration),
    Until(String),
    Help,
    Quit,
}

/// Reads a line; what can't be understood is answered with a sentence.
pub(super) fn read(line: &str) -> Result<Line, String> {
    let line = line.trim();
    let Some(words) = line.strip_prefix('/') else {
        return Ok(if line.is_empty() { Line::Nothing } else { Line::Say(line.to_owned()) });
    };
    if words.starts_with('/') {
        return Ok(Line::Say(words.to_owned()));
    }
    let (word, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let rest = rest.trim();
    let needs = |example: &str| {
        if rest.is_empty() { Err(format!("for example: /{word} {example}")) } else { Ok(rest.to_owned()) }
    };
    Ok(match word {
        "as" => Line::As(needs("bob")?),
        "go" | "room" => Line::Go(needs("ops")?),
        "dm" => Line::Direct(rest.to_owned()),
        "channels" | "rooms" => Line::Channels,
        "people" => Line::People,
        "look" => Line::Look,
        "slash" => Line::Slash(rest.trim_start_matches('/').to_owned()),
        "offer" => Line::Offer(needs("status incident: IN")?.trim_start_matches('/').to_owned()),
        "press" => Line::Press(needs("ack")?),
        "select" => Line::Select(needs("NAME: CHOICE")?),
        "fill" => Line::Fill(needs("text: all good")?),
        "react" => Line::React(needs("✅")?),
        "unreact" => Line::Unreact(needs("✅")?),
        "reply" => Line::Reply(needs("on it")?),
        "edit" => Line::Edit(needs("what it should say")?),
        "delete" => Line::Delete,
        "join" => Line::Join(needs("NAME")?),
        "leave" => Line::Leave,
        "break" => Line::Break(needs("reset")?),
        "move" => Line::Move(length(&needs("20m")?)?),
        "wait" => Line::Wait(length(&needs("2s")?)?),
        "until" => Line::Until(needs("resolved")?),
        "help" | "?" => Line::Help,
        "quit" | "exit" | "q" => Line::Quit,
        "" => return Err("/help shows what there is".to_owned()),
        _ => Line::Slash(words.to_owned()),
    })
}

/// A length of time such as `20m`.
fn length(text: &str) -> Result<Duration, String> {
    let unknown = || format!("{text} is no length of time. For example: 20m");
    let unit = text.chars().last().ok_or_else(unknown)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return Err(unknown()),
    };
    let number: u64 = text[..text.len() - 1].trim().parse().map_err(|_| unknown())?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_messages_or_things_to_do() {
        let cases = [
            ("  ", Line::Nothing),
            ("!incident it is down", Line::Say("!incident it is down".into())),
            ("//etc is full", Line::Say("/etc is full".into())),
            ("/as bob", Line::As("bob".into())),
            ("/room ops", Line::Go("ops".into())),
            ("/slash /incident title: x", Line::Slash("incident title: x".into())),
            ("/incident title: x", Line::Slash("incident title: x".into())),
            ("/move 20m", Line::Move(Duration::from_secs(1200))),
            ("/dm", Line::Direct(String::new())),
        ];
        for (typed, meant) in cases {
            assert_eq!(read(typed), Ok(meant), "{typed}");
        }
        for typed in ["/as", "/", "/wait soon", "/move 5 parsecs"] {
            assert!(read(typed).is_err(), "{typed}");
        }
    }
}
