//! What may be asked over HTTP.

use axum::Router;

use crate::server::Server;

/// All of HTTP, below `/api/v10`.
pub fn router(_server: Server) -> Router {
    Router::new()
}
