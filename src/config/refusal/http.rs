//! The address for machines, and what may send alerts there; the secret is `hunter2`, which [`refused`] looks for.

use super::refused;

#[test]
fn what_is_missing() {
    refused(
        r#"
[http.sources.prometheus]
"#,
        r#"
sitrep.toml:2:2: [http] needs `listen`
    [http.sources.prometheus]
     ^^^^
help: add listen = "127.0.0.1:8321"

sitrep.toml:2:15: [http.sources.NAME] needs `kind`
    [http.sources.prometheus]
                  ^^^^^^^^^^
help: add kind = "alertmanager"

sitrep.toml:2:15: anybody could send alerts as `prometheus`: it has no token and no hmac_secret
    [http.sources.prometheus]
                  ^^^^^^^^^^
help: add token_file = "...", the name of a file with a secret: make one with `openssl rand -hex 32`
"#,
    );
    refused(
        r#"
[http]
listen = "127.0.0.1:8321"
[http.sources.prometheus]
[http.sources.mine]
kind = "generic"
token = "hunter2-hunter2-hunter2"
[http.sources.other]
kind = "generic"
token = "hunter2-hunter2-hunter2"
[http.sources.other.fields]
state = "/status"
"#,
        r#"
sitrep.toml:4:15: [http.sources.NAME] needs `kind`
    [http.sources.prometheus]
                  ^^^^^^^^^^
help: add kind = "alertmanager"

sitrep.toml:4:15: anybody could send alerts as `prometheus`: it has no token and no hmac_secret
    [http.sources.prometheus]
                  ^^^^^^^^^^
help: add token_file = "...", the name of a file with a secret: make one with `openssl rand -hex 32`

sitrep.toml:6:8: nothing says where `mine` has its group and title
    kind = "generic"
           ^^^^^^^^^
help: write where they stand below a line [http.sources.mine.fields]

sitrep.toml:11:21: [http.sources.NAME.fields] needs `group`
    [http.sources.other.fields]
                        ^^^^^^
help: add group = "/id"

sitrep.toml:11:21: [http.sources.NAME.fields] needs `title`
    [http.sources.other.fields]
                        ^^^^^^
help: add title = "/message"
"#,
    );
}

#[test]
fn where_it_listens() {
    refused(
        r#"
[http]
listen = "8321"
certificate = "missing.pem"
"#,
        r#"
sitrep.toml:3:10: `8321` is not an address with a port
    listen = "8321"
             ^^^^^^
help: for example 127.0.0.1:8321 for this machine alone, or 0.0.0.0:8321 for every network it is in

sitrep.toml:4:15: `certificate` is of no use without `key`
    certificate = "missing.pem"
                  ^^^^^^^^^^^^^
help: add key = "key.pem", or remove it for plain HTTP

sitrep.toml:4:15: `certificate` names ./missing.pem, which cannot be read: No such file or directory (os error 2)
    certificate = "missing.pem"
                  ^^^^^^^^^^^^^
help: relative names start at the folder of the configuration file
"#,
    );
    refused(
        r#"
[http]
listen = "localhost:8321"
key = "src/main.rs"
certificate = "missing.pem"
"#,
        r#"
sitrep.toml:4:7: `key` names ./src/main.rs, which holds no private key
    key = "src/main.rs"
          ^^^^^^^^^^^^^
help: it must be in PEM, and begins with -----BEGIN PRIVATE KEY-----

sitrep.toml:5:15: `certificate` names ./missing.pem, which cannot be read: No such file or directory (os error 2)
    certificate = "missing.pem"
                  ^^^^^^^^^^^^^
help: relative names start at the folder of the configuration file
"#,
    );
}

