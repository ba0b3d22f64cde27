//! The table of contents: every route, and the layers around all of them.

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, Method, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::ApiError;
use super::state::ServerState;
use super::{activity, events, health, keys, me, observe, openapi, projects, users};
use crate::api::ProblemType;

/// How long an answer may take to begin.
const ANSWER: Duration = Duration::from_secs(10);

pub fn router(state: ServerState) -> Router {
    let (routes, document) = documented().split_for_parts();
    routes
        .route("/openapi.json", get(openapi::answer(&document)))
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(from_fn(in_time))
        .layer(CatchPanicLayer::custom(after_panic))
        // Keys and their owners concern the asker alone; no proxy may keep an answer.
        .layer(SetResponseHeaderLayer::if_not_present(
            CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(from_fn(observe::request))
        .with_state(state)
}

fn documented() -> OpenApiRouter<ServerState> {
    OpenApiRouter::with_openapi(openapi::frame())
        .routes(routes!(me::show))
        .routes(routes!(keys::find::list, keys::create::create))
        .routes(routes!(keys::find::counts))
        .routes(routes!(keys::find::lookup))
        .routes(routes!(
            keys::find::show,
            keys::change::edit,
            keys::change::revoke
        ))
        .routes(routes!(keys::reveal::reveal))
        .routes(routes!(projects::list, projects::create))
        .routes(routes!(projects::edit))
        .routes(routes!(users::list, users::add))
        .routes(routes!(users::edit))
        .routes(routes!(activity::list))
        .routes(routes!(events::subscribe))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
}

async fn no_route(uri: Uri) -> ApiError {
    // Only the path: a query may hold what nobody should repeat.
    ApiError::new(
        ProblemType::NotFound,
        format!("There is no {}; /openapi.json lists what there is.", uri.path()),
    )
}

async fn no_method(method: Method, uri: Uri) -> ApiError {
    ApiError::new(
        ProblemType::MethodNotAllowed,
        format!(
            "{} takes no {method}; the header Allow says what it takes.",
            uri.path()
        ),
    )
}

async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::new(
            ProblemType::Timeout,
            "The server is overloaded and gave up on this request; try again in a moment.",
        )
        .into_response(),
    }
}

/// What the panic said may hold anything, so it is neither answered nor logged here.
fn after_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    ApiError::internal().into_response()
}
