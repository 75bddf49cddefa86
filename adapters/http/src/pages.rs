//! How sitrep is, for whoever watches over it: `GET /healthz`, `/readyz`, `/metrics`.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};

use crate::{
    answer::{Manner, in_a_line, with_type},
    metrics,
    server::Service,
};

/// `GET /healthz`: whether it is worth keeping this process.
pub(crate) async fn healthz(State(service): State<Arc<Service>>) -> Response {
    match service.standing.ask(&service.desk).await {
        Some(_) => in_a_line(StatusCode::OK, "ok"),
        None => in_a_line(StatusCode::SERVICE_UNAVAILABLE, "sitrep does not answer"),
    }
}

/// `GET /readyz`: whether people are served.
pub(crate) async fn readyz(State(service): State<Arc<Service>>) -> Response {
    match service.standing.ask(&service.desk).await {
        Some(status) if status.is_ready => in_a_line(StatusCode::OK, "ready"),
        Some(_) => in_a_line(StatusCode::SERVICE_UNAVAILABLE, "not ready"),
        None => in_a_line(StatusCode::SERVICE_UNAVAILABLE, "sitrep does not answer"),
    }
}

/// `GET /metrics`.
pub(crate) async fn metrics(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    match service.door.metrics(&headers) {
        None => return not_found().await,
        Some(Err(refusal)) => return refusal.answer(Manner::Plain),
        Some(Ok(())) => {}
    }
    let Some(status) = service.standing.ask(&service.desk).await else {
        return in_a_line(StatusCode::SERVICE_UNAVAILABLE, "sitrep does not answer");
    };
    match metrics::text(&status, &service.served) {
        Ok(text) => with_type(StatusCode::OK, metrics::CONTENT_TYPE, text),
        Err(_) => in_a_line(StatusCode::INTERNAL_SERVER_ERROR, "the metrics could not be written"),
    }
}

/// Any other path.
pub(crate) async fn not_found() -> Response {
    in_a_line(StatusCode::NOT_FOUND, "There is nothing here.")
}

/// Another method than a path has.
pub(crate) async fn method_not_allowed() -> Response {
    in_a_line(StatusCode::METHOD_NOT_ALLOWED, "This path has another method: see the header Allow.")
}
