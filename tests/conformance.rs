//! The platforms side by side: the same conversation, the same outcome.
//!
//! Every script of `console/` is played by the console, by test people on Synapse in front of the service, and by test
//! people in front of the service on the fake Discord. After each message the rooms must look the same as on the
//! console, before the next one is said.
//!
//! - What is expected comes from the console's own run: who says what where, and what every room then shows. There is
//!   nothing to keep up to date here when a sentence changes.
//! - Compared are all rooms: what people read, in order, edits applied; whom each message notifies and which one it
//!   answers; who is in an incident's room, its topic and its pins. Times, dates and random addresses are not.
//! - Nobody can move a homeserver's clock, so `/wait` is left out of all runs, except for a few seconds, which are waited for.
//! - What is said in the threads of reports is compared as if it were said in the room ([`threads`]). Lines that the console itself declines
//!   are said nowhere; that nobody gets into a private room elsewhere either is tried at the end.
//!
//! [`expected`] is the console's half and [`player`] the other, on a [`stage`]: [`matrix`] or [`discord`]. [`view`] is
//! what a room looks like and [`words`] what its text is reduced to. [`table`] is about `docs/platforms.md`.

mod discord;
mod expected;
mod matrix;
mod player;
mod stage;
mod table;
mod threads;
mod view;
mod words;

use crate::console::{CHECKLISTS, CHECKOUT, ON_DUTY, PAYMENTS};
use crate::support::Failed;
use crate::support::trials::{Test, needs_synapse, test};

use discord::{Discord, Giving};
use expected::{Act, Expected};
use matrix::{Matrix, Typing};
use player::Player;
use stage::Stage;

/// The same people as in the console without a configuration.
const PEOPLE: &str = r#"
[people]
alice = ["@alice:example.org"]
bob = ["@bob:example.org"]
carol = ["@carol:example.org"]
"#;

macro_rules! conversation {
    ($name:literal, $more:expr) => {
        needs_synapse(concat!("conformance::", $name), || {
            on_matrix(include_str!(concat!("console/", $name, ".txt")), $more, Typing::AsWritten)
        })
    };
    ($name:literal) => {
        conversation!($name, PEOPLE)
    };
}

macro_rules! on_discord {
    ($name:literal, $more:expr) => {
        test(concat!("conformance::discord::", $name), || {
            on_discord(include_str!(concat!("console/", $name, ".txt")), $more, Giving::Typing)
        })
    };
    ($name:literal) => {
        on_discord!($name, PEOPLE)
    };
}

pub(crate) fn tests() -> Vec<Test> {
    vec![
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
        conversation!("private"),
        conversation!("direct"),
        conversation!("invited", PAYMENTS),
        conversation!("people", CHECKOUT),
        conversation!("newcomers", CHECKOUT),
        conversation!("edits"),
        conversation!("taken_back"),
        conversation!("signs"),
        conversation!("removed"),
        conversation!("timeline"),
        conversation!("tasks", CHECKLISTS),
        conversation!("reports"),
        conversation!("private_report"),
        conversation!("marked"),
        conversation!("on_duty", ON_DUTY),
        conversation!("unanswered", ON_DUTY),
        needs_synapse("conformance::one_incident_with_people_picked_from_a_list", || {
            on_matrix(ONE_INCIDENT, PEOPLE, Typing::Pills)
        }),
        on_discord!("one_incident"),
        on_discord!("help"),
        on_discord!("titles"),
        on_discord!("talk"),
        on_discord!("refusals"),
        on_discord!("prompts"),
        on_discord!("updates"),
        on_discord!("retrospective"),
        on_discord!("endings"),
        on_discord!("reopened"),
        on_discord!("duplicates"),
        on_discord!("meetings"),
        on_discord!("roles"),
        on_discord!("private"),
        on_discord!("direct"),
        on_discord!("invited", PAYMENTS),
        on_discord!("people", CHECKOUT),
        on_discord!("newcomers", CHECKOUT),
        on_discord!("edits"),
        on_discord!("taken_back"),
        on_discord!("signs"),
        on_discord!("removed"),
        on_discord!("timeline"),
        on_discord!("tasks", CHECKLISTS),
        on_discord!("reports"),
        on_discord!("private_report"),
        on_discord!("marked"),
        on_discord!("on_duty", ON_DUTY),
        on_discord!("unanswered", ON_DUTY),
        test("conformance::discord::one_incident_with_people_picked_from_a_list", || {
            on_discord(ONE_INCIDENT, PEOPLE, Giving::Picking)
        }),
        test("conformance::discord::one_incident_by_slash_commands", || {
            on_discord(WITHOUT_TYPING, PEOPLE, Giving::Slashes)
        }),
        test("conformance::discord::one_incident_by_buttons_and_forms", || {
            on_discord(WITHOUT_TYPING, PEOPLE, Giving::Buttons)
        }),
        test("conformance::differences_are_seen", differences_are_seen),
        test("conformance::the_table_is_what_the_adapters_say", table::matches_the_adapters),
    ]
}

const ONE_INCIDENT: &str = include_str!("console/one_incident.txt");

/// An incident in which most is said where only its author reads it: a direct room, or the answer to what was pressed.
const WITHOUT_TYPING: &str = include_str!("conformance/without_typing.txt");

/// Plays a script on the console and on Matrix, with the same sections behind either configuration.
fn on_matrix(script: &str, more: &str, typing: Typing) -> Result<(), Failed> {
    let expected = Expected::of(script, more)?;
    same_on(&mut Matrix::new(&expected.people(), more, typing)?, &expected)
}

/// The same on Discord.
fn on_discord(script: &str, more: &str, giving: Giving) -> Result<(), Failed> {
    let expected = Expected::of(script, more)?;
    same_on(&mut Discord::new(&expected.people(), more, giving)?, &expected)
}

/// Plays what was played on the console on another platform.
fn same_on(stage: &mut dyn Stage, expected: &Expected) -> Result<(), Failed> {
    let sitrep = stage.sitrep()?;
    let mut player = Player::new(stage);
    player.play(expected)?;
    player.nothing_else_comes(expected)?;
    stage.outsiders_come_in_where_it_is_public(expected)?;
    if expected.steps.iter().any(|step| matches!(step.act, Act::Kick)) {
        // It has every reason to complain.
        return Ok(());
    }
    let log = sitrep.log();
    let complaint = log.lines().find(|line| line.contains(" WARN sitrep") || line.contains(" ERROR sitrep"));
    complaint.map_or(Ok(()), |line| Err(format!("sitrep complains: {line}").into()))
}

/// A comparison that can't fail is none.
fn differences_are_seen() -> Result<(), Failed> {
    words::reduce_what_differs_and_nothing_else()?;
    matrix::reading::reads_what_clients_show()?;
    discord::reading::reads_what_the_client_shows()?;
    threads::says_it_in_threads();
    view::shows_where_rooms_differ()
}
