//! A platform with a defect.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use sitrep_console::ConsolePlatform;
use sitrep_core::{
    effect::Purpose,
    message::Message,
    port::{
        Action, Attempt, Batch, Capabilities, ListenError, Outcome, Perform, Platform, Position, Positions,
        Receipt,
    },
    room::{PlatformName, RoomRef},
    testing::VirtualClock,
};

use super::Sabotage;

/// How late a prompt comes that was held back.
const HELD_BACK_FOR: Duration = Duration::hours(3);

/// The console's workspace with at most one defect.
pub(crate) struct SabotagedPlatform {
    console: Arc<ConsolePlatform>,
    clock: VirtualClock,
    sabotage: Option<Sabotage>,
    delivered: Arc<Mutex<Vec<Position>>>,
    held_back: Mutex<Vec<(DateTime<Utc>, Perform)>>,
}

impl SabotagedPlatform {
    pub(crate) fn new(
        console: Arc<ConsolePlatform>,
        clock: VirtualClock,
        sabotage: Option<Sabotage>,
    ) -> Self {
        Self { console, clock, sabotage, delivered: Arc::default(), held_back: Mutex::default() }
    }

    /// How far the last batch reached, for a store that writes it too early.
    pub(crate) fn delivered(&self) -> Arc<Mutex<Vec<Position>>> {
        Arc::clone(&self.delivered)
    }

    async fn hold_back(&self, perform: &Perform) -> Outcome {
        let now = self.clock.now();
        let ripe = {
            let mut held_back = self.held_back.lock().unwrap_or_else(PoisonError::into_inner);
            let ripe = held_back.iter().position(|(at, _)| *at + HELD_BACK_FOR <= now);
            ripe.map(|index| held_back.remove(index).1)
        };
        if let Some(late) = ripe {
            self.console.perform(&late).await;
        }
        if matches!(&perform.action, Action::Say { message, .. } if is_prompt(message)) {
            let mut held_back = self.held_back.lock().unwrap_or_else(PoisonError::into_inner);
            held_back.push((now, perform.clone()));
            return Outcome::Transient("in a moment".to_owned());
        }
        self.console.perform(perform).await
    }

    /// Says again what was said hours ago, and remembers this.
    async fn echo(&self, perform: &Perform) {
        let now = self.clock.now();
        let ripe: Vec<Perform> = {
            let mut held_back = self.held_back.lock().unwrap_or_else(PoisonError::into_inner);
            let (ripe, left): (Vec<_>, Vec<_>) =
                held_back.drain(..).partition(|(at, _)| *at + HELD_BACK_FOR <= now);
            *held_back = left;
            ripe.into_iter().map(|(_, perform)| perform).collect()
        };
        for mut echo in ripe {
            echo.attempt.key.push_str("-echo");
            self.console.perform(&echo).await;
        }
        if matches!(&perform.action, Action::Say { .. }) {
            let mut held_back = self.held_back.lock().unwrap_or_else(PoisonError::into_inner);
            held_back.push((now, perform.clone()));
        }
    }

    async fn say_in_public(&self, perform: &Perform) {
        let Action::Say { room, message, .. } = &perform.action else { return };
        let is_private = self.console.read(|chat| chat.room(&room.room).is_some_and(|room| room.private));
        if is_private {
            let room = RoomRef::new(&room.platform, "ops");
            let action = Action::Say {
                thread: None,
                room,
                answers: None,
                only_for: None,
                purpose: Purpose::Notice,
                message: message.clone(),
                attachment: None,
            };
            let attempt =
                Attempt { key: format!("{}-public", perform.attempt.key), ..perform.attempt.clone() };
            self.console.perform(&Perform { action, attempt, ..perform.clone() }).await;
        }
    }
}

fn is_prompt(message: &Message) -> bool {
    message.plain(|_, name| name.to_owned()).contains("an update is due on")
}

#[async_trait]
impl Platform for SabotagedPlatform {
    fn name(&self) -> PlatformName {
        self.console.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.console.capabilities()
    }

    async fn listen(&self, after: &Positions) -> Result<Batch, ListenError> {
        let batch = self.console.listen(after).await?;
        self.delivered.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&batch.positions);
        Ok(batch)
    }

    async fn perform(&self, perform: &Perform) -> Outcome {
        match self.sabotage {
            Some(Sabotage::ForgetfulKeys) => {
                self.console.forget_keys_before(self.clock.now() + Duration::seconds(1));
            }
            Some(Sabotage::PrivateInPublic) => self.say_in_public(perform).await,
            Some(Sabotage::Echo) => self.echo(perform).await,
            Some(Sabotage::LostEdits) if matches!(perform.action, Action::Edit { .. }) => {
                return Outcome::Done(Receipt::Done);
            }
            Some(Sabotage::StalePrompt) => return self.hold_back(perform).await,
            Some(
                Sabotage::LostSeenMarks
                | Sabotage::LostLastCommit
                | Sabotage::EarlyPosition
                | Sabotage::LostDeadlines
                | Sabotage::OldIncarnation
                | Sabotage::KeptWords
                | Sabotage::LostTitles
                | Sabotage::LostEdits
                | Sabotage::LostReports
                | Sabotage::LostSnoozes,
            )
            | None => {}
        }
        self.console.perform(perform).await
    }
}
