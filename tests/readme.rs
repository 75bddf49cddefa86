//! The examples of the README, run as they stand there; and what `ARCHITECTURE.md` names, which must be there.
//!
//! The conversation is piped to the console, the table of commands is compared with `!help`, and the configuration is
//! checked. `SITREP_BLESS=1` writes the first two anew instead.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::support::sitrep::Home;
use crate::support::trials::{Test, test};
use crate::support::{Doing, Failed};

/// What the conversation begins with in the README.
const CALL: &str = "$ cargo run -q --";
const TABLE: &str = "| Say | What it does |\n|---|---|";

/// Tests run side by side.
static WRITING: Mutex<()> = Mutex::new(());

pub(crate) fn tests() -> Vec<Test> {
    vec![
        test("readme::its_conversation_happens", its_conversation_happens),
        test("readme::its_commands_are_those_of_help", its_commands_are_those_of_help),
        test("readme::its_configuration_is_fine", its_configuration_is_fine),
        test("readme::what_the_architecture_names_is_there", what_the_architecture_names_is_there),
    ]
}

fn its_conversation_happens() -> Result<(), Failed> {
    let block = between(&readme()?, "```console\n", "```")?;
    let (call, rest) = block.split_once('\n').ok_or("no call").doing("reading the conversation")?;
    let arguments = between(call, CALL, "<<'END'")?;
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let (script, written) = rest.split_once("END\n").ok_or("no END").doing("reading the conversation")?;
    let said = Home::new()?.sitrep(&arguments, script)?.succeeded()?;
    same(&format!("{script}END\n{written}"), &format!("{script}END\n{said}"))
}

fn its_commands_are_those_of_help() -> Result<(), Failed> {
    let said = Home::new()?.sitrep(&["--at", "2026-11-22T10:53"], "!help all\n")?.succeeded()?;
    let rows: Vec<String> = said.lines().filter_map(row).collect();
    if rows.is_empty() {
        return Err(format!("!help lists nothing:\n{said}").into());
    }
    let text = readme()?;
    let (_, written) = text
        .split_once(&format!("{TABLE}\n"))
        .ok_or("no table")
        .doing("looking for the commands in the README")?;
    let written: Vec<&str> = written.lines().take_while(|line| line.starts_with('|')).collect();
    same(&[&[TABLE], written.as_slice()].concat().join("\n"), &format!("{TABLE}\n{}", rows.join("\n")))
}

/// One for each platform; and both in one file are fine as well.
fn its_configuration_is_fine() -> Result<(), Failed> {
    let text = readme()?;
    let blocks: Vec<&str> =
        text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [matrix, discord] = blocks[..] else {
        return Err(format!("there are {} configurations", blocks.len()).into());
    };
    let (_, section) = discord.split_once("[discord]").ok_or("no [discord]").doing("reading the second")?;
    let (section, _) = section.split_once("[schedule]").ok_or("no end").doing("reading the second")?;
    let both = format!("{matrix}\n[discord]{section}");
    for configuration in [matrix, discord, &both] {
        let home = Home::with(&[
            ("sitrep.toml", configuration),
            ("matrix-password", "sesame\n"),
            ("discord-token", "MTc.open.sesame\n"),
        ])?;
        let said = home.sitrep(&["check", "--config", "sitrep.toml"], "")?.succeeded()?;
        assert_eq!(said, "sitrep.toml: fine\n");
        if configuration.contains("[discord]") {
            let link = home.sitrep(&["invite-link", "--config", "sitrep.toml"], "")?.succeeded()?;
            assert!(link.contains("client_id=17&") && !link.contains("sesame"), "{link}");
        }
    }
    Ok(())
}

/// Files and folders are named by their whole path or by the end of it.
fn what_the_architecture_names_is_there() -> Result<(), Failed> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut there = Vec::new();
    for folder in ["adapters", "config", "core", "fakes", "src", "tests"] {
        collect(&root.join(folder), &format!("/{folder}"), &mut there)?;
    }
    let text = fs::read_to_string(root.join("ARCHITECTURE.md")).doing("reading ARCHITECTURE.md")?;
    let named: Vec<&str> = text.split('`').skip(1).step_by(2).filter(|word| is_path(word)).collect();
    assert!(named.len() > 50, "only {named:?} are paths");
    let missing: Vec<&str> = named
        .into_iter()
        .filter(|word| !there.iter().any(|path| path.ends_with(&format!("/{}", word.trim_end_matches('/')))))
        .collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md names {missing:?}, which are not there");
    Ok(())
}

fn is_path(word: &str) -> bool {
    let is_plain = word.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-./".contains(letter));
    is_plain && !word.starts_with(['.', '/']) && (word.ends_with(".rs") || word.contains('/'))
}

fn collect(folder: &Path, name: &str, there: &mut Vec<String>) -> Result<(), Failed> {
    there.push(name.to_owned());
    for entry in fs::read_dir(folder).doing(name)? {
        let entry = entry.doing(name)?;
        let path = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().doing(&path)?.is_dir() {
            collect(&entry.path(), &path, there)?;
        } else {
            there.push(path);
        }
    }
    Ok(())
}

/// A line of `!help all` as a row of the table: "  - `!ack` says that ..., as in `!ack`" has the verb between backticks.
fn row(line: &str) -> Option<String> {
    let (usage, rest) = line.trim().strip_prefix("- `")?.split_once("` ")?;
    let (help, _) = rest.split_once(", as in `")?;
    Some(format!("| `{}` | {help} |", usage.replace('|', "\\|")))
}

/// Fails unless the README has what it should have, or puts it there if that was asked for.
fn same(written: &str, right: &str) -> Result<(), Failed> {
    if written == right {
        return Ok(());
    }
    if env::var_os("SITREP_BLESS").is_some() {
        let _turn = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        return fs::write(path(), readme()?.replacen(written, right, 1)).doing("writing the README");
    }
    let advice = "SITREP_BLESS=1 cargo test --test end_to_end -- readme writes it anew";
    Err(format!("the README says\n\n{written}\nand it should say\n\n{right}\n{advice}").into())
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

fn readme() -> Result<String, Failed> {
    fs::read_to_string(path()).doing("reading the README")
}

/// What stands between two marks, the first time that they come.
fn between(text: &str, begin: &str, end: &str) -> Result<String, Failed> {
    let found = text.split_once(begin).and_then(|(_, rest)| rest.split_once(end));
    let (found, _) =
        found.ok_or("not found").doing(format!("looking for {begin:?} and {end:?} in the README"))?;
    Ok(found.to_owned())
}
