//! The console in a terminal: a small chat program.
//!
//! One person at a time, in one room at a time, with the others a key away. Messages of every room that the person
//! sees appear as they come, also while something is being typed; the clock runs, so prompts come by themselves.
//!
//! - `editor.rs` reads lines with their editing, history and keys, on a thread of its own; `completion.rs` says what
//!   Tab and hints offer.
//! - `screen.rs` writes, in colour where that is wanted.
//! - What is typed means the same as in a script: `input.rs`, one folder up.

mod completion;
mod editor;
mod screen;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use sitrep_console::{Chat, Line};

use self::{
    completion::Completion,
    editor::{Ask, Editor, Ended, Wish},
    screen::Screen,
};
use super::{
    input::{self, Input},
    overview,
    seat::{self, Seat},
    workspace::Workspace,
};

/// How much of a room is shown to whoever comes in.
const SHOWN_OF_A_ROOM: usize = 10;

/// The file in the data directory that keeps what was typed.
const HISTORY: &str = "history";

/// Runs until whoever sits there has had enough.
///
/// # Errors
/// When the terminal can't be used, or the store fails.
pub(crate) async fn run(workspace: Workspace, directory: &Path) -> Result<()> {
    let person = Arc::new(Mutex::new(Seat::default().person));
    let completion = Completion::new(&workspace, Arc::clone(&person));
    let (editor, printer) = Editor::start(completion, directory.join(HISTORY), Screen::has_colours())?;
    let screen = Screen::new(printer);
    let terminal = Terminal {
        workspace,
        seat: Seat::default(),
        person,
        unread: BTreeMap::new(),
        screen,
        editor,
        half_typed: (String::new(), String::new()),
        interrupted: false,
    };
    terminal.run().await
}

struct Terminal {
    workspace: Workspace,
    seat: Seat,
    /// Who is typing, for the completion on the editor's thread.
    person: Arc<Mutex<String>>,
    unread: BTreeMap<String, usize>,
    screen: Screen,
    editor: Editor,
    /// What stands on the next line from the start, before and after the cursor.
    half_typed: (String, String),
    interrupted: bool,
}

impl Terminal {
    async fn run(mut self) -> Result<()> {
        let is_new = self.workspace.read(|chat| chat.log().is_empty());
        if is_new {
            self.screen.print(&welcome(&self.seat, &self.workspace.policy().prefix));
        } else {
            self.show_room();
        }
        self.settle().await?;
        loop {
            let (left, right) = std::mem::take(&mut self.half_typed);
            let prompt = format!("{} #{}> ", self.seat.person, self.seat.room);
            self.editor.ask(Ask { styled: self.screen.paint_prompt(&prompt), prompt, left, right });
            let mut failure = None;
            let ended = loop {
                let due = self.workspace.due_in().filter(|_| failure.is_none());
                let sleep = tokio::time::sleep(due.unwrap_or_default());
                tokio::select! {
                    ended = self.editor.ended() => break ended,
                    () = sleep, if due.is_some() => if let Err(error) = self.settle().await {
                        // The terminal is the editor's until the line ends, and is left in order then.
                        self.screen.print(&format!("{error:#}. Press Enter to leave.\n"));
                        failure = Some(error);
                    },
                }
            };
            if let Some(failure) = failure {
                return Err(failure);
            }
            if !self.heed(ended).await? {
                return Ok(());
            }
        }
    }

    /// Goes by how a line ended. Says whether there is to be another.
    async fn heed(&mut self, ended: Ended) -> Result<bool> {
        let was_interrupted = std::mem::take(&mut self.interrupted);
        match ended {
            Ended::Line(line) => return self.typed(&line).await,
            Ended::Switched { wish, left, right, fits } => {
                if fits {
                    self.screen.erase_line_above();
                }
                self.half_typed = (left, right);
                self.follow(wish);
            }
            Ended::Interrupted if was_interrupted => return Ok(false),
            Ended::Interrupted => {
                self.interrupted = true;
                self.screen.print("Ctrl-C again, or Ctrl-D, ends; everything is kept.\n");
            }
            Ended::Closed => {
                self.screen.end_line();
                return Ok(false);
            }
            Ended::Failed(error) => return Err(error),
        }
        Ok(true)
    }

    async fn typed(&mut self, line: &str) -> Result<bool> {
        match input::read(line) {
            Err(sentence) => self.complain(&sentence),
            Ok(Input::Nothing) => {}
            Ok(Input::Say(text)) => match self.workspace.say(&self.seat.person, &self.seat.room, &text) {
                // It stands on the screen already.
                Ok(()) => drop(self.workspace.news()),
                Err(error) => self.complain(&error.to_string()),
            },
            Ok(Input::Do(gesture)) => {
                if let Err(error) = self.workspace.does(&self.seat.person, &self.seat.room, &gesture) {
                    self.complain(&error.to_string());
                }
            }
            Ok(Input::Room(name)) => self.go_to(&name),
            Ok(Input::As(name)) => self.become_somebody(name),
            Ok(Input::Wait(span)) => {
                let target = self.workspace.now() + span;
                while !self.workspace.advance(target).await? {
                    self.show_news();
                }
                self.show_news();
                self.show_time();
            }
            Ok(Input::Tell(signal)) => {
                if let Err(sentence) = self.workspace.tell(signal) {
                    self.complain(&sentence);
                }
            }
            Ok(Input::Rooms) => {
                let text = self.workspace.read(|chat| overview::rooms(chat, &self.seat, &self.unread));
                self.screen.print(&text);
            }
            Ok(Input::People) => {
                let text = self.workspace.read(|chat| overview::people(chat, self.workspace.policy()));
                self.screen.print(&text);
            }
            Ok(Input::Help) => {
                let words = overview::help(&self.workspace.policy().prefix);
                self.screen.print(&format!("{words}{KEYS}"));
            }
            Ok(Input::Quit) => return Ok(false),
        }
        self.settle().await?;
        Ok(true)
    }

