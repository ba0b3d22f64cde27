//! Whether the process is alive, and whether it is ready.

use axum::extract::State;

use super::error::ApiResult;
use super::openapi::Common;
use crate::server::state::ServerState;

/// Answers while the process is alive.
#[utoipa::path(get, path = "/livez", tag = "operations", security(()),
    responses((status = 200, description = "It is alive.", body = String, content_type = "text/plain")))]
pub async fn live() -> &'static str {
    "alive\n"
}

/// What anybody may read; the log has the details.
const CHANGED: &str =
    "the database was changed outside keydeck; the server's log says what, and keydeck activity verify";

/// Answers 200 while the database does: `ready`, and in a line each what needs somebody's attention.
#[utoipa::path(get, path = "/readyz", tag = "operations", security(()),
    responses((status = 200, description = "It is ready.", body = String, content_type = "text/plain"), Common))]
pub async fn ready(State(server): State<ServerState>) -> ApiResult<String> {
    let of_the_store = server.status().ping().await?;
    let changed = server.verified.unexplained().map(|_| CHANGED.to_owned());
    let warnings = of_the_store.into_iter().chain(changed);
    Ok(warnings.fold("ready\n".to_owned(), |said, warning| {
        format!("{said}warning: {warning}\n")
    }))
}
