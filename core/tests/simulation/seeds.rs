//! Many seeds in fair hands: nothing is violated. And the same seed twice: nothing differs.

use std::{collections::BTreeMap, fmt::Write};

use sitrep_core::{incident::RoomState, testing::Entry};

use crate::{
    evidence::{Evidence, Fate},
    exchanges::{Manner, exchanges},
    invariants::{Violation, judge},
    world::{Run, run},
};

/// How many seeds are run unless `SITREP_SIM_SEEDS` says otherwise.
const SEEDS: u64 = 200;

/// A number from the environment.
pub(crate) fn number_from(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// Says which seed it was when something panics below.
struct Announced(u64);

impl Drop for Announced {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", how_to_rerun(self.0));
        }
    }
}

fn how_to_rerun(seed: u64) -> String {
    format!("run it again with SITREP_SIM_SEED={seed} cargo test -p sitrep-core --test simulation seeds")
}

fn report(run: &Run, violations: &[Violation]) -> String {
    let mut report = String::new();
    for violation in violations.iter().take(10) {
        let _ = writeln!(report, "seed {}: {:?}: {}", run.seed, violation.invariant, violation.what);
    }
    if violations.len() > 10 {
        let _ = writeln!(report, "and {} more", violations.len() - 10);
    }
    report + &how_to_rerun(run.seed)
}

#[test]
fn nothing_is_violated_whatever_goes_wrong() {
    let one = number_from("SITREP_SIM_SEED");
    let seeds = one.map_or(0..number_from("SITREP_SIM_SEEDS").unwrap_or(SEEDS), |seed| seed..seed + 1);
    let mut failed = Vec::new();
    for seed in seeds {
        let _announced = Announced(seed);
        let run = run(seed, None);
        let violations = judge(&run);
        if one.is_some() {
            eprintln!("{}", run.transcript());
        }
        if !violations.is_empty() {
            failed.push(report(&run, &violations));
        }
    }
    assert!(
        failed.is_empty(),
        "{} seeds failed:\n{}",
        failed.len(),
        failed.iter().take(25).cloned().collect::<Vec<_>>().join("\n")
    );
}

/// What must have happened a few times in sixty seeds.
const EXPECTED: &[&str] = &[
    "IncidentNumbered",
    "RoomBound",
    "IncidentDeclared",
    "IncidentAcknowledged",
    "SeverityChanged",
    "IncidentResolved",
    "IncidentMitigated",
    "LastingEffects",
    "IncidentRelated",
    "LinkAdded",
    "IncidentRetitled",
    "WordsErased",
    "PromptPosted",
    "RoomLost",
    "RoomRegained",
    "UpdateSnoozed",
    "DirectRoomOpened",
    "edited",
    "pressed",
    "reworded",
    "RoomOpened",
    "RoomOpeningFailed",
    "CardPosted",
    "GivenUp",
    "Dropped",
    "Delayed",
    "limited",
    "RoleAssigned",
    "UpdatePosted",
    "UpdatePromised",
    "UpdatePrompted",
    "UpdateMissed",
    "RetrospectiveProposed",
    "RetrospectiveBooked",
    "RetrospectiveDeclined",
    "RetrospectiveReminded",
    "RetrospectiveNagged",
    "ReportFiled",
    "ReportPosted",
    "ReportAcknowledged",
    "ReportEscalated",
    "ReportTaken",
    "ReportDeclined",
    "AlertToldAgain",
    "AlertGroupTold",
    "ReportSettled",
    "ReportWordsErased",
    "ReportAttached",
    "ChangeNoticed",
    "ChangesForgotten",
    "by alerts",
    "said",
    "refused",
    "stale",
    "restored",
    "died",
    "told again",
    "in doubt",
    "at origin",
    "nowhere",
    "private",
    "turned away",
];

#[test]
fn what_can_happen_does_happen() {
    let mut happened: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..60 {
        let run = run(seed, None);
        let evidence = Evidence::new(&run);
        let mut note = |what: &'static str, times: usize| *happened.entry(what).or_default() += times;
        evidence
            .entries()
            .flat_map(|entry| &entry.commit.facts)
            .for_each(|fact| note(fact.record.event.name(), 1));
        for (stored, say) in evidence.says() {
            match evidence.fate(stored, say) {
                Fate::Said(_) => note("said", 1),
                Fate::Refused => note("refused", 1),
                Fate::Stale => note("stale", 1),
                Fate::Swallowed | Fate::Lost => note("lost", 1),
            }
        }
        let turned_away = |text: &str| text.starts_with("You are not on my list");
        note("turned away", evidence.said.iter().filter(|(_, said)| turned_away(&said.text)).count());
        for exchange in exchanges(&evidence) {
            match exchange.manner {
                Manner::Said => {}
                Manner::Edited => note("edited", 1),
                Manner::Pressed => note("pressed", 1),
            }
        }
        let is_reworded = |entry: &Entry| {
            entry.commit.effects_added.iter().any(|stored| stored.id.sequence < entry.commit.sequence)
        };
        note("reworded", evidence.entries().filter(|entry| is_reworded(entry)).count());
        note("restored", usize::from(!run.ledger.abandoned.is_empty()));
        note("died", run.journal.iter().filter(|line| line.ends_with(" dies")).count());
        note("told again", run.journal.iter().filter(|line| line.ends_with(" is told again")).count());
        note("limited", run.journal.iter().filter(|line| line.contains("RetryAfter")).count());
        note("in doubt", run.journal.iter().filter(|line| line.contains("InDoubt")).count());
        let rooms =
            |wanted: RoomState| run.incidents.values().filter(|incident| incident.room == wanted).count();
        note("at origin", rooms(RoomState::AtOrigin));
        note("nowhere", rooms(RoomState::Nowhere));
        let by_alerts = run.incidents.values().filter(|incident| incident.reporter.is_none()).count();
        note("by alerts", by_alerts);
        note("private", run.incidents.values().filter(|incident| incident.private).count());
    }
    let rare: Vec<&&str> =
        EXPECTED.iter().filter(|what| happened.get(**what).copied().unwrap_or(0) < 3).collect();
    assert!(rare.is_empty(), "{rare:?} hardly ever happened: {happened:?}");
}

#[test]
fn a_seed_happens_twice_in_the_same_way() {
    for seed in [1, 2, 3] {
        let _announced = Announced(seed);
        let (first, second) = (run(seed, None).transcript(), run(seed, None).transcript());
        assert!(first.len() > 1000, "something happened");
        assert_eq!(first, second);
    }
}

#[test]
fn other_seeds_happen_in_other_ways() {
    assert_ne!(run(1, None).transcript(), run(2, None).transcript());
}
