//! `[discord]`, and the secret in it: it is `hunter2`, which [`refused`] looks for.

use super::{DISCORD, refused};

#[test]
fn a_discord_section_that_lacks_something() {
    refused(
        "[discord]\n",
        r##"
sitrep.toml:1:2: [discord] needs `guild_id`
    [discord]
     ^^^^^^^
help: add guild_id = "1574025281893654565"

sitrep.toml:1:2: [discord] needs `rooms`
    [discord]
     ^^^^^^^
help: add rooms = ["ops"]

sitrep.toml:1:2: [discord] does not say who may command
    [discord]
     ^^^^^^^
help: add allow_roles = ["@everyone"] for everybody on the server, or ["ops"] for a role

sitrep.toml:1:2: [discord] does not say how to log in
    [discord]
     ^^^^^^^
help: add token_file = "...", the name of a file that holds the bot's token
"##,
    );
    refused(
        &DISCORD.replace("[\"@everyone\"]", "[]").replace("[\"ops\"]", "[]"),
        r##"
sitrep.toml:4:9: `rooms` is empty: commands would be heard nowhere
    rooms = []
            ^^
help: for example rooms = ["ops"]

sitrep.toml:5:15: `allow_roles` is empty: nobody could command
    allow_roles = []
                  ^^
help: for example allow_roles = ["@everyone"]
"##,
    );
}

#[test]
fn names_that_are_not_discords() {
    refused(
        &DISCORD.replace("\"17\"", "\"Example\"").replace("\"ops\"", "\"On call\"").replace("@everyone", "*"),
        r#"
sitrep.toml:3:12: `Example` is not the id of a Discord server
    guild_id = "Example"
               ^^^^^^^^^
help: it is a number: in Discord switch on the developer mode, then right-click the server, Copy Server ID

sitrep.toml:4:10: no text channel on Discord is called `On call`
    rooms = ["On call"]
             ^^^^^^^^^
help: their names have small letters and no spaces: did you mean `on-call`?

sitrep.toml:5:16: `*` is not a role on Discord
    allow_roles = ["*"]
                   ^^^
help: write @everyone for everybody on the server
"#,
    );
    refused(
        &DISCORD.replace("\"17\"", "17"),
        r#"
sitrep.toml:3:12: `guild_id` must be text in quotes, not a number
    guild_id = 17
               ^^
help: for example guild_id = "1574025281893654565"
"#,
    );
    refused(
        &format!("{DISCORD}category = \"\"\napi_address = \"discord.com\"\n"),
        r#"
sitrep.toml:6:12: `` can't be the name of a category
    category = ""
               ^^
help: write a name of at most 90 characters, as in Incidents

sitrep.toml:7:15: `discord.com` is not the address of a machine with a port
    api_address = "discord.com"
                  ^^^^^^^^^^^^^
help: for example 127.0.0.1:3443; leave it out for Discord itself
"#,
    );
    refused(
        &format!("{DISCORD}root_certificate = \"src/main.rs\"\n"),
        r#"
sitrep.toml:6:20: `root_certificate` names ./src/main.rs, which holds no certificate
    root_certificate = "src/main.rs"
                       ^^^^^^^^^^^^^
help: it must be in PEM, and begins with -----BEGIN CERTIFICATE-----

sitrep.toml:6:20: `root_certificate` belongs to an `api_address`
    root_certificate = "src/main.rs"
                       ^^^^^^^^^^^^^
help: remove it: Discord's own certificate is known
"#,
    );
}

#[test]
fn the_token_is_not_shown() {
    refused(
        &DISCORD.replace("\"hunter2\"", "\"Bot hunter2\""),
        r#"
sitrep.toml:2:9: this is not the token of a bot
    token = ...
            ^^^
help: copy it again from the page Bot of the application; it is one word
"#,
    );
    refused(
        &DISCORD.replace("token =", "tokne ="),
        r#"
sitrep.toml:1:2: [discord] does not say how to log in
    [discord]
     ^^^^^^^
help: add token_file = "...", the name of a file that holds the bot's token

sitrep.toml:2:1: `tokne` in [discord] is not known
    tokne = ...
    ^^^^^
help: did you mean `token`?
"#,
    );
    refused(
        &format!("{DISCORD}token_file = \"x\"\n"),
        r#"
sitrep.toml:6:14: `token` and `token_file` are both given
    token_file = "x"
                 ^^^
help: keep one of them
"#,
    );
    refused(
        &DISCORD.replace("\"hunter2\"", "5 # hunter2"),
        r#"
sitrep.toml:2:9: `token` must be text in quotes, not a number
    token = ...
            ^^^
help: for example token = "..."
"#,
    );
}

#[test]
fn a_voice_channel_without_discord() {
    refused(
        "[meeting]\nprovider = \"discord_voice\"\n",
        r#"
sitrep.toml:2:12: the provider `discord_voice` needs Discord, which is not configured
    provider = "discord_voice"
               ^^^^^^^^^^^^^^^
help: add a [discord] section, or choose jitsi
"#,
    );
    refused(
        &format!("{DISCORD}[meeting]\nprovider = \"discord_voice\"\nbase_url = \"https://meet.jit.si\"\n"),
        r#"
sitrep.toml:8:12: `base_url` is not used by the provider `discord_voice`
    base_url = "https://meet.jit.si"
               ^^^^^^^^^^^^^^^^^^^^^
help: remove it, or choose provider = "jitsi"
"#,
    );
}
