//! A program from PyPI, in a virtual environment that is made once and kept in Cargo's target directory.
//!
//! - A virtual environment can't be moved after it was made, so it is made in place; a marker written last
//!   says that it is whole. Without the marker, or if its Python has gone, it is made anew.
//! - A file lock lets several runs share it: whoever comes second waits and finds it done.
//! - What can't be done is told in one sentence, with its remedy.

use std::fmt;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Doing, Failed};

const MARKER: &str = ".complete";

/// What is installed.
pub(crate) struct Venv {
    /// What it is called in sentences and in the folder's name.
    pub(crate) name: &'static str,
    pub(crate) package: &'static str,
    pub(crate) version: &'static str,
    /// The modules that must be there afterwards.
    pub(crate) import: &'static str,
}

impl Venv {
    fn folder(&self) -> String {
        format!("{}-venv-{}", self.name.to_lowercase(), self.version)
    }
}

/// Why it isn't there, and what to do about it.
#[derive(Debug)]
pub(crate) struct Trouble {
    name: &'static str,
    /// A clause, without a full stop.
    what: String,
    /// An instruction, without a full stop.
    remedy: &'static str,
}

impl fmt::Display for Trouble {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} could not be installed from PyPI: {}. {}", self.name, self.what, self.remedy)
    }
}

/// The Python that has it; the first call installs it, which takes up to about a minute.
pub(crate) fn python(venv: &Venv) -> Result<PathBuf, Trouble> {
    let target = target_folder();
    let home = target.join(venv.folder());
    let python = home.join("bin/python");
    let lock = lock(venv, &target).map_err(|error| Trouble {
        name: venv.name,
        what: error.message().unwrap_or("the lock could not be taken").to_owned(),
        remedy: "Make the target directory writable",
    })?;
    if !home.join(MARKER).exists() || !works(venv, &python) {
        install(venv, &home, &python)?;
    }
    drop(lock);
    Ok(python)
}

/// Where servers may keep their data: inside the target directory, so that a killed run litters nothing else.
pub(crate) fn scratch_folder() -> Result<PathBuf, Failed> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(&folder).doing("making the tests' folder")?;
    Ok(folder)
}

fn target_folder() -> PathBuf {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    scratch.parent().unwrap_or(scratch).to_owned()
}

/// Held until it is dropped; the system releases it if this process is killed.
fn lock(venv: &Venv, target: &Path) -> Result<File, Failed> {
    let path = target.join(format!("{}.lock", venv.folder()));
    let doing = format!("locking {}", path.display());
    fs::create_dir_all(target).doing(&doing)?;
    let file = File::create(&path).doing(&doing)?;
    file.lock().doing(&doing)?;
    Ok(file)
}

/// A virtual environment stops working when the Python it was made from is upgraded or removed.
fn works(venv: &Venv, python: &Path) -> bool {
    let mut import = Command::new(python);
    import.args(["-c", &format!("import {}", venv.import)]);
    import.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    import.status().is_ok_and(|status| status.success())
}

fn install(venv: &Venv, home: &Path, python: &Path) -> Result<(), Trouble> {
    const WITHOUT_VENV: &str = "Install it with `apt-get install python3-venv`";
    const WITHOUT_PYPI: &str = "Make PyPI reachable";
    let trouble = |what: String, remedy: &'static str| Trouble { name: venv.name, what, remedy };
    if let Err(error) = Command::new("python3").arg("--version").stdout(Stdio::null()).status() {
        let what = match error.kind() == ErrorKind::NotFound {
            true => "python3 was not found".to_owned(),
            false => format!("python3 could not be run ({error})"),
        };
        return Err(trouble(what, WITHOUT_VENV));
    }
    let (name, version) = (venv.name, venv.version);
    eprintln!("Installing {name} {version} from PyPI into {}: once, about a minute.", home.display());
    let _ = fs::remove_dir_all(home);
    run(Command::new("python3").args(["-m", "venv"]).arg(home)).map_err(|last_words| {
        trouble(format!("python3 could not make a virtual environment ({last_words})"), WITHOUT_VENV)
    })?;
    let package = format!("{}=={version}", venv.package);
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--quiet"]).args([
        "--prefer-binary",
        "--retries",
        "2",
        "--timeout",
        "30",
        &package,
    ]);
    run(&mut pip).map_err(|last_words| {
        trouble(format!("pip could not install {package} ({last_words})"), WITHOUT_PYPI)
    })?;
    fs::write(home.join(MARKER), version).map_err(|error| {
        trouble(
            format!("the installation could not be marked as complete ({error})"),
            "Make room on the disk",
        )
    })
}

/// Runs an installer to its end; if it fails, its last line says why.
fn run(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
    Err(last.unwrap_or("no reason given").trim_end_matches('.').to_owned())
}