    async fn settle(&mut self) -> Result<()> {
        self.workspace.settle().await?;
        self.show_news();
        Ok(())
    }

    /// Shows a sentence, which begins like one here.
    fn complain(&self, sentence: &str) {
        let mut letters = sentence.chars();
        let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
        let end = if sentence.ends_with(['.', '?', '!']) { "" } else { "." };
        self.screen.print(&format!("{first}{}{end}\n", letters.as_str()));
    }

    fn show_time(&self) {
        let words = self.workspace.policy().absolute(self.workspace.now());
        self.screen.print(&self.screen.paint_aside(&format!("It is {words}.\n")));
    }

    /// Writes what has been said since, as far as the person sees it, and counts what was said elsewhere.
    fn show_news(&mut self) {
        for note in self.workspace.notes() {
            self.screen.print(&self.screen.paint_aside(&format!("{note}\n")));
        }
        let news = self.workspace.news();
        let visible = self.workspace.read(|chat| visible(chat, news, &self.seat.person));
        for line in visible {
            if line.room != self.seat.room {
                *self.unread.entry(line.room.clone()).or_default() += 1;
            }
            self.screen.print(&self.screen.paint_message(&line, &self.seat));
        }
    }

    fn follow(&mut self, wish: Wish) {
        let rooms = self.workspace.read(|chat| overview::rooms_of(chat, &self.seat.person));
        let here = rooms.iter().position(|name| *name == self.seat.room).unwrap_or_default();
        let there = match wish {
            Wish::Next => (here + 1) % rooms.len(),
            Wish::Previous => (here + rooms.len() - 1) % rooms.len(),
            Wish::Number(number) => number.saturating_sub(1),
        };
        match rooms.into_iter().nth(there) {
            Some(room) => self.enter(room),
            None => self.complain("There is no room with that number; /rooms lists them."),
        }
    }

    fn go_to(&mut self, typed: &str) {
        let room = self.workspace.read(|chat| seat::room_named(chat, &self.seat.person, typed));
        let there = Seat { room, ..self.seat.clone() };
        match self.workspace.read(|chat| there.check(chat)) {
            Ok(()) => self.enter(there.room),
            Err(sentence) => self.complain(&sentence),
        }
    }

    fn become_somebody(&mut self, name: String) {
        if let Err(sentence) = self.workspace.read(|chat| seat::check_name(chat, &name)) {
            self.complain(&sentence);
            return;
        }
        self.person.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&name);
        self.seat.person = name;
        self.unread.clear();
        if self.workspace.read(|chat| self.seat.check(chat)).is_err() {
            self.enter(Seat::default().room);
        }
    }

    fn enter(&mut self, room: String) {
        self.unread.remove(&room);
        self.seat.room = room;
        self.show_room();
    }

    /// The room at a glance: what it is about, what is pinned, what was said last.
    fn show_room(&self) {
        let (about, pinned, recent) = self.workspace.read(|chat| {
            let room = &self.seat.room;
            let pinned = chat.room(room).map(|view| view.pinned.clone()).unwrap_or_default();
            let recent =
                chat.last_in(room, SHOWN_OF_A_ROOM).into_iter().filter(|index| !pinned.contains(index));
            let shown = |index: usize| chat.line(index);
            let recent: Vec<Line> = recent.filter_map(shown).collect();
            (
                overview::about_room(chat, &self.seat, room),
                pinned.into_iter().filter_map(shown).collect::<Vec<_>>(),
                recent,
            )
        });
        self.screen.print(&self.screen.paint_heading(&self.seat.room, &about));
        for line in &pinned {
            self.screen.print(&self.screen.paint_pinned(line));
        }
        for line in &recent {
            self.screen.print(&self.screen.paint_message(line, &self.seat));
        }
    }
}

/// What a person sees of the news.
fn visible(chat: &Chat, news: Vec<Line>, person: &str) -> Vec<Line> {
    news.into_iter().filter(|line| chat.may_speak(person, &line.room).is_ok()).collect()
}

/// What the keys do.
const KEYS: &str = "\
Tab completes commands, rooms, people and incidents. Alt-n and Alt-p go to the
next and the previous room, F1 to F9 to one of the first nine; what is half
typed stays. Ctrl-D ends.
";

/// For whoever comes for the first time.
fn welcome(seat: &Seat, prefix: &str) -> String {
    format!(
        "This is a chat workspace of your own, with sitrep in it. You are {}, in #{}.\n\
         \x20 {prefix}incident checkout is down   declares an incident: see what happens\n\
         \x20 {prefix}help   what sitrep can do\n\
         \x20 /help   what this console can do: other rooms, other people, other times\n\
         \x20 Ctrl-D  ends; everything is kept\n",
        seat.person, seat.room
    )
}
