//! The record of an incident: what people mark while nobody listens, and what is written down for others.

use crate::support::Failed;
use crate::support::trials::{Test, needs_synapse};

use super::town::Town;

pub(super) fn tests() -> Vec<Test> {
    vec![
        needs_synapse("service::what_is_marked_while_it_is_down_is_on_the_timeline", marked),
        needs_synapse("service::an_export_has_everything_but_what_is_private", exported),
    ]
}

fn marked() -> Result<(), Failed> {
    let town = Town::new()?;
    let mut sitrep = town.sitrep("")?;
    let (room, _) = town.declare("!incident checkout is down")?;
    let before = town.alice.say(&room, "the disk is full")?;
    let mark = town.alice.react(&room, &before, "\u{1f4cc}")?;
    town.ask(&town.alice, &room, "!note so that it is read")?;
    town.ask(&town.alice, &room, "!status")?;
    sitrep.kill9();
    let meanwhile = town.alice.say(&room, "we are making room")?;
    town.alice.react(&room, &meanwhile, "\u{1f4cc}")?;
    town.alice.redact(&room, &mark)?;
    sitrep.start_again()?;
    town.ask(&town.alice, &room, "!status")?;
    let mut shown = String::new();
    // What is marked is read beside everything else.
    for _ in 0..20 {
        shown = town.ask(&town.alice, &room, "!timeline")?.body;
        if shown.contains("we are making room") {
            break;
        }
    }
    assert!(shown.contains("we are making room") && !shown.contains("the disk is full"), "{shown}");
    Ok(())
}

fn exported() -> Result<(), Failed> {
    let town = Town::new()?;
    let mut sitrep = town.sitrep("")?;
    let (room, _) = town.declare("!incident checkout *is* down")?;
    town.ask(&town.alice, &room, "!note the bank has called")?;
    let taken_back = town.alice.say(&room, "!note ACME has called")?;
    town.answer(&town.alice, &room, &taken_back)?;
    town.alice.redact(&room, &taken_back)?;
    town.ask(&town.alice, &room, "!task tell the bank")?;
    town.declare("!incident --private a leak")?;
    let export = |sitrep: &crate::support::sitrep::Sitrep, args: &[&str]| {
        sitrep.home().sitrep(&[&["export"], args].concat(), "")
    };
    let mut written = Vec::new();
    for is_running in [true, false] {
        if !is_running {
            sitrep.terminate()?;
        }
        let markdown = export(&sitrep, &[])?.succeeded()?;
        assert!(markdown.starts_with("# INC-1: checkout \\*is\\* down\n"), "{markdown}");
        for part in ["## Timeline", "the bank has called", "(taken back)", "## Tasks", "1. tell the bank"] {
            assert!(markdown.contains(part), "{part} is not in {markdown}");
        }
        assert!(!markdown.contains("leak") && !markdown.contains("ACME"), "{markdown}");
        let json = export(&sitrep, &["INC-1", "--format", "json"])?.succeeded()?;
        for (number, line) in (1..).zip(json.lines()) {
            let fact: serde_json::Value = serde_json::from_str(line)?;
            assert_eq!((&fact["incident"], &fact["number"]), (&"INC-1".into(), &number.into()), "{line}");
            assert_eq!(fact["v"], 1);
        }
        assert!(json.contains("\"words\":\"the bank has called\"") && !json.contains("ACME"), "{json}");
        let all = export(&sitrep, &["--format", "json"])?.succeeded()?;
        assert!(!all.contains("INC-2") && !all.contains("leak"), "{all}");
        let private = export(&sitrep, &["INC-2"])?.succeeded()?;
        assert!(private.contains("a leak") && private.contains("private"), "{private}");
        let unknown = export(&sitrep, &["INC-9"])?;
        assert!(
            !unknown.status.success() && unknown.stderr.contains("there is no INC-9"),
            "{}",
            unknown.stderr
        );
        let html = export(&sitrep, &["--format", "html"])?;
        assert!(!html.status.success() && html.stderr.contains("not available"), "{}", html.stderr);
        written.push((markdown, private));
    }
    assert_eq!(written[0], written[1], "the service and the store say the same");
    Ok(())
}
