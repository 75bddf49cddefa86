//! `[matrix]`: the account, the rooms, and who may command.
//!
//! - There is no default for `allow`: nobody is let in by omission.
//! - The account logs in with a password, or with an access token and the device that the token belongs to.

use std::path::Path;

use super::diagnose::{Place, Wrong};
use super::matrix_id::{self, Allow};
use super::secret::Secret;
use super::section::{Found, Section};
use super::shape::Shape;
use super::web_address;

pub(super) const SHAPE: Shape = Shape {
    keys: &[
        ("homeserver", "\"https://example.org\""),
        ("user", "\"@sitrep:example.org\""),
        ("device_id", "\"SITREP\""),
        ("rooms", "[\"#ops:example.org\"]"),
        ("support_room", "\"#support:example.org\""),
        ("stakeholder_rooms", "[\"#status:example.org\"]"),
        ("space", "\"Incidents\""),
        ("allow", "[\"*:example.org\"]"),
        ("encrypt", "\"private\""),
    ],
    secrets: &["password", "access_token", "recovery_key"],
    ..Shape::new("matrix")
};

/// The account on Matrix, its rooms, and who may command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Matrix {
    /// The address of the server, without a slash at its end.
    pub(crate) homeserver: String,
    /// `@name:server`.
    pub(crate) user: String,
    pub(crate) login: Login,
    /// Aliases or ids of the rooms where commands are heard; at least one.
    pub(crate) rooms: Vec<String>,
    /// The room where people ask for help.
    pub(crate) support_room: Option<String>,
    /// Rooms that are told how incidents go.
    pub(crate) stakeholder_rooms: Vec<String>,
    /// The space that the rooms of public incidents are put in: its name, address or id.
    pub(crate) space: Option<String>,
    /// Whose commands are heard; at least one entry.
    pub(crate) allow: Vec<Allow>,
    pub(crate) encrypt: Encrypt,
    /// What opens the account's secret storage, for an account that has one.
    pub(crate) recovery_key: Option<Secret>,
}

/// Which of the rooms that sitrep makes are encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encrypt {
    /// None.
    Never,
    /// Those of private incidents, and direct rooms.
    #[default]
    Private,
    /// All.
    Always,
}

/// How the account logs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Login {
    Password(Secret),
    AccessToken { token: Secret, device_id: String },
}

/// Reads the section; secret files are looked for from `folder`.
pub(super) fn read(section: &Section<'_>, folder: &Path) -> Option<Matrix> {
    for key in ["homeserver", "user", "rooms"] {
        section.require(key);
    }
    if section.place_of("allow").is_none() {
        let help = "add allow = [\"*:example.org\"] for everybody on a server, or [\"@alice:example.org\"] for a person";
        section.report("allow", Wrong::new("[matrix] does not say who may command", help));
    }
    let homeserver = section.web_address("homeserver", web_address::parse);
    let user = section.parsed("user", matrix_id::user);
    let login = login(section, folder);
    let rooms = section.parsed_list("rooms", matrix_id::room);
    not_empty(section, "rooms", "commands would be heard nowhere");
    let support_room = section.parsed("support_room", matrix_id::room);
    let stakeholder_rooms = section.parsed_list("stakeholder_rooms", matrix_id::room).unwrap_or_default();
    let space = section.parsed("space", matrix_id::space);
    let allow = section.parsed_list("allow", matrix_id::allow);
    not_empty(section, "allow", "nobody could command");
    let encrypt = section.parsed("encrypt", encrypt).unwrap_or_default();
    let recovery_key = section.secret("recovery_key", folder).map(|found| found.value);
    Some(Matrix {
        homeserver: homeserver?,
        user: user?,
        login: login?,
        rooms: rooms?,
        support_room,
        stakeholder_rooms,
        space,
        allow: allow?,
        encrypt,
        recovery_key,
    })
}

fn not_empty(section: &Section<'_>, key: &str, consequence: &str) {
    if section.is_empty_list(key) {
        let help = format!("for example {}", SHAPE.example(key));
        section.report(key, Wrong::new(format!("`{key}` is empty: {consequence}"), help));
    }
}

fn login(section: &Section<'_>, folder: &Path) -> Option<Login> {
    let given =
        |key: &str| section.place_of(key).is_some() || section.place_of(&format!("{key}_file")).is_some();
    if !given("password") && !given("access_token") {
        let help = "add password_file = \"...\", or access_token_file = \"...\" with device_id = \"...\"";
        section.report("password", Wrong::new("[matrix] does not say how to log in", help));
        return None;
    }
    let device_id = section.parsed("device_id", device_id);
    let password = section.secret("password", folder);
    let token = section.secret("access_token", folder);
    if given("password") && given("access_token") {
        let (password, token) = (password?, token?);
        return match (&password.place, &token.place) {
            (Place::Variable(_), Place::Part(_) | Place::File) => Some(Login::Password(password.value)),
            (Place::Part(_) | Place::File, Place::Variable(_)) => with_token(section, token, device_id),
            (Place::Variable(_), Place::Variable(_))
            | (Place::Part(_) | Place::File, Place::Part(_) | Place::File) => {
                let wrong = Wrong::new("a password and an access token are both given", "keep one of them");
                section.report_at(&token.place, wrong);
                None
            }
        };
    }
    if let Some(token) = token {
        return with_token(section, token, device_id);
    }
    if section.place_of("device_id").is_some() && given("password") {
        let help = "remove it: sitrep chooses a device when it logs in with a password";
        section.report("device_id", Wrong::new("`device_id` belongs to an access token", help));
    }
    password.map(|password| Login::Password(password.value))
}

fn with_token(section: &Section<'_>, token: Found<Secret>, device_id: Option<String>) -> Option<Login> {
    if section.place_of("device_id").is_none() {
        let help = "add device_id = \"...\", the device for which the token was made";
        section.report_at(&token.place, Wrong::new("an access token needs its `device_id`", help));
    }
    device_id.map(|device_id| Login::AccessToken { token: token.value, device_id })
}

fn encrypt(text: &str) -> Result<Encrypt, Wrong> {
    match text {
        "never" => Ok(Encrypt::Never),
        "private" => Ok(Encrypt::Private),
        "always" => Ok(Encrypt::Always),
        _ => Err(Wrong::new(
            format!("`{text}` does not say which rooms are encrypted"),
            "one of \"private\", \"always\" and \"never\"",
        )),
    }
}

fn device_id(text: &str) -> Result<String, Wrong> {
    match text.is_empty() || text.chars().any(|character| character.is_whitespace() || character.is_control())
    {
        true => Err(Wrong::new(format!("`{text}` is not a device id"), "for example SITREP")),
        false => Ok(text.to_owned()),
    }
}
