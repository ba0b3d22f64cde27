//! The activity log: who did what to which key.

use axum::extract::State;

use super::auth::SignedIn;
use super::body::Json;
use super::error::ApiResult;
use super::extract::{self, Query};
use super::openapi::{BadQuery, Common};
use super::policy;
use super::state::ServerState;
use crate::api::{ActivityPage, ActivityQuery};

/// What was done, newest first.
#[utoipa::path(get, path = "/v1/activity", tag = "activity", params(ActivityQuery),
    responses((status = 200, description = "A page of the log.", body = ActivityPage), BadQuery, Common))]
pub async fn list(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Query(query): Query<ActivityQuery>,
) -> ApiResult<Json<ActivityPage>> {
    let query = ActivityQuery {
        limit: Some(extract::limit(query.limit)?),
        // No log is longer, and databases count with a sign.
        before: query.before.map(|seq| seq.min(i64::MAX as u64)),
        ..query
    };
    let visible = policy::visible(&signed_in.user);
    Ok(Json(server.store.activity(&query, visible).await?))
}