#[test]
fn how_a_source_proves_itself() {
    refused(
        r#"
[http]
listen = "127.0.0.1:8321"
[http.sources.both]
kind = "grafana"
token = "hunter2-hunter2-hunter2"
hmac_secret = "hunter2-hunter2-hunter2"
[http.sources.short]
kind = "alertmanager"
token = "hunter2"
[http.sources.words]
kind = "alertmanager"
token = "hunter2 hunter2 hunter2"
[http.sources.missing]
kind = "alertmanager"
token_file = "missing"
[http.sources.pager]
kind = "pagerduty"
hmac_secret = "hunter2-hunter2-hunter2"
[http.sources.header]
kind = "grafana"
token = "hunter2-hunter2-hunter2"
signature_header = "X-Signature"
[http.sources.colon]
kind = "grafana"
hmac_secret = "hunter2-hunter2-hunter2"
signature_header = "X-Signature:"
"#,
        r#"
sitrep.toml:7:15: a token and an hmac_secret are both given
    hmac_secret = ...
                  ^^^
help: keep one of them

sitrep.toml:10:9: `token` is so short that it could be guessed
    token = ...
            ^^^
help: at least 16 characters: make one with `openssl rand -hex 32`

sitrep.toml:13:9: `token` has a space in it, or a character that no header can carry
    token = ...
            ^^^
help: make one with `openssl rand -hex 32`

sitrep.toml:16:14: `token_file` names ./missing, which cannot be read: No such file or directory (os error 2)
    token_file = "missing"
                 ^^^^^^^^^
help: relative names start at the folder of the configuration file

sitrep.toml:19:15: PagerDuty senders do not sign what they send
    hmac_secret = ...
                  ^^^
help: give a token instead: it is what the sender calls its routing key or integration key

sitrep.toml:23:20: `signature_header` belongs to an `hmac_secret`
    signature_header = "X-Signature"
                       ^^^^^^^^^^^^^
help: add hmac_secret_file = "...", or remove it

sitrep.toml:27:20: `X-Signature:` is not the name of a header
    signature_header = "X-Signature:"
                       ^^^^^^^^^^^^^^
help: for example X-Hub-Signature-256
"#,
    );
}

#[test]
fn pagerduty_senders_are_told_apart() {
    refused(
        r#"
[http]
listen = "127.0.0.1:8321"
[http.sources.a]
kind = "pagerduty"
token = "hunter2-hunter2-hunter2"
[http.sources.b]
kind = "pagerduty"
token = "hunter2-hunter2-hunter2"
[heartbeat.c]
every = "1m"
token = "hunter2-hunter2-hunter2"
"#,
        r#"
sitrep.toml:9:9: this is also the token of [http.sources.a]
    token = ...
            ^^^
help: PagerDuty senders are told apart by their tokens alone: make one with `openssl rand -hex 32`

sitrep.toml:12:9: this is also the token of [http.sources.a]
    token = ...
            ^^^
help: PagerDuty senders are told apart by their tokens alone: make one with `openssl rand -hex 32`
"#,
    );
}

#[test]
fn names_and_numbers_of_a_source() {
    refused(
        r#"
[http]
listen = "127.0.0.1:8321"
[http.sources.Prometheus]
kind = "prometheus"
token = "hunter2-hunter2-hunter2"
per_minute = 0
max_body_kib = 10241
does = "page"
severity = "sev5"
oncall = "payment"
service = "chekout"
tokn = "hunter2-hunter2-hunter2"
[service.checkout]
[http.sources.a]
kind = "grafna"
token = "hunter2-hunter2-hunter2"
does = "declar"
[http.sources.a.fields]
group = "/id"
title = "/title"
[http.sources.b]
kind = "grafana"
token = "hunter2-hunter2-hunter2"
severity = "sev1"
[http.sources.b.fields]
group = "/id"
title = "/title"
"#,
        r#"
sitrep.toml:4:15: `Prometheus` cannot stand in an address
    [http.sources.Prometheus]
                  ^^^^^^^^^^
help: use a to z, 0 to 9, - and _, at most 64 of them

sitrep.toml:5:8: there is no kind of source `prometheus`
    kind = "prometheus"
           ^^^^^^^^^^^^
help: one of alertmanager, grafana, pagerduty, uptime_kuma and generic

sitrep.toml:7:14: `per_minute` must be a whole number from 1 to 100000
    per_minute = 0
                 ^
help: for example per_minute = 600

sitrep.toml:8:16: `max_body_kib` must be a whole number from 1 to 10240
    max_body_kib = 10241
                   ^^^^^
help: for example max_body_kib = 1024

sitrep.toml:9:8: `page` is nothing that an alert can do
    does = "page"
           ^^^^^^
help: one of "report", "declare", "attach" and "ignore"

sitrep.toml:10:12: there is no severity `sev5`
    severity = "sev5"
               ^^^^^^
help: did you mean `sev1`, `sev2`, `sev3` or `sev4`?

sitrep.toml:11:10: there is no rota, team or person `payment`
    oncall = "payment"
             ^^^^^^^^^
help: name one of [oncall], [teams] or [people]

sitrep.toml:12:11: there is no service `chekout`
    service = "chekout"
              ^^^^^^^^^
help: did you mean `checkout`?

sitrep.toml:13:1: `tokn` in [http.sources.NAME] is not known
    tokn = ...
    ^^^^
help: did you mean `token`?

sitrep.toml:16:8: there is no kind of source `grafna`
    kind = "grafna"
           ^^^^^^^^
help: did you mean `grafana`?

sitrep.toml:18:8: `declar` is nothing that an alert can do
    does = "declar"
           ^^^^^^^^
help: did you mean `declare`?

sitrep.toml:25:12: `severity` is of use only where an incident is declared
    severity = "sev1"
               ^^^^^^
help: write does = "declare", or remove it: people choose the severity of what they declare

sitrep.toml:26:1: what this kind of source sends is known without `fields`
    [http.sources.b.fields]
    ^^^^^^^^^^^^^^^^^^^^^^^
help: remove them, or write kind = "generic"
"#,
    );
}

