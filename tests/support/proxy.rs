//! A proxy in front of Synapse that may do anything to a request: answer in Synapse's place, be slow, cut the answer
//! after Synapse has done its work.
//!
//! - A rule decides each request's [`Fate`]; what was asked and what became of it is kept.
//! - Every connection carries one request. The proxy ends with the test's process: nobody needs to wait for it.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::{Doing, Failed};

/// Which request it is.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
}

/// What becomes of a request.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    /// It is Synapse's.
    Pass,
    /// It gets an answer that Synapse knows nothing of.
    Instead(String),
    /// The connection is cut before Synapse hears of it.
    Cut,
    /// Synapse does its work, and then the connection is cut.
    CutAfter,
    /// Synapse does its work, and half of its answer arrives.
    HalfAfter,
    /// Synapse does its work, and this is answered.
    InsteadAfter(String),
    /// Synapse hears of it that much later.
    Slow(Duration),
    /// Synapse's answer comes that much later.
    SlowAfter(Duration),
}

/// One request and what was answered.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) at: Instant,
    pub(crate) asked: Asked,
    /// Synapse's own status, if it was asked and has answered.
    pub(crate) status: Option<u16>,
    /// How long Synapse asks to wait, if it does.
    pub(crate) wait: Option<Duration>,
}

type Rule = Box<dyn FnMut(&Asked) -> Fate + Send>;

struct State {
    behind: String,
    rule: Mutex<Rule>,
    exchanges: Mutex<Vec<Exchange>>,
}

/// The proxy.
pub(crate) struct Proxy {
    pub(crate) url: String,
    state: Arc<State>,
}

impl Proxy {
    /// One that lets everything pass.
    pub(crate) fn of(synapse: &str) -> Result<Proxy, Failed> {
        let door = TcpListener::bind("127.0.0.1:0").doing("opening a port")?;
        let port = door.local_addr().doing("opening a port")?.port();
        let state = Arc::new(State {
            behind: synapse.strip_prefix("http://").unwrap_or(synapse).to_owned(),
            rule: Mutex::new(Box::new(|_| Fate::Pass)),
            exchanges: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for visitor in door.incoming().flatten() {
                let state = Arc::clone(&shared);
                // A connection that breaks is the visitor's to complain about.
                thread::spawn(move || drop(serve(visitor, &state)));
            }
        });
        Ok(Proxy { url: format!("http://127.0.0.1:{port}"), state })
    }

    /// From now on.
    pub(crate) fn rules(&self, rule: impl FnMut(&Asked) -> Fate + Send + 'static) {
        *locked(&self.state.rule) = Box::new(rule);
    }

    /// Everything that was asked of Synapse and answered by it, in the order of the answers.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        locked(&self.state.exchanges).clone()
    }
}

/// An answer of somebody who is not Synapse.
pub(crate) fn answer(status: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request as it came: its head without the empty line, and everything after it.
struct Request {
    head: String,
    body: Vec<u8>,
}

fn read(visitor: &mut TcpStream) -> io::Result<Option<Request>> {
    let mut request = Vec::new();
    let mut buffer = [0; 16 * 1024];
    let (head, length) = loop {
        let end = request.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            break (String::from_utf8_lossy(&request[..end]).into_owned(), end + 4);
        }
        match visitor.read(&mut buffer)? {
            0 => return Ok(None),
            read => request.extend(&buffer[..read]),
        }
    };
    let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let body = lines.filter(|(key, _)| key.eq_ignore_ascii_case("content-length"));
    let body = body.filter_map(|(_, value)| value.trim().parse::<usize>().ok()).next().unwrap_or(0);
    while request.len() < length + body {
        match visitor.read(&mut buffer)? {
            0 => return Ok(None),
            read => request.extend(&buffer[..read]),
        }
    }
    let body = request.split_off(length);
    Ok(Some(Request { head, body }))
}

fn serve(mut visitor: TcpStream, state: &State) -> io::Result<()> {
    let Some(request) = read(&mut visitor)? else { return Ok(()) };
    let mut words = request.head.split(' ').map(str::to_owned);
    let asked = Asked { method: words.next().unwrap_or_default(), path: words.next().unwrap_or_default() };
    let fate = locked(&state.rule)(&asked);
    match fate {
        Fate::Instead(answer) => return visitor.write_all(answer.as_bytes()),
        Fate::Cut => return Ok(()),
        Fate::Slow(wait) => thread::sleep(wait),
        Fate::Pass | Fate::CutAfter | Fate::HalfAfter | Fate::InsteadAfter(_) | Fate::SlowAfter(_) => {}
    }
    // What the visitor gives up is Synapse's to finish all the same.
    let answered = forward(&request, &state.behind)?;
    let status = String::from_utf8_lossy(answered.get(9..12).unwrap_or_default()).parse().ok();
    let wait = if status == Some(429) { wait_asked_for(&answered) } else { None };
    locked(&state.exchanges).push(Exchange { at: Instant::now(), asked, status, wait });
    match fate {
        Fate::CutAfter => Ok(()),
        Fate::HalfAfter => visitor.write_all(&answered[..answered.len() / 2]),
        Fate::InsteadAfter(answer) => visitor.write_all(answer.as_bytes()),
        Fate::SlowAfter(wait) => {
            thread::sleep(wait);
            visitor.write_all(&answered)
        }
        Fate::Pass | Fate::Instead(_) | Fate::Cut | Fate::Slow(_) => visitor.write_all(&answered),
    }
}

fn wait_asked_for(answered: &[u8]) -> Option<Duration> {
    let text = String::from_utf8_lossy(answered);
    let digits = text.split("\"retry_after_ms\":").nth(1)?.trim_start();
    let end = digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok().map(Duration::from_millis)
}

fn forward(request: &Request, behind: &str) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(behind)?;
    let kept: Vec<&str> =
        request.head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:")).collect();
    server.write_all(format!("{}\r\nconnection: close\r\n\r\n", kept.join("\r\n")).as_bytes())?;
    server.write_all(&request.body)?;
    let mut answered = Vec::new();
    server.read_to_end(&mut answered)?;
    Ok(answered)
}
