use super::*;
use crate::{
    message::{Line, bold, mention},
    person::Person,
    policy::Policy,
    room::PlatformName,
};

fn policy(toml: &str) -> Policy {
    let words = Words::with_overrides(Language::English, toml).expect("good sentences");
    Policy { words, prefix: "#".to_owned(), ..Policy::default() }
}

/// A sentence with the values of `update.promised`.
fn said(template: &str, id: impl Into<Arg>, at: impl Into<Arg>) -> Message {
    let toml = format!("[update]\npromised = '''\n{template}'''");
    policy(&toml).say("update.promised", [("id", id.into()), ("at", at.into())])
}

#[test]
fn markup_becomes_lines_and_spans() {
    let message = said("**{{ id }}**: `!next {{ at }}`\n- one  {{ at }}\n\n> two", "INC-7", "45m");
    let expected = Message::line([bold("INC-7"), Span::Text(": ".into()), Span::Code("#next 45m".into())])
        .bullet([Span::Text("one 45m".into())])
        .quote("two");
    assert_eq!(message, expected);
}

#[test]
fn what_people_typed_is_never_markup_or_template() {
    let nasty = "**x** `!ack` {{ at }} {% if at %}\n- @everyone > \u{F0001}";
    let flat = "**x** `!ack` {{ at }} {% if at %} - @everyone > \u{F0001}";
    assert_eq!(said("{{ id }} {{ at }}", nasty, ""), Message::text(flat));
    assert_eq!(said("- {{ id }} {{ at }}", nasty, ""), Message::default().bullet([Span::Text(flat.into())]));
    assert_eq!(
        said("**{{ id }}** {{ at }}", nasty, ""),
        Message::line([bold(flat), Span::Text(" ".into())]).tidied()
    );
    assert_eq!(said("`!{{ id }}` {{ at }}", "!a `b`", "c").lines[0].spans()[0], Span::Code("#!a `b`".into()));
}

impl Message {
    /// Without the space that is left before a value that is not there.
    fn tidied(mut self) -> Self {
        for line in &mut self.lines {
            *line = Line::Plain(line.spans().iter().filter(|span| span.words() != " ").cloned().collect());
        }
        self
    }
}

#[test]
fn values_that_are_not_there_are_false() {
    for nothing in
        [Arg::Nothing, Arg::from(None::<&str>), Arg::from(""), Arg::from(0), Arg::from(false), Arg::quote("")]
    {
        assert_eq!(said("{{ id }}{% if at %} at {{ at }}{% endif %}", "it", nothing), Message::text("it"));
    }
}

#[test]
fn numbers_can_be_compared() {
    for (number, text) in [(1, "1 room"), (2, "2 rooms")] {
        let template = "{{ at }} room{% if at != 1 %}s{% endif %}{% if id %}{% endif %}";
        assert_eq!(said(template, "", number), Message::text(text));
    }
}

#[test]
fn quotes_and_people_keep_what_they_are() {
    let bob = Person::new(&PlatformName::new("test"), "bob");
    let message = said("{{ id }}, **{{ id }}**:\n> {{ at }}", mention(&bob), Arg::quote("one\n- two"));
    let expected =
        Message::line([mention(&bob), Span::Text(", ".into()), mention(&bob), Span::Text(":".into())])
            .quote("one\n- two");
    assert_eq!(message, expected);
    let lines = Message::text("a").bullet([bold("b")]);
    assert_eq!(said("{{ id }}:\n{{ at }}", "x", lines).lines.len(), 3);
    assert_eq!(said("{{ id }}: {{ at }}", "x", Message::text("a").and([bold("b")])).lines.len(), 1);
    assert_eq!(
        said("{{ id }} {{ at }}", Arg::typed("!ack"), "x").lines[0].spans()[0],
        Span::Code("#ack".into())
    );
}

#[test]
fn words_from_right_to_left_are_isolated_once() {
    assert_eq!(said("{{ id }}: {{ at }}", "x", "الدفع"), Message::text("x: \u{2068}الدفع\u{2069}"));
    assert_eq!(
        said("{{ id }}: {{ at }}", "x", isolated_once("الدفع")),
        Message::text("x: \u{2068}الدفع\u{2069}")
    );
}

fn isolated_once(words: &str) -> String {
    crate::message::isolated(words)
}

#[test]
fn a_sentence_that_fails_is_said_in_english() {
    let english = Message::line([
        Span::Text("The next update on ".into()),
        bold("INC-7"),
        Span::Text(" is promised for 14:00.".into()),
    ]);
    let loops = "{% for a in [1,2,3,4,5,6,7,8,9] %}".repeat(9) + "{{ id }}" + &"{% endfor %}".repeat(9);
    for template in
        ["{{ id.no.such }}", "{{ at() }}", "{{ id / 0 }}", "{% if false %}{{ id }}{% endif %}", &loops]
    {
        assert_eq!(said(template, "INC-7", "14:00"), english, "{template}");
    }
}

#[test]
fn faults_have_a_place_and_a_help() {
    let cases = [
        ("promised = 'x'", 1, 1, "stands outside of any area", "[update]"),
        (
            "[update]\npromissed = 'x'",
            2,
            1,
            "no sentence `update.promissed`",
            "did you mean update.promised?",
        ),
        ("[updat]\npromised = 'x'", 2, 1, "no sentence", "did you mean update.promised?"),
        ("[nowhere]\nzzz = 'x'", 2, 1, "no sentence", "prints every key"),
        ("[update]\npromised = 5", 2, 12, "is not a text", "quotes"),
        ("[update]\npromised = ''", 2, 12, "nothing would be said", "leave the key out"),
        ("[update]\npromised = 'on {{ id }} {{ when }}'", 2, 28, "no value `when`", "it has at, id"),
        ("[update]\npromised = '''\nfor {{ id }}\nat {% if %}'''", 4, 10, "can't be read", "{{ name }}"),
        ("[update]\npromised = 'a {{ id '", 2, 18, "can't be read", "{{ name }}"),
        ("[update]\npromised = 'a \u{F0001}'", 2, 15, "private use", "leave it out"),
        ("[update]\npromised = '{% include \"update.sent\" %}'", 2, 13, "made of others", "by itself"),
        ("[update]\npromised = 'x", 2, 14, "", "sitrep messages"),
    ];
    for (toml, line, column, what, help) in cases {
        let faults = Words::with_overrides(Language::German, toml).expect_err(toml);
        let fault = &faults[0];
        assert!(fault.what.contains(what) && fault.help.contains(help), "{toml}: {fault:?}");
        assert_eq!((fault.line, fault.column), (line, column), "{toml}: {fault:?}");
    }
    let two = "[update]\nzzz = 'x'\npromised = '{{ when }}'";
    assert_eq!(Words::with_overrides(Language::German, two).expect_err(two).len(), 2);
}

#[test]
fn a_printed_catalogue_says_the_same() {
    for language in Language::ALL {
        let words = Words::of(language);
        assert_eq!(Words::with_overrides(language, &file(language)), Ok(words));
    }
}
