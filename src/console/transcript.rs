//! The conversation as text: one line a message, `[room] person: text`, further lines indented by two spaces.

use sitrep_console::Line;

use super::seat::SITREP;

/// A message as it is shown, with a line end.
pub(crate) fn written(line: &Line) -> String {
    let person = line.person.as_deref().unwrap_or(SITREP);
    format!("[{}] {person}: {}\n", line.room, body(&line.text))
}

/// The words of a message. What would move a cursor, or end a line where there is none, is left out.
pub(crate) fn body(text: &str) -> String {
    let shown = text.split('\n').map(|line| line.replace(|c: char| c.is_control() && c != '\t', ""));
    shown.collect::<Vec<_>>().join("\n  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_written_in_one_shape() {
        let line = |person: Option<&str>, text: &str| {
            let line =
                Line { room: "ops".to_owned(), person: person.map(str::to_owned), text: text.to_owned() };
            written(&line)
        };
        assert_eq!(line(Some("alice"), "!ack"), "[ops] alice: !ack\n");
        assert_eq!(line(None, "first\nsecond"), "[ops] sitrep: first\n  second\n");
        assert_eq!(line(Some("eve"), "\u{1b}[2Jgone\r\u{7}\u{85}"), "[ops] eve: [2Jgone\n");
    }
}
