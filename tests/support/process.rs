//! A program that runs while a test needs it, and never longer.
//!
//! - Dropping a [`Process`] kills it.
//! - A guardian outlives a test process that is itself killed: a shell that waits for its standard input to
//!   end, which happens when the only holder of the other end is gone, and then kills the program.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use super::{Doing, Failed, poll};

/// One running program with its guardian.
pub(crate) struct Process {
    child: Child,
    guardian: Guardian,
}

impl Process {
    pub(crate) fn spawn(command: &mut Command) -> Result<Process, Failed> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command.spawn().doing(format!("starting {name}"))?;
        match Guardian::of(child.id()) {
            Ok(guardian) => Ok(Process { child, guardian }),
            Err(error) => {
                end(&mut child);
                Err(error)
            }
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its standard input, once, if that was piped.
    pub(crate) fn input(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Its standard output, once, if that was piped.
    pub(crate) fn output(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>, Failed> {
        self.child.try_wait().doing("asking whether a program still runs")
    }

    /// How it ended, or `None` if it still runs after `patience`.
    pub(crate) fn wait(&mut self, patience: Duration) -> Result<Option<ExitStatus>, Failed> {
        poll(patience, || self.ended())
    }

    /// SIGTERM, then how it ended; it fails if the program still runs after `patience`.
    pub(crate) fn terminate(mut self, patience: Duration) -> Result<ExitStatus, Failed> {
        let id = self.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().doing("running kill")?;
        if !sent.success() {
            return Err(format!("kill -TERM {id} failed: {sent}").into());
        }
        let ended = self.wait(patience)?;
        ended.ok_or_else(|| format!("still running {} s after SIGTERM", patience.as_secs()).into())
    }

    /// SIGKILL: no time to finish anything. Done when it returns.
    pub(crate) fn kill(self) {}
}

impl Drop for Process {
    fn drop(&mut self) {
        end(&mut self.child);
        self.guardian.dismiss();
    }
}

fn end(child: &mut Child) {
    // Both fail only if the program is gone already.
    let _ = child.kill();
    let _ = child.wait();
}

/// Kills a program when this test process disappears without having done so.
struct Guardian {
    shell: Child,
}

impl Guardian {
    fn of(id: u32) -> Result<Guardian, Failed> {
        let shell = Command::new("sh")
            .args(["-c", r#"read -r line || kill -KILL "$0""#, &id.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A group of its own: what kills the whole group of the tests must leave the guardian alive.
            .process_group(0)
            .spawn()
            .doing("starting the guardian of a program")?;
        Ok(Guardian { shell })
    }

    /// A line, rather than the end of input, tells it that there is nothing left to kill.
    fn dismiss(&mut self) {
        if let Some(mut input) = self.shell.stdin.take() {
            let _ = input.write_all(b"\n");
        }
        let _ = self.shell.wait();
    }
}
