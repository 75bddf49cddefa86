//! How long Discord asks to be left alone, and with what.
//!
//! serenity's limiter sleeps for as long as Discord says, and may hold up a whole route meanwhile. So what it is told is
//! noted here by its callback: a call that would sleep for long is taken back before it is sent again, and the next one
//! of the kind isn't sent before the time is over.
//!
//! Answers to interactions go by their own token: Discord doesn't count them among all else, and they can't wait.

use std::{
    cell::RefCell,
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::{Duration, Instant},
};

use serenity::http::{LightMethod, RatelimitInfo};

use crate::failure::Failure;

/// A limit that is over so soon is slept through.
const SLEPT_THROUGH: Duration = Duration::from_secs(3);

/// The longest wait that is believed. Discord blocks addresses for an hour at most.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

tokio::task_local! {
    /// The limit that the call of this task has met, if it is worth taking the call back.
    static MET: RefCell<Option<Failure>>;
}

/// What one call is about: its method and its path.
pub(crate) type Subject = (&'static str, String);

/// Whether a path holds a token of its own: an answer to an interaction.
pub(crate) fn has_token_of_its_own(path: &str) -> bool {
    path.contains("/webhooks/") || path.contains("/interactions/")
}

/// The name of a method, as limits and routes are told apart by it.
pub(crate) fn name_of(method: LightMethod) -> &'static str {
    match method {
        LightMethod::Delete => "DELETE",
        LightMethod::Get => "GET",
        LightMethod::Patch => "PATCH",
        LightMethod::Post => "POST",
        LightMethod::Put => "PUT",
    }
}

/// Until when what must not be asked.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    until: Mutex<Until>,
}

#[derive(Debug, Default)]
struct Until {
    everything: Option<Instant>,
    subjects: HashMap<Subject, Instant>,
}

impl Waits {
    fn until(&self) -> MutexGuard<'_, Until> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// serenity is about to sleep.
    pub(crate) fn note(&self, info: &RatelimitInfo) {
        let method = name_of(info.method);
        let limit = Limit {
            wait: info.timeout,
            // Where no answer has ever named a limit, the whole address is shut out. What a channel is called is limited
            // without a word in the headers, and so is what is said to one interaction.
            wide: info.global
                || (info.limit == i64::MAX && method != "PATCH" && !has_token_of_its_own(&info.path)),
        };
        if let Some(failure) = self.learn((method, info.path.clone()), limit, Instant::now()) {
            // Outside a call of ours nobody is to be told.
            let _ = MET.try_with(|met| met.replace(Some(failure)));
        }
    }

    /// Remembers a limit, if it is worth it.
    fn learn(&self, subject: Subject, limit: Limit, now: Instant) -> Option<Failure> {
        if limit.wait <= SLEPT_THROUGH {
            return None;
        }
        let wait = limit.wait.min(LONGEST_WAIT);
        let mut until = self.until();
        until.subjects.retain(|_, until| *until > now);
        if limit.wide {
            until.everything = Some(now + wait);
        } else {
            until.subjects.insert(subject, now + wait);
        }
        Some(Failure::Limited { wait, wide: limit.wide })
    }

    /// Whether something must not be asked yet.
    pub(crate) fn check(&self, subject: &Subject, now: Instant) -> Result<(), Failure> {
        let until = self.until();
        let left = |until: Option<Instant>| until.map(|until| until.saturating_duration_since(now));
        let is_long = |wait: &Duration| !wait.is_zero();
        let everything = until.everything.filter(|_| !has_token_of_its_own(&subject.1));
        if let Some(wait) = left(everything).filter(is_long) {
            return Err(Failure::Limited { wait, wide: true });
        }
        match left(until.subjects.get(subject).copied()).filter(is_long) {
            Some(wait) => Err(Failure::Limited { wait, wide: false }),
            None => Ok(()),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Limit {
    wait: Duration,
    wide: bool,
}

/// Awaits a call, until it meets a limit that is not worth sleeping through.
pub(crate) async fn unless_limited<T>(call: impl Future<Output = T>) -> Result<T, Failure> {
    MET.scope(RefCell::new(None), async {
        let mut call = std::pin::pin!(call);
        std::future::poll_fn(move |context| {
            if let Poll::Ready(answer) = call.as_mut().poll(context) {
                return Poll::Ready(Ok(answer));
            }
            match MET.with(RefCell::take) {
                Some(failure) => Poll::Ready(Err(failure)),
                None => Poll::Pending,
            }
        })
        .await
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_kept_to_what_they_are_about() {
        let (waits, now) = (Waits::default(), Instant::now());
        let subject = |path: &str| ("PATCH", path.to_owned());
        let later = |secs| now + Duration::from_secs(secs);
        let limit = |secs, wide| Limit { wait: Duration::from_secs(secs), wide };
        assert_eq!(waits.learn(subject("/a"), limit(2, false), now), None, "it is slept through");
        assert!(waits.learn(subject("/a"), limit(600, false), now).is_some());
        let left = |path: &str, secs| waits.check(&subject(path), later(secs));
        let limited = |secs, wide| Err(Failure::Limited { wait: Duration::from_secs(secs), wide });
        assert_eq!([left("/a", 100), left("/b", 100)], [limited(500, false), Ok(())]);
        assert_eq!(left("/a", 600), Ok(()));
        waits.learn(subject("/b"), limit(30, true), now);
        assert_eq!([left("/c", 10), left("/c", 30)], [limited(20, true), Ok(())]);
        for path in ["/api/v10/interactions/1/x/callback", "/api/v10/webhooks/1/x/messages/@original"] {
            assert_eq!(left(path, 10), Ok(()), "{path}");
            waits.learn(subject(path), limit(20, false), now);
            assert_eq!([left(path, 10), left(path, 20)], [limited(10, false), Ok(())], "{path}");
        }
    }
}
