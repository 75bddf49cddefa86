//! What can go wrong between us and Discord, and what that means for an attempt.
//!
//! - A request that never got out changed nothing; one whose answer was lost may have worked. Only the second is in
//!   doubt, and so is one after which Discord says that it is in trouble (5xx).
//! - **Only what carries a code is Discord's refusal.** Whatever stands in front of it answers with pages of HTML:
//!   that will pass.
//! - A token that is refused says nothing about the action: it can be done once a person has helped.
//!
//! The words continue a sentence such as "I could not make a room (...)", and are for people who have never heard of
//! Discord's codes: what they are is said here, and which permission is missing is known to whoever asked.

use std::time::Duration;

use serenity::{
    Error,
    http::{DiscordJsonError, HttpError},
};
use sitrep_core::port::Outcome;

/// What a code says that Discord gives where there is nothing to be read (serenity's own).
const UNREADABLE: i64 = -1;

/// Codes of Discord's that something hangs on ("Opcodes and Status Codes", "JSON Error Codes").
pub(crate) mod code {
    /// No such channel.
    pub(crate) const UNKNOWN_CHANNEL: i64 = 10_003;
    /// Nobody of that id is on the server.
    pub(crate) const UNKNOWN_MEMBER: i64 = 10_007;
    /// No such message.
    pub(crate) const UNKNOWN_MESSAGE: i64 = 10_008;
    /// Nobody has that id.
    pub(crate) const UNKNOWN_USER: i64 = 10_013;
    /// No such webhook: an interaction whose time is over.
    pub(crate) const UNKNOWN_WEBHOOK: i64 = 10_015;
    /// The interaction is unknown, or too old for a first answer.
    pub(crate) const UNKNOWN_INTERACTION: i64 = 10_062;
    /// No such scheduled event.
    pub(crate) const UNKNOWN_EVENT: i64 = 10_070;
    /// The channel has as many pins as it may have.
    pub(crate) const PINS_FULL: i64 = 30_003;
    /// The server has as many channels as it may have.
    pub(crate) const CHANNELS_FULL: i64 = 30_013;
    /// The server has as many scheduled events as it may have.
    pub(crate) const EVENTS_FULL: i64 = 30_038;
    /// Messages older than an hour were edited too often.
    pub(crate) const OLD_EDITS: i64 = 30_046;
    /// A file is too large.
    pub(crate) const TOO_LARGE: i64 = 40_005;
    /// The interaction was answered before.
    pub(crate) const ANSWERED_BEFORE: i64 = 40_060;
    /// The channel is closed to us.
    pub(crate) const NO_ACCESS: i64 = 50_001;
    /// There is nothing in the message, or nothing that we may say: embeds take a permission.
    pub(crate) const EMPTY_MESSAGE: i64 = 50_006;
    /// They take no direct messages from us.
    pub(crate) const NO_DIRECT: i64 = 50_007;
    /// A permission is missing.
    pub(crate) const NO_PERMISSION: i64 = 50_013;
    /// The token of an interaction is too old.
    pub(crate) const TOKEN_EXPIRED: i64 = 50_027;
    /// They share no server with us.
    pub(crate) const NO_SHARED_SERVER: i64 = 50_278;
    /// The thread is archived.
    pub(crate) const THREAD_ARCHIVED: i64 = 50_083;
    /// The message has its thread.
    pub(crate) const HAS_THREAD: i64 = 160_004;
    /// The thread is locked.
    pub(crate) const THREAD_LOCKED: i64 = 160_005;
}

/// Something went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Discord wants to be left alone for this long: with everything (`wide`), or with this one thing.
    Limited { wait: Duration, wide: bool },
    /// Discord doesn't accept the bot's token.
    LoggedOut,
    /// Discord refused.
    Refused(Refusal),
    /// The request didn't get there.
    Unreached(String),
    /// Something in front of Discord answered in its place, and with this HTTP status.
    Intercepted(u16),
    /// The request may have been carried out.
    Lost(String),
    /// The answer says that the request was carried out, and can't be read otherwise.
    Garbled(String),
    /// Something here failed.
    Broken(String),
}

/// What Discord refused with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The HTTP status.
    pub(crate) status: u16,
    /// Discord's code; 0 where it has none.
    pub(crate) code: i64,
    /// What to say to people.
    pub(crate) words: String,
    /// Which parts of the request were wrong: their paths.
    pub(crate) fields: Vec<String>,
}

impl Failure {
    /// A refusal that is ours: Discord was not asked.
    pub(crate) fn refused(words: impl Into<String>) -> Self {
        Self::Refused(Refusal { status: 0, code: 0, words: words.into(), fields: Vec::new() })
    }

