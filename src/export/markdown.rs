//! An incident as Markdown. What people typed is words in it, never markup.

use sitrep_core::{
    event::Record,
    incident::{Incident, IncidentId, evolve},
    message::{Line, Span, export},
    policy::Policy,
    workspace::Workspace,
};

/// An incident from its history, which is used up thereby.
pub(super) fn incident(id: IncidentId, records: Vec<Record>) -> Option<Incident> {
    let mut records = records.into_iter();
    let mut incident = evolve::begin(id, &records.next()?)?;
    records.for_each(|record| evolve::evolve(&mut incident, &record));
    Some(incident)
}

/// Line by line: what it was, its timeline, its tasks.
pub(super) fn lines<'a>(
    incident: &'a Incident,
    policy: &'a Policy,
    workspace: &'a Workspace,
) -> impl Iterator<Item = String> + 'a {
    let written = move |line: Line| written(&line, policy, workspace);
    let heading = move |level: &str, words: &str| format!("{level} {}\n", escaped(words));
    let title = std::iter::once(heading("#", &export::title(incident)));
    let head = export::head(incident, policy).lines.into_iter().map(written);
    let sections = export::sections(incident, policy).into_iter().flat_map(move |(title, lines)| {
        let title = format!("\n{}", heading("##", &title));
        std::iter::once(title).chain(lines.into_iter().map(written))
    });
    title.chain(head).chain(sections).chain(std::iter::once(String::new()))
}

fn written(line: &Line, policy: &Policy, workspace: &Workspace) -> String {
    let mut text = match line {
        Line::Plain(_) => String::new(),
        Line::Bullet(_) => "- ".to_owned(),
        Line::Quote(_) => "> ".to_owned(),
    };
    for span in line.spans() {
        match span {
            Span::Text(words) | Span::Room(_, words) => text.push_str(&escaped(words)),
            Span::Bold(words) => text.extend(["**", &escaped(words), "**"]),
            Span::Code(words) => text.extend(["`", &words.replace('`', "'"), "`"]),
            Span::Link(words) => text.extend(["<", &words.replace(['<', '>', ' '], ""), ">"]),
            Span::Person(person) | Span::Mention(person) => {
                text.push_str(&escaped(&policy.name_of(person, workspace)));
            }
        }
    }
    // A day stands in a paragraph of its own.
    if matches!(line, Line::Plain(_)) { format!("\n{text}\n") } else { text }
}

/// Words that mean nothing to Markdown.
fn escaped(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    for c in words.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!' | '&') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use sitrep_core::message::{bold, text};

    #[test]
    fn words_are_never_markup() {
        let line =
            |spans: Vec<Span>| written(&Line::Bullet(spans), &Policy::default(), &Workspace::default());
        let typed = "# *b* [a](http://x) <img> `c` a_b";
        let expected = r"- \# \*b\* \[a\](http://x) \<img\> \`c\` a\_b";
        assert_eq!(line(vec![text(typed)]), expected);
        assert_eq!(line(vec![bold("a*b")]), r"- **a\*b**");
    }
}
