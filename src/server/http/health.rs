//! Whether the process lives, and whether it can do its work.

use axum::extract::State;

use super::error::ApiResult;
use super::openapi::Common;
use crate::server::state::ServerState;

/// Answers while the process lives.
#[utoipa::path(get, path = "/livez", tag = "operations", security(()),
    responses((status = 200, description = "It lives.", body = String, content_type = "text/plain")))]
pub async fn live() -> &'static str {
    "alive\n"
}

/// Answers 200 while the database does: `ready`, and in a second line what needs somebody's attention.
#[utoipa::path(get, path = "/readyz", tag = "operations", security(()),
    responses((status = 200, description = "It can work.", body = String, content_type = "text/plain"), Common))]
pub async fn ready(State(server): State<ServerState>) -> ApiResult<String> {
    let warning = server.store.ping().await?;
    Ok(warning.map_or_else(
        || "ready\n".into(),
        |warning| format!("ready\nwarning: {warning}\n"),
    ))
}
