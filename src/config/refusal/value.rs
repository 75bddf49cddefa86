//! Values of the wrong type, and values that mean nothing.

use super::refused;

#[test]
fn everybody_is_not_told_before_the_commander_is_asked() {
    refused(
        "[incident]\nhandoff_after = \"2h\"\nhandoff_at_latest = \"60m\"\n",
        r#"
sitrep.toml:3:21: `handoff_at_latest` is not later than `handoff_after`
    handoff_at_latest = "60m"
                        ^^^^^
help: for example 60m and 180m
"#,
    );
}

#[test]
fn values_of_the_wrong_type() {
    refused(
        "[severity.sev1]\nupdate_every = 15\n",
        r#"
sitrep.toml:2:16: `update_every` must be text in quotes, not a number
    update_every = 15
                   ^^
help: for example update_every = "15m"
"#,
    );
    refused(
        "[incident]\nprivate = \"yes\"\ndefault_severity = 2\n",
        r#"
sitrep.toml:2:11: `private` must be true or false, not text
    private = "yes"
              ^^^^^
help: for example private = false

sitrep.toml:3:20: `default_severity` must be text in quotes, not a number
    default_severity = 2
                       ^
help: for example default_severity = "sev2"
"#,
    );
    refused(
        "[schedule]\nkeep_backups = \"14\"\n",
        r#"
sitrep.toml:2:16: `keep_backups` must be a whole number, not text
    keep_backups = "14"
                   ^^^^
help: for example keep_backups = 14
"#,
    );
    refused(
        "[people]\nalice = \"@alice:example.org\"\nbob = [\"@bob:example.org\", 5]\n",
        r#"
sitrep.toml:2:9: `alice` must be a list, not text
    alice = "@alice:example.org"
            ^^^^^^^^^^^^^^^^^^^^
help: for example alice = ["@alice:example.org", "discord:1574025281893654565", "alice@example.org"]

sitrep.toml:3:28: `bob` must be a list of texts in quotes, not a number
    bob = ["@bob:example.org", 5]
                               ^
help: for example bob = ["@alice:example.org", "discord:1574025281893654565", "alice@example.org"]
"#,
    );
    refused(
        "matrix = 5\n",
        r#"
sitrep.toml:1:10: `matrix` must be a section, not a number
    matrix = ...
             ^^^
help: write its keys below a line [matrix]
"#,
    );
}

#[test]
fn values_that_mean_nothing() {
    refused(
        "[severity.sev1]\nupdate_every = \"15 minutes\"\nacknowledge_within=\"0s\"\n",
        r#"
sitrep.toml:2:16: `15 minutes` is not a length of time
    update_every = "15 minutes"
                   ^^^^^^^^^^^^
help: a number and a unit (s, m, h, d or w), for example 90s, 15m, 1h30m or 7d; or none

sitrep.toml:3:20: `0s` is too short
    acknowledge_within="0s"
                       ^^^^
help: the shortest is 1s
"#,
    );
    refused(
        "timezone = \"Europe/Berln\"\n",
        r#"
sitrep.toml:1:12: there is no time zone `Europe/Berln`
    timezone = "Europe/Berln"
               ^^^^^^^^^^^^^^
help: did you mean `Europe/Berlin`?
"#,
    );
    refused(
        "[schedule]\nbackup = \"0 25 * * *\"\nkeep_backups = 0\n",
        r#"
sitrep.toml:2:10: `0 25 * * *` is not a schedule: Component error: Number out of bounds.
    backup = "0 25 * * *"
             ^^^^^^^^^^^^
help: minute, hour, day, month and weekday, as in 0 9 * * MON for Mondays at nine

sitrep.toml:3:16: `keep_backups` must be a whole number from 1 to 1000
    keep_backups = 0
                   ^
help: for example keep_backups = 14
"#,
    );
}

#[test]
fn values_that_do_not_go_with_others() {
    refused(
        "[incident]\ndefault_severity = \"sev0\"\nroom_name = \"{date}\"\n",
        r#"
sitrep.toml:2:20: there is no severity `sev0`
    default_severity = "sev0"
                       ^^^^^^
help: did you mean `sev1`, `sev2`, `sev3` or `sev4`?

sitrep.toml:3:13: `{date}` has no {name}, so rooms could not be told apart
    room_name = "{date}"
                ^^^^^^^^
help: for example {date}-{time}-{name}
"#,
    );
    refused(
        "[meeting]\nurl = \"https://zoom.example/{room}\"\n",
        r#"
sitrep.toml:2:7: `url` is not used by the provider `jitsi`
    url = "https://zoom.example/{room}"
          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
help: add provider = "url", or name a Jitsi server in base_url
"#,
    );
    refused(
        "[working_hours]\ndays = [\"tues\"]\nend = \"08:00\"\n",
        r#"
sitrep.toml:2:9: there is no day `tues`
    days = ["tues"]
            ^^^^^^
help: did you mean `tue`?

sitrep.toml:3:7: work ends at 08:00, before it starts at 09:00
    end = "08:00"
          ^^^^^^^
help: both are on the same day: end must be later than start
"#,
    );
}
