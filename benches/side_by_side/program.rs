//! The programs that are measured: sitrep and a bare bot, each in a folder of its own.
//!
//! Their binaries are copied there. How much of a binary is resident depends on how it came into the page cache: a file
//! that was copied is mapped in larger pieces than one that was linked in place, and differently again after a reboot.

use std::{
    env,
    ffi::OsStr,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use crate::support::{Doing, Failed, evidence, poll, process::Process};

const PATIENCE: Duration = Duration::from_secs(120);

/// A program that runs unless it was stopped.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    binary: PathBuf,
    args: &'static [&'static str],
    environment: Vec<(&'static str, String)>,
    /// What it logs when it hears.
    ready: &'static str,
    folder: TempDir,
    process: Option<Process>,
}

impl Program {
    /// sitrep with its files by their names, `sitrep.toml` among them; not started yet.
    pub(crate) fn sitrep(files: &[(&str, &str)]) -> Result<Self, Failed> {
        let named = env::var_os("SITREP_BIN").or_else(|| env::var_os("SITREP_BINARY"));
        let built = named.unwrap_or_else(|| env!("CARGO_BIN_EXE_sitrep").into());
        let args = &["run", "--config", "sitrep.toml"];
        let program = Self::new("sitrep", "sitrep is ready", built.as_ref(), args)?;
        program.write(files)?;
        Ok(program)
    }

    /// A bare bot, not started yet: the benchmark of that name that was built last beside this one, or what a variable
    /// of the same name says.
    pub(crate) fn bare(built: &'static str) -> Result<Self, Failed> {
        Self::new("bare bot", "the bare bot is ready", &beside(built)?, &[])
    }

    fn new(
        name: &'static str,
        ready: &'static str,
        built: &Path,
        args: &'static [&'static str],
    ) -> Result<Self, Failed> {
        let folder = tempfile::Builder::new().prefix("sitrep-bench-").tempdir().doing("making a folder")?;
        let binary = folder.path().join("program");
        fs::copy(built, &binary).doing(format!("copying {}", built.display()))?;
        Ok(Self { name, binary, args, environment: Vec::new(), ready, folder, process: None })
    }

    /// Puts files into its folder.
    pub(crate) fn write(&self, files: &[(&str, &str)]) -> Result<(), Failed> {
        files.iter().try_for_each(|(name, content)| {
            fs::write(self.folder.path().join(name), content).doing(format!("writing {name}"))
        })
    }

    /// Sets a variable of its environment.
    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        self.environment.push((name, value.to_owned()));
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn id(&self) -> Result<u32, Failed> {
        self.process.as_ref().map(Process::id).ok_or_else(|| format!("{} does not run", self.name).into())
    }

    /// Starts it, again if it runs, and returns when it hears.
    pub(crate) fn start(&mut self) -> Result<(), Failed> {
        self.stop()?;
        let log = self.log();
        let mut command = Command::new(&self.binary);
        command.args(self.args).current_dir(self.folder.path()).envs(self.environment.iter().cloned());
        // They would change the configuration.
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SITREP_")) {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(File::create(&log).doing("making a log")?);
        let mut process = Process::spawn(&mut command)?;
        let heard = poll(PATIENCE, || {
            if let Some(status) = process.ended()? {
                return Err(format!("{} ended: {status}\n{}", self.name, evidence::tail(&log)).into());
            }
            let said = fs::read(&log).unwrap_or_default();
            Ok(String::from_utf8_lossy(&said).contains(self.ready).then_some(()))
        });
        heard?.ok_or("it is not ready").doing(self.name)?;
        self.process = Some(process);
        Ok(())
    }

    pub(crate) fn stop(&mut self) -> Result<(), Failed> {
        if let Some(process) = self.process.take() {
            process.terminate(PATIENCE)?;
        }
        Ok(())
    }

    /// How large it is, in MiB.
    pub(crate) fn size_mib(&self) -> Result<f64, Failed> {
        Ok(fs::metadata(&self.binary).doing("looking at a binary")?.len() as f64 / 1024.0 / 1024.0)
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("stderr.log")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.process = None;
        evidence::keep(self.name, &self.log());
    }
}

/// A benchmark that was built last beside this one.
fn beside(name: &str) -> Result<PathBuf, Failed> {
    if let Some(named) = env::var_os(name.to_uppercase()) {
        return Ok(named.into());
    }
    let own = env::current_exe().doing("finding this benchmark")?;
    let beside = fs::read_dir(own.parent().unwrap_or(Path::new("."))).doing("looking for the bare bot")?;
    let built = beside.flatten().map(|entry| entry.path()).filter(|path| {
        let found = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        found.strip_prefix(name).is_some_and(|rest| rest.starts_with('-')) && path.extension().is_none()
    });
    let newest = built.max_by_key(|path| fs::metadata(path).and_then(|data| data.modified()).ok());
    newest.ok_or_else(|| {
        format!(
            "there is no {name} beside this benchmark; build it in the same way: `cargo bench --bench {name}`"
        )
        .into()
    })
}
