//! A real Prometheus, with an hour behind it and something that it watches, or with whatever a test configures.
//!
//! - The program is Debian's (`apt-get install prometheus`), or whatever of that name is on the `PATH`; so is the
//!   Alertmanager of [`super::alertmanager`].
//! - The hour is written into its store before it starts, by its own `promtool`: nobody waits an hour for a picture.
//! - What it watches is [`Exporter`], a page that the test serves.

use std::env;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tempfile::TempDir;

use super::process::Process;
use super::{Doing, Failed, alertmanager, evidence, poll};

/// The programs that are run, and the one that writes the past of the first.
const PROGRAMS: [&str; 3] = ["prometheus", "promtool", alertmanager::PROGRAM];

/// How long it may take to start and to look at what it watches for the first time.
const PATIENCE: Duration = Duration::from_secs(60);

/// How to get what is missing.
const REMEDY: &str =
    "install it with `apt-get install --no-install-recommends prometheus prometheus-alertmanager`";

/// Whether it can be run here; otherwise what to do about it.
pub(crate) fn installed() -> Result<(), String> {
    match PROGRAMS.iter().find(|program| found(program).is_none()) {
        None => Ok(()),
        Some(missing) => Err(format!("There is no program `{missing}` on the PATH: {REMEDY}")),
    }
}

fn found(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// A Prometheus of a test's own. It ends, and its data go, when it is dropped.
pub(crate) struct Prometheus {
    folder: TempDir,
    port: u16,
    _process: Process,
}

impl Prometheus {
    /// One that watches this exporter, and remembers that `requests_failing` was 0.1 until ten minutes ago and 12.4
    /// since.
    pub(crate) fn watching(exporter: &Exporter) -> Result<Prometheus, Failed> {
        let folder = tempfile::Builder::new().prefix("prometheus-").tempdir().doing("making a folder")?;
        let configuration = format!(
            "global:\n  scrape_interval: 1s\nscrape_configs:\n  - job_name: shop\n    static_configs:\n      - targets: \
             ['{}']\n",
            exporter.address
        );
        remember(&folder)?;
        let prometheus = Prometheus::start(folder, &configuration)?;
        prometheus.wait_for("up == 1")?;
        prometheus.wait_for("requests_failing > 12")?;
        Ok(prometheus)
    }

    /// One that remembers nothing, in a folder with its configuration and files of these names.
    pub(crate) fn configured(configuration: &str, files: &[(&str, &str)]) -> Result<Prometheus, Failed> {
        let folder = tempfile::Builder::new().prefix("prometheus-").tempdir().doing("making a folder")?;
        for (name, content) in files {
            fs::write(folder.path().join(name), content).doing(format!("writing {name}"))?;
        }
        Prometheus::start(folder, configuration)
    }

    fn start(folder: TempDir, configuration: &str) -> Result<Prometheus, Failed> {
        fs::write(folder.path().join("prometheus.yml"), configuration).doing("configuring Prometheus")?;
        let port = free_port()?;
        let log = File::create(folder.path().join("log")).doing("making Prometheus's log")?;
        let mut command = Command::new(PROGRAMS[0]);
        command
            .args(["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--log.level=warn"])
            .args([&format!("--web.listen-address=127.0.0.1:{port}"), "--web.enable-lifecycle"])
            // It drops what it would have told before it knows any Alertmanager, and would tell it again in a minute.
            .arg("--rules.alert.resend-delay=1s")
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        let process = Process::spawn(&mut command)?;
        Ok(Prometheus { folder, port, _process: process })
    }

    /// Writes one of its files anew, and has it read them all again.
    pub(crate) fn change(&self, name: &str, content: &str) -> Result<(), Failed> {
        fs::write(self.folder.path().join(name), content).doing(format!("writing {name}"))?;
        ureq::post(format!("{}/-/reload", self.address())).send_empty().doing("reloading Prometheus")?;
        Ok(())
    }

    /// What it answers to a path of its interface.
    pub(crate) fn get(&self, path: &str) -> Result<String, Failed> {
        let answered = ureq::get(format!("{}{path}", self.address())).call();
        answered.doing(path)?.body_mut().read_to_string().doing(path)
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Waits until a query has a result.
    pub(crate) fn wait_for(&self, query: &str) -> Result<(), Failed> {
        let url = format!("{}/api/v1/query", self.address());
        let found = poll(PATIENCE, || {
            let answer = ureq::get(&url).query("query", query).call();
            let text = answer.ok().and_then(|mut answer| answer.body_mut().read_to_string().ok());
            Ok(text.filter(|text| text.contains("\"metric\"")).map(drop))
        })?;
        found.ok_or_else(|| format!("Prometheus never came to know {query}").into())
    }
}

/// A port that nobody uses. Whoever else wants it has to take it within this very moment.
pub(crate) fn free_port() -> Result<u16, Failed> {
    let door = TcpListener::bind("127.0.0.1:0").and_then(|door| door.local_addr());
    Ok(door.doing("finding a port")?.port())
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        evidence::keep("Prometheus's log", &self.folder.path().join("log"));
    }
}

/// Writes the last hour into its store.
fn remember(folder: &TempDir) -> Result<(), Failed> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).doing("reading the clock")?.as_secs();
    let mut past = String::from("# TYPE requests_failing gauge\n");
    // What it is told now goes on from here: it takes nothing that is older than what it has.
    for at in (now - 4000..now).step_by(10) {
        let value = if at < now - 600 { 0.1 } else { 12.4 };
        let _ = writeln!(past, "requests_failing {value} {at}");
    }
    past.push_str("# EOF\n");
    fs::write(folder.path().join("past"), past).doing("writing the past")?;
    let mut command = Command::new("promtool");
    command.args(["tsdb", "create-blocks-from", "openmetrics", "past", "data"]).current_dir(folder.path());
    let ended = command.output().doing("running promtool")?;
    match ended.status.success() {
        true => Ok(()),
        false => Err(format!("promtool: {}", String::from_utf8_lossy(&ended.stderr)).into()),
    }
}

/// A page of figures, served for as long as the test runs.
pub(crate) struct Exporter {
    address: SocketAddr,
}

impl Exporter {
    /// One that shows that there are 97 connections, and that requests still fail.
    pub(crate) fn serve() -> Result<Exporter, Failed> {
        let page = "# TYPE connections gauge\nconnections 97\nrequests_failing 12.4\n";
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain; version=0.0.4\r\nconnection: close";
        let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{page}", page.len());
        let address = serve(move |mut visitor| {
            let _ = visitor.write_all(answer.as_bytes());
        })?;
        Ok(Exporter { address })
    }
}

/// Serves everybody who has asked something, each on a thread of their own; gives back the address.
pub(crate) fn serve(answer: impl Fn(TcpStream) + Clone + Send + 'static) -> Result<SocketAddr, Failed> {
    let door = TcpListener::bind("127.0.0.1:0").doing("opening a port")?;
    let address = door.local_addr().doing("opening a port")?;
    thread::spawn(move || {
        for mut visitor in door.incoming().flatten() {
            let answer = answer.clone();
            thread::spawn(move || {
                let _ = visitor.read(&mut [0; 16_384]);
                answer(visitor);
            });
        }
    });
    Ok(address)
}
