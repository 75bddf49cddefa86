//! The binary under test: as a service that is killed and restarted, or run to its end.
//!
//! - A [`Home`] is a folder of its own: the configuration, the secrets and the data of one installation. The
//!   binary runs in it, so that a configuration may say `data_dir = "data"`.
//! - `SITREP_*` variables of whoever runs the tests are kept from it: they would override the configuration.
//!   `SITREP_BINARY` is the tests' own: another build of the binary, such as a release.
//! - The home lies in the system's folder for temporary files: sockets in it need a short path.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::process::Process;
use super::{Doing, Failed, PATIENCE, evidence, poll};

/// What the service logs when it can serve.
const READY: &str = "sitrep is ready";

/// A debug build on a loaded machine, with a new encryption store to fill.
const READY_PATIENCE: Duration = Duration::from_secs(60);

/// The service promises to be down within 10 s of SIGTERM.
const TERMINATE_PATIENCE: Duration = Duration::from_secs(15);

/// How long a program that was run to its end may take.
const RUN_PATIENCE: Duration = Duration::from_secs(60);

/// Of how many starts the logs are shown if the test fails.
const KEPT_STARTS: u32 = 6;

/// The folder of one installation; deleted on drop.
pub(crate) struct Home {
    folder: TempDir,
    /// Variables that the binary is run with.
    variables: Vec<(&'static str, OsString)>,
}

impl Home {
    pub(crate) fn new() -> Result<Home, Failed> {
        let folder = tempfile::Builder::new().prefix("sitrep-").tempdir().doing("making a home")?;
        Ok(Home { folder, variables: Vec::new() })
    }

    /// A home with files in it, by their names.
    pub(crate) fn with(files: &[(&str, &str)]) -> Result<Home, Failed> {
        let home = Home::new()?;
        for (name, content) in files {
            home.write(name, content)?;
        }
        Ok(home)
    }

    /// The same with a variable for the binary.
    pub(crate) fn and_variable(mut self, name: &'static str, value: impl Into<OsString>) -> Home {
        self.variables.push((name, value.into()));
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, content: &str) -> Result<(), Failed> {
        fs::write(self.path().join(name), content).doing(format!("writing {name}"))
    }

    pub(crate) fn read(&self, name: &str) -> Result<String, Failed> {
        fs::read_to_string(self.path().join(name)).doing(format!("reading {name}"))
    }

    /// Runs the binary in this home until it ends, with `input` piped to it.
    pub(crate) fn sitrep(&self, args: &[&str], input: &str) -> Result<Output, Failed> {
        let mut stdout = tempfile::tempfile().doing("making a file")?;
        let mut stderr = tempfile::tempfile().doing("making a file")?;
        let mut command = self.command(args);
        command.stdin(Stdio::piped());
        command.stdout(stdout.try_clone().doing("sharing a file")?);
        command.stderr(stderr.try_clone().doing("sharing a file")?);
        let mut process = Process::spawn(&mut command)?;
        let mut pipe = process.input().ok_or("no pipe").doing("piping the input")?;
        let input = input.to_owned();
        // On a thread of its own: the pipe may fill up while the binary is busy answering.
        let writing = thread::spawn(move || pipe.write_all(input.as_bytes()));
        let ended = process.wait(RUN_PATIENCE)?;
        process.kill();
        // A binary that ends before it has read everything breaks the pipe; its output will tell.
        let _ = writing.join();
        let (stdout, stderr) = (content(&mut stdout)?, content(&mut stderr)?);
        match ended {
            Some(status) => Ok(Output { stdout, stderr, status }),
            None => Err(format!(
                "`sitrep {}` did not end within {} s\n--- stdout ---\n{stdout}\n--- stderr ---\n{stderr}",
                args.join(" "),
                RUN_PATIENCE.as_secs()
            )
            .into()),
        }
    }

    /// Pipes a script to the console, whose data stay in this home from one script to the next.
    pub(crate) fn console(&self, args: &[&str], script: &str) -> Result<Output, Failed> {
        self.sitrep(&[&["--data", "data"], args].concat(), script)
    }

    fn command(&self, args: &[&str]) -> Command {
        let built = env::var_os("SITREP_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_sitrep").into());
        let mut command = Command::new(built);
        command.args(args).current_dir(self.path());
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("SITREP_") {
                command.env_remove(name);
            }
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// What a binary that ended has left behind.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: ExitStatus,
}

impl Output {
    /// Its standard output, provided that it ended with 0.
    pub(crate) fn succeeded(self) -> Result<String, Failed> {
        let Output { stdout, stderr, status } = self;
        match status.success() {
            true => Ok(stdout),
            false => Err(format!("{status}\n--- stdout ---\n{stdout}\n--- stderr ---\n{stderr}").into()),
        }
    }
}

/// Pipes a script to a console that has never run before.
pub(crate) fn console_script(args: &[&str], script: &str) -> Result<Output, Failed> {
    Home::new()?.console(args, script)
}

/// The service in a home of its own; ready, unless it was killed or terminated.
pub(crate) struct Sitrep {
    home: Home,
    args: Vec<String>,
    process: Option<Process>,
    starts: u32,
}

impl Sitrep {
    /// `sitrep run --config sitrep.toml`, once it is ready. The home has to contain that file.
    pub(crate) fn run(home: Home) -> Result<Sitrep, Failed> {
        Sitrep::run_with(home, &["run", "--config", "sitrep.toml"])
    }

