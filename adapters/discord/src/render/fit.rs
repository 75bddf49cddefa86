//! Making lines fit into one message.
//!
//! Content has 2000 characters, an embed 256 of title and 4096 of description, all embeds of a message 6000 together
//! ("Embed limits", Discord's documentation of messages). Lines come here no longer than fits into any of them.

use super::{Embed, text::length};

const CONTENT: usize = 2_000;
const DESCRIPTION: usize = 4_096;
const TITLE: usize = 256;
const ALL_EMBEDS: usize = 6_000;

/// What is kept free for the words that something was left out.
const NOTE: usize = 60;

/// A content, and embeds for what is too much for it.
pub(super) fn content(lines: Vec<String>) -> (String, Vec<Embed>) {
    let mut lines = lines.into_iter().peekable();
    let content = take(&mut lines, CONTENT);
    let (mut embeds, mut left) = (Vec::new(), ALL_EMBEDS);
    while lines.peek().is_some() {
        let room = DESCRIPTION.min(left);
        let mut description = take(&mut lines, room - NOTE);
        left -= length(&description);
        let rest = if left <= NOTE * 4 || description.is_empty() { lines.by_ref().count() } else { 0 };
        if rest > 0 {
            left_out(&mut description, rest);
        }
        embeds.push(Embed { title: String::new(), description });
    }
    // Discord takes no message without a word.
    let is_empty = content.trim().is_empty() && embeds.is_empty();
    (if is_empty { "\u{2026}".to_owned() } else { content.trim().to_owned() }, embeds)
}

/// A title and what stands below it, in one embed.
pub(super) fn card(title: &str, lines: Vec<String>) -> Embed {
    let mut lines = lines.into_iter().peekable();
    let mut description = take(&mut lines, DESCRIPTION - NOTE);
    let rest = lines.count();
    if rest > 0 {
        left_out(&mut description, rest);
    }
    Embed { title: shortened(title, TITLE), description }
}

/// As many lines as there is room for, as one text.
fn take(lines: &mut std::iter::Peekable<impl Iterator<Item = String>>, room: usize) -> String {
    let (mut text, mut used) = (String::new(), 0);
    while let Some(line) = lines.next_if(|line| used + length(line) < room) {
        if !text.is_empty() || used > 0 {
            text.push('\n');
        }
        used += length(&line) + 1;
        text.push_str(&line);
    }
    text
}

fn left_out(text: &mut String, lines: usize) {
    let lines = if lines == 1 { "1 more line".to_owned() } else { format!("{lines} more lines") };
    text.push_str(&format!("\n\u{2026} shortened: {lines}."));
}

/// A text of one line that is no longer than this.
pub(crate) fn shortened(text: &str, room: usize) -> String {
    if length(text) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    for character in text.chars() {
        if length(&kept) + character.len_utf16() >= room {
            break;
        }
        kept.push(character);
    }
    // A backslash alone would take away the meaning of what follows.
    let kept = kept.trim_end_matches('\\').trim_end();
    format!("{kept}\u{2026}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(content: &str, embeds: &[Embed]) -> usize {
        assert!(length(content) <= CONTENT, "{}", length(content));
        let of = |embed: &Embed| {
            assert!(length(&embed.description) <= DESCRIPTION);
            length(&embed.title) + length(&embed.description)
        };
        let all = embeds.iter().map(of).sum();
        assert!(all <= ALL_EMBEDS, "{all}");
        all
    }

    #[test]
    fn what_fits_is_content() {
        let line = |length: usize| vec!["x".repeat(length)];
        assert_eq!(
            content(vec!["a".to_owned(), String::new(), "b".to_owned()]),
            ("a\n\nb".to_owned(), vec![])
        );
        assert_eq!(content(line(1_999)).1, []);
        assert_eq!(content(vec![]).0, "…");
        assert_eq!(content(vec![" ".to_owned()]).0, "…");
    }

    #[test]
    fn what_is_more_goes_on_in_embeds() {
        let lines: Vec<String> = (0..60).map(|number| format!("{number:03} {}", "x".repeat(96))).collect();
        let (content, embeds) = content(lines.clone());
        whole(&content, &embeds);
        let parts = [content].into_iter().chain(embeds.into_iter().map(|embed| embed.description));
        assert_eq!(parts.collect::<Vec<_>>().join("\n"), lines.join("\n"));
    }

    #[test]
    fn what_is_too_much_is_left_out_and_it_says_so() {
        for size in [10, 100, 1_000, 1_700] {
            let lines: Vec<String> = (0..3_000).map(|_| "🔥".repeat(size / 2)).collect();
            let (content, embeds) = content(lines.clone());
            let all = whole(&content, &embeds);
            assert!(all > 3_900, "{all}");
            let last = &embeds[embeds.len() - 1].description;
            assert!(last.contains("… shortened: ") && last.ends_with(" more lines."), "{last}");
            let embed = card("t", lines);
            whole("", std::slice::from_ref(&embed));
            assert!(embed.description.ends_with(" more lines."));
        }
    }

    #[test]
    fn titles_are_shortened() {
        assert_eq!(shortened("abc", 3), "abc");
        assert_eq!(shortened("abcd", 3), "ab…");
        assert_eq!(shortened("a\\\\\\\\", 4), "a…");
        assert_eq!(length(&shortened(&"🔥".repeat(300), TITLE)), TITLE - 1);
    }
}
