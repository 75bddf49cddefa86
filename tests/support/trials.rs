//! How tests are registered and which of them run.
//!
//! Where Synapse can't be made, one test, [`CAN_BE_MADE`], fails and says why; those that need a Synapse are
//! ignored, rather than each of them failing for the same reason.
//!
//! - `SITREP_WITHOUT_SYNAPSE=1` accepts that, and the one test is ignored too. Where `CI` is set the variable
//!   is refused: a pipeline must not be green because it tested nothing.
//! - Nothing is installed for a listing, or when the filter leaves no test that needs Synapse.
//! - If the filter hides the one test, the run fails all the same. Not under nextest, which runs every test
//!   in a process of its own: there the one test's own process fails.

use std::any::Any;
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use super::synapse::{self, Synapse};
use super::{Failed, evidence};

/// The test that fails where Synapse can't be made.
const CAN_BE_MADE: &str = "synapse_can_be_made";

const WITHOUT: &str = "SITREP_WITHOUT_SYNAPSE";

type Run = fn() -> Result<(), Failed>;

/// One test of a topic file.
pub(crate) struct Test {
    name: &'static str,
    run: Run,
    needs_synapse: bool,
}

/// A test that needs nothing but the binary. Names begin with their topic: `console::declares`.
pub(crate) fn test(name: &'static str, run: Run) -> Test {
    Test { name, run, needs_synapse: false }
}

/// A test that is ignored where Synapse can't be made.
pub(crate) fn needs_synapse(name: &'static str, run: Run) -> Test {
    Test { name, run, needs_synapse: true }
}

/// What is known about Synapse when the run starts.
enum Verdict {
    /// It runs, or nobody has asked for it.
    Fine,
    /// The user does without it.
    Declined,
    /// There is none, for this reason.
    Missing(String),
}

/// Runs what the command line asks for.
pub(crate) fn run(tests: Vec<Test>) -> ExitCode {
    let arguments = Arguments::from_args();
    let verdict = judge(&arguments, &tests);
    let without = !matches!(verdict, Verdict::Fine);
    let mut trials: Vec<Trial> = tests
        .into_iter()
        .map(|test| trial(test.name, test.run).with_ignored_flag(test.needs_synapse && without))
        .collect();
    let can_be_made = can_be_made(&verdict);
    let hidden = arguments.is_filtered_out(&can_be_made);
    trials.push(can_be_made);
    let conclusion = libtest_mimic::run(&arguments, trials);
    Synapse::let_go_of_shared();
    match verdict {
        Verdict::Missing(reason) if hidden && env::var_os("NEXTEST").is_none() => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
        Verdict::Missing(_) | Verdict::Fine | Verdict::Declined => conclusion.exit_code(),
    }
}

fn can_be_made(verdict: &Verdict) -> Trial {
    match verdict {
        Verdict::Fine => Trial::test(CAN_BE_MADE, || Synapse::shared().map(drop)),
        Verdict::Declined => Trial::test(CAN_BE_MADE, || Ok(())).with_ignored_flag(true),
        Verdict::Missing(reason) => {
            let reason = reason.clone();
            Trial::test(CAN_BE_MADE, || Err(reason.into()))
        }
    }
}

fn judge(arguments: &Arguments, tests: &[Test]) -> Verdict {
    let (declined, pipeline) = (is_set(WITHOUT), is_set("CI"));
    if declined && pipeline {
        return Verdict::Missing(format!(
            "{WITHOUT} is refused where CI is set: a pipeline needs Synapse. Unset it."
        ));
    }
    if declined {
        return Verdict::Declined;
    }
    let names = tests.iter().filter(|test| test.needs_synapse).map(|test| test.name).chain([CAN_BE_MADE]);
    let wanted = names.map(|name| Trial::test(name, || Ok(()))).any(|test| !arguments.is_filtered_out(&test));
    if arguments.list || !wanted {
        return Verdict::Fine;
    }
    let choice = match pipeline {
        true => String::new(),
        false => format!(", or accept running without it with {WITHOUT}=1"),
    };
    if let Err(trouble) = synapse::install() {
        return Verdict::Missing(format!("{trouble}{choice}."));
    }
    match Synapse::shared() {
        Ok(_) => Verdict::Fine,
        Err(failed) => {
            let why = failed.message().unwrap_or("no reason given");
            let remedy = "Delete `synapse-venv-*` in the target directory to install it anew";
            Verdict::Missing(format!("Synapse is installed but does not start. {remedy}{choice}.\n{why}"))
        }
    }
}

/// Set, and not to something that means no.
fn is_set(variable: &str) -> bool {
    env::var(variable).is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

/// A test whose failure is shown together with the ends of the logs of what it ran.
fn trial(name: &str, run: Run) -> Trial {
    Trial::test(name, move || {
        evidence::take();
        let outcome = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| Err(panicked(&*payload)));
        let kept = evidence::take();
        outcome.map_err(|failed| {
            let mut shown = vec![failed.message().unwrap_or("failed without a word").to_owned()];
            shown.extend(kept);
            shown.join("\n\n").into()
        })
    })
}

fn panicked(payload: &(dyn Any + Send)) -> Failed {
    let literal = payload.downcast_ref::<&str>().copied();
    let words = literal.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", words.unwrap_or("without a message")).into()
}
