//! From a rendered template to a message.
//!
//! Each line is a line; one that begins with `- ` is of a list, one that begins with `> ` a person's words. `**` around
//! words has them stand out, and between backticks is something to type, in which a leading `!` becomes the prefix.
//! Lines without anything in them are left out, and spaces between words are one space: templates leave such gaps
//! where something is not said.
//!
//! Values are put in last, so that nothing in them is read as any of this.

use super::{
    super::{Line, Message, Span},
    arg::{Arg, mark, marked},
};

/// The message that a rendered template is.
pub(super) fn message(rendered: &str, args: &[Arg], prefix: &str) -> Message {
    let mut message = Message::default();
    for line in rendered.lines().map(tidy).filter(|line| !line.is_empty()) {
        let (kind, rest): (fn(Vec<Span>) -> Line, &str) =
            match (line.strip_prefix("- "), line.strip_prefix("> ")) {
                (Some(rest), _) => (Line::Bullet, rest),
                (None, Some(rest)) => (Line::Quote, rest),
                (None, None) => (Line::Plain, line.as_str()),
            };
        let is_plain = rest.len() == line.len();
        match alone(rest, args) {
            Some(lines) if is_plain => message.lines.extend(lines.iter().cloned()),
            Some(lines) => message.lines.extend(lines.iter().map(|line| kind(line.spans().to_vec()))),
            None => message.lines.push(kind(Writing::of(rest, args, prefix))),
        }
    }
    message
}

/// What is left to say when there is no template: the key and every value.
pub(super) fn everything(key: &str, values: usize) -> String {
    let marks = (0..values).filter_map(mark).map(|mark| format!(" {mark}")).collect::<String>();
    format!("{key}:{marks}")
}

/// Words in one piece where they are neighbours of one kind, and none that are empty.
pub(super) fn merged(spans: Vec<Span>) -> Vec<Span> {
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match (merged.last_mut(), span) {
            (_, Span::Text(words) | Span::Bold(words) | Span::Code(words)) if words.is_empty() => {}
            (Some(Span::Text(before)), Span::Text(words)) | (Some(Span::Bold(before)), Span::Bold(words)) => {
                before.push_str(&words);
            }
            (_, span) => merged.push(span),
        }
    }
    merged
}

/// One space between words, none at the ends.
fn tidy(line: &str) -> String {
    let mut tidy = String::with_capacity(line.len());
    for word in line.split([' ', '\t']).filter(|word| !word.is_empty()) {
        if !tidy.is_empty() {
            tidy.push(' ');
        }
        tidy.push_str(word);
    }
    // "> " and nothing else quotes nothing.
    if matches!(tidy.as_str(), "-" | ">") { String::new() } else { tidy }
}

/// The lines of a value that has a line for itself.
fn alone<'a>(line: &str, args: &'a [Arg]) -> Option<&'a [Line]> {
    let mut chars = line.chars();
    match (chars.next().and_then(marked).and_then(|index| args.get(index)), chars.next()) {
        (Some(Arg::Lines(lines)), None) => Some(lines),
        _ => None,
    }
}

/// A line being written.
struct Writing<'a> {
    spans: Vec<Span>,
    words: String,
    style: Style,
    prefix: &'a str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Text,
    Bold,
    Code,
}

impl<'a> Writing<'a> {
    fn of(line: &str, args: &[Arg], prefix: &'a str) -> Vec<Span> {
        let mut writing = Self { spans: Vec::new(), words: String::new(), style: Style::Text, prefix };
        let mut rest = line.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '`' => writing.toggle(Style::Code),
                '*' if writing.style != Style::Code && rest.next_if_eq(&'*').is_some() => {
                    writing.toggle(Style::Bold);
                }
                '!' if writing.style == Style::Code && writing.words.is_empty() => {
                    writing.words.push_str(prefix);
                }
                c => match marked(c) {
                    Some(index) => writing.put(args.get(index)),
                    None => writing.words.push(c),
                },
            }
        }
        writing.flush();
        merged(writing.spans)
    }

    fn toggle(&mut self, style: Style) {
        self.flush();
        self.style = if self.style == style { Style::Text } else { style };
    }

    fn flush(&mut self) {
        let words = std::mem::take(&mut self.words);
        if words.is_empty() {
            return;
        }
        self.spans.push(match self.style {
            Style::Text => Span::Text(words),
            Style::Bold => Span::Bold(words),
            Style::Code => Span::Code(words),
        });
    }

    fn put(&mut self, arg: Option<&Arg>) {
        match arg {
            None | Some(Arg::Nothing) => {}
            // These are written by the template itself.
            Some(Arg::Number(number)) => self.words.push_str(&number.to_string()),
            Some(Arg::Flag(_)) => {}
            Some(Arg::Typed(typed)) => self.put_typed(typed),
            Some(Arg::Spans(spans)) => spans.iter().for_each(|span| self.put_span(span)),
            Some(Arg::Lines(lines)) => {
                for (index, line) in lines.iter().enumerate() {
                    if index > 0 {
                        self.words.push(' ');
                    }
                    line.spans().iter().for_each(|span| self.put_span(span));
                }
            }
        }
    }

    fn put_typed(&mut self, typed: &str) {
        let typed = match typed.strip_prefix('!') {
            Some(rest) => format!("{}{rest}", self.prefix),
            None => typed.to_owned(),
        };
        if self.style == Style::Code {
            self.words.push_str(&typed);
        } else {
            self.flush();
            self.spans.push(Span::Code(typed));
        }
    }

    fn put_span(&mut self, span: &Span) {
        match (span, self.style) {
            (Span::Text(words), _) | (Span::Bold(words) | Span::Code(words), Style::Code) => {
                self.words.push_str(words);
            }
            (other, _) => {
                self.flush();
                self.spans.push(other.clone());
            }
        }
    }
}
