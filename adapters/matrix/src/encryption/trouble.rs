//! Why encryption isn't set up, in a sentence for whoever runs sitrep.

use matrix_sdk::{
    Error,
    encryption::{
        identities::ManualVerifyError, recovery::RecoveryError, secret_storage::SecretStorageError,
    },
};

use crate::failure::Failure;

/// What has to happen before encryption is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Something that will pass.
    Passing(Failure),
    /// Something that only a person can change, in whole sentences.
    Person(String),
}

impl Trouble {
    pub(super) fn waiting(words: &str) -> Self {
        Self::Passing(Failure::NotYet(words.to_owned()))
    }

    /// What is not so yet, and what to do about it.
    pub(super) fn sentence(self) -> String {
        match self {
            Self::Person(sentences) => sentences,
            Self::Passing(failure) => format!(
                "Encryption is not completely set up yet: {}. It is tried again; until then clients may warn of \
                 sitrep's device, and keys are not backed up.",
                failure.words()
            ),
        }
    }
}

impl<E: Into<Error>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Passing(Failure::from(error.into()))
    }
}

/// What went wrong with the recovery of secrets, as a failure of the client's.
pub(super) fn of_recovery(error: RecoveryError) -> Trouble {
    match error {
        RecoveryError::Sdk(error) => error.into(),
        RecoveryError::SecretStorage(error) => of_storage(error),
        RecoveryError::BackupExistsOnServer => Trouble::Person(
            "The account has a backup of room keys that sitrep can't open, and no recovery key. If nobody needs it, \
             delete it: log in as sitrep's account with Element and turn key storage off in Settings, Encryption."
                .to_owned(),
        ),
    }
}

pub(super) fn of_storage(error: SecretStorageError) -> Trouble {
    match error {
        SecretStorageError::Sdk(error) => error.into(),
        SecretStorageError::Storage(error) => error.into(),
        SecretStorageError::Verification(ManualVerifyError::Http(error)) => Error::from(error).into(),
        SecretStorageError::InconsistentBackupDecryptionKey
        | SecretStorageError::MissingOrInvalidBackupDecryptionKey => Trouble::Person(
            "sitrep's recovery key does not open the backup of room keys: what was said before a loss could not be \
             read after it. Log in as sitrep's account with Element, and turn key storage off and on again in \
             Settings, Encryption; then put the recovery key that it shows into `[matrix] recovery_key_file`."
                .to_owned(),
        ),
        error @ (SecretStorageError::Json(_)
        | SecretStorageError::SecretStorageKey(_)
        | SecretStorageError::MissingKeyInfo { .. }
        | SecretStorageError::ImportError { .. }
        | SecretStorageError::Verification(_)
        | SecretStorageError::Decryption(_)) => Trouble::Passing(Failure::Broken(error.to_string())),
    }
}
