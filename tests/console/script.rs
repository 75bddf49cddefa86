//! What may be relied on by whoever writes scripts: the same bytes, only more lines, nothing said elsewhere.

use super::AT;
use crate::support::sitrep::{Home, console_script};
use crate::support::trials::{Test, test};
use crate::support::{Doing, Failed};

const WHOLE: &str = include_str!("one_incident.txt");
const PROMPTS: &str = include_str!("prompts.txt");
const PRIVATE: &str = include_str!("private.txt");

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("console::the_same_script_gives_the_same_bytes", the_same_script_gives_the_same_bytes),
        test("console::another_moment_gives_other_meetings", another_moment_gives_other_meetings),
        test("console::a_longer_script_only_adds_lines", a_longer_script_only_adds_lines),
        test("console::a_message_is_one_line", a_message_is_one_line),
        test("console::lines_end_as_they_like", lines_end_as_they_like),
        test("console::private_is_private", private_is_private),
        test("console::a_prompt_calls_exactly_the_commander", a_prompt_calls_exactly_the_commander),
    ]
}

fn frozen(script: &str) -> Result<String, Failed> {
    console_script(&AT, script)?.succeeded()
}

fn the_same_script_gives_the_same_bytes() -> Result<(), Failed> {
    let once = frozen(WHOLE)?;
    assert_eq!(frozen(WHOLE)?, once);
    // Without a directory there is a new one each time.
    let home = Home::new()?;
    assert_eq!(home.sitrep(&AT, WHOLE)?.succeeded()?, once);
    assert_eq!(home.sitrep(&AT, WHOLE)?.succeeded()?, once);
    Ok(())
}

fn another_moment_gives_other_meetings() -> Result<(), Failed> {
    let meeting = |at: &str| -> Result<String, Failed> {
        let said = console_script(&["--at", at], "!incident checkout is down\n")?.succeeded()?;
        let line = said.lines().find(|line| line.contains("https://meet.jit.si/")).ok_or("no meeting")?;
        Ok(line.to_owned())
    };
    assert_ne!(meeting("2026-11-22T10:53")?, meeting("2026-11-22T10:54")?);
    Ok(())
}

fn a_longer_script_only_adds_lines() -> Result<(), Failed> {
    for script in [WHOLE, PROMPTS] {
        let whole = frozen(script)?;
        let lines: Vec<&str> = script.lines().collect();
        for count in (0..lines.len()).step_by(4) {
            let part = frozen(&lines[..count].join("\n"))?;
            assert!(whole.starts_with(&part), "after {count} lines:\n{part}");
        }
    }
    Ok(())
}

/// Every line is a message or the indented rest of one.
fn a_message_is_one_line() -> Result<(), Failed> {
    for line in frozen(WHOLE)?.lines() {
        let message = line.strip_prefix('[').and_then(|rest| rest.split_once("] "));
        let said = message.and_then(|(room, said)| Some((room, said.split_once(": ")?)));
        match said {
            Some((room, (person, _))) => {
                assert!(!room.starts_with('#') && !room.contains(' '), "{line}");
                assert!(["alice", "bob", "sitrep"].contains(&person), "{line}");
            }
            None => assert!(line.starts_with("  "), "{line}"),
        }
    }
    Ok(())
}

fn lines_end_as_they_like() -> Result<(), Failed> {
    let script = "!incident checkout is down\n\n/room INC-1\n!ack\n";
    let said = frozen(script)?;
    assert_eq!(frozen(&script.replace('\n', "\r\n"))?, said);
    assert_eq!(frozen(script.trim_end())?, said);
    assert_eq!(frozen("")?, "");
    let joined = frozen("hello\\\nworld\\")?;
    assert_eq!(joined, "[ops] alice: hello\n  world\n");
    Ok(())
}

fn private_is_private() -> Result<(), Failed> {
    let own = "[2026-11-22-1053-customer-data-leaked]";
    let mut room = String::new();
    for line in frozen(PRIVATE)?.lines() {
        if let Some((start, _)) = line.split_once(' ').filter(|(start, _)| start.starts_with('[')) {
            room = start.to_owned();
        }
        // The declaration itself was typed in #ops, and those who belong to it are told, and ask, in private.
        let is_typed = line.starts_with("[ops] alice: ");
        if room != own && !["[alice]", "[carol]"].contains(&room.as_str()) && !is_typed {
            for secret in ["leaked", "hole", "customers", "meet.jit.si"] {
                assert!(!line.contains(secret), "{line}");
            }
        }
        assert_ne!(room, "[status]", "stakeholders hear nothing: {line}");
    }
    Ok(())
}

fn a_prompt_calls_exactly_the_commander() -> Result<(), Failed> {
    let script = "!incident checkout is down\n/room INC-1\n!ack\n!lead @carol\n/wait 20m\n";
    let said = frozen(script)?;
    let asked = said.lines().last().ok_or("nothing was said").doing("waiting for the prompt")?;
    assert!(
        asked.starts_with("[2026-11-22-1053-checkout-is-down] sitrep: @carol an update is due"),
        "{asked}"
    );
    assert_eq!(asked.matches('@').count(), 1, "{asked}");
    Ok(())
}
