//! Who is on duty.

use super::refused;

#[test]
fn what_a_rota_lacks() {
    refused(
        r#"
[people]
alice = []
bob = []
[oncall.a]
[oncall.b]
handover = "0 9 * * MON"
[oncall.c]
people = []
[oncall.d]
people = ["alice", "bob"]
"#,
        r#"
sitrep.toml:5:9: the rota `a` does not say who is on duty
    [oncall.a]
            ^
help: add people = ["alice", "bob"], or a calendar

sitrep.toml:7:12: the rota `b` does not say who is on duty
    handover = "0 9 * * MON"
               ^^^^^^^^^^^^^
help: add people = ["alice", "bob"], or a calendar

sitrep.toml:9:10: the rota `c` has nobody in it
    people = []
             ^^
help: for example people = ["alice", "bob"]

sitrep.toml:11:10: the rota `d` has 2 people and no `handover`
    people = ["alice", "bob"]
             ^^^^^^^^^^^^^^^^
help: add handover and from; or keep one person, and name who is next in escalate_to
"#,
    );
    refused(
        r#"
[people]
alice = []
bob = []
[oncall.a]
people = ["alice", "bob"]
handover = "0 9 * * MON"
[oncall.b]
people = ["alice"]
from = "2026-11-23"
[oncall.c]
people = ["alice"]
handover = "0 9 * * MON"
from = "2026-11-23"
"#,
        r#"
sitrep.toml:7:12: a `handover` needs `from`
    handover = "0 9 * * MON"
               ^^^^^^^^^^^^^
help: add from = "2026-11-23", the day on which the first of `people` is on duty

sitrep.toml:10:8: `from` belongs to a `handover`
    from = "2026-11-23"
           ^^^^^^^^^^^^
help: add handover = "0 9 * * MON", or remove it

sitrep.toml:13:12: one person has nobody to hand over to
    handover = "0 9 * * MON"
               ^^^^^^^^^^^^^
help: add people to take turns, or remove `handover` and `from`
"#,
    );
}

#[test]
fn who_is_not_known() {
    refused(
        r#"
[people]
alice = []
[oncall.payments]
people = ["alise"]
escalate_to = "paymets"
[oncall.alice]
people = ["alice"]
[oncall.web]
people = ["alice"]
escalate_to = "web"
"#,
        r#"
sitrep.toml:5:11: there is no person `alise`
    people = ["alise"]
              ^^^^^^^
help: did you mean `alice`?

sitrep.toml:6:15: there is no rota, team or person `paymets`
    escalate_to = "paymets"
                  ^^^^^^^^^
help: did you mean `payments`?

sitrep.toml:7:9: `alice` is a person, and cannot be a rota as well
    [oncall.alice]
            ^^^^^
help: name the rota after the team that takes turns

sitrep.toml:11:15: `web` would be told when `web` does not answer
    escalate_to = "web"
                  ^^^^^
help: name somebody else: a team, a person or another rota
"#,
    );
    refused(
        r#"
[people]
alice = []
[severity.sev1]
invite = ["oncall:paymens"]
[service.checkout]
invite = ["oncall:x", "oncal:payments", "payments"]
[oncall.payments]
people = ["alice"]
"#,
        r#"
sitrep.toml:5:11: there is no rota `paymens`
    invite = ["oncall:paymens"]
              ^^^^^^^^^^^^^^^^
help: did you mean `payments`?

sitrep.toml:7:11: there is no rota `x`
    invite = ["oncall:x", "oncal:payments", "payments"]
              ^^^^^^^^^^
help: write down who is on duty below a line [oncall.NAME]

sitrep.toml:7:23: there is no team or person `oncal:payments`
    invite = ["oncall:x", "oncal:payments", "payments"]
                          ^^^^^^^^^^^^^^^^
help: did you mean `oncall:payments`?

sitrep.toml:7:41: `payments` is a rota, and no team or person
    invite = ["oncall:x", "oncal:payments", "payments"]
                                            ^^^^^^^^^^
help: for whoever is on duty there, write oncall:payments
"#,
    );
    refused(
        r#"
[severity.sev1]
invite = ["oncall:payments"]
"#,
        r#"
sitrep.toml:3:11: there is no rota `payments`
    invite = ["oncall:payments"]
              ^^^^^^^^^^^^^^^^^
help: write down who is on duty below a line [oncall.NAME]
"#,
    );
}

#[test]
fn when_nobody_hands_over() {
    refused(
        r#"
[people]
alice = []
bob = []
[oncall.a]
people = ["alice", "bob"]
handover = "*/15 * * * *"
from = "23.11.2026"
[oncall.b]
people = ["alice", "bob"]
handover = "0 9 * *"
from = 2026-11-23
"#,
        r#"
sitrep.toml:7:12: `*/15 * * * *` hands over more often than every hour
    handover = "*/15 * * * *"
               ^^^^^^^^^^^^^^
help: for example 0 9 * * MON for Mondays at nine, or 0 8,20 * * * for twice a day

sitrep.toml:8:8: `23.11.2026` is not a day
    from = "23.11.2026"
           ^^^^^^^^^^^^
help: year, month and day, as in 2026-11-23: the first of `people` is on duty then

sitrep.toml:11:12: `0 9 * *` should have five fields and has 4
    handover = "0 9 * *"
               ^^^^^^^^^
help: minute, hour, day, month and weekday, as in 0 9 * * MON for Mondays at nine

sitrep.toml:12:8: `from` must be text in quotes, not a date
    from = 2026-11-23
           ^^^^^^^^^^
help: for example from = "2026-11-23"
"#,
    );
}

#[test]
fn a_calendar_says_it_alone() {
    refused(
        r#"
[people]
alice = []
[oncall.a]
calendar = "https://a.example/hunter2.ics"
people = ["alice"]
from = "2026-11-23"
[oncall.b]
calendar = "https://me:hunter2@a.example/x.ics"
[oncall.c]
calendar = "hunter2.ics"
[oncall.d]
calendar = "https://a.example/hunter2.ics"
calendar_file = "x"
[oncall.e]
calender = "https://a.example/hunter2.ics"
"#,
        r#"
sitrep.toml:6:10: `people` and a calendar both say who is on duty
    people = ["alice"]
             ^^^^^^^^^
help: remove it, or the calendar

sitrep.toml:7:8: `from` and a calendar both say who is on duty
    from = "2026-11-23"
           ^^^^^^^^^^^^
help: remove it, or the calendar

sitrep.toml:9:12: this is not the address of a calendar
    calendar = ...
               ^^^
help: it looks like https://calendar.example/oncall.ics, without a user name or password in it

sitrep.toml:11:12: `calendar` names a file that cannot be read: No such file or directory (os error 2)
    calendar = ...
               ^^^
help: give an address with https://, or a file; relative names start at the folder of the configuration file

sitrep.toml:14:17: `calendar` and `calendar_file` are both given
    calendar_file = "x"
                    ^^^
help: keep one of them

sitrep.toml:15:9: the rota `e` does not say who is on duty
    [oncall.e]
            ^
help: add people = ["alice", "bob"], or a calendar

sitrep.toml:16:1: `calender` in [oncall.NAME] is not known
    calender = ...
    ^^^^^^^^
help: did you mean `calendar`?
"#,
    );
}
