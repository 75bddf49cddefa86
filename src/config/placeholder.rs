//! Patterns with `{placeholders}`.

use super::diagnose::Wrong;
use super::near_miss::{did_you_mean, one_of};

/// The names between the braces of `pattern`, in order. Refuses those that are not `known`, and braces that
/// don't pair.
pub(super) fn placeholders<'a>(pattern: &'a str, known: &[&str]) -> Result<Vec<&'a str>, Wrong> {
    let unpaired = || {
        Wrong::new(format!("`{pattern}` has a brace without its partner"), "placeholders look like {name}")
    };
    let mut found = Vec::new();
    let mut rest = pattern;
    while let Some(open) = rest.find(['{', '}']) {
        let inside = rest[open..].strip_prefix('{').ok_or_else(unpaired)?;
        let close = inside.find(['{', '}']).ok_or_else(unpaired)?;
        let name = &inside[..close];
        rest = inside[close..].strip_prefix('}').ok_or_else(unpaired)?;
        if !known.contains(&name) {
            let braced: Vec<String> = known.iter().map(|name| format!("{{{name}}}")).collect();
            let help = did_you_mean(name, known.iter().copied())
                .unwrap_or_else(|| format!("it may be {}", one_of(&braced)));
            return Err(Wrong::new(format!("there is no placeholder `{{{name}}}`"), help));
        }
        found.push(name);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::placeholders;

    #[test]
    fn finds_the_known_ones() {
        let known = ["date", "name"];
        assert_eq!(placeholders("x", &known), Ok(vec![]));
        assert_eq!(placeholders("{date}-{name}", &known), Ok(vec!["date", "name"]));
        let table = [
            ("{nam}", "there is no placeholder `{nam}`", "did you mean `name`?"),
            ("{title}", "there is no placeholder `{title}`", "it may be `{date}` or `{name}`"),
            ("{}", "there is no placeholder `{}`", "it may be `{date}` or `{name}`"),
            ("{name", "`{name` has a brace without its partner", "placeholders look like {name}"),
            ("name}", "`name}` has a brace without its partner", "placeholders look like {name}"),
            ("{{name}}", "`{{name}}` has a brace without its partner", "placeholders look like {name}"),
        ];
        for (pattern, message, help) in table {
            let wrong = placeholders(pattern, &known).expect_err(pattern);
            assert_eq!((wrong.message.as_str(), wrong.help.as_str()), (message, help), "for {pattern}");
        }
    }
}
