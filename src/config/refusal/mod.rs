//! What is wrong with a configuration, as people see it: every problem in full.

mod discord;
mod health;
mod heartbeat;
mod http;
mod matrix;
mod name;
mod oncall;
mod report;
mod syntax;
mod value;

use std::path::Path;

use super::read;

/// A section in which nothing is wrong.
const MATRIX: &str = r##"[matrix]
homeserver = "https://example.org"
user = "@sitrep:example.org"
password = "hunter2"
rooms = ["#ops:example.org"]
allow = ["*"]
"##;

/// A section in which nothing is wrong.
const DISCORD: &str = r##"[discord]
token = "hunter2"
guild_id = "17"
rooms = ["ops"]
allow_roles = ["@everyone"]
"##;

#[track_caller]
fn refused(text: &str, expected: &str) {
    let problems =
        read("sitrep.toml", text, Path::new("."), std::iter::empty()).expect_err("something is wrong");
    assert_eq!(problems.to_string(), expected.trim_matches('\n'));
    for shown in [problems.to_string(), format!("{problems:?}")] {
        assert!(!shown.contains("hunter2"), "the secret is shown: {shown}");
    }
}
