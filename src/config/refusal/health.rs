//! What measures the system.

use super::refused;

#[test]
fn what_is_missing() {
    refused(
        "[health]\nprometheus = \"http://127.0.0.1:9090\"\n",
        r#"
sitrep.toml:2:14: [health] does not say what is measured
    prometheus = "http://127.0.0.1:9090"
                 ^^^^^^^^^^^^^^^^^^^^^^^
help: add a [[health.panel]] with a title and a query for each figure
"#,
    );
    refused(
        "[[health.panel]]\ntitle = \"Failing\"\n",
        r#"
sitrep.toml:1:1: [[health.panel]] needs `query`
    [[health.panel]]
    ^^^^^^^^^^^^^^^^
help: add query = 'sum(rate(http_requests_total{code=~"5.."}[5m]))'

sitrep.toml:1:3: [health] needs `prometheus`
    [[health.panel]]
      ^^^^^^
help: add prometheus = "http://127.0.0.1:9090"
"#,
    );
}

#[test]
fn what_is_wrong() {
    refused(
        "[health]\nprometheus = \"127.0.0.1:9090\"\n[[health.panel]]\ntitle = \"\"\nquery = \"up\"\nunits = \"s\"\n",
        r#"
sitrep.toml:2:14: `127.0.0.1:9090` is not a web address
    prometheus = "127.0.0.1:9090"
                 ^^^^^^^^^^^^^^^^
help: write it with https://, as in https://example.org

sitrep.toml:4:9: `title` is empty
    title = ""
            ^^
help: one line of at most 60 characters

sitrep.toml:6:1: `units` in [health.panel] is not known
    units = "s"
    ^^^^^
help: did you mean `unit`?
"#,
    );
    refused(
        "[health]\nprometheus = \"http://a\"\npanel = \"up\"\n",
        r#"
sitrep.toml:3:9: `panel` must be a list of sections
    panel = ...
            ^^^
help: write the keys of each below a line [[health.panel]]
"#,
    );
    let panel = "[[health.panel]]\ntitle = \"Failing\"\nquery = \"up\"\n";
    refused(
        &format!("[health]\nprometheus = \"http://a\"\n{panel}{panel}"),
        r#"
sitrep.toml:7:9: two panels are called `Failing`
    title = "Failing"
            ^^^^^^^^^
help: people tell them apart by their titles
"#,
    );
}

#[test]
fn a_token_is_not_shown() {
    refused(
        "[health]\nprometheus = \"http://a\"\ntoken = \"hunter2\"\ntoken_file = \"x\"\n[[health.panel]]\ntitle = \"a\"\nquery \
         = \"up\"\n",
        r#"
sitrep.toml:4:14: `token` and `token_file` are both given
    token_file = "x"
                 ^^^
help: keep one of them
"#,
    );
}
