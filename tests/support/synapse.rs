//! A Synapse of the tests' own: installed from PyPI, started on a free loopback port, thrown away at the end.
//!
//! - [`Synapse::shared`] is one server for the whole run; people and rooms are told apart by unique names. It
//!   can't be stopped: tests that stop, kill or limit a server start one of their own with
//!   [`Synapse::start`].
//! - No federation, no TLS, no open registration: accounts are made through the shared-secret admin API.
//! - Data, port and accounts survive `stop`, `kill` and `start_again`; all of it is deleted on drop.
//!
//! Getting the software is in `synapse/installation.rs`, its configuration in `synapse/settings.rs`.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha1::Sha1;
use tempfile::TempDir;

use super::http::Api;
use super::person::Person;
use super::process::Process;
use super::{Doing, Failed, evidence, poll, venv};

mod installation;
mod settings;

pub(crate) use installation::python as install;
pub(crate) use settings::{Limits, SERVER_NAME};

/// Synapse answers within about 3 s; a loaded machine may take much longer.
const START_PATIENCE: Duration = Duration::from_secs(120);
const STOP_PATIENCE: Duration = Duration::from_secs(30);
const REGISTER: &str = "/_synapse/admin/v1/register";

static SHARED: Mutex<Option<Arc<Synapse>>> = Mutex::new(None);

/// An account and its password, for a program or a person to log in with.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    /// The full user id.
    pub(crate) user_id: String,
    pub(crate) password: String,
}

/// One server, running unless it was stopped or killed.
pub(crate) struct Synapse {
    process: Option<Process>,
    python: PathBuf,
    folder: TempDir,
    /// `http://127.0.0.1:PORT`
    pub(crate) url: String,
    names: AtomicU64,
    /// For shutting the doors on the shared one without evidence in whichever test ran last.
    shared: bool,
}