    /// Discord's code, where it refused.
    pub(crate) fn code(&self) -> Option<i64> {
        match self {
            Self::Refused(refusal) => Some(refusal.code),
            Self::Limited { .. }
            | Self::LoggedOut
            | Self::Unreached(_)
            | Self::Intercepted(_)
            | Self::Lost(_)
            | Self::Garbled(_)
            | Self::Broken(_) => None,
        }
    }

    /// Whether Discord refused with one of these codes.
    pub(crate) fn is(&self, codes: &[i64]) -> bool {
        self.code().is_some_and(|code| codes.contains(&code))
    }

    /// Whether Discord refused because this part of the request is wrong.
    pub(crate) fn blames(&self, field: &str) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.fields.iter().any(|path| path.starts_with(field)))
    }

    /// The same failure of a request that only reads: nothing can be in doubt.
    pub(crate) fn while_reading(self) -> Self {
        match self {
            Self::Lost(words) => Self::Unreached(words),
            Self::Garbled(_)
            | Self::Limited { .. }
            | Self::LoggedOut
            | Self::Refused(_)
            | Self::Unreached(_)
            | Self::Intercepted(_)
            | Self::Broken(_) => self,
        }
    }

    /// What happened, in words that continue a sentence.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Limited { wait, .. } => format!("Discord asks to wait {} s", wait.as_secs_f32().ceil()),
            Self::LoggedOut => "Discord no longer accepts the bot's token".to_owned(),
            Self::Refused(refusal) => refusal.words.clone(),
            Self::Unreached(words) => format!("Discord could not be reached ({words})"),
            Self::Intercepted(status) => format!("something else answered in place of Discord ({status})"),
            Self::Lost(words) => format!("Discord's answer was lost ({words})"),
            Self::Garbled(words) => format!("Discord's answer can't be read ({words})"),
            Self::Broken(words) => format!("the Discord client failed ({words})"),
        }
    }

    /// What became of the attempt.
    pub(crate) fn into_outcome(self) -> Outcome {
        let words = self.words();
        match self {
            Self::Limited { wait, wide: true } => Outcome::RetryAfter(wait),
            Self::Limited { wait, wide: false } => Outcome::Partly { left: 1, wait },
            Self::Refused(_) => Outcome::Permanent(words),
            Self::LoggedOut | Self::Unreached(_) | Self::Intercepted(_) | Self::Broken(_) => {
                Outcome::Transient(words)
            }
            Self::Lost(_) | Self::Garbled(_) => Outcome::InDoubt(words),
        }
    }

    /// What an error of serenity's means, for a request that takes this permission.
    pub(crate) fn from_serenity(error: &Error, needs: &str) -> Self {
        if let Error::Http(HttpError::UnsuccessfulRequest(answer)) = error {
            return answered(answer.status_code.as_u16(), &answer.error, needs);
        }
        if let Error::Http(HttpError::Request(error)) = error {
            return unanswered(error);
        }
        // All others are about what was sent, or about the library.
        Self::Broken(error.to_string())
    }
}

fn answered(status: u16, error: &DiscordJsonError, needs: &str) -> Failure {
    let code = i64::try_from(error.code).unwrap_or_default();
    match status {
        // A limit of its own kind, without a time after which it is over.
        429 if code == code::OLD_EDITS => refused(status, error, needs),
        // Without a word about how long: serenity waits where there is one.
        429 => Failure::Limited { wait: DEFAULT_WAIT, wide: true },
        500.. => Failure::Lost(format!("it has trouble of its own: {status}")),
        408 => Failure::Lost("it took too long".to_owned()),
        421 | 425 => Failure::Intercepted(status),
        _ if code == UNREADABLE => Failure::Intercepted(status),
        _ => refused(status, error, needs),
    }
}

/// How long to wait when Discord only says that it is too much.
const DEFAULT_WAIT: Duration = Duration::from_secs(5);

fn refused(status: u16, error: &DiscordJsonError, needs: &str) -> Failure {
    let code = i64::try_from(error.code).unwrap_or_default();
    let fields = error.errors.iter().map(|error| error.path.clone()).collect();
    Failure::Refused(Refusal { status, code, words: words_of(code, error, needs), fields })
}

fn words_of(code: i64, error: &DiscordJsonError, needs: &str) -> String {
    let known = match code {
        code::UNKNOWN_CHANNEL => "the channel is gone",
        code::UNKNOWN_MESSAGE => "the message is gone",
        code::UNKNOWN_MEMBER | code::UNKNOWN_USER => "they are not on the server",
        code::UNKNOWN_EVENT => "it is not in the calendar any more",
        code::UNKNOWN_INTERACTION | code::UNKNOWN_WEBHOOK | code::TOKEN_EXPIRED => {
            "it is too late to answer there"
        }
        code::PINS_FULL => "the channel has as many pinned messages as Discord allows",
        code::CHANNELS_FULL => "the server has 500 channels, and Discord allows no more",
        code::EVENTS_FULL => "the server's calendar is full",
        code::OLD_EDITS => "Discord lets old messages be changed only now and then",
        code::NO_DIRECT | code::NO_SHARED_SERVER => "they take no direct messages from me",
        // Nothing empty is ever sent.
        code::EMPTY_MESSAGE => "sitrep lacks the permission Embed Links on Discord",
        code::NO_ACCESS | code::NO_PERMISSION => return without_permission(code, needs),
        _ => return format!("Discord refused: {}", their_words(error)),
    };
    known.to_owned()
}

