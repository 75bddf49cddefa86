//! How reports are watched.

use super::refused;

#[test]
fn what_does_not_fit() {
    refused(
        r#"
[report]
oncall = "suport"
acknowledge_within = "soon"
reaction = ":fire:"
escalate_to = "everybody"
contacts = " "
watch = "x"
[people]
alice = []
[oncall.support]
people = ["alice"]
"#,
        r#"
sitrep.toml:3:10: there is no rota, team or person `suport`
    oncall = "suport"
             ^^^^^^^^
help: did you mean `support`?

sitrep.toml:4:22: `soon` is not a length of time
    acknowledge_within = "soon"
                         ^^^^^^
help: a number and a unit (s, m, h, d or w), for example 90s, 15m, 1h30m or 7d

sitrep.toml:5:12: `:fire:` is not one emoji
    reaction = ":fire:"
               ^^^^^^^^
help: write the sign itself, such as "🚨"; "" files no message

sitrep.toml:6:15: there is no rota, team or person `everybody`
    escalate_to = "everybody"
                  ^^^^^^^^^^^
help: name one of [oncall], [teams] or [people]

sitrep.toml:7:12: `contacts` is empty
    contacts = " "
               ^^^
help: write how people are reached when chat doesn't reach them, as in Call Jane: +49 30 1234

sitrep.toml:8:1: `watch` in [report] is not known
    watch = ...
    ^^^^^
help: [report] may have oncall, acknowledge_within, reaction, escalate_to, contacts
"#,
    );
}
