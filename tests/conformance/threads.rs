//! Reports where there are threads: what the console says in the room with the number of the report is said, and typed,
//! in the thread under its line.
//!
//! Rooms are compared as one list of what is said in them and their threads, in the order in which it was said. So a
//! command that names a report, in the room where its line is, is typed in the thread without the number.

use super::view::View;

/// What stands before a sentence about a report where there is no thread.
const NUMBER: &str = "REP-";

/// A command as it is typed in the thread of a report: the place of the line, and the words. `None` if it is about none
/// whose line is in this room.
pub(super) fn typed(before: &View, room: &str, text: &str) -> Option<(usize, String)> {
    let (verb, rest) = text.split_once(' ')?;
    let (id, words) = rest.split_once(' ').unwrap_or((rest, ""));
    let is_its_line = |text: &str| text.strip_prefix(id).is_some_and(|rest| rest.starts_with(" · "));
    let messages = &before.get(room).filter(|_| id.starts_with(NUMBER))?.messages;
    let place =
        messages.iter().position(|message| message.person == "sitrep" && is_its_line(&message.text))?;
    Some((place, format!("{verb} {words}").trim_end().to_owned()))
}

/// What is said, as it is said where there are threads.
pub(super) fn said(view: &View) -> View {
    let mut view = view.clone();
    let messages = view.values_mut().flat_map(|room| &mut room.messages);
    for message in messages.filter(|message| message.person == "sitrep") {
        message.text = in_thread(&message.text);
    }
    view
}

fn in_thread(text: &str) -> String {
    let id: String = text.chars().take_while(|next| !matches!(next, ' ' | ':')).collect();
    let Some(rest) = text.strip_prefix(&id).filter(|_| id.starts_with(NUMBER)) else {
        return text.to_owned();
    };
    let typed = format!(" {id}");
    if let Some(rest) = rest.strip_prefix(": ") {
        return rest.replace(&format!("`!ack{typed}`"), "✅ or `!ack`");
    }
    match rest.split_once("Or `") {
        Some((what, commands)) if rest.starts_with(" · ") => {
            format!("{id}{what}In the thread: `{}", commands.replace(&typed, ""))
        }
        Some(_) | None => text.to_owned(),
    }
}

/// What [`said`] does, by example.
pub(super) fn says_it_in_threads() {
    let cases = [
        ("REP-1: @bob nobody looks. `!ack REP-1` says that.", "@bob nobody looks. ✅ or `!ack` says that."),
        (
            "REP-1 · waiting\nOr `!ack REP-1`, `!decline REP-1 WHY`.",
            "REP-1 · waiting\nIn the thread: `!ack`, `!decline WHY`.",
        ),
        ("Thank you: you look at REP-1.", "Thank you: you look at REP-1."),
        ("REP-1 is declined.", "REP-1 is declined."),
    ];
    for (console, elsewhere) in cases {
        assert_eq!(in_thread(console), elsewhere);
    }
}
