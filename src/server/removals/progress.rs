//! The progress of a removal, or of a plan, for the client that waits for it.

use std::time::Duration;

use axum::extract::State;
use tokio::time::{Instant, sleep, timeout_at};

use crate::api::OngoingRemoval;
use crate::server::auth::signed_in::{SignedIn, owner_only};
use crate::server::http::body::Json;
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::Id;
use crate::server::http::openapi::{Common, Forbidden, NoSuchId};
use crate::server::state::ServerState;
use crate::server::store::StoreResult;

/// How long a caller waits for the end.
const WAIT: Duration = Duration::from_secs(5);
/// How often its progress is checked meanwhile.
const LOOK: Duration = Duration::from_millis(50);

/// Returns when it is finished, or has taken long. `look` says how far it is.
pub async fn finished_soon<P, Looked: Future<Output = StoreResult<Option<P>>>>(
    begun: P,
    is_finished: impl Fn(&P) -> bool,
    look: impl Fn() -> Looked,
) -> P {
    let deadline = Instant::now() + WAIT;
    let mut progress = begun;
    while !is_finished(&progress) && Instant::now() < deadline {
        sleep(LOOK).await;
        match timeout_at(deadline, look()).await {
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