    pub(crate) fn run_with(home: Home, args: &[&str]) -> Result<Sitrep, Failed> {
        let args = args.iter().map(|&arg| arg.to_owned()).collect();
        let mut sitrep = Sitrep { home, args, process: None, starts: 0 };
        sitrep.start_again()?;
        Ok(sitrep)
    }

    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    pub(crate) fn id(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    /// SIGKILL: whatever is not on disk is gone.
    pub(crate) fn kill9(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill();
        }
    }

    /// SIGTERM, and how it ended; it has to be running, and to be down within the time it promises.
    pub(crate) fn terminate(&mut self) -> Result<ExitStatus, Failed> {
        let process = self.process.take().ok_or("it does not run").doing("terminating sitrep")?;
        process.terminate(TERMINATE_PATIENCE)
    }

    /// Ends it gently and starts it again. After [`Sitrep::kill9`], use [`Sitrep::start_again`].
    pub(crate) fn restart(&mut self) -> Result<(), Failed> {
        self.terminate()?;
        self.start_again()
    }

    /// Starts it without waiting until it is ready, for when it can't be.
    pub(crate) fn run_unready(home: Home) -> Result<Sitrep, Failed> {
        let args = ["run", "--config", "sitrep.toml"].map(str::to_owned).to_vec();
        let mut sitrep = Sitrep { home, args, process: None, starts: 0 };
        sitrep.process = Some(sitrep.spawn()?);
        Ok(sitrep)
    }

    /// Starts it in the same home without waiting until it is ready.
    pub(crate) fn start_unready(&mut self) -> Result<(), Failed> {
        if self.process.is_some() {
            return Err("sitrep runs already".into());
        }
        self.process = Some(self.spawn()?);
        Ok(())
    }

    /// How it ended, if it has ended by itself.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>, Failed> {
        self.process.as_mut().map_or(Ok(None), Process::ended)
    }

    fn spawn(&mut self) -> Result<Process, Failed> {
        self.starts += 1;
        let mut command = self.home.command(&self.args.iter().map(String::as_str).collect::<Vec<_>>());
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(File::create(self.log_path()).doing("making sitrep's log")?);
        Process::spawn(&mut command)
    }

    /// Starts it in the same home, and returns once it is ready.
    pub(crate) fn start_again(&mut self) -> Result<(), Failed> {
        if self.process.is_some() {
            return Err("sitrep runs already".into());
        }
        let mut process = self.spawn()?;
        let log = self.log_path();
        let ready = poll(READY_PATIENCE, || {
            let ended = process.ended()?;
            if fs::read(&log).is_ok_and(|said| String::from_utf8_lossy(&said).contains(READY)) {
                return Ok(Some(()));
            }
            match ended {
                Some(status) => Err(format!("sitrep ended before it was ready ({status})").into()),
                None => Ok(None),
            }
        });
        ready?.ok_or("still not ready").doing("waiting for sitrep")?;
        self.process = Some(process);
        Ok(())
    }

    /// Fails unless it ends by itself.
    pub(crate) fn wait_for_end(&mut self) -> Result<ExitStatus, Failed> {
        let process = self.process.as_mut().ok_or("it does not run").doing("waiting for sitrep's end")?;
        let ended = process.wait(PATIENCE)?;
        let status = ended.ok_or("it still runs").doing("waiting for sitrep's end")?;
        self.process = None;
        Ok(status)
    }

    /// What it has logged since it was last started.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log_path()).unwrap_or_default()).into_owned()
    }

    fn log_path(&self) -> PathBuf {
        self.home.path().join(format!("stderr-{}.log", self.starts))
    }
}

impl Drop for Sitrep {
    fn drop(&mut self) {
        self.kill9();
        for start in self.starts.saturating_sub(KEPT_STARTS) + 1..=self.starts {
            let log = self.home.path().join(format!("stderr-{start}.log"));
            evidence::keep(&format!("sitrep's log, start {start}"), &log);
        }
    }
}

fn content(file: &mut File) -> Result<String, Failed> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).doing("reading what the binary said")?;
    file.read_to_end(&mut bytes).doing("reading what the binary said")?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
