//! How tests are registered and which of them run.
//!
//! Where Synapse can't be made, one test, [`CAN_BE_MADE`], fails and says why; those that need a Synapse are
//! ignored, rather than each of them failing for the same reason. It is the same with the encrypting client that some
//! tests need besides, and [`CAN_ENCRYPT`].
//!
//! - `SITREP_WITHOUT_SYNAPSE=1` accepts that, and the one test is ignored too. Where `CI` is set the variable
//!   is refused: a pipeline must not be green because it tested nothing.
//! - It is the same with Prometheus, [`CAN_MEASURE`] and `SITREP_WITHOUT_PROMETHEUS=1`. That one is never installed by
//!   the tests: the one test says how.
//! - And with PagerDuty's own client, [`CAN_PAGE`]. Whoever does without Synapse, which PyPI has too, does without it.
//! - Nothing is installed for a listing, or when the filter leaves no test that needs Synapse.
//! - If the filter hides the one test, the run fails all the same. Not under nextest, which runs every test
//!   in a process of its own: there the one test's own process fails.

use std::any::Any;
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use super::encrypted_person::NIO;
use super::prometheus;
use super::synapse::{self, Synapse};
use super::venv::{self, Venv};
use super::{Failed, evidence};

/// The test that fails where Synapse can't be made.
const CAN_BE_MADE: &str = "synapse_can_be_made";

/// The test that fails where there is no encrypting client.
const CAN_ENCRYPT: &str = "people_can_encrypt";

/// The test that fails where there is no Prometheus.
const CAN_MEASURE: &str = "prometheus_can_be_run";

/// The test that fails where there is no client of PagerDuty's.
const CAN_PAGE: &str = "pagerduty_s_client_can_be_run";

/// PagerDuty's own client, from PyPI.
pub(crate) const PAGER: Venv =
    Venv { name: "pagerduty", package: "pagerduty", version: "7.2.0", import: "pagerduty" };

const WITHOUT: &str = "SITREP_WITHOUT_SYNAPSE";
const WITHOUT_PROMETHEUS: &str = "SITREP_WITHOUT_PROMETHEUS";

type Run = fn() -> Result<(), Failed>;

/// One test of a topic file.
pub(crate) struct Test {
    name: &'static str,
    run: Run,
    needs: Needs,
    /// Whether it needs a Prometheus, besides.
    measures: bool,
    /// Whether it needs PagerDuty's client, besides.
    pages: bool,
}

impl Test {
    /// The same, ignored where there is no Prometheus.
    pub(crate) fn and_prometheus(self) -> Test {
        Test { measures: true, ..self }
    }

    /// The same, ignored where there is no client of PagerDuty's.
    pub(crate) fn and_pager(self) -> Test {
        Test { pages: true, ..self }
    }
}

/// What a test can't do without; each includes the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Needs {
    Nothing,
    Synapse,
    EncryptedPerson,
}

/// A test that needs nothing but the binary. Names begin with their topic: `console::declares`.
pub(crate) fn test(name: &'static str, run: Run) -> Test {
    Test { name, run, needs: Needs::Nothing, measures: false, pages: false }
}

/// A test that is ignored where Synapse can't be made.
pub(crate) fn needs_synapse(name: &'static str, run: Run) -> Test {
    Test { name, run, needs: Needs::Synapse, measures: false, pages: false }
}

/// A test that is ignored where Synapse can't be made, or where there is no encrypting client.
pub(crate) fn needs_encrypted_person(name: &'static str, run: Run) -> Test {
    Test { name, run, needs: Needs::EncryptedPerson, measures: false, pages: false }
}

/// A test that is ignored where there is no Prometheus.
pub(crate) fn needs_prometheus(name: &'static str, run: Run) -> Test {
    test(name, run).and_prometheus()
}

