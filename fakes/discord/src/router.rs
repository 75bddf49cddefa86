//! What may be asked over HTTP, and the way that each request takes: understood, counted, struck by a fault if one is
//! planned, held against the description, carried out, and its answer held against the description too.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request as HttpRequest, Response, StatusCode};
use axum::response::IntoResponse;

use crate::call::{Call, Outcome, Reply, Route};
use crate::description::Operation;
use crate::faults::Fault;
use crate::multipart::{self, Parts};
use crate::refusal::{self, Refusal};
use crate::routes;
use crate::rules::rate_limits::Bucket;
use crate::server::Server;
use crate::state::{Request, State};

/// Below this path is everything.
const BASE: &str = "/api/v10";
/// More than any request that Discord takes.
const LARGEST_BODY: usize = 32 << 20;
/// Below this path are the files that messages have.
const FILES: &str = "/attachments/";

/// All of HTTP.
pub fn router(server: Server) -> Router {
    Router::new().fallback(move |request: HttpRequest<Body>| answer(server.clone(), request))
}

async fn answer(server: Server, request: HttpRequest<Body>) -> Response<Body> {
    if let Some(path) = request.uri().path().strip_prefix(FILES) {
        return file(&server, path);
    }
    let (head, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await.unwrap_or_default();
    let path = head.uri.path().strip_prefix(BASE).unwrap_or_default().to_owned();
    let arrived = Arrived {
        method: head.method.as_str().to_owned(),
        path,
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
    };
    let fault = server.faults.strike(&arrived.method, &arrived.path);
    if fault == Some(Fault::CutBefore) {
        server.state().requests.push(arrived.seen(0));
        return cut();
    }
    // What has arrived is carried out, whether or not somebody still waits for the answer.
    let carried_out = tokio::spawn({
        let fault = fault.clone();
        async move {
            if let Some(Fault::Slow(by)) = fault {
                tokio::time::sleep(by).await;
            }
            arrived.carry_out(&server, fault.as_ref())
        }
    });
    let Ok((outcome, bucket)) = carried_out.await else { return cut() };
    match fault {
        Some(Fault::SlowReply(by)) => tokio::time::sleep(by).await,
        Some(Fault::LoseReply) if outcome.is_ok() => return cut(),
        Some(_) | None => {}
    }
    written(outcome, bucket)
}

/// A file of a message: `CHANNEL/FILE/NAME`. Whoever has its address has it.
fn file(server: &Server, path: &str) -> Response<Body> {
    let state = server.state();
    let mut parts = path.split('/').map(|part| part.parse::<u64>().unwrap_or_default());
    let (channel, id) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let all = state.messages.get(&channel).into_iter().flat_map(|all| all.values());
    let found = all.flat_map(|message| &message.attachments).find(|attachment| attachment.id == id);
    let response = match found {
        Some(found) => Response::builder()
            .header("content-type", found.kind.clone())
            .body(Body::from(found.content.to_vec())),
        None => Response::builder().status(StatusCode::NOT_FOUND).body(Body::empty()),
    };
    response.unwrap_or_default()
}

/// An answer that breaks off before it begins.
fn cut() -> Response<Body> {
    let broken =
        futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("cut on demand")) });
    let mut response = Body::from_stream(broken).into_response();
    response.headers_mut().insert("content-length", 1_000_000.into());
    response
}

fn written(outcome: Outcome, bucket: Option<Bucket>) -> Response<Body> {
    let mut headers = bucket.map(|bucket| bucket.headers()).unwrap_or_default();
    let (status, kind, body) = match outcome {
        Ok(Reply { status, body: Some(body) }) => (status, "application/json", body.to_string()),
        Ok(Reply { status, body: None }) => (status, "", String::new()),
        Err(refusal) => {
            headers.retain(|(name, _)| !refusal.headers.iter().any(|(other, _)| other == name));
            headers.extend(refusal.headers);
            match refusal.body {
                Ok(body) => (refusal.status, "application/json", body.to_string()),
                Err(text) => (refusal.status, "text/html", text),
            }
        }
    };
    let mut response = Response::builder().status(StatusCode::from_u16(status).unwrap_or(StatusCode::OK));
    if !kind.is_empty() {
        response = response.header("content-type", kind);
    }
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Body::from(body)).unwrap_or_default()
}

/// A request, as it came.
pub(crate) struct Arrived {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Arrived {
    fn seen(&self, status: u16) -> Request {
        Request { method: self.method.clone(), path: self.path.clone(), status }
    }

    pub(crate) fn carry_out(&self, server: &Server, fault: Option<&Fault>) -> (Outcome, Option<Bucket>) {
        let mut state = server.state();
        let mut bucket = None;
        let outcome = self.outcome(server, &mut state, fault, &mut bucket);
        if matches!(&outcome, Err(refusal) if refusal.counts()) {
            let now = state.now();
            if state.limits.refused(now) {
                state.violation(format!(
                    "more and more answers of 401, 403 and 429, the last one to {} {}: on the real Discord, whoever goes \
                     on like this is banned",
                    self.method, self.path
                ));
            }
        }
        let status = outcome.as_ref().map_or_else(|refusal| refusal.status, |reply| reply.status);
        let lost = matches!(fault, Some(Fault::LoseReply)) && outcome.is_ok();
        state.requests.push(self.seen(if lost { 0 } else { status }));
        (outcome, bucket)
    }

