//! A chat platform that limits how much is asked of it, as Synapse does by default: so much at a blow, and then one
//! thing in so much time. Every kind of work also costs a message.
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration as Span,
};

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};

use super::VirtualClock;
use crate::{
    port::{Action, Batch, Capabilities, ListenError, Outcome, Perform, Platform, Positions},
    room::PlatformName,
};

/// What platforms limit by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limited {
    /// Messages and everything else.
    Writing,
    /// Asking people in.
    Inviting,
    /// Making rooms.
    Rooms,
}

impl Limited {
    /// What an action counts as; reading is free.
    #[must_use]
    pub fn of(action: &Action) -> Option<Self> {
        match action {
            Action::Say { .. }
            | Action::Edit { .. }
            | Action::Pin { .. }
            | Action::Name { .. }
            | Action::Buttons { .. }
            | Action::CloseMeeting { .. }
            | Action::Archive { .. }
            | Action::Restore { .. }
            | Action::Appoint { .. } => Some(Self::Writing),
            Action::Invite { .. } => Some(Self::Inviting),
            Action::OpenRoom { .. } | Action::OpenDirect { .. } | Action::OpenMeeting { .. } => {
                Some(Self::Rooms)
            }
            Action::Read { .. } | Action::Measure { .. } => None,
        }
    }

    /// How long one takes, after ten at a blow.
    fn each(self) -> Duration {
        match self {
            Self::Writing => Duration::seconds(5),
            Self::Inviting => Duration::milliseconds(3333),
            Self::Rooms => Duration::seconds(60),
        }
    }
}

const AT_A_BLOW: i32 = 10;

/// A platform with limits in front of it.
pub struct LimitedPlatform {
    inner: Arc<dyn Platform>,
    clock: VirtualClock,
    is_limited: bool,
    /// When the allowance is whole again.
    whole_at: Mutex<BTreeMap<Limited, DateTime<Utc>>>,
}

impl LimitedPlatform {
    /// Puts limits in front of a platform, or none.
    #[must_use]
    pub fn new(inner: Arc<dyn Platform>, clock: VirtualClock, is_limited: bool) -> Self {
        Self { inner, clock, is_limited, whole_at: Mutex::default() }
    }

    fn whole_at(&self) -> MutexGuard<'_, BTreeMap<Limited, DateTime<Utc>>> {
        self.whole_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one from every allowance that this counts against, or says how long to wait.
    fn take(&self, limited: Limited) -> Option<Span> {
        let now = self.clock.now();
        let mut whole_at = self.whole_at();
        let kinds = [limited, Limited::Writing];
        let kinds = if limited == Limited::Writing { &kinds[..1] } else { &kinds[..] };
        let after = |kind: Limited, whole_at: &BTreeMap<Limited, DateTime<Utc>>| {
            whole_at.get(&kind).copied().unwrap_or(now).max(now) + kind.each()
        };
        let waits = kinds.iter().map(|kind| after(*kind, &whole_at) - now - kind.each() * AT_A_BLOW);
        if let Some(wait) = waits.max().filter(|wait| *wait > Duration::zero()) {
            return Some(wait.to_std().unwrap_or_default());
        }
        for kind in kinds {
            let after = after(*kind, &whole_at);
            whole_at.insert(*kind, after);
        }
        None
    }
}

#[async_trait]
impl Platform for LimitedPlatform {
    fn name(&self) -> PlatformName {
        self.inner.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    async fn listen(&self, after: &Positions) -> Result<Batch, ListenError> {
        self.inner.listen(after).await
    }

    async fn perform(&self, perform: &Perform) -> Outcome {
        let Some(limited) = Limited::of(&perform.action).filter(|_| self.is_limited) else {
            return self.inner.perform(perform).await;
        };
        match self.take(limited) {
            Some(wait) => Outcome::RetryAfter(wait),
            None => self.inner.perform(perform).await,
        }
    }
}
