//! `[matrix]`, and the secrets in it: those below are all `hunter2`, which [`refused`] looks for.

use super::{MATRIX, refused};

#[test]
fn a_matrix_section_that_lacks_something() {
    refused(
        "[matrix]\n",
        r##"
sitrep.toml:1:2: [matrix] needs `homeserver`
    [matrix]
     ^^^^^^
help: add homeserver = "https://example.org"

sitrep.toml:1:2: [matrix] needs `user`
    [matrix]
     ^^^^^^
help: add user = "@sitrep:example.org"

sitrep.toml:1:2: [matrix] needs `rooms`
    [matrix]
     ^^^^^^
help: add rooms = ["#ops:example.org"]

sitrep.toml:1:2: [matrix] does not say who may command
    [matrix]
     ^^^^^^
help: add allow = ["*:example.org"] for everybody on a server, or ["@alice:example.org"] for a person

sitrep.toml:1:2: [matrix] does not say how to log in
    [matrix]
     ^^^^^^
help: add password_file = "...", or access_token_file = "..." with device_id = "..."
"##,
    );
    refused(
        &MATRIX.replace("\"#ops:example.org\"", "\"ops\""),
        r#"
sitrep.toml:5:10: `ops` is not a room on Matrix
    rooms = ["ops"]
             ^^^^^
help: write #alias:server, as in #ops:example.org, or the id of the room, which begins with !
"#,
    );
    refused(
        &MATRIX.replace("[\"*\"]", "[]"),
        r#"
sitrep.toml:6:9: `allow` is empty: nobody could command
    allow = []
            ^^
help: for example allow = ["*:example.org"]
"#,
    );
    refused(
        &MATRIX.replace("password", "access_token"),
        r#"
sitrep.toml:4:16: an access token needs its `device_id`
    access_token = ...
                   ^^^
help: add device_id = "...", the device for which the token was made
"#,
    );
}

#[test]
fn secrets_are_not_shown() {
    refused(
        &MATRIX.replace("\"hunter2\"", "5 # hunter2"),
        r#"
sitrep.toml:4:12: `password` must be text in quotes, not a number
    password = ...
               ^^^
help: for example password = "..."
"#,
    );
    refused(
        &MATRIX.replace("password =", "pasword ="),
        r#"
sitrep.toml:1:2: [matrix] does not say how to log in
    [matrix]
     ^^^^^^
help: add password_file = "...", or access_token_file = "..." with device_id = "..."

sitrep.toml:4:1: `pasword` in [matrix] is not known
    pasword = ...
    ^^^^^^^
help: did you mean `password`?
"#,
    );
    refused(
        &MATRIX.replace("https://", "https://bot:hunter2@"),
        r#"
sitrep.toml:2:14: the address holds a user name or password
    homeserver = ...
                 ^^^
help: leave out the part before the @
"#,
    );
    refused(
        &format!("{MATRIX}password_file = \"x\"\n"),
        r#"
sitrep.toml:7:17: `password` and `password_file` are both given
    password_file = "x"
                    ^^^
help: keep one of them
"#,
    );
    refused(
        &format!("{MATRIX}access_token = \"hunter2\"\n"),
        r#"
sitrep.toml:7:16: a password and an access token are both given
    access_token = ...
                   ^^^
help: keep one of them
"#,
    );
}

#[test]
fn secrets_are_not_shown_beside_or_in_other_mistakes() {
    refused(
        &MATRIX.replace("\"hunter2\"", "\"\"\"\nhunter2\"\"\"\nzebra = \"x\""),
        r#"
sitrep.toml:6:1: `zebra` in [matrix] is not known
    zebra = ...
    ^^^^^
help: [matrix] may have homeserver, user, device_id, rooms, support_room, stakeholder_rooms, space, allow, encrypt, password, password_file, access_token, access_token_file, recovery_key, recovery_key_file
"#,
    );
    refused(
        "matrix = { password = \"hunter2\", user = 5, homeserver = \"https://x\", rooms = [\"!x\"], allow = [\"*\"] }\n",
        r#"
sitrep.toml:1:41: `user` must be text in quotes, not a number
    matrix = { password = ...
                          ^^^
help: for example user = "@sitrep:example.org"
"#,
    );
    refused(
        "[matrix]\npassword = \"hunter2\n",
        r#"
sitrep.toml:2:20: this cannot be read: invalid basic string, expected `"`
    password = ...
                  ^
help: end the text with the quote that it begins with
"#,
    );
    refused(
        "[matrix]\npassword = \"a\"\npassword = \"hunter2\"\n",
        r#"
sitrep.toml:3:1: this cannot be read: duplicate key
    password = ...
    ^^^^^^^^
help: a key or section may be given once: keep one of them
"#,
    );
}
