//! A real Alertmanager, which tells sitrep about the alerts of a [`super::prometheus`].
//!
//! The program is Debian's (`apt-get install prometheus-alertmanager`).

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::process::Process;
use super::prometheus::free_port;
use super::{Doing, Failed, evidence, poll};

pub(crate) const PROGRAM: &str = "prometheus-alertmanager";

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// An Alertmanager of a test's own. It ends, and its data go, when it is dropped.
pub(crate) struct Alertmanager {
    folder: TempDir,
    port: u16,
    _process: Process,
}

impl Alertmanager {
    /// One that tells every group to this address, with this token, and again every other second.
    pub(crate) fn telling(url: &str, token: &str) -> Result<Alertmanager, Failed> {
        let folder = tempfile::Builder::new().prefix("alertmanager-").tempdir().doing("making a folder")?;
        fs::write(folder.path().join("token"), format!("{token}\n")).doing("writing a token")?;
        fs::write(folder.path().join("alertmanager.yml"), configuration(url))
            .doing("configuring Alertmanager")?;
        let port = free_port()?;
        let log = File::create(folder.path().join("log")).doing("making Alertmanager's log")?;
        let mut command = Command::new(PROGRAM);
        command
            .args(["--config.file=alertmanager.yml", "--storage.path=data", "--cluster.listen-address="])
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        let process = Process::spawn(&mut command)?;
        let alertmanager = Alertmanager { folder, port, _process: process };
        let url = format!("http://{}/-/ready", alertmanager.address());
        let ready = poll(PATIENCE, || Ok(ureq::get(&url).call().ok()))?;
        ready.ok_or("Alertmanager never was ready")?;
        Ok(alertmanager)
    }

    /// Where a Prometheus finds it.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        evidence::keep("Alertmanager's log", &self.folder.path().join("log"));
    }
}

/// As the documentation has it, but in more of a hurry.
fn configuration(url: &str) -> String {
    format!(
        "route:
  receiver: sitrep
  group_by: [alertname, service, severity]
  group_wait: 1s
  group_interval: 2s
  repeat_interval: 2s
receivers:
  - name: sitrep
    webhook_configs:
      - url: {url}
        http_config:
          authorization:
            credentials_file: token
"
    )
}
