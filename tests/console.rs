//! The console without a terminal: a script goes in, a conversation comes out.
//!
//! A conversation is a script beside its snapshot in `console/`: `one_incident.txt` and `one_incident.snap`. A changed
//! sentence shows as a difference; `INSTA_UPDATE=always cargo test --test end_to_end console` accepts it.

mod data;
mod script;
mod surroundings;
mod taking_back;

use crate::support::trials::{Test, test};
use crate::support::{Failed, sitrep::Home};

/// When every conversation takes place, unless its test says otherwise.
pub(crate) const AT: [&str; 2] = ["--at", "2026-11-22T10:53"];

/// A configuration in which a severity asks a team in.
pub(crate) const PAYMENTS: &str = r#"
[people]
alice = ["@alice:example.org"]
bob = ["@bob:example.org"]
carol = ["@carol:example.org"]
[teams]
payments = ["bob", "carol"]
[severity.sev1]
invite = ["payments"]
"#;

/// A configuration in which people take turns, and somebody is left when nobody of them answers.
pub(crate) const ROTA: &str = r#"
[people]
alice = ["@alice:example.org"]
bob = ["@bob:example.org"]
carol = ["@carol:example.org"]
[teams]
leads = ["carol"]
[report]
oncall = "payments"
escalate_to = "leads"
contacts = "Jane, +49 30 1234"
[oncall.payments]
people = ["alice", "bob"]
handover = "0 9 * * MON"
from = "2026-11-16"
[oncall.platform]
people = ["carol"]
[service.checkout]
invite = ["oncall:payments"]
"#;

/// A configuration in which one is on duty, and few seconds are enough to call the next.
pub(crate) const ON_DUTY: &str = r#"
[people]
alice = ["@alice:example.org"]
bob = ["@bob:example.org"]
carol = ["@carol:example.org"]
[report]
oncall = "payments"
acknowledge_within = "4s"
escalate_to = "platform"
contacts = "Jane, +49 30 1234"
[oncall.payments]
people = ["alice"]
[oncall.platform]
people = ["carol"]
"#;

/// What expects a sign of life, behind any configuration.
const HEARTBEAT: &str = r#"
[http]
listen = "127.0.0.1:8321"
[heartbeat.nightly-backup]
every = "24h"
grace = "1h"
token_file = "token"
"#;

/// A configuration with lists of tasks.
pub(crate) const CHECKLISTS: &str = r#"
[people]
alice = ["@alice:example.org"]
bob = ["@bob:example.org"]
carol = ["@carol:example.org"]
[checklist]
default = ["Tell the support team", "Stop releases"]
db = ["Take a snapshot", "Stop releases"]
"#;

/// A configuration in which a service asks a team in.
pub(crate) const CHECKOUT: &str = r#"
[people]
alice = ["@alice:example.org"]
bob = ["@bob:example.org"]
carol = ["@carol:example.org"]
[teams]
payments = ["bob"]
[service.checkout]
invite = ["payments"]
words = ["cart"]
[service.search]
invite = ["carol"]
"#;

macro_rules! conversation {
    ($name:literal, $($setting:expr),*) => {
        test(concat!("console::", $name), || {
            converse($name, include_str!(concat!("console/", $name, ".txt")), &[$($setting),*], "")
        })
    };
    ($name:literal) => { conversation!($name, AT[0], AT[1]) };
}

pub(crate) fn tests() -> Vec<Test> {
    let mut tests = vec![
        conversation!("one_incident"),
        conversation!("help"),
        conversation!("titles"),
        conversation!("talk"),
        conversation!("refusals"),
        conversation!("prompts"),
        conversation!("updates"),
        conversation!("retrospective"),
        conversation!("endings"),
        conversation!("reopened"),
        conversation!("duplicates"),
        conversation!("meetings"),
        conversation!("roles"),
        conversation!("nobody_has_it"),
        conversation!("private"),
        conversation!("direct"),
        conversation!("mistakes"),
        conversation!("edits"),
        conversation!("taken_back"),
        conversation!("signs"),
        conversation!("german", AT[0], AT[1], "--language", "de"),
        conversation!("lost_rooms"),
        conversation!("lost_private_room"),
        conversation!("removed"),
        conversation!("timeline"),
        test("console::tasks", || converse("tasks", include_str!("console/tasks.txt"), &AT, CHECKLISTS)),
        test("console::clocks_go_forward", || {
            let script = include_str!("console/clocks_go_forward.txt");
            converse(
                "clocks_go_forward",
                script,
                &["--at", "2027-03-27T10:00"],
                "timezone = \"Europe/Berlin\"",
            )
        }),
        test("console::clocks_go_back", || {
            let script = include_str!("console/clocks_go_back.txt");
            converse("clocks_go_back", script, &["--at", "2026-10-24T10:00"], "timezone = \"Europe/Berlin\"")
        }),
        test("console::people", || converse("people", include_str!("console/people.txt"), &AT, CHECKOUT)),
        test("console::newcomers", || {
            converse("newcomers", include_str!("console/newcomers.txt"), &AT, CHECKOUT)
        }),
        test("console::invited", || converse("invited", include_str!("console/invited.txt"), &AT, PAYMENTS)),
        conversation!("reports"),
        conversation!("private_report"),
        conversation!("storm"),
        conversation!("marked"),
        test("console::on_duty", || converse("on_duty", include_str!("console/on_duty.txt"), &AT, ON_DUTY)),
        test("console::unanswered", || {
            converse("unanswered", include_str!("console/unanswered.txt"), &AT, ON_DUTY)
        }),
        test("console::nobody_answers", || {
            converse("nobody_answers", include_str!("console/nobody_answers.txt"), &AT, ROTA)
        }),
        test("console::rota", || converse("rota", include_str!("console/rota.txt"), &AT, ROTA)),
        test("console::alerts", || {
            converse("alerts", include_str!("console/alerts.txt"), &AT, &format!("{ROTA}{HEARTBEAT}"))
        }),
        test("console::german_reports", || {
            let german = format!("[messages]\nlanguage = \"de\"\n{ROTA}");
            converse("german_reports", include_str!("console/german_reports.txt"), &AT, &german)
        }),
    ];
    tests.extend(script::tests());
    tests.extend(data::tests());
    tests.extend(surroundings::tests());
    tests.extend(taking_back::tests());
    tests
}

/// Runs a script and compares what comes out with its snapshot.
fn converse(name: &str, script: &str, args: &[&str], config: &str) -> Result<(), Failed> {
    let token = "5f0c1b7a9d3e4862a1b2c3d4e5f60718293a4b5c6d7e8f901a2b3c4d5e6f7081";
    let home = Home::with(&[("sitrep.toml", config), ("token", token)])?;
    let output = home.console(&[args, &["--config", "sitrep.toml"]].concat(), script)?;
    let mut shown = output.stdout.clone();
    if !output.stderr.is_empty() {
        shown.push_str("--- standard error ---\n");
        shown.push_str(&output.stderr);
    }
    output.succeeded()?;
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("console");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, shown));
    Ok(())
}
