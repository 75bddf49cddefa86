//! What is told: alerts, changes and signs of life.
//!
//! Each is answered 202 when the desk has taken it, and it is durable; never before.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State, rejection::PathRejection},
    http::StatusCode,
    response::Response,
};
use serde_json::json;
use sitrep_core::port::{NotTaken, Signal};
use tokio::time::{Duration, timeout};

use crate::{
    answer::{Manner, Refusal, in_json},
    door::{Let, Source},
    json, pagerduty,
    server::Service,
    settings::SourceKind,
    source,
};

/// How large the body of a sign of life may be; nobody reads it.
const LARGEST_HEARTBEAT_BYTES: usize = 16 * 1024;

/// How long the desk may take.
const DESK_PATIENCE: Duration = Duration::from_secs(15);

/// The name in a path, unless it is no text.
type Name = Result<Path<String>, PathRejection>;

/// `POST /alerts/NAME`.
pub(crate) async fn alerts(State(service): State<Arc<Service>>, name: Name, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let name = known(name);
    // As long as it isn't known who asks, nothing shows what kind of source this would be.
    let Let { source, body } = match service.door.source(&name, &head, body).await {
        Ok(one) => one,
        Err(refusal) => return refusal.answer(Manner::Plain),
    };
    let manner = if source.kind == SourceKind::PagerDuty { Manner::PagerDuty } else { Manner::Plain };
    let answer = match json::read(&body.bytes) {
        Ok(json) => alert(&service, source, &json).await,
        Err(unexpected) => Err(refused(source, unexpected.into())),
    };
    answer.unwrap_or_else(|refusal| refusal.answer(manner))
}

/// Takes what a source told.
pub(crate) async fn alert(
    service: &Service,
    source: &Source,
    json: &serde_json::Value,
) -> Result<Response, Refusal> {
    let told = source::read(&source.kind, &source.name, json, || service.made_up_key())
        .map_err(|unexpected| refused(source, unexpected.into()))?;
    let is_taken = told.alert.is_some();
    if let Some(alert) = told.alert {
        take(service, Signal::Alert(alert)).await.map_err(|refusal| refused(source, refusal))?;
    }
    Ok(match told.key {
        Some(key) => pagerduty::event_processed(&key),
        None if is_taken => in_json(StatusCode::ACCEPTED, &json!({ "status": "accepted" })),
        None => in_json(StatusCode::ACCEPTED, &json!({ "status": "nothing to do" })),
    })
}

/// Has it in the log that something of a known source was not taken: nobody may look at what the sender was answered.
pub(crate) fn refused(source: &Source, refusal: Refusal) -> Refusal {
    tracing::warn!(source = source.name, why = refusal.sentence(), "something that was sent is not taken");
    refusal
}

/// `POST /heartbeat/NAME`.
pub(crate) async fn heartbeat(State(service): State<Arc<Service>>, name: Name, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let name = known(name);
    let answer = match service.door.heartbeat(&name, &head, body, LARGEST_HEARTBEAT_BYTES).await {
        Ok(()) => take(&service, Signal::Heartbeat { name }).await,
        Err(refusal) => Err(refusal),
    };
    match answer {
        Ok(()) => in_json(StatusCode::ACCEPTED, &json!({ "status": "accepted" })),
        Err(refusal) => refusal.answer(Manner::Plain),
    }
}

/// What is no text is nobody's name.
fn known(name: Name) -> String {
    name.map(|Path(name)| name).unwrap_or_default()
}

/// Hands one signal in, and waits until it is durable.
pub(crate) async fn take(service: &Service, signal: Signal) -> Result<(), Refusal> {
    let taken =
        timeout(DESK_PATIENCE, service.desk.take(vec![signal])).await.unwrap_or(Err(NotTaken::NotStored));
    taken.map_err(Refusal::NotTaken)
}
