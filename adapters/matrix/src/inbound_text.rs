//! What a message says, as core reads it.
//!
//! - The quotation that older clients put in front of a reply is left out.
//! - A mention of a person is a link in the HTML and a display name in the text. It becomes the person's user id,
//!   so that `!lead Alice` with a mention means one account and not whoever is called Alice. It is replaced only
//!   where it can't be mistaken: the name stands in the text exactly as often as in the HTML.
//!
//! The HTML is looked at for mentions only: markup that means nothing here is nobody's business.
//!
//! All this happens before anybody has asked whether the sender may command: what hostile text costs is bounded. Each
//! step reads the text once, and mentions in the HTML, which are compared with all of it, are read up to a length.

/// Longer texts keep the names that they show: nobody mentions people in the middle of a log.
const MAX_BODY_BYTES: usize = 8 * 1024;

/// A mention is about ninety bytes of HTML.
const MAX_HTML_BYTES: usize = 16 * 1024;

/// User ids have 255 bytes at most (Matrix specification, "User Identifiers"), percent-encoded three times that.
const MAX_LINK_BYTES: usize = 1024;

/// `&#x10FFFF;` is the longest that counts.
const MAX_ENTITY_BYTES: usize = 10;

/// The text of a message, from its plain and its formatted body.
pub(crate) fn read(body: &str, html: Option<&str>, is_reply: bool) -> String {
    let body = if is_reply { without_quotation(body) } else { body };
    let linked = with_links_replaced(body);
    let html = html.filter(|html| body.len() <= MAX_BODY_BYTES && html.len() <= MAX_HTML_BYTES);
    let Some(html) = html else { return linked };
    let shown = Shown::read(without_quoted_html(html));
    shown.replace_mentions(&linked)
}

/// A reply without the lines that quote what it answers.
fn without_quotation(body: &str) -> &str {
    if !(body.starts_with("> <@") || body.starts_with("> * <@")) {
        return body;
    }
    let mut rest = body;
    while rest.starts_with('>') {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    rest.strip_prefix('\n').unwrap_or(rest)
}

fn without_quoted_html(html: &str) -> &str {
    match (html.find("<mx-reply>"), html.find("</mx-reply>")) {
        (Some(0), Some(end)) => &html[end + "</mx-reply>".len()..],
        (Some(_) | None, Some(_) | None) => html,
    }
}

/// Some clients write a mention into the text as a Markdown link, `[Alice](https://matrix.to/#/@alice:example.org)`.
fn with_links_replaced(body: &str) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let Some(start) = rest.find('[') {
        let (before, from_bracket) = rest.split_at(start);
        text.push_str(before);
        match markdown_mention(from_bracket) {
            Some((user, after)) => {
                text.push_str(&user);
                rest = after;
            }
            None => {
                text.push('[');
                rest = &from_bracket[1..];
            }
        }
    }
    text.push_str(rest);
    text
}

fn markdown_mention(text: &str) -> Option<(String, &str)> {
    let rest = text.strip_prefix('[')?;
    // No name goes beyond these: looking further would read the text again for every bracket in it.
    let name_end = rest.find(['[', '\n']).unwrap_or(rest.len());
    let link = &rest[rest[..name_end].find("](")? + "](".len()..];
    let ends_link = |byte: u8| matches!(byte, b')' | b'[' | b'(' | b'\n');
    let link_end = link.bytes().take(MAX_LINK_BYTES).position(ends_link)?;
    if link.as_bytes()[link_end] != b')' {
        return None;
    }
    Some((mentioned(&link[..link_end])?, &link[link_end + 1..]))
}

