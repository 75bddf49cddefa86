//! Lines from standard input, whatever it is: a file, a pipe, a program that types slowly.
//!
//! - A line that ends in a backslash goes on in the next one, as one message of several lines.
//! - What isn't UTF-8 is read with replacement characters, a carriage return before the line end is dropped, and a
//!   line that no chat platform would take is refused rather than read into memory.

use std::io::{BufRead, Read};

use tokio::sync::mpsc;

/// The longest line, in bytes: what fits into an event on Matrix.
const LONGEST: u64 = 65_535;

/// One message's worth of input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Typed {
    /// The number of the line that it begins on, from 1.
    pub(crate) number: u64,
    /// The text, or why there is none.
    pub(crate) text: Result<String, String>,
}

/// Reads standard input on a thread of its own, because reading a pipe can't be broken off.
pub(crate) fn from_stdin() -> mpsc::Receiver<std::io::Result<Typed>> {
    let (sender, receiver) = mpsc::channel(16);
    std::thread::spawn(move || {
        for typed in Lines::new(std::io::stdin().lock()) {
            if sender.blocking_send(typed).is_err() {
                break;
            }
        }
    });
    receiver
}

/// Messages read from anywhere.
struct Lines<R> {
    input: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    fn new(input: R) -> Self {
        Self { input, number: 0 }
    }

    /// The next line without its end; `None` at the end of the input.
    fn line(&mut self) -> std::io::Result<Option<Result<String, String>>> {
        let mut bytes = Vec::new();
        let read = self.input.by_ref().take(LONGEST + 1).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let has_end = bytes.pop_if(|last| *last == b'\n').is_some();
        if !has_end && read as u64 > LONGEST {
            self.input.skip_until(b'\n')?;
            return Ok(Some(Err(format!(
                "a message of more than {LONGEST} bytes fits nowhere, so it is not said"
            ))));
        }
        bytes.pop_if(|last| *last == b'\r');
        Ok(Some(Ok(String::from_utf8_lossy(&bytes).into_owned())))
    }

    fn message(&mut self) -> std::io::Result<Option<Typed>> {
        let mut message = String::new();
        let mut number = None;
        while let Some(line) = self.line()? {
            let number = *number.get_or_insert(self.number);
            let line = match line {
                Ok(line) => line,
                Err(sentence) => return Ok(Some(Typed { number, text: Err(sentence) })),
            };
            match line.strip_suffix('\\') {
                Some(begun) if (message.len() as u64) < LONGEST => {
                    message.push_str(begun);
                    message.push('\n');
                }
                Some(_) | None => {
                    message.push_str(&line);
                    return Ok(Some(Typed { number, text: Ok(message) }));
                }
            }
        }
        Ok(number.map(|number| Typed { number, text: Ok(message) }))
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = std::io::Result<Typed>;

    fn next(&mut self) -> Option<Self::Item> {
        self.message().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(input: &[u8]) -> Vec<(u64, Result<String, String>)> {
        Lines::new(input)
            .map(|typed| typed.expect("readable"))
            .map(|typed| (typed.number, typed.text))
            .collect()
    }

    fn text(number: u64, text: &str) -> (u64, Result<String, String>) {
        (number, Ok(text.to_owned()))
    }

    #[test]
    fn lines_end_as_they_like() {
        assert_eq!(read(b""), []);
        assert_eq!(read(b"one\ntwo"), [text(1, "one"), text(2, "two")]);
        assert_eq!(read(b"one\r\n\r\ntwo\r\n"), [text(1, "one"), text(2, ""), text(3, "two")]);
        assert_eq!(read(b"caf\xe9\n"), [text(1, "caf\u{fffd}")]);
        assert_eq!(read(b"\0\n"), [text(1, "\0")]);
    }

    #[test]
    fn a_backslash_joins() {
        assert_eq!(read(b"one\\\ntwo\nthree\n"), [text(1, "one\ntwo"), text(3, "three")]);
        assert_eq!(read(b"one\\\r\ntwo"), [text(1, "one\ntwo")]);
        assert_eq!(read(b"one\\"), [text(1, "one\n")]);
        assert_eq!(read(b"C:\\temp\n"), [text(1, "C:\\temp")]);
    }

    #[test]
    fn what_is_too_long_is_refused_and_the_next_line_is_read() {
        let longest = "x".repeat(65_535);
        let lines = read(format!("{longest}\n{longest}y\nz\n").as_bytes());
        assert_eq!((lines[0].clone(), lines[2].clone()), (text(1, &longest), text(3, "z")));
        assert!(lines[1].1.as_ref().is_err_and(|sentence| sentence.contains("65535 bytes")));
    }
}
