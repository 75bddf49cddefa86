//! The two paths of PagerDuty's Events API v2, for what can send to nothing else: the key in the body says who sends.
//!
//! `POST /v2/enqueue` is <https://developer.pagerduty.com/docs/send-alert-event>, `POST /v2/change/enqueue`
//! <https://developer.pagerduty.com/docs/send-change-event>; both are answered as PagerDuty would.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use chrono::Utc;
use serde_json::json;
use sitrep_core::port::Signal;

use crate::{
    answer::{Manner, Refusal, in_json},
    intake::{alert, refused, take},
    json::At,
    server::Service,
    source,
};

/// `POST /v2/enqueue`.
pub(crate) async fn enqueue(State(service): State<Arc<Service>>, request: Request) -> Response {
    let answer = async {
        let (head, body) = request.into_parts();
        let (one, json) = service.door.source_by_key(&head, body).await?;
        alert(&service, one.source, &json).await
    };
    answer.await.unwrap_or_else(|refusal: Refusal| refusal.answer(Manner::PagerDuty))
}

/// `POST /v2/change/enqueue`.
pub(crate) async fn enqueue_change(State(service): State<Arc<Service>>, request: Request) -> Response {
    let answer = async {
        let (head, body) = request.into_parts();
        let (one, json) = service.door.source_by_key(&head, body).await?;
        let change = source::change(&one.source.name, &At::root(&json), Utc::now())
            .map_err(|unexpected| refused(one.source, unexpected.into()))?;
        take(&service, Signal::Change(change)).await.map_err(|refusal| refused(one.source, refusal))?;
        Ok(in_json(
            StatusCode::ACCEPTED,
            &json!({ "status": "success", "message": "Change event processed" }),
        ))
    };
    answer.await.unwrap_or_else(|refusal: Refusal| refusal.answer(Manner::PagerDuty))
}

/// What PagerDuty answers.
pub(crate) fn event_processed(key: &str) -> Response {
    let answer = json!({ "status": "success", "message": "Event processed", "dedup_key": key });
    in_json(StatusCode::ACCEPTED, &answer)
}