/// What is known about something that tests need when the run starts.
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
    let client = match &verdict {
        Verdict::Fine => {
            judge_client(&arguments, &tests, (&NIO, CAN_ENCRYPT), |test| test.needs >= Needs::EncryptedPerson)
        }
        Verdict::Declined | Verdict::Missing(_) => Verdict::Declined,
    };
    let paging = match &verdict {
        Verdict::Declined => Verdict::Declined,
        Verdict::Fine | Verdict::Missing(_) => {
            judge_client(&arguments, &tests, (&PAGER, CAN_PAGE), |test| test.pages)
        }
    };
    let measuring = judge_prometheus(&arguments, &tests);
    let is_fine = |verdict: &Verdict| matches!(verdict, Verdict::Fine);
    let available = match (is_fine(&verdict), is_fine(&client)) {
        (true, true) => Needs::EncryptedPerson,
        (true, false) => Needs::Synapse,
        (false, _) => Needs::Nothing,
    };
    let mut trials: Vec<Trial> = tests
        .into_iter()
        .map(|test| {
            let lacks = test.needs > available
                || (test.measures && !is_fine(&measuring))
                || (test.pages && !is_fine(&paging));
            trial(test.name, test.run).with_ignored_flag(lacks)
        })
        .collect();
    let canaries = [
        canary(CAN_BE_MADE, &verdict, || Synapse::shared().map(drop)),
        canary(CAN_ENCRYPT, &client, || Ok(venv::python(&NIO).map(drop)?)),
        canary(CAN_MEASURE, &measuring, || Ok(prometheus::installed()?)),
        canary(CAN_PAGE, &paging, || Ok(venv::python(&PAGER).map(drop)?)),
    ];
    let hidden = canaries.each_ref().map(|canary| arguments.is_filtered_out(canary));
    trials.extend(canaries);
    let conclusion = libtest_mimic::run(&arguments, trials);
    Synapse::let_go_of_shared();
    for (verdict, hidden) in [verdict, client, measuring, paging].iter().zip(hidden) {
        if let Verdict::Missing(reason) = verdict
            && hidden
            && env::var_os("NEXTEST").is_none()
        {
            eprintln!("{reason}");
            return ExitCode::FAILURE;
        }
    }
    conclusion.exit_code()
}

fn canary(name: &str, verdict: &Verdict, check: Run) -> Trial {
    match verdict {
        Verdict::Fine => Trial::test(name, check),
        Verdict::Declined => Trial::test(name, || Ok(())).with_ignored_flag(true),
        Verdict::Missing(reason) => {
            let reason = reason.clone();
            Trial::test(name, || Err(reason.into()))
        }
    }
}

/// Whether a run asks for such a test, or for the test that says whether its needs are met.
fn wants(arguments: &Arguments, tests: &[Test], is_such: impl Fn(&Test) -> bool, canary: &str) -> bool {
    let names = tests.iter().filter(|test| is_such(test)).map(|test| test.name).chain([canary]);
    names.map(|name| Trial::test(name, || Ok(()))).any(|test| !arguments.is_filtered_out(&test))
}

/// Whether there is a client from PyPI, if such a test is asked for.
fn judge_client(
    arguments: &Arguments,
    tests: &[Test],
    (client, canary): (&Venv, &str),
    is_such: impl Fn(&Test) -> bool,
) -> Verdict {
    if arguments.list || !wants(arguments, tests, is_such, canary) {
        return Verdict::Fine;
    }
    match venv::python(client) {
        Ok(_) => Verdict::Fine,
        Err(trouble) => Verdict::Missing(format!("{trouble}.")),
    }
}

/// Whether there is a Prometheus.
fn judge_prometheus(arguments: &Arguments, tests: &[Test]) -> Verdict {
    let (declined, pipeline) = (is_set(WITHOUT_PROMETHEUS), is_set("CI"));
    if declined && pipeline {
        return Verdict::Missing(format!(
            "{WITHOUT_PROMETHEUS} is refused where CI is set: a pipeline needs Prometheus. Unset it."
        ));
    }
    if declined {
        return Verdict::Declined;
    }
    if arguments.list || !wants(arguments, tests, |test| test.measures, CAN_MEASURE) {
        return Verdict::Fine;
    }
    match (prometheus::installed(), pipeline) {
        (Ok(()), _) => Verdict::Fine,
        (Err(trouble), true) => Verdict::Missing(format!("{trouble}.")),
        (Err(trouble), false) => {
            Verdict::Missing(format!("{trouble}, or accept running without it with {WITHOUT_PROMETHEUS}=1."))
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
    if arguments.list || !wants(arguments, tests, |test| test.needs >= Needs::Synapse, CAN_BE_MADE) {
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