/// The user that a `matrix.to` link leads to.
fn mentioned(link: &str) -> Option<String> {
    let target =
        ["https://matrix.to/#/", "http://matrix.to/#/"].iter().find_map(|base| link.strip_prefix(base))?;
    let user = decoded(target.split(['?', '/']).next().unwrap_or_default());
    (user.starts_with('@') && user.contains(':') && !user.contains(char::is_whitespace)).then_some(user)
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = (*first == b'%').then(|| tail.get(..2)).flatten();
        let byte = escaped.and_then(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// HTML as a reader sees it, with the mentions in it.
#[derive(Default)]
struct Shown {
    text: String,
    mentions: Vec<Mention>,
}

struct Mention {
    /// Where its name begins in the text shown.
    start: usize,
    name: String,
    user: String,
}

impl Shown {
    fn read(html: &str) -> Self {
        let mut shown = Self::default();
        let mut open: Option<(usize, String)> = None;
        let mut rest = html;
        while let Some(start) = rest.find('<') {
            shown.text.push_str(&unescaped(&rest[..start]));
            let Some(length) = rest[start..].find('>') else {
                rest = &rest[start..];
                break;
            };
            let tag = &rest[start + 1..start + length];
            rest = &rest[start + length + 1..];
            match tag.trim_end_matches('/').trim() {
                "/a" => {
                    if let Some((start, user)) = open.take() {
                        let name = shown.text[start..].to_owned();
                        shown.mentions.push(Mention { start, name, user });
                    }
                }
                "br" | "/p" | "/li" | "/div" | "/h1" | "/h2" | "/h3" | "/blockquote" => shown.text.push('\n'),
                tag => {
                    if let Some(user) =
                        tag.strip_prefix("a ").and_then(href).and_then(|link| mentioned(&link))
                    {
                        open = Some((shown.text.len(), user));
                    }
                }
            }
        }
        shown.text.push_str(&unescaped(rest));
        shown
    }

    /// The text with the names of mentions replaced by user ids.
    fn replace_mentions(&self, body: &str) -> String {
        let mut replacements: Vec<(usize, usize, &str)> = Vec::new();
        for mention in &self.mentions {
            let name = mention.name.as_str();
            if name.trim().is_empty() || name == mention.user {
                continue;
            }
            let in_html: Vec<usize> = self.text.match_indices(name).map(|(at, _)| at).collect();
            let in_body: Vec<usize> = body.match_indices(name).map(|(at, _)| at).collect();
            let place = in_html.iter().position(|at| *at == mention.start);
            if let Some(place) = place.filter(|_| in_html.len() == in_body.len()) {
                let start = in_body[place];
                let sigil = usize::from(body[..start].ends_with('@'));
                replacements.push((start - sigil, start + name.len(), &mention.user));
            }
        }
        replacements.sort_unstable();
        let mut text = String::new();
        let mut done = 0;
        for (start, end, user) in replacements {
            // Two that overlap can't both be right.
            if start >= done {
                text.push_str(&body[done..start]);
                text.push_str(user);
                done = end;
            }
        }
        text.push_str(&body[done..]);
        text
    }
}

/// The `href` among the attributes of a tag.
fn href(attributes: &str) -> Option<String> {
    let value = attributes.split_once("href=")?.1;
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    Some(unescaped(value[1..].split(quote).next()?))
}

fn unescaped(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('&') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.bytes().take(MAX_ENTITY_BYTES + 1).position(|byte| byte == b';');
        let entity = end.map(|end| &rest[1..end]);
        match entity.and_then(|entity| Some((entity, character(entity)?))) {
            Some((entity, character)) => {
                text.push(character);
                rest = &rest[entity.len() + 2..];
            }
            None => {
                text.push('&');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
    text
}

fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        numeric => {
            let number = numeric.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = r#"<a href="https://matrix.to/#/@alice:example.org">Alice</a>"#;

    #[test]
    fn mentions_become_user_ids() {
        let pill = |name: &str| format!(r#"<a href="https://matrix.to/#/%40bob%3Aexample.org">{name}</a>"#);
        let cases = [
            ("!lead Alice", format!("!lead {ALICE}"), "!lead @alice:example.org"),
            ("!lead @Alice", format!("!lead @{ALICE}"), "!lead @alice:example.org"),
            ("!lead Alice: now", format!("!lead {ALICE}: now"), "!lead @alice:example.org: now"),
            (
                "!invite Alice Bob",
                format!("!invite {ALICE} {}", pill("Bob")),
                "!invite @alice:example.org @bob:example.org",
            ),
            // A name that is also a word: the one that is the mention is replaced.
            (
                "!note Bob says Bob is out",
                format!("!note Bob says {} is out", pill("Bob")),
                "!note Bob says @bob:example.org is out",
            ),
            ("!lead lead", format!("!lead {}", pill("lead")), "!lead @bob:example.org"),
            ("!lead A & <B>", format!("!lead {}", pill("A &amp; &lt;B&gt;")), "!lead @bob:example.org"),
            ("!lead Bob", format!("<p>!lead {}</p>", pill("<b>Bob</b>")), "!lead @bob:example.org"),
            // Already a user id.
            (
                "!lead @bob:example.org",
                format!("!lead {}", pill("@bob:example.org")),
                "!lead @bob:example.org",
            ),
            // Text and HTML disagree: nothing is touched.
            ("!lead Alice", format!("!lead Alice or {ALICE}"), "!lead Alice"),
            ("!lead someone", format!("!lead {ALICE}"), "!lead someone"),
            // Links to rooms and to elsewhere are no mentions.
            (
                "see ops",
                r#"see <a href="https://matrix.to/#/#ops:example.org">ops</a>"#.to_owned(),
                "see ops",
            ),
            (
                "see it",
                r#"see <a href="https://evil.example/@alice:example.org">it</a>"#.to_owned(),
                "see it",
            ),
            ("broken <", "broken <".to_owned(), "broken <"),
        ];
        for (body, html, expected) in cases {
            assert_eq!(read(body, Some(&html), false), expected, "{body} / {html}");
        }
    }

    #[test]
    fn mentions_written_as_links_become_user_ids() {
        let cases = [
            ("!lead [Alice](https://matrix.to/#/@alice:example.org)", "!lead @alice:example.org"),
            (
                "!lead [@Alice](https://matrix.to/#/%40alice%3Aexample.org) now",
                "!lead @alice:example.org now",
            ),
            ("!note [14:05] it broke", "!note [14:05] it broke"),
            ("see [here](https://example.org)", "see [here](https://example.org)"),
            ("[[", "[["),
        ];
        for (body, expected) in cases {
            assert_eq!(read(body, None, false), expected, "{body}");
        }
    }

    #[test]
    fn quotations_are_left_out_of_replies() {
        let cases = [
            ("> <@bob:example.org> is it down?\n> yes\n\n!incident it is", true, "!incident it is"),
            ("> * <@bob:example.org> waves\n\n!ack", true, "!ack"),
            ("> <@bob:example.org> only this", true, ""),
            ("> my own quotation", true, "> my own quotation"),
            ("> <@bob:example.org> typed by hand", false, "> <@bob:example.org> typed by hand"),
        ];
        for (body, is_reply, expected) in cases {
            assert_eq!(read(body, None, is_reply), expected, "{body}");
        }
    }

    #[test]
    fn a_mention_in_the_quotation_is_not_one_of_the_reply() {
        let body = "> <@bob:example.org> Alice?\n\n!lead Alice";
        let html = format!("<mx-reply><blockquote>{ALICE}</blockquote></mx-reply>!lead {ALICE}");
        assert_eq!(read(body, Some(&html), true), "!lead @alice:example.org");
    }

    #[test]
    fn hostile_text_costs_little() {
        let pills = |count: usize| format!("{ALICE} ").repeat(count);
        let many = |part: &str| part.repeat(60_000 / part.len());
        let cases = [
            (many("["), None),
            (many("[a]("), None),
            (many("[a](https://matrix.to/#/@"), None),
            (many("]("), None),
            (many("> <@"), Some(many("<mx-reply>"))),
            ("Alice ".repeat(700), Some(pills(700))),
            ("Alice ".repeat(170), Some(pills(170))),
            ("a".repeat(8_000), Some(format!("{}{}", "a".repeat(8_000), pills(90).replace("Alice", "a")))),
            ("x".to_owned(), Some("&".repeat(16_000))),
            ("x".to_owned(), Some("<".repeat(16_000))),
            ("x".to_owned(), Some("<a href='".repeat(1_700))),
        ];
        for (body, html) in cases {
            let started = std::time::Instant::now();
            read(&body, html.as_deref(), true);
            let took_ms = started.elapsed().as_millis();
            let start = html.as_deref().unwrap_or(&body).chars().take(40).collect::<String>();
            // Without optimisation, on a machine that does other things: before, these took seconds.
            assert!(took_ms < 150, "{took_ms} ms for {start}");
        }
    }

    #[test]
    fn long_texts_keep_their_names() {
        let body = format!("!note Alice {}", "x".repeat(MAX_BODY_BYTES));
        let html = format!("!note {ALICE} {}", "x".repeat(MAX_BODY_BYTES));
        assert_eq!(read(&body, Some(&html), false), body);
    }
}
