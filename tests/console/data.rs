//! What is on disk: a start goes on where the last one ended, however it ended.

use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use sitrep_core::port::Identity;
use sitrep_redb::{RedbStore, StoreKind};

use super::AT;
use crate::support::sitrep::{Home, console_script};
use crate::support::trials::{Test, test};
use crate::support::{Doing, Failed};

const WHOLE: &str = include_str!("one_incident.txt");
const PROMPTS: &str = include_str!("prompts.txt");

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("console::a_restart_changes_nothing", a_restart_changes_nothing),
        test("console::what_was_typed_before_a_kill_is_heard", what_was_typed_before_a_kill_is_heard),
        test("console::a_kill_loses_nothing_and_repeats_nothing", a_kill_loses_nothing_and_repeats_nothing),
        test("console::a_line_cut_short_is_forgotten", a_line_cut_short_is_forgotten),
        test("console::the_time_waited_is_kept", the_time_waited_is_kept),
        test("console::a_service_s_store_is_refused", a_service_s_store_is_refused),
        test("console::a_damaged_chat_is_refused", a_damaged_chat_is_refused),
    ]
}

/// The script in two parts gives the same lines as in one.
fn a_restart_changes_nothing() -> Result<(), Failed> {
    for (script, step) in [(WHOLE, 5), (PROMPTS, 4)] {
        let whole = console_script(&AT, script)?.succeeded()?;
        let lines: Vec<&str> = script.lines().collect();
        for cut in (1..lines.len()).step_by(step) {
            let (first, second) = lines.split_at(cut);
            let home = Home::new()?;
            let mut said = home.console(&AT, &first.join("\n"))?.succeeded()?;
            said.push_str(&home.console(&AT, &seated(first, second))?.succeeded()?);
            assert_eq!(said, whole, "cut after {cut} lines");
        }
    }
    Ok(())
}

/// The second part, begun as who and where the first one ended.
fn seated(first: &[&str], second: &[&str]) -> String {
    let last = |word: &str| first.iter().rev().find(|line| line.starts_with(word)).copied();
    let start = last("/as ").into_iter().chain(last("/room "));
    start.chain(second.iter().copied()).collect::<Vec<_>>().join("\n")
}

fn append(home: &Home, text: &str) -> Result<(), Failed> {
    let path = home.path().join("data/chat.jsonl");
    let mut chat = OpenOptions::new().append(true).open(path).doing("opening the chat")?;
    chat.write_all(text.as_bytes()).doing("writing to the chat")
}

const UNHEARD: &str = r#"{"said":{"room":"2026-11-22-1053-checkout-is-down","person":"bob","text":"!ack","at":"2026-11-22T10:53:00Z"}}"#;

fn what_was_typed_before_a_kill_is_heard() -> Result<(), Failed> {
    let home = Home::new()?;
    home.console(&AT, "!incident checkout is down\n")?.succeeded()?;
    append(&home, &format!("{UNHEARD}\n"))?;
    let said = home.console(&AT, "")?.succeeded()?;
    let answer = "[2026-11-22-1053-checkout-is-down] sitrep: Thank you: you have INC-1, and you lead.";
    assert_eq!(said.matches(answer).count(), 1, "{said}");
    assert!(!said.contains("!incident checkout is down"), "what is old is not said again:\n{said}");
    assert_eq!(home.console(&AT, "")?.succeeded()?, "", "and it is heard once");
    Ok(())
}

/// Killed at many moments of two messages: whoever types the rest afterwards reads what a quiet run says.
fn a_kill_loses_nothing_and_repeats_nothing() -> Result<(), Failed> {
    let quiet = Home::new()?;
    quiet.console(&AT, TWO_MESSAGES)?.succeeded()?;
    let expected = said(&quiet)?;
    for delay_ms in (0..60).step_by(3) {
        let home = Home::new()?;
        start_and_kill(&home, Duration::from_millis(delay_ms))?;
        let typed = said(&home)?.iter().filter(|(_, person, _)| person == "alice").count();
        home.console(&AT, if typed == 1 { "/room INC-1\n!ack\n" } else { "" })?.succeeded()?;
        assert_eq!(said(&home)?, expected, "killed {delay_ms} ms after the first line was read");
    }
    Ok(())
}

const TWO_MESSAGES: &str = "!incident checkout is down\n/room INC-1\n!ack\n";

fn start_and_kill(home: &Home, delay: Duration) -> Result<(), Failed> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sitrep"));
    command.args(AT).args(["--data", "data"]).current_dir(home.path());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().doing("starting a console")?;
    let mut input = child.stdin.take().ok_or("no pipe")?;
    input.write_all(TWO_MESSAGES.as_bytes()).doing("typing")?;
    let mut output = BufReader::new(child.stdout.take().ok_or("no pipe")?);
    output.read_line(&mut String::new()).doing("reading")?;
    thread::sleep(delay);
    child.kill().doing("killing it")?;
    child.wait().doing("waiting for its end")?;
    Ok(())
}

/// Every message in the chat, sorted: its room, who said it, and what.
fn said(home: &Home) -> Result<Vec<(String, String, String)>, Failed> {
    let mut said = Vec::new();
    for line in home.read("data/chat.jsonl")?.lines() {
        let change: Value = serde_json::from_str(line).doing("reading the chat")?;
        let word = |key: &str| change["said"][key].as_str().unwrap_or_default().to_owned();
        if change["said"].is_object() {
            said.push((word("room"), word("person"), word("text")));
        }
    }
    said.sort();
    Ok(said)
}

fn a_line_cut_short_is_forgotten() -> Result<(), Failed> {
    let home = Home::new()?;
    home.console(&AT, "!incident checkout is down\n")?.succeeded()?;
    append(&home, &UNHEARD[..UNHEARD.len() - 9])?;
    let said = home.console(&AT, "hello\n")?.succeeded()?;
    assert_eq!(said, "[ops] alice: hello\n");
    Ok(())
}

fn the_time_waited_is_kept() -> Result<(), Failed> {
    let home = Home::new()?;
    home.console(&AT, "/wait 1h\n")?.succeeded()?;
    let said = home.console(&AT, "!incident checkout is down\n")?.succeeded()?;
    assert!(said.contains("#2026-11-22-1153-checkout-is-down"), "{said}");
    Ok(())
}

fn a_service_s_store_is_refused() -> Result<(), Failed> {
    let home = Home::new()?;
    let data = home.path().join("data");
    fs::create_dir(&data).doing("making the data directory")?;
    let identity = Identity { incarnation: "00000000".to_owned(), seed: "0".repeat(64) };
    drop(RedbStore::open(&data.join("sitrep.redb"), StoreKind::Service, identity).doing("making a store")?);
    let output = home.console(&AT, "!incident checkout is down\n")?;
    assert_eq!((output.status.code(), output.stdout.as_str()), (Some(1), ""));
    assert!(output.stderr.contains("is the service's store, and this is the console's"), "{}", output.stderr);
    Ok(())
}

fn a_damaged_chat_is_refused() -> Result<(), Failed> {
    let home = Home::new()?;
    home.console(&AT, "!incident checkout is down\n")?.succeeded()?;
    let chat = home.path().join("data/chat.jsonl");
    for (content, expected) in [("nonsense\n", "line 1 of the console's history"), ("", "is shorter than")] {
        fs::write(&chat, content).doing("damaging the chat")?;
        let output = home.console(&AT, "hello\n")?;
        assert_eq!(output.status.code(), Some(1), "{}", output.stderr);
        assert!(output.stderr.contains(expected), "{}", output.stderr);
    }
    Ok(())
}
