//! From the events of a Matrix room to what a person reads in it.
//!
//! People read the HTML where there is some, so the text of a message comes from there, written as the console writes
//! it: `@name` for a person who is notified, `#name` for a room, backticks around what to type. The plain body, which
//! other clients show, has to say the same; a room's address in it counts as the words of the link.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::Failed;
use crate::support::seen::{Seen, shown};

use super::super::view::{Made, Message, Room};
use super::super::words::reduced;
use super::workspace::Workspace;

const PERMALINK: &str = "https://matrix.to/#/";

/// What the events of a room, from the first one on, look like. `sent` is what people have typed, by event id.
pub(super) fn room(events: &[Seen], sent: &BTreeMap<String, String>, stage: &Workspace) -> Room {
    let created_by_sitrep =
        events.iter().any(|event| event.kind == "m.room.create" && event.sender == stage.bot.user_id);
    let made = created_by_sitrep.then(|| Made {
        topic: reduced(&stage.named(&last_state(events, "m.room.topic", "topic"))),
        members: members(events, "join")
            .iter()
            .filter(|id| **id != stage.bot.user_id)
            .map(|id| stage.name_of(id))
            .collect(),
    });
    let visible = shown(events);
    let place_of = |id: &str| visible.iter().position(|seen| seen.event_id == id);
    let messages = visible.iter().map(|seen| Message {
        person: stage.name_of(&seen.sender),
        text: match sent.get(&seen.event_id) {
            Some(typed) => typed.clone(),
            None => text(seen, stage),
        },
        mentions: mentions(seen, stage),
        // In a thread that is what clients without threads are to show.
        answers: seen.replies_to().filter(|_| !seen.falls_back()).and_then(place_of),
        signs: signs(events, &seen.event_id, stage),
    });
    let pinned = events.iter().rev().find(|event| event.kind == "m.room.pinned_events");
    let pinned = pinned.and_then(|event| event.content["pinned"].as_array()).into_iter().flatten();
    let pinned = pinned.filter_map(|id| place_of(id.as_str()?)).collect();
    Room { made, messages: messages.collect(), pinned }
}

/// The user ids of those with a membership.
pub(super) fn members(events: &[Seen], membership: &str) -> BTreeSet<String> {
    let mut latest: BTreeMap<&str, &str> = BTreeMap::new();
    for event in events.iter().filter(|event| event.kind == "m.room.member") {
        if let (Some(user), Some(now)) = (&event.state_key, event.content["membership"].as_str()) {
            latest.insert(user, now);
        }
    }
    latest.into_iter().filter(|(_, now)| *now == membership).map(|(user, _)| user.to_owned()).collect()
}

fn last_state(events: &[Seen], kind: &str, field: &str) -> String {
    let last = events.iter().rev().find(|event| event.kind == kind);
    last.and_then(|event| event.content[field].as_str()).unwrap_or_default().to_owned()
}

/// Who has put which sign on a message, and has not taken it away.
fn signs(events: &[Seen], event_id: &str, stage: &Workspace) -> BTreeSet<(String, String)> {
    let standing = events.iter().filter(|event| !event.redacted);
    let signs = standing.filter_map(|event| match event.reaction() {
        Some((to, key)) if to == event_id => Some((stage.name_of(&event.sender), key.to_owned())),
        Some(_) | None => None,
    });
    signs.collect()
}

/// Whom a message notifies. Without `m.mentions` clients look for names in the text.
fn mentions(seen: &Seen, stage: &Workspace) -> BTreeSet<String> {
    let mut mentioned: BTreeSet<String> = seen.mentions.iter().map(|id| stage.name_of(id)).collect();
    if seen.mentions_room {
        mentioned.insert("@room".to_owned());
    }
    if seen.content["m.mentions"].is_null() {
        mentioned.insert("whoever is named".to_owned());
    }
    mentioned
}

/// What sitrep says.
fn text(seen: &Seen, stage: &Workspace) -> String {
    let (text, links) = match &seen.formatted_body {
        Some(html) => Reader::read(html),
        None => (seen.body.clone(), Vec::new()),
    };
    let body = with_links(&seen.body, &links);
    let [text, body] = [text, body].map(|text| reduced(&stage.named(&text)));
    if text == body { text } else { format!("{text}\n(the plain body differs: {body})") }
}

