//! `sitrep messages`: prints every sentence that sitrep says, as a file to begin one's own wording from.

use std::io::Write;

use anyhow::Result;
use sitrep_core::message::catalogue::{Language, file};

/// What the file begins with.
const ABOUT: &str = "\
# What sitrep says. Name this file in the configuration, and keep the sentences that you change:
#   [messages]
#   file = \"messages.toml\"
#
# {{ name }} puts a value in, {% if name %}...{% else %}...{% endif %} asks whether there is one. A line is a line; one that
# begins with \"- \" is of a list, one that begins with \"> \" quotes. **bold**, and `!something` to type. A sentence
# may use the values that it has here, and no others. `sitrep check` says what is wrong.
";

pub(super) fn messages(language: Language) -> Result<()> {
    writeln!(std::io::stdout(), "{ABOUT}\n{}", file(language).trim_end())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use sitrep_core::message::catalogue::Words;

    use super::*;

    #[test]
    fn what_is_printed_can_be_read_and_says_the_same() {
        for language in Language::ALL {
            let printed = format!("{ABOUT}\n{}", file(language));
            assert_eq!(Words::with_overrides(language, &printed), Ok(Words::of(language)));
        }
    }
}
