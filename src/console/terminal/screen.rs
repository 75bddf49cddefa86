//! Writing to the terminal, also while a line is being edited; in colour, where that is wanted and possible.

use std::{
    env,
    io::{Write, stdout},
    sync::{Mutex, PoisonError},
};

use rustyline::ExternalPrinter;
use sitrep_console::Line;

use crate::console::{
    seat::{SITREP, Seat},
    transcript,
};

/// A printer that moves the line under the cursor out of the way.
pub(crate) type Printer = Box<dyn ExternalPrinter + Send>;

/// How text can stand out.
#[derive(Clone, Copy)]
enum Style {
    Bold,
    Dim,
    Own,
    Sitrep,
    Called,
}

impl Style {
    /// The parameters of the escape sequence (ECMA-48, select graphic rendition).
    fn code(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Own => "1;32",
            Self::Sitrep => "1;36",
            Self::Called => "1;33",
        }
    }
}

/// The terminal's screen.
pub(crate) struct Screen {
    /// `None` on a terminal that can't edit lines, where writing is just writing.
    printer: Option<Mutex<Printer>>,
    coloured: bool,
}

impl Screen {
    pub(crate) fn new(printer: Option<Printer>) -> Self {
        let coloured = printer.is_some() && Self::has_colours();
        Self { printer: printer.map(Mutex::new), coloured }
    }

    /// Whether colours are wanted (no-color.org) and the terminal has some.
    pub(crate) fn has_colours() -> bool {
        let is_refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        !is_refused && env::var_os("TERM").is_some_and(|term| term != "dumb")
    }

    /// Writes lines. What the terminal doesn't take can be said nowhere else.
    pub(crate) fn print(&self, text: &str) {
        match &self.printer {
            Some(printer) => {
                let mut printer = printer.lock().unwrap_or_else(PoisonError::into_inner);
                let _ = printer.print(text.to_owned());
            }
            None => {
                let mut out = stdout().lock();
                let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
            }
        }
    }

    /// Ends the line of the last prompt, where the editor has not.
    pub(crate) fn end_line(&self) {
        if self.printer.is_none() {
            self.print("\n");
        }
    }

    /// Takes the line above the cursor off the screen: the one that has just been left half typed.
    pub(crate) fn erase_line_above(&self) {
        if self.printer.is_some() {
            self.print("\x1b[1A\r\x1b[2K");
        }
    }

    pub(crate) fn paint_prompt(&self, prompt: &str) -> String {
        self.paint(prompt, Style::Own)
    }

    /// Something that nobody said.
    pub(crate) fn paint_aside(&self, text: &str) -> String {
        self.paint(text, Style::Dim)
    }

    pub(crate) fn paint_heading(&self, room: &str, about: &str) -> String {
        let about = if about.is_empty() { String::new() } else { format!(" {about}") };
        format!("{}{about}\n", self.paint(&format!("== #{room}"), Style::Bold))
    }

    pub(crate) fn paint_pinned(&self, line: &Line) -> String {
        format!("{} {}\n", self.paint("pinned", Style::Dim), transcript::body(&line.text))
    }

    /// A message, with its room and person apart from its words, and calls for the reader standing out.
    pub(crate) fn paint_message(&self, line: &Line, seat: &Seat) -> String {
        let person = line.person.as_deref().unwrap_or(SITREP);
        let style = match line.person.as_deref() {
            None => Style::Sitrep,
            Some(name) if name == seat.person => Style::Own,
            Some(_) => Style::Bold,
        };
        let room = self.paint(&format!("[{}]", line.room), Style::Dim);
        let body = self.paint_calls(&transcript::body(&line.text), &seat.person);
        format!("{room} {} {body}\n", self.paint(&format!("{person}:"), style))
    }

    fn paint_calls(&self, body: &str, person: &str) -> String {
        let call = format!("@{person}");
        let mut painted = String::new();
        let mut rest = body;
        while let Some(at) = rest.find(&call) {
            let (before, found) = rest.split_at(at);
            let after = &found[call.len()..];
            let is_whole = !after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_'));
            painted.push_str(before);
            painted.push_str(&if is_whole { self.paint(&call, Style::Called) } else { call.clone() });
            rest = after;
        }
        painted + rest
    }

    fn paint(&self, text: &str, style: Style) -> String {
        if self.coloured { format!("\x1b[{}m{text}\x1b[0m", style.code()) } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(person: Option<&str>, text: &str) -> Line {
        Line { room: "ops".to_owned(), person: person.map(str::to_owned), text: text.to_owned() }
    }

    #[test]
    fn without_colours_it_reads_like_a_transcript() {
        let screen = Screen { printer: None, coloured: false };
        let message = line(None, "@alice an update is due\nnow");
        assert_eq!(screen.paint_message(&message, &Seat::default()), transcript::written(&message));
    }

    #[test]
    fn whoever_is_called_sees_it() {
        let screen = Screen { printer: None, coloured: true };
        let shown = |text: &str| screen.paint_calls(text, "al");
        assert_eq!(shown("@alice and @al, @al"), "@alice and \x1b[1;33m@al\x1b[0m, \x1b[1;33m@al\x1b[0m");
        assert_eq!(shown("nobody"), "nobody");
    }
}
