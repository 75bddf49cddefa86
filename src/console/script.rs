//! The console without a terminal: a script goes in, the conversation comes out.
//!
//! Standard output holds messages and nothing else; everything else goes to standard error as a sentence, with the
//! number of the line that it is about, and the script goes on. A line meant for a room is never said in another one:
//! after `/room nowhere` lines are refused until there is a room again.

use std::{
    collections::BTreeMap,
    io::{ErrorKind, Write, stdout},
};

use anyhow::{Context, Result, bail};
use sitrep_console::SayError;

use super::{
    input::{self, Input},
    lines::{self, Typed},
    overview,
    seat::{self, Seat},
    transcript,
    workspace::Workspace,
};

/// Whether the conversation goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    GoOn,
    End,
}

/// Runs the script on standard input to its end.
///
/// # Errors
/// When what is owed can't be said, or the store fails.
pub(crate) async fn run(workspace: Workspace) -> Result<()> {
    let mut script = Script { workspace, seat: Seat::default(), line: 0 };
    match script.run().await {
        // Whoever read the conversation has read enough of it.
        Err(error) if is_broken_pipe(&error) => Ok(()),
        other => other,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

struct Script {
    workspace: Workspace,
    seat: Seat,
    line: u64,
}

impl Script {
    async fn run(&mut self) -> Result<()> {
        // What an earlier run has heard or promised, and not done.
        self.workspace.settle().await?;
        self.write_news()?;
        let mut typed = lines::from_stdin();
        loop {
            let due = self.workspace.due_in();
            let sleep = tokio::time::sleep(due.unwrap_or_default());
            tokio::select! {
                biased;
                typed = typed.recv() => match typed {
                    None => break,
                    Some(typed) => {
                        if self.heed(typed.context("standard input can't be read")?).await? == Then::End {
                            break;
                        }
                    }
                },
                () = sleep, if due.is_some() => {
                    self.workspace.settle().await?;
                    self.write_news()?;
                }
            }
        }
        if self.workspace.is_behind() {
            bail!("not everything could be said; the next start with the same data goes on with it");
        }
        Ok(())
    }

    async fn heed(&mut self, typed: Typed) -> Result<Then> {
        self.line = typed.number;
        match typed.text.and_then(|line| input::read(&line)) {
            Err(sentence) => self.complain(&sentence),
            Ok(Input::Nothing) => {}
            Ok(Input::Say(text)) => {
                self.act(|workspace, seat| workspace.say(&seat.person, &seat.room, &text)).await?
            }
            Ok(Input::Do(gesture)) => {
                self.act(|workspace, seat| workspace.does(&seat.person, &seat.room, &gesture)).await?
            }
            Ok(Input::Room(name)) => {
                self.seat.room = self.workspace.read(|chat| seat::room_named(chat, &self.seat.person, &name));
                if let Err(sentence) = self.workspace.read(|chat| self.seat.check(chat)) {
                    self.complain(&sentence);
                }
            }
            Ok(Input::As(name)) => match self.workspace.read(|chat| seat::check_name(chat, &name)) {
                Ok(()) => self.seat.person = name,
                Err(sentence) => self.complain(&sentence),
            },
            Ok(Input::Wait(span)) => {
                let moment = self.workspace.now() + span;
                while !self.workspace.advance(moment).await? {
                    self.write_news()?;
                }
                self.write_news()?;
            }
            Ok(Input::Tell(signal)) => {
                if let Err(sentence) = self.workspace.tell(signal) {
                    self.complain(&sentence);
                }
                self.workspace.settle().await?;
                self.write_news()?;
            }
            Ok(Input::Rooms) => {
                eprint!("{}", self.workspace.read(|chat| overview::rooms(chat, &self.seat, &BTreeMap::new())))
            }
            Ok(Input::People) => {
                eprint!("{}", self.workspace.read(|chat| overview::people(chat, self.workspace.policy())))
            }
            Ok(Input::Help) => eprint!("{}", overview::help(&self.workspace.policy().prefix)),
            Ok(Input::Quit) => return Ok(Then::End),
        }
        Ok(Then::GoOn)
    }

    /// The person says or does something in the room.
    async fn act(&mut self, act: impl FnOnce(&Workspace, &Seat) -> Result<(), SayError>) -> Result<()> {
        if let Err(sentence) = self.workspace.read(|chat| self.seat.check(chat)) {
            self.complain(&format!("{sentence}, so this is not said"));
            return Ok(());
        }
        match act(&self.workspace, &self.seat) {
            Ok(()) => {}
            Err(SayError::Denied(denied)) => self.complain(&denied.to_string()),
            Err(SayError::Journal(error)) => return Err(error.into()),
        }
        self.write_news()?;
        self.workspace.settle().await?;
        self.write_news()
    }

    fn write_news(&mut self) -> Result<()> {
        for note in self.workspace.notes() {
            eprintln!("{note}");
        }
        let news: String = self.workspace.news().iter().map(transcript::written).collect();
        let mut out = stdout().lock();
        out.write_all(news.as_bytes()).and_then(|()| out.flush()).context("standard output can't be written")
    }

    fn complain(&self, sentence: &str) {
        eprintln!("line {}: {sentence}", self.line);
    }
}
