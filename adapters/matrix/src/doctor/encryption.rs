//! Encryption: that a room can be made and spoken in encrypted, that people's clients trust our device, and that our
//! keys survive a loss.

use std::time::{Duration, Instant};

use sitrep_core::port::{Finding, Level};
use tokio::time::sleep;

use super::failed;
use crate::{
    account::Account,
    encryption::{self, EncryptionReport, KeyBackup, RecoveryKey, SecretStorage},
    failure::Failure,
};

/// How long the setting up, which goes on beside everything else, is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the log says when nothing better is known.
const SEE_LOG: &str = "Restart sitrep; if it stays so, see what its log says of encryption";

/// Something is said in a room of its own, and read back.
pub(super) async fn try_out(account: &Account) -> Vec<Finding> {
    vec![match encryption::round_trip(account).await {
        Ok(took) => Finding::ok(format!(
            "Encryption: a room can be made, and what sitrep encrypts there can be read back ({} ms)",
            took.as_millis()
        )),
        Err(Failure::NotYet(words)) => Finding::problem(format!("Encryption: {words}"), SEE_LOG),
        Err(failure) => failed("Encryption: it could not be tried in a room of its own", &failure),
    }]
}

/// How it stands.
pub(super) async fn report(account: &Account) -> Vec<Finding> {
    let began = Instant::now();
    loop {
        match encryption::report(account).await {
            Ok(report) if is_complete(&report) || report.trouble.is_some() || began.elapsed() > PATIENCE => {
                return findings(&report);
            }
            Ok(_) => sleep(Duration::from_millis(500)).await,
            Err(failure) => return vec![failed("Encryption: it can't be seen how it stands", &failure)],
        }
    }
}

fn is_complete(report: &EncryptionReport) -> bool {
    report.cross_signed && is_recoverable(report)
}

fn is_recoverable(report: &EncryptionReport) -> bool {
    let &EncryptionReport { secret_storage, backup, recovery_key, .. } = report;
    (secret_storage, backup, recovery_key) == (SecretStorage::Kept, KeyBackup::Working, RecoveryKey::Opens)
}

fn findings(report: &EncryptionReport) -> Vec<Finding> {
    let mut findings = vec![match report.cross_signed {
        true => Finding::ok("Encryption: this device is signed by the account's identity"),
        false => Finding::problem(
            "Encryption: this device is not signed, so people's clients may hide or warn of what it says",
            SEE_LOG,
        ),
    }];
    if is_recoverable(report) {
        findings.push(Finding::ok("Encryption: keys are backed up, and the recovery key opens the backup"));
    } else {
        let mut missing = Vec::new();
        match report.secret_storage {
            SecretStorage::Kept => {}
            SecretStorage::Missing => missing.push("the account keeps no keys"),
        }
        match report.backup {
            KeyBackup::Working => {}
            KeyBackup::Missing => missing.push("room keys are not backed up"),
            KeyBackup::Closed => missing.push("the backup of room keys can't be opened"),
        }
        match report.recovery_key {
            RecoveryKey::Opens => {}
            RecoveryKey::Unknown => missing.push("no recovery key is known"),
            RecoveryKey::Wrong => missing.push("the recovery key is not the right one"),
        }
        let what = format!("Encryption: after a loss, sitrep could not read on: {}", missing.join(", "));
        findings.push(Finding::warning(what, SEE_LOG));
    }
    findings.extend(report.trouble.as_deref().map(|trouble| Finding::told(Level::Warning, trouble)));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let mut report = EncryptionReport {
            cross_signed: true,
            secret_storage: SecretStorage::Kept,
            backup: KeyBackup::Working,
            recovery_key: RecoveryKey::Opens,
            trouble: None,
        };
        let levels = |report: &EncryptionReport| -> Vec<Level> {
            findings(report).into_iter().map(|finding| finding.level).collect()
        };
        assert_eq!(levels(&report), [Level::Ok, Level::Ok]);
        report.cross_signed = false;
        assert_eq!(levels(&report), [Level::Problem, Level::Ok]);
        report.recovery_key = RecoveryKey::Wrong;
        report.trouble = Some("The key is wrong: it opens nothing. Put the right one.".to_owned());
        assert_eq!(levels(&report), [Level::Problem, Level::Warning, Level::Warning]);
        let words: Vec<String> = findings(&report).iter().map(ToString::to_string).collect();
        assert!(words[1].contains("the recovery key is not the right one"), "{}", words[1]);
        assert_eq!(words[2], "warning The key is wrong: it opens nothing. Put the right one.");
    }
}
