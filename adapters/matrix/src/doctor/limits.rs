//! How often the homeserver may be asked. It shows that to administrators alone, so what can be said is whether it
//! has asked us to wait.

use sitrep_core::port::Finding;

use crate::account::Account;

pub(super) const REMEDY: &str =
    "Have an administrator lift the limits on sitrep's account, as docs/operating.md says";

pub(super) fn check(account: &Account) -> Vec<Finding> {
    vec![match account.waits.so_far() {
        Some((count, last)) => {
            let minutes = last.as_secs() / 60;
            let what = format!(
                "Limits: since it was started, sitrep was asked to wait {count} times, the last time {minutes} min ago"
            );
            Finding::warning(what, REMEDY)
        }
        None => Finding::note(
            "Limits: the homeserver doesn't show them to ordinary accounts, and hasn't asked sitrep to wait",
            "If nobody has lifted them for sitrep's account, do it before the worst day: docs/operating.md says how",
        ),
    }]
}
