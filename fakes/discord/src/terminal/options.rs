//! The options of a slash command as one line: `incident title: it is down severity: sev1`.
//!
//! A name counts only if the command has such an option, so that a title may hold a colon. What stands before the first
//! name goes to the first option that must be filled in.

use serde_json::Value;

/// A command with its options taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Typed {
    /// The command's name and those of its subcommands.
    pub(super) command: String,
    /// Options with their values, as they were typed.
    pub(super) options: Vec<(String, String)>,
}

/// Takes a line apart by the definitions of the commands that there are.
pub(super) fn read<'a>(line: &str, definitions: impl Iterator<Item = &'a Value>) -> Typed {
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let mut rest = rest.trim();
    let mut command = name.to_owned();
    let mut definitions = definitions;
    let Some(mut level) = definitions.find(|definition| definition["name"] == name) else {
        return Typed { command, options: Vec::new() };
    };
    while let Some((sub, after)) = options(level).find_map(|option| {
        let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        (matches!(option["type"].as_u64(), Some(1 | 2)) && option["name"] == word).then_some((option, after))
    }) {
        command = format!("{command} {}", sub["name"].as_str().unwrap_or_default());
        level = sub;
        rest = after.trim();
    }
    let names: Vec<&str> = options(level).filter_map(|option| option["name"].as_str()).collect();
    let first = options(level).find(|option| option["required"] == true).or_else(|| options(level).next());
    let first = first.and_then(|option| option["name"].as_str());
    Typed { command, options: named(rest, &names, first) }
}

fn options(level: &Value) -> impl Iterator<Item = &Value> {
    level["options"].as_array().into_iter().flatten()
}

/// Takes `name: value name: value` apart. What stands before the first name goes to `first`.
pub(super) fn named(text: &str, names: &[&str], first: Option<&str>) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut open: Option<&str> = None;
    let mut value: Vec<&str> = Vec::new();
    let mut close = |open: Option<&str>, value: &mut Vec<&str>| {
        let text = std::mem::take(value).join(" ");
        if let Some(name) = open.or(first).filter(|_| open.is_some() || !text.is_empty()) {
            found.push((name.to_owned(), text));
        }
    };
    for word in text.split_whitespace() {
        let name = word
            .split_once(':')
            .and_then(|(name, rest)| Some((*names.iter().find(|one| **one == name)?, rest)));
        match name {
            Some((name, rest)) => {
                close(open, &mut value);
                open = Some(name);
                value.extend(Some(rest).filter(|rest| !rest.is_empty()));
            }
            None => value.push(word),
        }
    }
    close(open, &mut value);
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_is_taken_apart_by_what_is_registered() {
        let definitions = [
            json!({ "name": "incident", "options": [
                { "name": "severity", "type": 3 }, { "name": "title", "type": 3, "required": true }] }),
            json!({ "name": "action", "options": [
                { "name": "done", "type": 1, "options": [{ "name": "number", "type": 4 }] }] }),
            json!({ "name": "ack" }),
        ];
        type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);
        let cases: &[Case<'_>] = &[
            (
                "incident title: it is down severity:sev1",
                "incident",
                &[("title", "it is down"), ("severity", "sev1")],
            ),
            ("incident db: it is down", "incident", &[("title", "db: it is down")]),
            ("action done number: 3", "action done", &[("number", "3")]),
            ("ack", "ack", &[]),
            ("nothing here", "nothing", &[]),
        ];
        for (line, command, options) in cases {
            let read = read(line, definitions.iter());
            let wanted: Vec<_> =
                options.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            assert_eq!((read.command.as_str(), read.options), (*command, wanted), "{line}");
        }
    }
}