#[test]
fn rules_that_do_not_fit() {
    refused(
        r#"
[http]
listen = "127.0.0.1:8321"
[http.sources.a]
kind = "grafana"
token = "hunter2-hunter2-hunter2"
[[http.sources.a.rules]]
labels = []
does = "report"
severity = "sev1"
[[http.sources.a.rules]]
labels = ["critical", "service=*check", "=x"]
label = "x"
"#,
        r#"
sitrep.toml:8:10: `labels` is empty: the rule would be for everything
    labels = []
             ^^
help: name at least one label; what becomes of all others stands beside `kind`

sitrep.toml:10:12: `severity` is of use only where an incident is declared
    severity = "sev1"
               ^^^^^^
help: write does = "declare", or remove it: people choose the severity of what they declare

sitrep.toml:11:1: [[http.sources.NAME.rules]] needs `does`
    [[http.sources.a.rules]]
    ^^^^^^^^^^^^^^^^^^^^^^^^
help: add does = "declare"

sitrep.toml:12:11: `critical` does not say what the label must be
    labels = ["critical", "service=*check", "=x"]
              ^^^^^^^^^^
help: for example severity=critical, or service=check*

sitrep.toml:12:23: `service=*check` has a * before its end
    labels = ["critical", "service=*check", "=x"]
                          ^^^^^^^^^^^^^^^^
help: for example severity=critical, or service=check*

sitrep.toml:12:41: `=x` does not name a label
    labels = ["critical", "service=*check", "=x"]
                                            ^^^^
help: for example severity=critical, or service=check*

sitrep.toml:13:1: `label` in [http.sources.NAME.rules] is not known
    label = "x"
    ^^^^^
help: did you mean `labels`?
"#,
    );
}

#[test]
fn fields_that_do_not_fit() {
    refused(
        r#"
[http]
listen = "127.0.0.1:8321"
[http.sources.a]
kind = "generic"
token = "hunter2-hunter2-hunter2"
[http.sources.a.fields]
group = "id"
title = "$.title"
resolved = []
link = "/a~b"
"#,
        r#"
sitrep.toml:8:9: `id` does not say where in the JSON it stands
    group = "id"
            ^^^^
help: it begins with / and has a / before each name or number, as in /alert/message or /items/0

sitrep.toml:9:9: `$.title` does not say where in the JSON it stands
    title = "$.title"
            ^^^^^^^^^
help: it begins with / and has a / before each name or number, as in /alert/message or /items/0

sitrep.toml:10:12: `resolved` belongs to a `state`
    resolved = []
               ^^
help: add state = "/status", where it stands

sitrep.toml:11:8: `/a~b` has a ~ that stands for nothing
    link = "/a~b"
           ^^^^^^
help: in a name, ~ is written ~0 and / is written ~1
"#,
    );
}

#[test]
fn a_token_of_the_figures() {
    refused(
        r#"
[http]
listen = "127.0.0.1:8321"
[http.metrics]
token = "hunter2"
path = "/metrics"
"#,
        r#"
sitrep.toml:5:9: `token` is so short that it could be guessed
    token = ...
            ^^^
help: at least 16 characters: make one with `openssl rand -hex 32`

sitrep.toml:6:1: `path` in [http.metrics] is not known
    path = ...
    ^^^^
help: [http.metrics] may have token, token_file
"#,
    );
}
