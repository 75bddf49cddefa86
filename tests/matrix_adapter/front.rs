//! A proxy in front of Synapse that sometimes answers in its place, as those do whose backend restarts.
//!
//! Every connection carries one request. It ends with the test's process: nobody needs to wait for it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::support::{Doing, Failed};

/// What the proxy answers to a request for a path; `None` leaves it to Synapse.
type Rule = Box<dyn FnMut(&str) -> Option<&'static str> + Send>;

/// What a proxy says when it has nobody to ask.
pub(super) const NOT_FOUND: &str = "404 Not Found";
pub(super) const BAD_GATEWAY: &str = "502 Bad Gateway";

/// The proxy.
pub(super) struct Front {
    pub(super) url: String,
    rule: Arc<Mutex<Rule>>,
}

impl Front {
    pub(super) fn of(synapse: &str) -> Result<Front, Failed> {
        let door = TcpListener::bind("127.0.0.1:0").doing("opening a port")?;
        let port = door.local_addr().doing("opening a port")?.port();
        let behind = synapse.strip_prefix("http://").unwrap_or(synapse).to_owned();
        let rule: Arc<Mutex<Rule>> = Arc::new(Mutex::new(Box::new(|_| None)));
        let shared = Arc::clone(&rule);
        thread::spawn(move || {
            for visitor in door.incoming().flatten() {
                let (behind, rule) = (behind.clone(), Arc::clone(&shared));
                // A connection that breaks is the visitor's to complain about.
                thread::spawn(move || drop(serve(visitor, &behind, &rule)));
            }
        });
        Ok(Front { url: format!("http://127.0.0.1:{port}"), rule })
    }

    /// From now on.
    pub(super) fn answers(&self, rule: impl FnMut(&str) -> Option<&'static str> + Send + 'static) {
        *self.rule.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(rule);
    }
}

fn serve(mut visitor: TcpStream, behind: &str, rule: &Mutex<Rule>) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut buffer = [0; 16 * 1024];
    let (head, length) = loop {
        let end = request.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&request[..end]).into_owned();
            break (head, end + 4);
        }
        match visitor.read(&mut buffer)? {
            0 => return Ok(()),
            read => request.extend(&buffer[..read]),
        }
    };
    let path = head.split(' ').nth(1).unwrap_or_default();
    let answer = (rule.lock().unwrap_or_else(PoisonError::into_inner))(path);
    let header = |name: &str| {
        let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
            .next()
    };
    let body = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while request.len() < length + body {
        match visitor.read(&mut buffer)? {
            0 => return Ok(()),
            read => request.extend(&buffer[..read]),
        }
    }
    if let Some(status) = answer {
        let words = "nobody is here";
        let length = words.len();
        let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
        return visitor.write_all((head + words).as_bytes());
    }
    let mut server = TcpStream::connect(behind)?;
    let kept = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let kept: Vec<&str> = kept.collect();
    server.write_all(format!("{}\r\nconnection: close\r\n\r\n", kept.join("\r\n")).as_bytes())?;
    server.write_all(&request[length..])?;
    std::io::copy(&mut server, &mut visitor)?;
    Ok(())
}
