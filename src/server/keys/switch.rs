//! Disabling a key, and enabling it again.

use axum::extract::State;

use super::change::may_change;
use super::{Versioned, active, is_revoked, reason, seen_by};
use crate::api::{Disabling, Key, ProblemType};
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::{Json, NoBody};
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::Id;
use crate::server::http::openapi::{BadBody, Common, Ended, Forbidden, NoSuchId, Revoked, UnwantedBody};
use crate::server::state::ServerState;
use crate::server::store::{KeySwitch, StoreResult};

/// Disables a key: every check that begins after the answer refuses it, until it is enabled. If it is disabled already, a
/// given reason replaces the earlier one.
#[utoipa::path(post, path = "/v1/keys/{id}/disable", tag = "keys", request_body = Disabling,
    params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "The key.", body = Key, headers(("ETag" = String))),
        NoSuchId, Revoked, BadBody, Forbidden, Common))]
pub async fn disable(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    Json(disabling): Json<Disabling>,
) -> ApiResult<Versioned> {
    let record = active(&server, &signed_in, id).await?;
    may_change(&signed_in, &record, "disabled")?;
    let reason = reason(disabling.reason.as_deref())?;
    let switched = server.keys().disable_key(id, reason, signed_in.actor).await;
    answer(&signed_in, switched)
}

/// Enables a key that was disabled.
#[utoipa::path(post, path = "/v1/keys/{id}/enable", tag = "keys", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "The key.", body = Key, headers(("ETag" = String))),
        NoSuchId, Revoked, Ended, Forbidden, UnwantedBody, Common))]
pub async fn enable(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    _: NoBody,
) -> ApiResult<Versioned> {
    let record = active(&server, &signed_in, id).await?;
    may_change(&signed_in, &record, "enabled")?;
    answer(&signed_in, server.keys().enable_key(id, signed_in.actor).await)
}

fn answer(signed_in: &SignedIn, switched: StoreResult<KeySwitch>) -> ApiResult<Versioned> {
    match switched? {
        KeySwitch::Switched(record) => Versioned::new(seen_by(&signed_in.user, record)),
        KeySwitch::Revoked(key) => Err(is_revoked(signed_in, key)),
        KeySwitch::Expired(record) => {
            let at = record
                .settings
                .expires_at
                .map_or_else(String::new, |at| format!(" at {at:.0}"));
            Err(ApiError::new(
                ProblemType::Expired,
                format!("This key expired{at}; renew it with a later end, and then enable it."),
            ))
        }
        KeySwitch::Missing => Err(ApiError::not_found()),
    }
}
