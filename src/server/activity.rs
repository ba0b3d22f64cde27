//! The activity log: who did what to which key.

use axum::extract::State;

use super::auth::SignedIn;
use super::body::Json;
use super::error::{ApiError, ApiResult};
use super::extract::{self, Query};
use super::openapi::{BadQuery, Common, Forbidden};
use super::policy;
use super::state::ServerState;
use super::store::Cursor;
use crate::api::{ActivityAction, ActivityHead, ActivityPage, ActivityQuery, Comparison, ComparisonQuery};

/// What was done, newest first. Who sees only their own keys sees only what was done to these.
#[utoipa::path(get, path = "/v1/activity", tag = "activity", params(ActivityQuery),
    responses((status = 200, description = "A page of the log.", body = ActivityPage), BadQuery, Common))]
pub async fn list(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Query(query): Query<ActivityQuery>,
) -> ApiResult<Json<ActivityPage>> {
    if query.action == Some(ActivityAction::Unknown) {
        return Err(ApiError::malformed(
            "action",
            "There is no such action; /openapi.json lists those that there are.",
        ));
    }
    let query = ActivityQuery {
        limit: Some(extract::limit(query.limit)?),
        // No log is longer, and databases count with a sign.
        before: query.before.map(|seq| seq.min(i64::MAX as u64)),
        ..query
    };
    let visible = policy::visible(&signed_in.user);
    Ok(Json(server.store.activity(&query, visible).await?))
}

/// The newest row of the whole log, as the server noted it when it wrote the row.
#[utoipa::path(get, path = "/v1/activity/head", tag = "activity",
    responses((status = 200, description = "Its number and hash.", body = ActivityHead), Forbidden, Common))]
pub async fn head(State(server): State<ServerState>, signed_in: SignedIn) -> ApiResult<Json<ActivityHead>> {
    require_all(&signed_in)?;
    Ok(Json(server.store.activity_head().await?))
}

/// Whether people, projects, gateways and keys are what the log made them, part by part. The log itself is proven by
/// whoever asks; that its rows are what the tables are compared with, the server says.
#[utoipa::path(get, path = "/v1/activity/comparison", tag = "activity", params(ComparisonQuery),
    responses((status = 200, description = "What a part of the tables holds against the log.", body = Comparison),
              BadQuery, Forbidden, Common))]
pub async fn compare(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Query(query): Query<ComparisonQuery>,
) -> ApiResult<Json<Comparison>> {
    require_all(&signed_in)?;
    let from = match &query.after {
        None => Cursor::START,
        Some(text) => text.parse().map_err(|()| {
            ApiError::malformed(
                "after",
                "This is no `next` of an earlier answer; leave it out to begin.",
            )
        })?,
    };
    let compared = server.store.compare(from).await?;
    Ok(Json(Comparison {
        rows: compared.rows,
        next: compared.next.map(|next| next.to_string()),
        unexplained: compared.unexplained,
    }))
}

fn require_all(signed_in: &SignedIn) -> ApiResult<()> {
    match policy::may_see_all_activity(&signed_in.user) {
        true => Ok(()),
        false => Err(ApiError::forbidden(
            "Your role sees only what was done to your own keys; ask an Owner, a Support or an Analytics user.",
        )),
    }
}
