//! Logs and counts each request, under an id that the response also has. It logs the route, not the
//! path: ids, queries, headers and bodies are not logged.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tracing::{Instrument, Span};
use uuid::Uuid;

use crate::api::{REQUEST_ID, is_request_id};
use crate::model::pasted;
use crate::server::state::ServerState;

/// Wraps the router's responses.
pub async fn request(State(server): State<ServerState>, request: Request, next: Next) -> Response {
    let seen = Seen::of(request.method(), request.headers());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    seen.noted(&server, route, next.run(request)).await
}

/// A request in progress.
pub struct Seen {
    started: Instant,
    id: String,
    method: Method,
    span: Span,
}

impl Seen {
    pub fn of(method: &Method, headers: &HeaderMap) -> Self {
        let id = request_id(headers);
        // At the highest level, so that errors are always logged with the id.
        Self::under(tracing::error_span!("request", %id), method, id)
    }

    /// The same for very frequent requests, where a span is expensive: it is created only if every request is logged.
    pub fn of_many(method: &Method, headers: &HeaderMap) -> Self {
        let id = request_id(headers);
        Self::under(tracing::info_span!("request", %id), method, id)
    }

    fn under(span: Span, method: &Method, id: String) -> Self {
        Self {
            started: Instant::now(),
            id,
            method: method.clone(),
            span,
        }
    }

    /// Counts and logs its response, and adds the id. `route` is the path as it is documented.
    pub async fn noted(
        self,
        server: &ServerState,
        route: &str,
        answer: impl Future<Output = Response>,
    ) -> Response {
        let Self {
            started,
            id,
            method,
            span,
        } = self;
        let mut response = answer.instrument(span.clone()).await;
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::try_from(&id) {
            headers.insert(REQUEST_ID, value);
        }
        // Responses are private to the caller; no proxy may cache them.
        headers
            .entry(CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
        let took = started.elapsed();
        server.metrics.answered(&method, route, response.status(), took);
        let (status, microseconds) = (response.status(), took.as_micros() as u64);
        let span = match span.is_disabled() && status.is_server_error() {
            true => tracing::error_span!("request", %id),
            false => span,
        };
        span.in_scope(|| match status.is_server_error() {
            // Logged at every level, because the client was given its id to search for.
            true => tracing::warn!(%method, route, status = status.as_u16(), microseconds, "answered"),
            false => tracing::info!(%method, route, status = status.as_u16(), microseconds, "answered"),
        });
        response
    }
}

/// The caller's id when it can stand in a log line as it is, and is not a secret; else a new one, which says nothing of
/// other requests.
fn request_id(headers: &HeaderMap) -> String {
    headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|text| is_request_id(text) && !pasted::is_in(text))
        .map_or_else(|| Uuid::new_v4().to_string(), str::to_owned)
}
