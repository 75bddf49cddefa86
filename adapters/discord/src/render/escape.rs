//! People's words as words: nothing in them becomes markup, a mention or a link that shows another address.
//!
//! A backslash in front of a character that isn't a letter or a digit takes its meaning away. What begins a line may
//! make a heading, a list, a quotation or small print of it. Within web addresses a backslash would become a part of them;
//! they end at white space or at `<`. What could end the markup around an address, or begin a link after it, is written
//! there as its number (`%2A`), which means the same to whoever is asked for it.

/// Characters that always mean something.
const MARKS: [char; 9] = ['\\', '*', '_', '~', '`', '|', '[', ']', '<'];

/// Characters that mean something at the beginning of a line, together with white space.
const LINE_MARKS: [char; 4] = ['#', '-', '+', '>'];

/// Words that mean people who were never named.
const EVERYBODY: [&str; 2] = ["everyone", "here"];

/// Words, escaped. `at_start`: nothing stands before them on their line.
pub(super) fn escaped(words: &str, at_start: bool) -> String {
    let words = clean(words);
    let mut escaped = String::with_capacity(words.len() + 8);
    for (number, line) in words.split('\n').enumerate() {
        if number > 0 {
            escaped.push('\n');
        }
        let rest = if at_start || number > 0 { beginning(line, &mut escaped) } else { line };
        inline(rest, &mut escaped);
    }
    escaped
}

/// Words without characters that control a terminal, or that people can't see and browsers take for white space.
pub(crate) fn clean(words: &str) -> String {
    let is_kept = |c: &char| matches!(c, '\n' | '\t') || !(c.is_control() || *c == '\u{FEFF}');
    words.chars().filter(is_kept).collect()
}

/// Writes the beginning of a line as far as it means something there, and gives back what follows.
fn beginning<'w>(line: &'w str, escaped: &mut String) -> &'w str {
    let text = line.trim_start();
    escaped.push_str(&line[..line.len() - text.len()]);
    let ends_here = |rest: &str| rest.is_empty() || rest.starts_with(char::is_whitespace);
    let after_marks = text.trim_start_matches(LINE_MARKS);
    if after_marks.len() < text.len() && ends_here(after_marks) {
        escaped.push('\\');
        escaped.push_str(&text[..1]);
        return &text[1..];
    }
    let after_digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = after_digits.len() < text.len() && after_digits.starts_with(['.', ')']);
    if is_numbered && ends_here(&after_digits[1..]) {
        escaped.push_str(&text[..text.len() - after_digits.len()]);
        escaped.push('\\');
        escaped.push_str(&after_digits[..1]);
        return &after_digits[1..];
    }
    text
}

fn inline(mut rest: &str, escaped: &mut String) {
    let mut before = None;
    while let Some(next) = rest.chars().next() {
        if !before.is_some_and(char::is_alphanumeric)
            && let Some(length) = address(rest)
        {
            escaped.push_str(&as_address(&rest[..length]));
            before = rest[..length].chars().next_back();
            rest = &rest[length..];
            continue;
        }
        let after = &rest[next.len_utf8()..];
        let has_meaning = match next {
            '@' => EVERYBODY.iter().any(|name| after.starts_with(name)),
            ':' => is_emoji(after),
            _ => MARKS.contains(&next),
        };
        if has_meaning {
            escaped.push('\\');
        }
        escaped.push(next);
        (before, rest) = (Some(next), after);
    }
}

/// A web address as it can stand within markup.
pub(super) fn as_address(address: &str) -> String {
    let mut written = String::with_capacity(address.len());
    for character in address.chars() {
        match character {
            '*' | '|' | '`' | '[' | ']' | '\\' => written.push_str(&format!("%{:02X}", u32::from(character))),
            character => written.push(character),
        }
    }
    // Two of them strike out, or underline; one is at home in many addresses.
    written.replace("~~", "%7E%7E").replace("__", "%5F%5F")
}