impl Synapse {
    /// The server that all tests of this run share, with its limits lifted; the first call starts it.
    pub(crate) fn shared() -> Result<Arc<Synapse>, Failed> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(synapse) = &*shared {
            return Ok(Arc::clone(synapse));
        }
        let mut synapse = Synapse::start(Limits::Lifted)?;
        synapse.shared = true;
        Ok(Arc::clone(shared.insert(Arc::new(synapse))))
    }

    /// Lets go of the shared server: the end of the run deletes no statics.
    pub(crate) fn let_go_of_shared() {
        drop(SHARED.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// A new server with nothing in it.
    pub(crate) fn start(limits: Limits) -> Result<Synapse, Failed> {
        Synapse::start_configured(limits, &json!({}))
    }

    /// A new server with settings of its own besides.
    pub(crate) fn start_configured(limits: Limits, more: &Value) -> Result<Synapse, Failed> {
        let python = installation::python()?;
        // Between choosing a free port and Synapse's using it, another program may take it.
        let attempts = 3;
        let mut outcome = Err(Failed::without_message());
        for _ in 0..attempts {
            outcome = Synapse::start_with(&python, limits, more);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    fn start_with(python: &Path, limits: Limits, more: &Value) -> Result<Synapse, Failed> {
        let parent = venv::scratch_folder()?;
        let folder =
            tempfile::Builder::new().prefix("synapse-").tempdir_in(parent).doing("making a folder")?;
        let free = TcpListener::bind(("127.0.0.1", 0)).doing("looking for a free port")?;
        let port = free.local_addr().doing("looking for a free port")?.port();
        drop(free);
        let mut settings = settings::homeserver(folder.path(), port, limits);
        for (name, value) in more.as_object().into_iter().flatten() {
            settings[name] = value.clone();
        }
        // Every JSON document is a YAML document.
        fs::write(folder.path().join("homeserver.yaml"), settings.to_string())
            .doing("configuring Synapse")?;
        let mut synapse = Synapse {
            process: None,
            python: python.to_owned(),
            folder,
            url: format!("http://127.0.0.1:{port}"),
            names: AtomicU64::new(0),
            shared: false,
        };
        synapse.start_again()?;
        Ok(synapse)
    }

    /// SIGTERM, and waits until it is down.
    pub(crate) fn stop(&mut self) -> Result<(), Failed> {
        if let Some(process) = self.process.take() {
            process.terminate(STOP_PATIENCE).map_err(|failed| self.complain(failed))?;
        }
        Ok(())
    }

    /// SIGKILL. Connections are cut and nothing is finished.
    pub(crate) fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill();
        }
    }

    /// The same server again: same data, same port. Returns when it answers. It is stopped first if it runs.
    pub(crate) fn start_again(&mut self) -> Result<(), Failed> {
        self.stop()?;
        let log =
            File::options().create(true).append(true).open(self.log()).doing("opening Synapse's log")?;
        let errors = log.try_clone().doing("opening Synapse's log")?;
        let mut command = Command::new(&self.python);
        command
            .args(["-m", "synapse.app.homeserver", "--config-path", "homeserver.yaml"])
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors);
        let mut process = Process::spawn(&mut command)?;
        let api = self.api();
        let answers = poll(START_PATIENCE, || {
            if let Some(status) = process.ended()? {
                return Err(format!("Synapse ended before it answered ({status})").into());
            }
            let answer = api.ask("GET", "/_matrix/client/versions", None);
            Ok(answer.ok().filter(|answer| answer.status == 200))
        });
        match answers {
            Ok(Some(_)) => {
                self.process = Some(process);
                Ok(())
            }
            Ok(None) => Err(self.complain("Synapse does not answer".into())),
            Err(failed) => Err(self.complain(failed)),
        }
    }

    /// Everything that the server has written about what it does.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("homeserver.log")
    }

    /// Makes an account whose name begins with `name` and is unique on this server, without logging in.
    pub(crate) fn account(&self, name: &str) -> Result<Account, Failed> {
        Ok(self.register(name, false)?.0)
    }

    /// A new person with a unique name that begins with `name`, logged in.
    pub(crate) fn person(&self, name: &str) -> Result<Person, Failed> {
        self.logged_in(name, false)
    }

    /// A person who may use Synapse's admin API.
    pub(crate) fn admin(&self, name: &str) -> Result<Person, Failed> {
        self.logged_in(name, true)
    }

    /// A string that nobody else on this server got, beginning with `name`: for aliases and room names.
    pub(crate) fn unique(&self, name: &str) -> String {
        format!("{name}-{}", self.names.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Lifts the limits on one account's messages, as the documentation tells operators to.
    pub(crate) fn lift_limits_of(&self, user_id: &str) -> Result<(), Failed> {
        let user = super::http::encoded(user_id);
        let path = format!("/_synapse/admin/v1/users/{user}/override_ratelimit");
        let none = json!({ "messages_per_second": 0, "burst_count": 0 });
        self.admin("admin")?.api.post(&path, &none)?;
        Ok(())
    }

    fn logged_in(&self, name: &str, admin: bool) -> Result<Person, Failed> {
        let (account, answer) = self.register(name, admin)?;
        let token = answer["access_token"].as_str().ok_or("none").doing("reading the access token")?;
        Ok(Person::with_token(&self.url, &account.user_id, token))
    }

    /// Shared-secret registration: a nonce from the server, answered with an HMAC over it and the account.
    fn register(&self, name: &str, admin: bool) -> Result<(Account, Value), Failed> {
        let api = self.api();
        let answer = api.get(REGISTER)?;
        let nonce = answer["nonce"].as_str().ok_or("none").doing("reading the nonce")?;
        let (user, password) = (self.unique(name), format!("the password of {name}"));
        let role = if admin { "admin" } else { "notadmin" };
        let mut mac =
            Hmac::<Sha1>::new_from_slice(settings::SHARED_SECRET.as_bytes()).doing("keying the HMAC")?;
        mac.update([nonce, &user, &password, role].join("\0").as_bytes());
        let digest: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let body = json!({
            "nonce": nonce, "username": user, "displayname": name, "password": password,
            "admin": admin, "mac": digest,
        });
        let answer = api.post(REGISTER, &body)?;
        let user_id = answer["user_id"].as_str().ok_or("none").doing("reading the user id")?.to_owned();
        Ok((Account { user_id, password }, answer))
    }

    fn api(&self) -> Api {
        Api::anonymous(&self.url)
    }

    fn complain(&self, failed: Failed) -> Failed {
        let what = failed.message().unwrap_or("Synapse failed");
        format!("{what}; the end of its log:\n{}", evidence::tail(&self.log())).into()
    }
}

impl Drop for Synapse {
    fn drop(&mut self) {
        self.kill();
        if !self.shared {
            evidence::keep("Synapse's log", &self.log());
        }
    }
}
