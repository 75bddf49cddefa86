//! The configuration of the tests' Synapse: as an operator would have it, minus the rest of the world.

use std::path::Path;

use serde_json::{Value, json};

/// The part of user ids and aliases after the colon. It is not an address.
pub(crate) const SERVER_NAME: &str = "sitrep.test";

pub(super) const SHARED_SECRET: &str = "known to the tests alone";

/// What the server does to those who ask too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limits {
    /// High enough that no test meets them.
    Lifted,
    /// Synapse's own defaults, which every ordinary installation has.
    Default,
}

/// The limits by their names in `synapse/config/ratelimiting.py`.
const LIMITS: [&str; 10] = [
    "rc_message",
    "rc_registration",
    "rc_admin_redaction",
    "rc_joins_per_room",
    "rc_media_create",
    "rc_delayed_event_mgmt",
    "rc_room_creation",
    "rc_reports",
    "rc_user_directory",
    "rc_profile",
];

/// The limits that come in groups.
const GROUPED_LIMITS: [(&str, &[&str]); 4] = [
    ("rc_login", &["address", "account", "failed_attempts"]),
    ("rc_joins", &["local", "remote"]),
    ("rc_invites", &["per_room", "per_user", "per_issuer"]),
    ("rc_presence", &["per_user"]),
];

/// `homeserver.yaml`, for a server that keeps everything in `folder`.
pub(super) fn homeserver(folder: &Path, port: u16, limits: Limits) -> Value {
    let listener = json!({
        "port": port, "bind_addresses": ["127.0.0.1"], "type": "http", "tls": false,
        "resources": [{ "names": ["client"] }],
    });
    let mut settings = json!({
        "server_name": SERVER_NAME,
        "public_baseurl": format!("http://127.0.0.1:{port}/"),
        "report_stats": false,
        "listeners": [listener],
        "database": { "name": "sqlite3", "args": { "database": folder.join("homeserver.db") } },
        "media_store_path": folder.join("media"),
        // Fixed, so that nothing needs to be generated before the first start.
        "signing_key": "ed25519 a_test c2l0cmVwJ3MgdGVzdHMga25vdyB0aGlzIHNlZWQgISE",
        "macaroon_secret_key": SHARED_SECRET,
        "form_secret": SHARED_SECRET,
        "registration_shared_secret": SHARED_SECRET,
        // The cheapest that bcrypt takes: each account costs a quarter of a second otherwise.
        "bcrypt_rounds": 4,
        "federation_domain_whitelist": [],
        "trusted_key_servers": [],
        "suppress_key_server_warning": true,
    });
    if limits == Limits::Lifted {
        let lifted = json!({ "per_second": 100_000, "burst_count": 100_000 });
        for name in LIMITS {
            settings[name] = lifted.clone();
        }
        for (group, names) in GROUPED_LIMITS {
            for name in names {
                settings[group][name] = lifted.clone();
            }
        }
    }
    settings
}
