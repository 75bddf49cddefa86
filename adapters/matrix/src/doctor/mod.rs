//! Whether an incident would work now: everything it needs of the homeserver is tried, with care.
//!
//! - What is tried is what the service does, with its own client and through its own code.
//! - Nobody notices: nothing is said in any room that people are in. The one room that is made is left again.
//! - Every check has a deadline and ends in at least one [`Finding`].

mod encryption;
mod limits;
mod login;
mod rooms;

use std::{future::Future, time::Duration};

use sitrep_core::port::Finding;
use tokio::time::timeout;

use crate::{account::Account, failure::Failure, space};

/// How long one check may take: several requests to a slow homeserver.
const CHECK_DEADLINE: Duration = Duration::from_secs(40);

/// Finds out whether an incident would work.
pub(crate) async fn check_up(account: &Account) -> Vec<Finding> {
    let login = in_time("Logging in", login::check(account)).await;
    let is_in = login.iter().all(|finding| finding.level == sitrep_core::port::Level::Ok);
    let mut findings = login;
    if !is_in {
        // Without it everything else would fail for the same reason.
        return findings;
    }
    findings.extend(in_time("Making a room and encrypting in it", encryption::try_out(account)).await);
    findings.extend(in_time("Seeing how encryption stands", encryption::report(account)).await);
    for name in account.rooms.names.configured() {
        findings.extend(in_time(&format!("Looking at the room {name}"), rooms::check(account, name)).await);
    }
    findings.extend(in_time("Looking at the space", space::check(account)).await);
    findings.extend(limits::check(account));
    findings
}

async fn in_time(what: &str, check: impl Future<Output = Vec<Finding>>) -> Vec<Finding> {
    let found = timeout(CHECK_DEADLINE, check).await;
    found.unwrap_or_else(|_| {
        let what = format!("{what} takes longer than {} s", CHECK_DEADLINE.as_secs());
        vec![Finding::problem(what, "See whether the homeserver is overloaded")]
    })
}

/// Something that the homeserver didn't do, and what may help.
fn failed(what: &str, failure: &Failure) -> Finding {
    let what = format!("{what}: {}", failure.words());
    match failure {
        Failure::Limited(_) => Finding::warning(what, limits::REMEDY),
        Failure::LoggedOut { .. } => Finding::problem(what, "Restart sitrep, which logs in again"),
        Failure::Refused { .. } => Finding::problem(what, "Ask whoever runs the homeserver to allow it"),
        Failure::Broken(_) => Finding::problem(
            what,
            "Restart sitrep; if it stays so, see what its log says of the Matrix store",
        ),
        Failure::Unreached(_)
        | Failure::Intercepted(_)
        | Failure::NotYet(_)
        | Failure::Lost(_)
        | Failure::Garbled(_) => Finding::problem(what, "See whether the homeserver runs, and try again"),
    }
}
