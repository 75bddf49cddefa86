//! The least executor that can be: for futures that never really wait.
//!
//! Core has no async runtime, and the memory store never waits for anything, so polling once is enough. A future
//! that does wait would wait for ever: that is a mistake in the test, and it panics.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// Runs a future that never waits.
///
/// # Panics
/// When the future waits for something.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    match poll_once(future) {
        Some(value) => value,
        None => panic!("this future waits for something, and there is nothing here to wake it"),
    }
}

/// What a future gives at once, if it does.
pub(super) fn poll_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
