//! Signs of life.

use super::refused;

#[test]
fn what_does_not_fit() {
    refused(
        r#"
[http]
listen = "127.0.0.1:8321"
[heartbeat.Backup]
every = "0s"
grace = "soon"
token = "hunter2"
oncall = "x"
service = "x"
often = "1m"
[heartbeat.backup]
"#,
        r#"
sitrep.toml:4:12: `Backup` cannot stand in an address
    [heartbeat.Backup]
               ^^^^^^
help: use a to z, 0 to 9, - and _, at most 64 of them

sitrep.toml:5:9: `0s` is too short
    every = "0s"
            ^^^^
help: the shortest is 1s

sitrep.toml:6:9: `soon` is not a length of time
    grace = "soon"
            ^^^^^^
help: a number and a unit (s, m, h, d or w), for example 90s, 15m, 1h30m or 7d

sitrep.toml:7:9: `token` is so short that it could be guessed
    token = ...
            ^^^
help: at least 16 characters: make one with `openssl rand -hex 32`

sitrep.toml:8:10: there is no rota, team or person `x`
    oncall = "x"
             ^^^
help: name one of [oncall], [teams] or [people]

sitrep.toml:9:11: there is no service `x`
    service = "x"
              ^^^
help: add a section [service.NAME] for it

sitrep.toml:10:1: `often` in [heartbeat.NAME] is not known
    often = ...
    ^^^^^
help: [heartbeat.NAME] may have every, grace, oncall, service, token, token_file

sitrep.toml:11:12: [heartbeat.NAME] needs `every`
    [heartbeat.backup]
               ^^^^^^
help: add every = "25h"

sitrep.toml:11:12: anybody could keep the heartbeat `backup` alive
    [heartbeat.backup]
               ^^^^^^
help: add token_file = "...", the name of a file with a secret: make one with `openssl rand -hex 32`
"#,
    );
}

#[test]
fn nothing_is_listened_to() {
    refused(
        r#"
[heartbeat.backup]
every = "25h"
token = "hunter2-hunter2-hunter2"
"#,
        r#"
sitrep.toml:2:12: the heartbeat `backup` could not be heard
    [heartbeat.backup]
               ^^^^^^
help: add listen = "127.0.0.1:8321" below a line [http]
"#,
    );
}
