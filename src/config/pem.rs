//! Files of certificates and keys, in PEM.

use std::path::Path;

use super::diagnose::Wrong;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pem {
    Certificate,
    PrivateKey,
}

impl Pem {
    /// A line that must be found in the file. Keys are of several kinds, each with a line of its own.
    fn sign(self) -> &'static str {
        match self {
            Self::Certificate => "-----BEGIN CERTIFICATE-----",
            Self::PrivateKey => "PRIVATE KEY-----",
        }
    }
}

/// Reads the file that `key` names.
pub(super) fn read(key: &str, path: &Path, what: Pem) -> Result<String, Wrong> {
    let shown = path.display();
    let help = "relative names start at the folder of the configuration file";
    let text = std::fs::read_to_string(path)
        .map_err(|error| Wrong::new(format!("`{key}` names {shown}, which cannot be read: {error}"), help))?;
    if text.contains(what.sign()) {
        return Ok(text);
    }
    let (holds, help) = match what {
        Pem::Certificate => ("no certificate", format!("it must be in PEM, and begins with {}", what.sign())),
        Pem::PrivateKey => {
            ("no private key", "it must be in PEM, and begins with -----BEGIN PRIVATE KEY-----".to_owned())
        }
    };
    Err(Wrong::new(format!("`{key}` names {shown}, which holds {holds}"), help))
}

#[cfg(test)]
mod tests {
    use super::{Pem, read};

    #[test]
    fn each_file_holds_what_it_should() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.pem");
        assert!(read("certificate", &path, Pem::Certificate).is_err(), "there is none");
        std::fs::write(&path, "nothing").expect("written");
        for what in [Pem::Certificate, Pem::PrivateKey] {
            assert!(read("certificate", &path, what).is_err(), "it is something else");
        }
        std::fs::write(&path, "-----BEGIN CERTIFICATE-----\n").expect("written");
        assert!(read("certificate", &path, Pem::Certificate).is_ok());
        std::fs::write(&path, "-----BEGIN EC PRIVATE KEY-----\n").expect("written");
        assert!(read("key", &path, Pem::PrivateKey).is_ok());
        assert!(read("certificate", &path, Pem::Certificate).is_err());
    }
}