fn without_permission(code: i64, needs: &str) -> String {
    match (code, needs) {
        (code::NO_ACCESS, _) => {
            "sitrep may not see the channel: it lacks the permission View Channel".to_owned()
        }
        (_, "") => "sitrep lacks a permission for that on Discord".to_owned(),
        (_, needs) => format!("sitrep lacks the permission {needs} on Discord"),
    }
}

/// What Discord says itself, on one line.
fn their_words(error: &DiscordJsonError) -> String {
    let details: Vec<&str> = error.errors.iter().map(|error| error.message.as_str()).collect();
    let message = error.message.trim_end_matches('.');
    let all =
        if details.is_empty() { message.to_owned() } else { format!("{message}: {}", details.join(" ")) };
    let one_line: Vec<&str> =
        all.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    one_line.join(" ").chars().take(200).collect()
}

fn unanswered(error: &reqwest_0_12::Error) -> Failure {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if error.is_connect() || error.is_builder() {
        return Failure::Unreached(cause.to_string());
    }
    if error.is_timeout() {
        return Failure::Lost("it took too long".to_owned());
    }
    // The outermost words name the address, which may hold the token of an interaction.
    Failure::Lost(cause.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(status: u16, code: i64, message: &str) -> Outcome {
        let error = serde_json::from_value(json!({ "code": code, "message": message })).unwrap();
        answered(status, &error, "Manage Channels").into_outcome()
    }

    #[test]
    fn answers_become_outcomes() {
        let permanent = |words: &str| Outcome::Permanent(words.to_owned());
        let lost = |words: &str| Outcome::InDoubt(format!("Discord's answer was lost ({words})"));
        let elsewhere = |status: u16| {
            Outcome::Transient(format!("something else answered in place of Discord ({status})"))
        };
        let cases = [
            (403, 50_013, permanent("sitrep lacks the permission Manage Channels on Discord")),
            (403, 50_001, permanent("sitrep may not see the channel: it lacks the permission View Channel")),
            (403, 50_007, permanent("they take no direct messages from me")),
            (404, 10_003, permanent("the channel is gone")),
            (400, 30_013, permanent("the server has 500 channels, and Discord allows no more")),
            (429, 30_046, permanent("Discord lets old messages be changed only now and then")),
            (400, 50_024, permanent("Discord refused: Odd thing")),
            (429, 0, Outcome::RetryAfter(DEFAULT_WAIT)),
            (429, -1, Outcome::RetryAfter(DEFAULT_WAIT)),
            (403, -1, elsewhere(403)),
            (404, -1, elsewhere(404)),
            (302, -1, elsewhere(302)),
            (421, 0, elsewhere(421)),
            (408, 0, lost("it took too long")),
            (500, 0, lost("it has trouble of its own: 500")),
            (502, -1, lost("it has trouble of its own: 502")),
        ];
        for (status, code, expected) in cases {
            assert_eq!(answer(status, code, "Odd\n thing."), expected, "{status} {code}");
        }
    }

    #[test]
    fn limits_of_one_thing_hold_up_nothing_else() {
        let limited = |wide| Failure::Limited { wait: Duration::from_secs(7), wide }.into_outcome();
        assert_eq!(limited(true), Outcome::RetryAfter(Duration::from_secs(7)));
        assert_eq!(limited(false), Outcome::Partly { left: 1, wait: Duration::from_secs(7) });
    }

    #[test]
    fn what_is_wrong_in_a_form_is_known_by_its_path() {
        let errors =
            json!({ "parent_id": { "_errors": [{ "code": "FULL", "message": "Too many.\nReally." }] } });
        let error = json!({ "code": 50_035, "message": "Invalid Form Body", "errors": errors });
        let failure = answered(400, &serde_json::from_value(error).unwrap(), "");
        assert!(failure.blames("parent_id") && !failure.blames("name"));
        assert_eq!(failure.words(), "Discord refused: Invalid Form Body: Too many. Really.");
    }

    #[test]
    fn nothing_is_in_doubt_after_reading() {
        let lost = Failure::Lost("it took too long".to_owned());
        assert!(matches!(lost.clone().into_outcome(), Outcome::InDoubt(_)));
        assert!(matches!(lost.while_reading().into_outcome(), Outcome::Transient(_)));
    }
}
