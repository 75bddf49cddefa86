//! Lines as they are typed: editing, history, and the keys that go to other rooms.
//!
//! The editor blocks, so it has a thread of its own and is asked for one line at a time. A key that goes to another
//! room ends the line, and the next one begins with what was half typed.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
};

use anyhow::{Context, Result, anyhow};
use rustyline::{
    Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Editor as LineEditor, Event,
    EventContext, EventHandler, KeyCode, KeyEvent, Modifiers, RepeatCount, error::ReadlineError,
    history::FileHistory,
};
use tokio::sync::mpsc as channel;

use super::{completion::Completion, screen::Printer};

/// How many lines the history keeps.
const HISTORY_LINES: usize = 1000;

/// Where somebody wants to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Next,
    Previous,
    /// One of the first nine rooms, from 1.
    Number(usize),
}

/// What the editor is to ask.
pub(crate) struct Ask {
    pub(crate) prompt: String,
    /// The same in colour.
    pub(crate) styled: String,
    /// What stands there from the start, before and after the cursor.
    pub(crate) left: String,
    pub(crate) right: String,
}

/// How a line ended.
pub(crate) enum Ended {
    Line(String),
    /// With a key that goes to another room.
    Switched {
        wish: Wish,
        left: String,
        right: String,
        /// Whether it took one row of the screen.
        fits: bool,
    },
    Interrupted,
    Closed,
    Failed(anyhow::Error),
}

/// The editor on its thread. It ends when this is dropped and the line it reads has ended.
pub(crate) struct Editor {
    asks: mpsc::Sender<Ask>,
    ended: channel::Receiver<Ended>,
}

impl Editor {
    /// Starts it. The printer is there if the terminal can do more than write.
    ///
    /// # Errors
    /// When the terminal can't be used.
    pub(crate) fn start(
        completion: Completion,
        history: PathBuf,
        coloured: bool,
    ) -> Result<(Self, Option<Printer>)> {
        let config = Config::builder()
            .max_history_size(HISTORY_LINES)?
            .history_ignore_space(true)
            .completion_type(CompletionType::List)
            .color_mode(if coloured { ColorMode::Enabled } else { ColorMode::Disabled })
            .build();
        let mut lines: Lines = LineEditor::with_config(config).context("the terminal can't be used")?;
        lines.set_helper(Some(completion));
        // There is none the first time.
        let _ = lines.load_history(&history);
        let pressed = bind(&mut lines);
        let printer = lines.create_external_printer().ok().map(|printer| Box::new(printer) as Printer);
        let (asks, asked) = mpsc::channel::<Ask>();
        let (sender, ended) = channel::channel(1);
        std::thread::spawn(move || {
            for ask in asked {
                let answer = read(&mut lines, &ask, &pressed, &history);
                if sender.blocking_send(answer).is_err() {
                    break;
                }
            }
        });
        Ok((Self { asks, ended }, printer))
    }

    /// Asks for a line.
    pub(crate) fn ask(&self, ask: Ask) {
        // A thread that is gone shows in how the line ended.
        let _ = self.asks.send(ask);
    }

    /// How the line ended. Cancel-safe.
    pub(crate) async fn ended(&mut self) -> Ended {
        self.ended.recv().await.unwrap_or_else(|| Ended::Failed(anyhow!("the terminal is gone")))
    }
}

type Lines = LineEditor<Completion, FileHistory>;

/// The key that ended a line, with what stood on it before and after the cursor.
type Pressed = Arc<Mutex<Option<(Wish, String, String)>>>;

fn bind(lines: &mut Lines) -> Pressed {
    let pressed = Pressed::default();
    let letters = [('n', Wish::Next), ('p', Wish::Previous)].map(|(key, wish)| (KeyEvent::alt(key), wish));
    // Not Alt and a digit: with that the editor begins to count.
    let numbers =
        (1..=9_u8).map(|number| (KeyEvent(KeyCode::F(number), Modifiers::NONE), Wish::Number(number.into())));
    for (event, wish) in letters.into_iter().chain(numbers) {
        let key = Key { wish, pressed: Arc::clone(&pressed) };
        lines.bind_sequence(event, EventHandler::Conditional(Box::new(key)));
    }
    pressed
}

/// A key that goes to another room.
struct Key {
    wish: Wish,
    pressed: Pressed,
}

impl ConditionalEventHandler for Key {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let (left, right) = context.line().split_at(context.pos());
        *self.pressed.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((self.wish, left.to_owned(), right.to_owned()));
        Some(Cmd::AcceptLine)
    }
}

fn read(lines: &mut Lines, ask: &Ask, pressed: &Pressed, history: &Path) -> Ended {
    let prompt = (ask.prompt.as_str(), ask.styled.as_str());
    let typed = lines.readline_with_initial(&prompt, (&ask.left, &ask.right));
    let switched = pressed.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (typed, switched) {
        (Ok(line), Some((wish, left, right))) => {
            let columns = lines.dimensions().map_or(0, |(columns, _)| usize::from(columns));
            // Wide characters count twice; the guess errs on the side of leaving the line where it is.
            let width: usize =
                ask.prompt.chars().chain(line.chars()).map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
            Ended::Switched { wish, left, right, fits: width < columns && !line.contains('\n') }
        }
        (Ok(line), None) => {
            if lines.add_history_entry(line.as_str()).unwrap_or(false) {
                // What can't be kept can still be said.
                let _ = lines.append_history(history);
            }
            Ended::Line(line.replace("\\\n", "\n"))
        }
        (Err(ReadlineError::Interrupted), _) => Ended::Interrupted,
        (Err(ReadlineError::Eof), _) => Ended::Closed,
        (Err(error), _) => Ended::Failed(anyhow::Error::new(error).context("the terminal can't be read")),
    }
}