/// How long the web address is with which a text begins.
fn address(text: &str) -> Option<usize> {
    let length = text.find(|c: char| c.is_whitespace() || c == '<' || c == '>').unwrap_or(text.len());
    is_web_address(&text[..length]).then_some(length)
}

/// Whether Discord makes a link of it.
pub(super) fn is_web_address(text: &str) -> bool {
    let rest = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    rest.is_some_and(|rest| rest.chars().filter(|c| c.is_alphanumeric()).count() > 1)
        && !text.contains(|c: char| c.is_whitespace() || c == '<' || c == '>')
}

/// Whether a name and a colon follow a colon.
fn is_emoji(after: &str) -> bool {
    let Some((name, _)) = after.split_once(':') else { return false };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-');
    !name.is_empty() && name.chars().all(is_name) && !name.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words() {
        let cases = [
            ("checkout is down", "checkout is down"),
            ("**bold** *it* __u__ ~~s~~ ||x||", r"\*\*bold\*\* \*it\* \_\_u\_\_ \~\~s\~\~ \|\|x\|\|"),
            ("`code` ```block```", r"\`code\` \`\`\`block\`\`\`"),
            ("a \\ b", r"a \\ b"),
            ("\\@everyone", r"\\\@everyone"),
            ("@everyone @here @alice", r"\@everyone \@here @alice"),
            ("@everyoneelse", r"\@everyoneelse"),
            ("<@1> <@!1> <@&2> <#3> </x:4>", r"\<@1> \<@!1> \<@&2> \<#3> \</x:4>"),
            ("<:x:1> <t:1:R> <id:guide>", r"\<\:x:1> \<t:1:R> \<id:guide>"),
            ("[click](https://evil.example)", r"\[click\](https://evil.example)"),
            (":fire: at 10:53:20", r"\:fire: at 10:53:20"),
            ("# title", r"\# title"),
            ("### title", r"\### title"),
            ("-# small", r"\-# small"),
            ("- item", r"\- item"),
            ("* item", r"\* item"),
            ("+ item", r"\+ item"),
            ("> quoted", r"\> quoted"),
            (">>> quoted", r"\>>> quoted"),
            ("1. first", r"1\. first"),
            ("12) twelfth", r"12\) twelfth"),
            ("  # title", r"  \# title"),
            ("#ops", "#ops"),
            ("-5 degrees", "-5 degrees"),
            ("3.5 s", "3.5 s"),
            ("one\n# two\n- three", "one\n\\# two\n\\- three"),
            ("a # b", "a # b"),
            ("bell\u{7} and \u{1b}[31m and \u{FEFF}", r"bell and \[31m and "),
        ];
        for (words, expected) in cases {
            assert_eq!(escaped(words, true), expected, "{words}");
        }
    }

    #[test]
    fn what_begins_no_line_makes_no_heading() {
        assert_eq!(escaped("# two\n# three", false), "# two\n\\# three");
    }

    #[test]
    fn addresses_mean_what_they_meant() {
        let cases = [
            ("see https://example.org/a_b_c~d?e=f&g#h", "see https://example.org/a_b_c~d?e=f&g#h"),
            ("https://example.org/a*b", "https://example.org/a%2Ab"),
            ("https://x.aa/**[Sign-in](https://b.c)", "https://x.aa/%2A%2A%5BSign-in%5D(https://b.c)"),
            (r"https://x.aa/\`||x||`", "https://x.aa/%5C%60%7C%7Cx%7C%7C%60"),
            ("https://x.aa/~~a~~__b__", "https://x.aa/%7E%7Ea%7E%7E%5F%5Fb%5F%5F"),
            ("(https://example.org/a_b)", "(https://example.org/a_b)"),
            ("https://example.org/<@1>", r"https://example.org/\<@1>"),
            ("https://x.y/\u{FEFF}[a](http://b.c)", "https://x.y/%5Ba%5D(http://b.c)"),
            ("xhttps://a_b", r"xhttps://a\_b"),
            ("https://", "https://"),
            ("https://*", r"https://\*"),
        ];
        for (words, expected) in cases {
            assert_eq!(escaped(words, true), expected, "{words}");
        }
    }
}
