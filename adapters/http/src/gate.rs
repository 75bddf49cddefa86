//! Who is let in, and for how long.
//!
//! There are [`MOST_CONNECTIONS`] places; whoever comes beyond that is turned away at once and may come again. A head has to
//! arrive within [`PATIENCE`], a client has to go on reading its answer within the same, and after a minute it is over in
//! any case. How long a body may take is known in `body.rs`.
//!
//! What a client still sends when it has been answered is read and thrown away for a second: closing on it would have the
//! system take the answer back.

use std::{
    future::{Future, Ready, ready},
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{Extension, Router};
use axum_server::accept::Accept;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, sleep, sleep_until},
};

/// How many connections there are at most.
pub const MOST_CONNECTIONS: usize = 256;

/// How long a head may take to arrive, a body, and an answer to be read.
pub const PATIENCE: Duration = Duration::from_secs(10);

const LONGEST_CONNECTION: Duration = Duration::from_secs(60);
const LONGEST_FAREWELL: Duration = Duration::from_secs(1);
const LARGEST_FAREWELL: usize = 1024 * 1024;

/// Whether the head of a request has arrived on a connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct HeadArrived(Arc<AtomicBool>);

impl HeadArrived {
    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Where connections come in.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    places: Arc<Semaphore>,
}

impl Gate {
    pub(crate) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(MOST_CONNECTIONS)) }
    }
}

impl Accept<TcpStream, Router> for Gate {
    type Stream = Visitor;
    type Service = Router;
    type Future = Ready<io::Result<(Visitor, Router)>>;

    fn accept(&self, stream: TcpStream, router: Router) -> Self::Future {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return ready(Err(io::Error::other("there are too many connections")));
        };
        // Answers are small and go out whole; if this fails, they merely take a moment longer.
        let _ = stream.set_nodelay(true);
        let head = HeadArrived::default();
        let visitor = Visitor::new(stream, head.clone(), place);
        ready(Ok((visitor, router.layer(Extension(head)))))
    }
}

/// A connection that is let in.
pub(crate) struct Visitor {
    stream: TcpStream,
    head: HeadArrived,
    came_at: Instant,
    /// The end of the patience for the head; afterwards that of the connection.
    deadline: Pin<Box<Sleep>>,
    is_deadline_of_all: bool,
    /// Runs while the client doesn't take what is written.
    stuck: Option<Pin<Box<Sleep>>>,
    farewell: Option<(Pin<Box<Sleep>>, usize)>,
    _place: OwnedSemaphorePermit,
}

impl Visitor {
    fn new(stream: TcpStream, head: HeadArrived, place: OwnedSemaphorePermit) -> Self {
        let came_at = Instant::now();
        Self {
            stream,
            head,
            came_at,
            deadline: Box::pin(sleep_until(came_at + PATIENCE)),
            is_deadline_of_all: false,
            stuck: None,
            farewell: None,
            _place: place,
        }
    }

    fn is_out_of_time(&mut self, cx: &mut Context<'_>) -> bool {
        if !self.is_deadline_of_all && self.head.is_set() {
            self.is_deadline_of_all = true;
            self.deadline.as_mut().reset(self.came_at + LONGEST_CONNECTION);
        }
        self.deadline.as_mut().poll(cx).is_ready()
    }

    /// What became of writing, which fails when nothing has been taken for too long.
    fn unless_stuck<T>(&mut self, written: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep(PATIENCE)));
        ready!(stuck.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Visitor {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_out_of_time(cx) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Visitor {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.unless_stuck(written, cx)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.unless_stuck(flushed, cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.farewell.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
        }
        let (until, read) = this.farewell.get_or_insert_with(|| (Box::pin(sleep(LONGEST_FAREWELL)), 0));
        let mut scratch = [0; 4096];
        while *read < LARGEST_FAREWELL && until.as_mut().poll(cx).is_pending() {
            let mut into = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut this.stream).poll_read(cx, &mut into)) {
                Ok(()) if !into.filled().is_empty() => *read += into.filled().len(),
                // It has closed its side too, or is gone.
                Ok(()) | Err(_) => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}
