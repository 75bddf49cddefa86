//! What a running program takes from the machine, as the kernel counts it.

use std::{fs, time::Duration};

use crate::{
    program::Program,
    support::{Doing, Failed},
};

/// Ticks a second in `/proc/PID/stat`: fixed by Linux's interface with programs.
const TICKS_A_SECOND: f64 = 100.0;

/// What a process has used since it was started, its ended threads included.
#[derive(Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) processor: Duration,
    /// Bytes that it caused to be written to the disk.
    pub(crate) written: u64,
}

impl Usage {
    pub(crate) fn of(id: u32) -> Result<Self, Failed> {
        let stat = read(id, "stat")?;
        // The name, in brackets, may contain anything; user and system time are the 12th and 13th field behind it.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: f64 = fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
        let written = number(&read(id, "io")?, "write_bytes:")?;
        Ok(Self { processor: Duration::from_secs_f64(ticks / TICKS_A_SECOND), written })
    }

    pub(crate) fn since(self, earlier: Self) -> Self {
        Self { processor: self.processor - earlier.processor, written: self.written - earlier.written }
    }
}

/// Resident memory of a program in MiB, taken again and again: all of it, and the part that is no file's.
#[derive(Default)]
pub(crate) struct Resident {
    pub(crate) all: Vec<f64>,
    pub(crate) own: Vec<f64>,
}

impl Resident {
    pub(crate) fn take(&mut self, program: &Program) -> Result<(), Failed> {
        let (all, own) = resident_mib(program.id()?)?;
        self.all.push(all);
        self.own.push(own);
        Ok(())
    }
}

/// Resident memory in MiB: all of it, and the part that is no file's.
pub(crate) fn resident_mib(id: u32) -> Result<(f64, f64), Failed> {
    let status = read(id, "status")?;
    let mib = |name| Ok::<_, Failed>(number(&status, name)? as f64 / 1024.0);
    Ok((mib("VmRSS:")?, mib("RssAnon:")?))
}

fn read(id: u32, file: &str) -> Result<String, Failed> {
    fs::read_to_string(format!("/proc/{id}/{file}")).doing(format!("reading {file} of a program"))
}

fn number(text: &str, name: &str) -> Result<u64, Failed> {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse().ok());
    number.ok_or_else(|| format!("the kernel says nothing of {name}").into())
}
