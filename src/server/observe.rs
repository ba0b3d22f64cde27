//! One log line and one count a request, under an id that the answer carries too. It names the route, not the
//! path: ids, queries, headers and bodies stay out of the log.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use uuid::Uuid;

use super::state::ServerState;
use crate::api::{REQUEST_ID, is_request_id};

pub async fn request(State(server): State<ServerState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    // Of the highest level, so that what goes wrong is logged under the id whatever else is not.
    let span = tracing::error_span!("request", %id);
    let mut response = next.run(request).instrument(span.clone()).await;
    if let Ok(value) = HeaderValue::try_from(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let took = started.elapsed();
    server.metrics.answered(&method, route, response.status(), took);
    let (status, microseconds) = (response.status(), took.as_micros() as u64);
    span.in_scope(|| match status.is_server_error() {
        // Whoever is told its id is to find it, whatever else is not logged.
        true => tracing::warn!(%method, route, status = status.as_u16(), microseconds, "answered"),
        false => tracing::info!(%method, route, status = status.as_u16(), microseconds, "answered"),
    });
    response
}

/// The caller's id when it can stand in a log line as it is; else a new one.
fn request_id(headers: &HeaderMap) -> String {
    headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|text| is_request_id(text))
        .map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}