/// A plain body in which the addresses of rooms are the words of their links.
fn with_links(body: &str, links: &[(String, String)]) -> String {
    links.iter().fold(body.to_owned(), |body, (address, words)| body.replacen(address, words, 1))
}

/// Reads sitrep's own HTML, which has few tags. Any other tag is left in the text, where it shows as a difference.
#[derive(Default)]
struct Reader {
    text: String,
    /// What a line of the current block begins with.
    prefix: &'static str,
    /// A block has ended: what follows is on a line of its own.
    block_ended: bool,
    links: Vec<(String, String)>,
    /// The link being read, and where its words begin.
    open_link: Option<(String, usize)>,
}

impl Reader {
    /// The text, and the links to rooms with their words.
    fn read(html: &str) -> (String, Vec<(String, String)>) {
        let mut reader = Reader::default();
        let mut rest = html;
        while let Some((before, after)) = rest.split_once('<') {
            reader.words(&unescaped(before));
            let (tag, left) = after.split_once('>').unwrap_or((after, ""));
            reader.tag(tag);
            rest = left;
        }
        reader.words(&unescaped(rest));
        (reader.text, reader.links)
    }

    fn words(&mut self, words: &str) {
        if words.is_empty() {
            return;
        }
        if std::mem::take(&mut self.block_ended) && !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(words);
    }

    fn tag(&mut self, tag: &str) {
        match tag {
            "strong" | "/strong" | "ul" => {}
            "code" | "/code" => self.words("`"),
            "br" => {
                self.text.push('\n');
                self.text.push_str(self.prefix);
            }
            "blockquote" => self.begin_line("> "),
            "li" => self.begin_line("- "),
            "/li" | "/ul" | "/blockquote" => {
                self.prefix = "";
                self.block_ended = true;
            }
            "/a" => self.end_link(),
            other => match other.strip_prefix("a href=\"").and_then(|rest| rest.strip_suffix('"')) {
                Some(address) => self.begin_link(&unescaped(address)),
                None => self.words(&format!("<{other}>")),
            },
        }
    }

    fn begin_line(&mut self, prefix: &'static str) {
        self.block_ended = false;
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.prefix = prefix;
        self.text.push_str(prefix);
    }

    fn begin_link(&mut self, address: &str) {
        self.words("");
        if address.starts_with(&format!("{PERMALINK}@")) {
            self.words("@");
        } else if address.starts_with(PERMALINK) {
            self.open_link = Some((address.to_owned(), self.text.len()));
        }
    }

    fn end_link(&mut self) {
        if let Some((address, start)) = self.open_link.take() {
            // A room by its name is written with its sigil; any other words of a link stand for themselves.
            if self.text[start..].starts_with(|first: char| first.is_ascii_digit()) {
                self.text.insert(start, '#');
            }
            self.links.push((address, self.text[start..].to_owned()));
        }
    }
}

fn unescaped(html: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    entities.iter().fold(html.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

/// What [`Reader`] does, by example.
pub(in super::super) fn reads_what_clients_show() -> Result<(), Failed> {
    let room = r#"<a href="https://matrix.to/#/!abc?via=sitrep.test">2026-11-22-1053-checkout-is-down</a>"#;
    let cases = [
        ("one<br>two<ul><li>a</li><li><code>!b</code></li></ul>end", "one\ntwo\n- a\n- `!b`\nend"),
        ("from bob:<blockquote>said<br><br>more</blockquote>Next", "from bob:\n> said\n> \n> more\nNext"),
        (r#"<a href="https://matrix.to/#/@bob:sitrep.test">bob</a> leads"#, "@bob leads"),
        (room, "#2026-11-22-1053-checkout-is-down"),
        (r#"in <a href="https://matrix.to/#/!abc">its room</a>."#, "in its room."),
        ("<strong>a &lt;b&gt; &amp;lt;</strong>", "a <b> &lt;"),
        ("<script>x</script>", "<script>x</script>"),
    ];
    for (html, expected) in cases {
        assert_eq!(Reader::read(html).0, expected, "{html}");
    }
    let body = "see https://matrix.to/#/!abc?via=sitrep.test";
    assert_eq!(with_links(body, &Reader::read(room).1), "see #2026-11-22-1053-checkout-is-down");
    Ok(())
}
