//! Names that are not known, not available yet, or not of anybody.

use super::refused;

#[test]
fn names_that_are_not_known() {
    refused(
        "[severity.sev1]\nupdate_evry = \"15m\"\n",
        r#"
sitrep.toml:2:1: `update_evry` in [severity.sev1] is not known
    update_evry = "15m"
    ^^^^^^^^^^^
help: did you mean `update_every`?
"#,
    );
    refused(
        "[incidnt]\nprivate = true\n",
        r#"
sitrep.toml:1:2: [incidnt] is not known
    [incidnt]
     ^^^^^^^
help: did you mean `incident`?
"#,
    );
    refused(
        "[severity.sev5]\nupdate_every = \"1m\"\n",
        r#"
sitrep.toml:1:11: [severity.sev5] is not known
    [severity.sev5]
              ^^^^
help: did you mean `sev1`, `sev2`, `sev3` or `sev4`?
"#,
    );
    refused(
        "[incident]\ntimezone = \"Europe/Berlin\"\n",
        r#"
sitrep.toml:2:1: `timezone` in [incident] is not known
    timezone = "Europe/Berlin"
    ^^^^^^^^
help: `timezone` belongs at the top of the file, above the first [section]
"#,
    );
    refused(
        "banana = 1\n",
        r#"
sitrep.toml:1:1: `banana` at the top of the file is not known
    banana = ...
    ^^^^^^
help: the top of the file may have data_dir, timezone, command_prefix, [messages], [incident], [severity], [meeting], [health], [matrix], [discord], [people], [teams], [service], [schedule], [checklist], [working_hours], [report], [oncall], [http], [heartbeat]
"#,
    );
}

#[test]
fn what_this_version_cannot_honour() {
    refused(
        "[email]\nsmtp = \"x\"\n",
        r#"
sitrep.toml:1:2: [email] is not available in this version of sitrep
    [email]
     ^^^^^
help: remove it
"#,
    );
    refused(
        "[schedule]\ndigest = \"0 9 * * MON\"\n",
        r#"
sitrep.toml:2:1: `digest` in [schedule] is not available in this version of sitrep
    digest = ...
    ^^^^^^
help: remove it
"#,
    );
}

#[test]
fn people_and_teams_that_do_not_fit() {
    refused(
        "[people]\nalice = [\"@alice:example.org\"]\nbob = [\"@alice:example.org\"]\n",
        r#"
sitrep.toml:3:8: `@alice:example.org` is both alice and bob
    bob = ["@alice:example.org"]
           ^^^^^^^^^^^^^^^^^^^^
help: leave it with one of them
"#,
    );
    refused(
        "[people]\nalice = []\n[teams]\npayments = [\"alise\"]\nalice = [\"alice\"]\n",
        r#"
sitrep.toml:4:13: there is no person `alise`
    payments = ["alise"]
                ^^^^^^^
help: did you mean `alice`?

sitrep.toml:5:1: `alice` is a person, and cannot be a team as well
    alice = ["alice"]
    ^^^^^
help: give the team another name
"#,
    );
    refused(
        "[severity.sev1]\ninvite = [\"payment\", \"x\"]\n[people]\nalice = []\n[teams]\npayments = [\"alice\"]\n",
        r#"
sitrep.toml:2:11: there is no team or person `payment`
    invite = ["payment", "x"]
              ^^^^^^^^^
help: did you mean `payments`?

sitrep.toml:2:22: there is no team or person `x`
    invite = ["payment", "x"]
                         ^^^
help: add it to [teams] or [people]
"#,
    );
}

#[test]
fn services_that_do_not_fit() {
    refused(
        "[people]\nalice = []\n[service.checkout]\ninvite = [\"alise\"]\nwords = [\"cart\", \" - \"]\nteam = \"x\"\n",
        r#"
sitrep.toml:4:11: there is no team or person `alise`
    invite = ["alise"]
              ^^^^^^^
help: did you mean `alice`?

sitrep.toml:5:18: ` - ` is no word
    words = ["cart", " - "]
                     ^^^^^
help: write words of titles, such as "checkout"

sitrep.toml:6:1: `team` in [service.NAME] is not known
    team = ...
    ^^^^
help: [service.NAME] may have invite, words, checklist, oncall
"#,
    );
    refused(
        "[service]\ncheckout = [\"alice\"]\n",
        r#"
sitrep.toml:2:12: `checkout` must be a section, not a list
    checkout = ...
               ^^^
help: write its keys below a line [service.NAME]
"#,
    );
}
