//! What surrounds the console: pipes that close, bytes that aren't text, directories, a second console, odd moments.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use super::AT;
use crate::support::process::Process;
use crate::support::sitrep::{Home, console_script};
use crate::support::trials::{Test, test};
use crate::support::{Doing, Failed, PATIENCE};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("console::odd_moments_are_refused", odd_moments_are_refused),
        test("console::anything_can_be_piped_in", anything_can_be_piped_in),
        test("console::whoever_stops_reading_is_not_minded", whoever_stops_reading_is_not_minded),
        test("console::a_directory_has_one_console", a_directory_has_one_console),
        test("console::data_lie_where_the_system_keeps_them", data_lie_where_the_system_keeps_them),
        test("console::what_is_thrown_away_is_gone", what_is_thrown_away_is_gone),
        test("console::without_a_moment_the_clock_runs", without_a_moment_the_clock_runs),
    ]
}

fn command(home: &Home, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sitrep"));
    command.args(args).current_dir(home.path()).stdin(Stdio::piped());
    command
}

fn odd_moments_are_refused() -> Result<(), Failed> {
    for (at, expected) in
        [("soon", "Write it like 2026-11-22T10:53"), ("2026-02-30T10:53", "is not a moment")]
    {
        let output = console_script(&["--at", at], "hello\n")?;
        assert_eq!((output.status.code(), output.stdout.as_str()), (Some(2), ""), "{at}");
        assert!(output.stderr.contains(expected), "{}", output.stderr);
    }
    let home = Home::with(&[("sitrep.toml", "timezone = \"Europe/Berlin\"")])?;
    let skipped = ["--at", "2027-03-28T02:30", "--config", "sitrep.toml"];
    let output = home.console(&skipped, "hello\n")?;
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stderr.contains("does not exist in Europe/Berlin"), "{}", output.stderr);
    Ok(())
}

fn anything_can_be_piped_in() -> Result<(), Failed> {
    let home = Home::new()?;
    let said = File::create(home.path().join("said")).doing("making a file")?;
    let complaints = File::create(home.path().join("complaints")).doing("making a file")?;
    let mut process = Process::spawn(command(&home, &AT).stdout(said).stderr(complaints))?;
    let mut input = process.input().ok_or("no pipe")?;
    let mut bytes = b"caf\xe9 \x1b[31mred\x07\n".to_vec();
    bytes.extend(std::iter::repeat_n(b'x', 1_000_000));
    bytes.extend(b"\nstill here");
    input.write_all(&bytes).doing("typing")?;
    drop(input);
    let status = process.wait(PATIENCE)?.ok_or("it still runs")?;
    assert!(status.success(), "{status}");
    assert_eq!(home.read("said")?, "[ops] alice: caf\u{fffd} [31mred\n[ops] alice: still here\n");
    assert!(home.read("complaints")?.starts_with("line 2: a message of more than"));
    Ok(())
}

/// As `sitrep | head -1` does.
fn whoever_stops_reading_is_not_minded() -> Result<(), Failed> {
    let home = Home::new()?;
    let complaints = File::create(home.path().join("complaints")).doing("making a file")?;
    let mut child = command(&home, &AT)
        .stdout(Stdio::piped())
        .stderr(complaints)
        .spawn()
        .doing("starting the console")?;
    let mut input = child.stdin.take().ok_or("no pipe")?;
    let mut output = BufReader::new(child.stdout.take().ok_or("no pipe")?);
    input.write_all(b"first\n").doing("typing")?;
    let mut line = String::new();
    output.read_line(&mut line).doing("reading")?;
    drop(output);
    // The console may be gone before all of it is typed.
    let _ = input.write_all("more\n".repeat(1000).as_bytes());
    drop(input);
    let status = child.wait().doing("waiting")?;
    assert!(status.success(), "{status}");
    assert_eq!((line.as_str(), home.read("complaints")?.as_str()), ("[ops] alice: first\n", ""));
    Ok(())
}

fn a_directory_has_one_console() -> Result<(), Failed> {
    let home = Home::new()?;
    let mut first =
        command(&home, &["--data", "data"]).stdout(Stdio::piped()).spawn().doing("starting one")?;
    let mut input = first.stdin.take().ok_or("no pipe")?;
    let mut output = BufReader::new(first.stdout.take().ok_or("no pipe")?);
    input.write_all(b"hello\n").doing("typing")?;
    let mut line = String::new();
    output.read_line(&mut line).doing("reading")?;
    let second = home.console(&[], "hello\n")?;
    drop(input);
    let status = first.wait().doing("waiting")?;
    assert!(status.success(), "{status}");
    assert_eq!((second.status.code(), second.stdout.as_str()), (Some(1), ""));
    assert!(second.stderr.contains("another process has data/sitrep.redb open"), "{}", second.stderr);
    Ok(())
}

fn data_lie_where_the_system_keeps_them() -> Result<(), Failed> {
    let home = Home::new()?;
    let mut child = command(&home, &[])
        .env("XDG_DATA_HOME", home.path().join("share"))
        .stdout(Stdio::null())
        .spawn()
        .doing("starting the console")?;
    drop(child.stdin.take());
    let status = child.wait().doing("waiting")?;
    assert!(status.success(), "{status}");
    assert!(home.path().join("share/sitrep-console/sitrep.redb").is_file());
    Ok(())
}

fn what_is_thrown_away_is_gone() -> Result<(), Failed> {
    let home = Home::new()?;
    let mut child = command(&home, &AT)
        .env("TMPDIR", home.path())
        .env("XDG_DATA_HOME", home.path())
        .stdout(Stdio::null())
        .spawn()
        .doing("starting the console")?;
    child.stdin.take().ok_or("no pipe")?.write_all(b"!incident checkout is down\n").doing("typing")?;
    let status = child.wait().doing("waiting")?;
    assert!(status.success(), "{status}");
    assert_eq!(std::fs::read_dir(home.path()).doing("reading the home")?.count(), 0);
    Ok(())
}

/// A prompt comes by itself while nothing is typed.
fn without_a_moment_the_clock_runs() -> Result<(), Failed> {
    let home = Home::with(&[("sitrep.toml", "[severity.sev2]\nupdate_every = \"1s\"")])?;
    let args = ["--data", "data", "--config", "sitrep.toml"];
    let mut child = command(&home, &args).stdout(Stdio::piped()).spawn().doing("starting the console")?;
    let mut input = child.stdin.take().ok_or("no pipe")?;
    let output = BufReader::new(child.stdout.take().ok_or("no pipe")?);
    input.write_all(b"!incident checkout is down\n").doing("typing")?;
    let mut lines = output.lines();
    let prompt = lines.by_ref().map_while(Result::ok).find(|line| line.contains("@alice an update is due"));
    drop(input);
    lines.for_each(drop);
    let status = child.wait().doing("waiting")?;
    assert!(status.success() && prompt.is_some(), "{status}");
    Ok(())
}
