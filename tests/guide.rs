//! The conversations of the guide, run as they stand there. `SITREP_BLESS=1` writes anew what sitrep says in them.

use std::env;
use std::fs;
use std::path::PathBuf;

use crate::support::sitrep::Home;
use crate::support::trials::{Test, test};
use crate::support::{Doing, Failed};

/// What a conversation begins with; the rest of the line is where it is frozen, and the script follows.
const CALL: &str = "```console\n$ cargo run -q --";
const SCRIPT: &str = "<<'END'\n";
const SCRIPT_END: &str = "END\n";

pub(crate) fn tests() -> Vec<Test> {
    vec![test("guide::its_conversations_happen", its_conversations_happen)]
}

fn its_conversations_happen() -> Result<(), Failed> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/guide.md");
    let written = fs::read_to_string(&path).doing("reading the guide")?;
    let mut parts = written.split(CALL);
    let mut right = parts.next().unwrap_or_default().to_owned();
    let mut conversations = 0;
    for part in parts {
        let (block, after) = part.split_once("```").ok_or("no end").doing("reading a conversation")?;
        let (arguments, rest) =
            block.split_once(SCRIPT).ok_or("no script").doing("reading a conversation")?;
        let (script, _) = rest.split_once(SCRIPT_END).ok_or("no END").doing("reading a conversation")?;
        let words: Vec<&str> = arguments.split_whitespace().collect();
        let said = Home::new()?.sitrep(&words, script)?.succeeded()?;
        assert!(!said.contains("I don't know"), "the guide teaches what sitrep doesn't know:\n{said}");
        right.extend([CALL, arguments, SCRIPT, script, SCRIPT_END, &said, "```", after]);
        conversations += 1;
    }
    assert_eq!(conversations, 4, "a view, or a report, has no conversation");
    if written == right {
        return Ok(());
    }
    if env::var_os("SITREP_BLESS").is_some() {
        return fs::write(&path, right).doing("writing the guide");
    }
    let advice = "SITREP_BLESS=1 cargo test --test end_to_end -- guide writes it anew";
    Err(format!("docs/guide.md should say\n\n{right}\n{advice}").into())
}
