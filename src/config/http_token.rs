//! The secrets by which machines prove who they are.
//!
//! - A secret is long enough not to be guessed, and goes into a header as it is.
//! - Senders of PagerDuty's all speak to one address: their secrets alone tell them apart, from each other and from all
//!   others.

use std::path::Path;

use super::diagnose::Wrong;
use super::secret::Secret;
use super::section::{Found, Section};

const SHORTEST_CHARACTERS: usize = 16;

/// How to make one.
pub(super) const HOW_TO_MAKE: &str = "make one with `openssl rand -hex 32`";

/// Reads the secret `key`, if it is given and may be used; `folder` is where its file is looked for.
pub(super) fn read(section: &Section<'_>, key: &str, folder: &Path) -> Option<Found<Secret>> {
    let Found { value, place } = section.secret(key, folder)?;
    match check(key, value.trimmed()) {
        Ok(value) => Some(Found { value, place }),
        Err(wrong) => {
            section.report_at(&place, wrong);
            None
        }
    }
}

/// Whether `key` is given, itself or as the name of a file.
pub(super) fn is_given(section: &Section<'_>, key: &str) -> bool {
    section.place_of(key).is_some() || section.place_of(&format!("{key}_file")).is_some()
}

/// Nothing of a secret is said, and neither how long it is.
fn check(key: &str, secret: Secret) -> Result<Secret, Wrong> {
    let text = secret.expose();
    if !text.chars().all(|character| character.is_ascii_graphic()) {
        let message = format!("`{key}` has a space in it, or a character that no header can carry");
        return Err(Wrong::new(message, HOW_TO_MAKE));
    }
    match text.len() < SHORTEST_CHARACTERS {
        true => Err(Wrong::new(
            format!("`{key}` is so short that it could be guessed"),
            format!("at least {SHORTEST_CHARACTERS} characters: {HOW_TO_MAKE}"),
        )),
        false => Ok(secret),
    }
}

/// The secrets so far, and whose they are.
#[derive(Default)]
pub(super) struct Tokens {
    taken: Vec<Token>,
}

/// A secret and whose it is.
pub(super) struct Token {
    pub(super) secret: Secret,
    /// The section that it stands in, as in `[http.sources.prometheus]`.
    pub(super) section: String,
    /// Whether the secret alone says who speaks.
    pub(super) names_its_source: bool,
}

impl Tokens {
    /// Remembers a secret; refuses one that would leave it open who speaks.
    pub(super) fn take(&mut self, token: Token) -> Result<(), Wrong> {
        let same = |other: &&Token| {
            other.secret == token.secret && (other.names_its_source || token.names_its_source)
        };
        let result = match self.taken.iter().find(same) {
            Some(other) => Err(Wrong::new(
                format!("this is also the token of {}", other.section),
                format!("PagerDuty senders are told apart by their tokens alone: {HOW_TO_MAKE}"),
            )),
            None => Ok(()),
        };
        self.taken.push(token);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::super::secret::Secret;
    use super::{Token, Tokens, check};

    #[test]
    fn a_secret_is_long_and_one_word() {
        assert!(check("token", Secret::new("0123456789abcdef")).is_ok());
        for text in ["0123456789abcde", "0123456789 abcdef", "0123456789abcdeö", "0123456789abc\ndef"] {
            let wrong = check("token", Secret::new(text)).expect_err(text);
            assert!(!format!("{wrong:?}").contains("0123"), "{wrong:?}");
        }
    }

    #[test]
    fn pagerduty_senders_share_no_secret() {
        let token = |section: &str, names_its_source| Token {
            secret: Secret::new("0123456789abcdef"),
            section: section.to_owned(),
            names_its_source,
        };
        let mut tokens = Tokens::default();
        assert!(tokens.take(token("[http.sources.a]", false)).is_ok());
        assert!(tokens.take(token("[http.sources.b]", false)).is_ok());
        let wrong = tokens.take(token("[http.sources.c]", true)).expect_err("it is taken");
        assert_eq!(wrong.message, "this is also the token of [http.sources.a]");
    }
}
