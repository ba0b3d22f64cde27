//! Reveals the secret of a Web or Mobile key.

use axum::extract::State;

use super::{active, revealed};
use crate::api::{ProblemType, RevealPurpose, Revealed as RevealedSecret};
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::{Json, NoBody};
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::{Id, SecretPurpose};
use crate::server::http::openapi::{Common, NoSuchId, Revoked, ShownOnce, UnwantedBody};
use crate::server::state::ServerState;

/// The secret of a Web or Mobile key. The revelation is in the activity log before the answer leaves.
#[utoipa::path(post, path = "/v1/keys/{id}/reveal", tag = "keys", params(
        ("id" = uuid::Uuid, Path),
        ("Keydeck-Purpose" = inline(Option<RevealPurpose>), Header,
            description = "What the secret is asked for, which the activity log says: to `show` it, or to `copy` it. \
                           `show` when absent.")),
    responses((status = 200, description = "The secret.", body = RevealedSecret), NoSuchId, Revoked, ShownOnce, UnwantedBody, Common))]
pub async fn reveal(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    SecretPurpose(purpose): SecretPurpose,
    _: NoBody,
) -> ApiResult<Json<RevealedSecret>> {
    let record = active(&server, &signed_in, id).await?;
    if !record.scope.is_viewable() {
        return Err(ApiError::new(
            ProblemType::ShownOnce,
            "The secret of an Analytics key was shown once, when it was created; if it is lost, revoke the key and create another.",
        ));
    }
    if record.imported.is_some_and(|imported| imported.hash_only) {
        return Err(ApiError::new(
            ProblemType::ShownOnce,
            "This key was imported by its hash alone, so that nobody can show its secret; whoever uses it has it. Rotating \
             the key gives it one that can be shown.",
        ));
    }
    match revealed(&server, &signed_in, &record, purpose).await? {
        Some(secret) => Ok(Json(RevealedSecret { secret: Some(secret) })),
        // Revoked meanwhile: this returns when and by whom.
        None => Err(active(&server, &signed_in, id)
            .await
            .err()
            .unwrap_or_else(ApiError::internal)),
    }
}