    fn outcome(
        &self,
        server: &Server,
        state: &mut State,
        fault: Option<&Fault>,
        bucket: &mut Option<Bucket>,
    ) -> Outcome {
        match fault {
            Some(Fault::Refuse(429, code)) => return Err(Refusal::new(429, *code, "Refused on demand")),
            Some(Fault::Refuse(status, code)) => {
                return Err(Refusal::new(*status, *code, "Refused on demand"));
            }
            Some(Fault::Limit(scope, wait)) => return Err(Refusal::limited_in_bucket(*scope, *wait)),
            Some(Fault::Cloudflare(wait)) => return Err(Refusal::cloudflare(*wait)),
            Some(Fault::LoseReply | Fault::Slow(_) | Fault::SlowReply(_) | Fault::CutBefore) | None => {}
        }
        let (route, parts) = self.route().inspect_err(|_| {
            state.violation(format!("{} {}: there is no such route", self.method, self.path));
        })?;
        let now = state.now();
        // A token in the path is all that is needed there, and such requests are outside of the limit of all.
        if !route.path.contains("_token}") {
            self.authorized(state)?;
            state.limits.take_global(now)?;
        }
        *bucket = state.limits.take((route.method, route.path), &major(&parts), now)?;
        let query = self.query_pairs();
        let Parts { form: body, files } = self.parts(state)?;
        let operation = Operation { method: route.method, path: route.path };
        let mut breaches = operation.query(&query);
        breaches.extend(operation.body(&body));
        if !breaches.is_empty() {
            for breach in &breaches {
                state.violation(format!("{} {}: {breach}", self.method, self.path));
            }
            return Err(Refusal::form(&breaches));
        }
        let before = state.violations.len();
        let outcome = (route.handler)(&mut Call {
            state: &mut *state,
            gateway: &server.gateway,
            parts,
            query,
            body,
            files,
        });
        for violation in state.violations.iter_mut().skip(before) {
            *violation = format!("{} {}: {violation}", self.method, self.path);
        }
        if let Ok(reply) = &outcome {
            for breach in operation.answer(reply.status, reply.body.as_ref()) {
                state.violation(format!(
                    "the answer to {} {} is wrong itself: {breach}",
                    self.method, self.path
                ));
            }
        }
        outcome
    }

    /// The route of the path: of several that fit, the one that names the most parts of it (`…/messages/pins`).
    fn route(&self) -> Result<(&'static Route, BTreeMap<&'static str, String>), Refusal> {
        let mut fitting: Vec<_> =
            routes::all().filter_map(|it| Some((it, parts(it.path, &self.path)?))).collect();
        let nothing = if fitting.is_empty() { refusal::not_found() } else { refusal::method_not_allowed() };
        fitting.retain(|(route, _)| route.method == self.method);
        fitting.into_iter().min_by_key(|(_, parts)| parts.len()).ok_or(nothing)
    }

    fn authorized(&self, state: &State) -> Result<(), Refusal> {
        let given = self.headers.get("authorization").and_then(|value| value.to_str().ok());
        let right = format!("Bot {}", state.application.token);
        if given == Some(right.as_str()) { Ok(()) } else { Err(refusal::unauthorized()) }
    }

    fn query_pairs(&self) -> BTreeMap<String, String> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.map(|(key, value)| (unescaped(key), unescaped(value))).collect()
    }

    /// The body: JSON, or JSON and files.
    fn parts(&self, state: &mut State) -> Result<Parts, Refusal> {
        let read = match multipart::boundary(&self.headers) {
            Some(boundary) => multipart::read(&self.body, &boundary),
            None if self.body.is_empty() => Ok(Parts::default()),
            None => {
                let form = serde_json::from_slice(&self.body);
                let form = form.map_err(|_| "the body isn't JSON".to_owned());
                form.map(|form| Parts { form, files: BTreeMap::new() })
            }
        };
        read.map_err(|wrong| {
            state.violation(format!("{} {}: {wrong}", self.method, self.path));
            refusal::not_json()
        })
    }
}

/// The named parts of a path, if it has that shape. A part without a name must be the same.
fn parts(shape: &'static str, path: &str) -> Option<BTreeMap<&'static str, String>> {
    let mut parts = BTreeMap::new();
    let mut path = path.split('/');
    for wanted in shape.split('/') {
        let found = path.next()?;
        match wanted.strip_prefix('{').and_then(|wanted| wanted.strip_suffix('}')) {
            // `@me` and `@original` are paths of their own.
            Some(_) if found.is_empty() || found.starts_with('@') => return None,
            Some(name) => drop(parts.insert(name, unescaped(found))),
            None if wanted == found => {}
            None => return None,
        }
    }
    path.next().is_none().then_some(parts)
}

/// What a bucket is for besides its route.
fn major(parts: &BTreeMap<&'static str, String>) -> String {
    let majors = ["channel_id", "guild_id", "webhook_id", "webhook_token"];
    majors.iter().filter_map(|name| parts.get(name)).cloned().collect::<Vec<_>>().join("/")
}

/// Text with its percent signs read.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let escaped = (byte == b'%').then(|| {
            let digits = [rest.next().unwrap_or_default(), rest.next().unwrap_or_default()];
            std::str::from_utf8(&digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok())
        });
        match escaped {
            Some(escaped) => bytes.extend(escaped),
            None if byte == b'+' => bytes.push(b' '),
            None => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
