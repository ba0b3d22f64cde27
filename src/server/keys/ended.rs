//! The end of a key: why it is revoked, and the proof that it is.

use axum::extract::State;
use uuid::Uuid;

use super::change::end;
use super::{Versioned, seen_by};
use crate::api::{Key, KeyCheck, Revoking, TokenCheck};
use crate::model::{Rule, WhichToken};
use crate::server::auth::policy;
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::Json;
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::Id;
use crate::server::http::openapi::{BadBody, Common, Forbidden, NoSuchId, Revoked};
use crate::server::state::ServerState;
use crate::server::store::Found;

/// Revokes a key as `DELETE` does, with a reason, and answers what is left of it.
#[utoipa::path(post, path = "/v1/keys/{id}/revoke", tag = "keys", request_body = Revoking,
    params(("id" = Uuid, Path)),
    responses((status = 200, description = "The key as it is now, revoked.", body = Key, headers(("ETag" = String))),
        NoSuchId, Revoked, BadBody, Forbidden, Common))]
pub async fn revoke(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    Json(revoking): Json<Revoking>,
) -> ApiResult<Versioned> {
    end(&server, &signed_in, id, revoking.reason.as_deref()).await?;
    let found = found(&server, &signed_in, id).await?;
    Versioned::new(seen_by(&signed_in.user, found.record().clone()))
}

/// What a check of the key's tokens says now on this server, revoked or not: by the statement that decides when they are
/// presented. It is not counted as usage.
#[utoipa::path(get, path = "/v1/keys/{id}/check", tag = "keys", params(("id" = Uuid, Path)),
    responses((status = 200, description = "What it says.", body = KeyCheck), NoSuchId, Common))]
pub async fn check(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
) -> ApiResult<Json<KeyCheck>> {
    let found = found(&server, &signed_in, id).await?;
    let mut tokens = Vec::new();
    for (n, (hash, hint)) in server.keys().tokens(id).await?.into_iter().enumerate() {
        let key = server.work().check(&hash, None).await?.key;
        let token = match (n, &key) {
            (0, Some(key)) if key.has_two_tokens => WhichToken::New,
            (0, _) => WhichToken::Current,
            (_, Some(key)) if !key.standing.replaced => WhichToken::Old,
            _ => WhichToken::Replaced,
        };
        let rule = key.map_or(Some(Rule::KeyUnknown), |key| key.standing.refuses());
        tokens.push(TokenCheck {
            hint,
            token,
            rule: rule.map(|rule| rule.as_str().to_owned()),
            sentence: rule.map(|rule| rule.to_string()),
        });
    }
    Ok(Json(KeyCheck {
        at: server.clock.now(),
        tokens,
        refused_since: found.record().refused_since.clone(),
    }))
}

/// Whichever state it is in.
async fn found(server: &ServerState, signed_in: &SignedIn, id: Uuid) -> ApiResult<Found> {
    let found = server.keys().key(id, policy::visible(&signed_in.user)).await?;
    found.ok_or_else(ApiError::not_found)
}
