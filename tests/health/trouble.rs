//! A Prometheus that is not what it should be costs a line, and delays nothing.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::Failed;
use crate::support::discord::{Guild, plain};
use crate::support::prometheus::serve;
use crate::support::trials::{Test, test};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("health::one_that_is_unwell_costs_one_line", one_line),
        test("health::no_opening_waits_for_it", nothing_waits),
    ]
}

/// The section for this address.
fn section(address: &str) -> String {
    format!(
        "[health]\nprometheus = \"{address}\"\n[[health.panel]]\ntitle = \"Requests failing\"\nquery = \"up\"\n"
    )
}

fn hangs(visitor: TcpStream) {
    thread::sleep(Duration::from_secs(120));
    drop(visitor);
}

fn talks_nonsense(mut visitor: TcpStream) {
    let _ = visitor.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nmeow");
}

fn refuses(mut visitor: TcpStream) {
    let _ = visitor.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
}

fn never_stops(mut visitor: TcpStream) {
    let _ = visitor.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
    let chunk = [b' '; 65_536];
    for _ in 0..160 {
        if visitor.write_all(&chunk).is_err() {
            return;
        }
    }
}

/// What it does with whoever asks, and what is said then.
type Kind = (fn(TcpStream), &'static str);

/// What it does to its visitors, and what is said of it.
const KINDS: [Kind; 4] = [
    (talks_nonsense, "is no Prometheus"),
    (refuses, "Prometheus wants to know who asks (403)"),
    (never_stops, "its answer is larger than a mebibyte"),
    (hangs, "it took longer than five seconds"),
];

fn one_line() -> Result<(), Failed> {
    let kind = Arc::new(AtomicUsize::new(0));
    let kind_now = Arc::clone(&kind);
    let address = serve(move |visitor| KINDS[kind_now.load(Ordering::SeqCst)].0(visitor))?;
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep(&section(&format!("http://{address}")))?;
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident checkout is down")?.id.to_string();
    for (number, (_, words)) in KINDS.into_iter().enumerate() {
        if number > 0 {
            kind.store(number, Ordering::SeqCst);
            guild.ask(&alice, &room, "!health")?;
        }
        let said = guild.hear_words(&room, words)?;
        let is_said = plain(&said).starts_with("I could not measure how the system does: ");
        assert!(is_said && plain(&said).lines().count() == 1, "{said:?}");
        assert!(said.attachments.is_empty(), "{said:?}");
    }
    guild.is_content()
}

/// How long it takes from the declaration to a room with a pinned card.
fn opening(guild: &Guild) -> Result<Duration, Failed> {
    let alice = guild.person("alice");
    let began = Instant::now();
    guild.declare(&alice, "!incident checkout is down")?;
    Ok(began.elapsed())
}

fn nothing_waits() -> Result<(), Failed> {
    const ROUNDS: usize = 3;
    let address = serve(hangs)?;
    let (with, without) = (Guild::new()?, Guild::new()?);
    let _measured = with.sitrep(&section(&format!("http://{address}")))?;
    let _unmeasured = without.sitrep("")?;
    let (mut slow, mut fast) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        slow.push(opening(&with)?);
        fast.push(opening(&without)?);
        // Also what follows: the answer to the next command.
        let room = with.rooms().pop().ok_or("a room")?.id.to_string();
        with.ask(&with.person("bob"), &room, "!ack")?;
    }
    slow.sort();
    fast.sort();
    // A wait for it would be five seconds.
    let (slow, fast) = (slow[ROUNDS / 2], fast[ROUNDS / 2]);
    eprintln!("an opening: {slow:?} beside one that hangs, {fast:?} without");
    assert!(slow < fast + Duration::from_millis(2500), "{slow:?} with, {fast:?} without");
    with.is_content()?;
    without.is_content()
}
