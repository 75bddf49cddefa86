//! How Discord says no.

use std::time::Duration;

use serde_json::{Value, json};

use crate::description::{Breach, tree};

/// An answer that isn't what was asked for.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Headers beyond the usual ones.
    pub headers: Vec<(&'static str, String)>,
    /// What is said: JSON, or else text as the servers in front of Discord say it.
    pub body: Result<Value, String>,
}

/// Whom a limit is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    /// This bot, for this kind of request.
    User,
    /// Everybody who does this here. It doesn't count towards a ban.
    Shared,
    /// This bot, for everything.
    Global,
}

impl Scope {
    fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Shared => "shared",
            Self::Global => "global",
        }
    }
}

impl Refusal {
    /// With one of Discord's codes.
    pub fn new(status: u16, code: u32, message: &str) -> Self {
        Self { status, headers: Vec::new(), body: Ok(json!({ "message": message, "code": code })) }
    }

    /// Because the form isn't as it must be.
    pub fn form(breaches: &[Breach]) -> Self {
        let mut refusal = Self::new(400, 50035, "Invalid Form Body");
        refusal.body = Ok(json!({ "message": "Invalid Form Body", "code": 50035, "errors": tree(breaches) }));
        refusal
    }

    /// Because one field isn't as it must be.
    pub fn field(path: &[&str], code: &'static str, message: impl Into<String>) -> Self {
        Self::form(&[Breach::at(path, code, message)])
    }

    /// Because there was too much of it. Discord's own limits come without a code.
    pub fn limited(scope: Scope, wait: Duration) -> Self {
        let global = scope == Scope::Global;
        let wait_secs = wait.as_secs_f64();
        let mut headers = vec![
            ("retry-after", format!("{}", wait_secs.ceil())),
            ("x-ratelimit-scope", scope.name().to_owned()),
        ];
        if global {
            headers.push(("x-ratelimit-global", "true".to_owned()));
        }
        let body =
            json!({ "message": "You are being rate limited.", "retry_after": wait_secs, "global": global });
        Self { status: 429, headers, body: Ok(body) }
    }

    /// The same, where it is the limit of a bucket: the answer says which.
    pub fn limited_in_bucket(scope: Scope, wait: Duration) -> Self {
        let mut refusal = Self::limited(scope, wait);
        if scope != Scope::Global {
            refusal.headers.extend([
                ("x-ratelimit-bucket", "on-demand".to_owned()),
                ("x-ratelimit-limit", "5".to_owned()),
                ("x-ratelimit-remaining", "0".to_owned()),
                ("x-ratelimit-reset-after", format!("{:.3}", wait.as_secs_f64())),
            ]);
        }
        refusal
    }

    /// Because the servers in front of Discord had enough of this address: no JSON.
    pub fn cloudflare(wait: Duration) -> Self {
        let headers = vec![("retry-after", format!("{}", wait.as_secs_f64().ceil()))];
        let body =
            "<!doctype html><title>Access denied</title><h1>Error 1015</h1><p>You are being rate limited"
                .to_owned();
        Self { status: 429, headers, body: Err(body) }
    }

    /// Discord's code, if it has one.
    pub fn code(&self) -> Option<u64> {
        self.body.as_ref().ok()?["code"].as_u64()
    }

    /// Whether it counts towards the ban of an address that goes on after a no.
    pub fn counts(&self) -> bool {
        let shared =
            self.headers.iter().any(|(name, value)| *name == "x-ratelimit-scope" && value == "shared");
        matches!(self.status, 401 | 403 | 429) && !shared
    }
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $code:literal, $message:literal;)*) => {
        $($(#[$doc])* pub fn $name() -> Refusal { Refusal::new($status, $code, $message) })*
    };
}

refusals! {
    /// The token is wrong.
    unauthorized = 401, 0, "401: Unauthorized";
    /// There is no such route.
    not_found = 404, 0, "404: Not Found";
    /// There is such a route, but not with this method.
    method_not_allowed = 405, 0, "405: Method Not Allowed";
    /// There is no such channel.
    unknown_channel = 404, 10003, "Unknown Channel";
    /// There is no such guild.
    unknown_guild = 404, 10004, "Unknown Guild";
    /// Nobody of the guild.
    unknown_member = 404, 10007, "Unknown Member";
    /// There is no such message.
    unknown_message = 404, 10008, "Unknown Message";
    /// The channel has no such overwrite.
    unknown_overwrite = 404, 10009, "Unknown Permission Overwrite";
    /// There is no such role.
    unknown_role = 404, 10011, "Unknown Role";
    /// There is nobody of that id.
    unknown_user = 404, 10013, "Unknown User";
    /// There is no such emoji.
    unknown_emoji = 400, 10014, "Unknown Emoji";
    /// There is no such webhook.
    unknown_webhook = 404, 10015, "Unknown Webhook";
    /// There is no such interaction, or not any more.
    unknown_interaction = 404, 10062, "Unknown interaction";
    /// There is no such command.
    unknown_command = 404, 10063, "Unknown application command";
    /// There is no such event.
    unknown_event = 404, 10070, "Unknown Guild Scheduled Event";
    /// Too many pins in the channel.
    max_pins = 400, 30003, "Maximum number of pins reached for the channel (250)";
    /// Too many different signs under the message.
    max_reactions = 400, 30010, "Maximum number of reactions reached (20)";
    /// Too many channels in the guild.
    max_channels = 400, 30013, "Maximum number of guild channels reached (500)";
    /// Too many commands.
    max_commands = 400, 30032, "Maximum number of application commands reached (100)";
    /// Too many commands made today.
    max_command_creates = 400, 30034, "Max number of daily application command creates has been reached (200)";
    /// Too many events to come.
    max_events = 400, 30038, "Maximum number of uncompleted guild scheduled events reached (100)";
    /// Too many changes to old messages. Sent as a 429, unlike all others with a code.
    max_old_edits = 429, 30046, "Maximum number of edits to messages older than 1 hour reached. Try again later";
    /// The interaction has its first answer.
    already_acknowledged = 400, 40060, "Interaction has already been acknowledged.";
    /// A file is larger than may be sent.
    too_large = 413, 40005, "Request entity too large";
    /// Can't be seen.
    missing_access = 403, 50001, "Missing Access";
    /// Somebody else wrote it.
    not_the_author = 403, 50005, "Cannot edit a message authored by another user";
    /// There is nothing in it.
    empty_message = 400, 50006, "Cannot send an empty message";
    /// They don't let themselves be written to.
    cannot_write_to_user = 403, 50007, "Cannot send messages to this user";
    /// Nothing can be written there.
    not_a_text_channel = 400, 50008, "Cannot send messages in a non-text channel";
    /// May not.
    missing_permissions = 403, 50013, "Missing Permissions";
    /// Such messages can't be changed.
    system_message = 403, 50021, "Cannot execute action on a system message";
    /// Not with this kind of channel.
    wrong_channel_type = 400, 50024, "Cannot execute action on this channel type";
    /// The interaction's quarter of an hour is over.
    invalid_webhook_token = 401, 50027, "Invalid Webhook Token";
    /// The thread is archived and can't be brought back by this.
    thread_archived = 400, 50083, "Thread is archived";
    /// The body isn't JSON.
    not_json = 400, 50109, "The request body contains invalid JSON.";
    /// It can't be replied to what may not be read.
    cannot_reply = 403, 160_002, "Cannot reply without permission to read message history";
    /// The message has its thread.
    thread_exists = 400, 160_004, "A thread has already been created for this message";
    /// Only moderators write in it.
    thread_locked = 400, 160_005, "Thread is locked";
}
