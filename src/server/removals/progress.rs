//! The progress of a removal, for the client that waits for it.

use std::time::Duration;

use axum::extract::State;
use tokio::time::{Instant, sleep, timeout_at};
use uuid::Uuid;

use crate::api::{OngoingRemoval, RemovalProgress};
use crate::server::auth::signed_in::{SignedIn, owner_only};
use crate::server::http::body::Json;
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::Id;
use crate::server::http::openapi::{Common, Forbidden, NoSuchId};
use crate::server::state::ServerState;

/// How long the caller of a removal waits for its end.
const WAIT: Duration = Duration::from_secs(5);
/// How often its progress is checked meanwhile.
const LOOK: Duration = Duration::from_millis(50);

/// Returns when it is finished, or has taken long.
pub async fn finished_soon(server: &ServerState, person: Uuid, begun: RemovalProgress) -> RemovalProgress {
    let deadline = Instant::now() + WAIT;
    let mut progress = begun;
    while !progress.is_finished() && Instant::now() < deadline {
        sleep(LOOK).await;
        match timeout_at(deadline, server.people().removal(person)).await {
            Ok(Ok(Some(now))) => progress = now,
            // It continues anyway.
            _ => return progress,
        }
    }
    progress
}

/// How far the removal of a user is, by the id of the user. `left` is 0 when it is finished.
#[utoipa::path(get, path = "/v1/removals/{id}", tag = "users", params(("id" = Uuid, Path)),
    responses((status = 200, description = "What was done so far, and how much is left.", body = OngoingRemoval), NoSuchId, Forbidden, Common))]
pub async fn show(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
) -> ApiResult<Json<OngoingRemoval>> {
    owner_only(&signed_in)?;
    let progress = server.people().removal(id).await?;
    let progress = progress.ok_or_else(ApiError::not_found)?;
    Ok(Json(OngoingRemoval::new(id, progress)))
}
