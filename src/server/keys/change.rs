//! Edits and revokes keys.

use axum::extract::State;
use axum::http::StatusCode;
use uuid::Uuid;

use super::{Versioned, active, is_revoked, name_taken, reason, seen_by, wrong_end};
use crate::api::{Key, KeyEdit};
use crate::model::local;
use crate::server::auth::policy;
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::Json;
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::{Id, IfMatch};
use crate::server::http::openapi::{BadBody, Common, Forbidden, NoSuchId, Revoked, Stale};
use crate::server::state::ServerState;
use crate::server::store::{KeyChange, KeyRecord, Revocation};

/// Edits a key. What is absent stays; the secret always does.
#[utoipa::path(patch, path = "/v1/keys/{id}", tag = "keys", request_body = KeyEdit,
    params(("id" = uuid::Uuid, Path),
        ("If-Match" = String, Header, description = "The ETag that the key was read with.")),
    responses((status = 200, description = "The key.", body = Key, headers(("ETag" = String))),
        NoSuchId, Revoked, BadBody, Stale, Forbidden, Common))]
pub async fn edit(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    IfMatch(version): IfMatch,
    Json(edit): Json<KeyEdit>,
) -> ApiResult<Versioned> {
    let user = &signed_in.user;
    let record = active(&server, &signed_in, id).await?;
    may_change(&signed_in, &record, "edited")?;
    if record.version != version {
        return Err(ApiError::changed(seen_by(user, record)));
    }
    let (name, mut settings) = edit.apply(record.scope, &record.name, &record.settings)?;
    let is_named = edit.names_local_development();
    local::settle(&mut settings, &record.settings, is_named, server.clock.now())?;
    if (&name, &settings) == (&record.name, &record.settings) {
        return Versioned::new(seen_by(user, record));
    }
    let change = server
        .keys()
        .edit_key(id, version, name, settings, signed_in.actor);
    match change.await? {
        KeyChange::Changed(record) => Versioned::new(seen_by(user, record)),
        KeyChange::Conflict(record) => Err(ApiError::changed(seen_by(user, record))),
        KeyChange::NameTaken => Err(name_taken(record.scope)),
        KeyChange::WrongEnd(sentence) => Err(wrong_end(sentence)),
        // Somebody revoked it meanwhile; this returns when and who.
        KeyChange::Missing => match active(&server, &signed_in, id).await {
            Err(error) => Err(error),
            Ok(record) => Err(ApiError::changed(seen_by(user, record))),
        },
    }
}

/// Revokes a key: it stops working immediately and permanently, and its secret is destroyed. `POST /v1/keys/{id}/revoke`
/// takes a reason.
#[utoipa::path(delete, path = "/v1/keys/{id}", tag = "keys", params(("id" = uuid::Uuid, Path)),
    responses((status = 204, description = "It is revoked."), NoSuchId, Revoked, Forbidden, Common))]
pub async fn revoke(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
) -> ApiResult<StatusCode> {
    end(&server, &signed_in, id, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Of somebody who may.
pub(super) async fn end(
    server: &ServerState,
    signed_in: &SignedIn,
    id: Uuid,
    typed: Option<&str>,
) -> ApiResult<()> {
    let record = active(server, signed_in, id).await?;
    may_change(signed_in, &record, "revoked")?;
    let reason = reason(typed)?;
    match server.keys().revoke_key_for(id, reason, signed_in.actor).await? {
        Revocation::Revoked => Ok(()),
        Revocation::AlreadyRevoked(key) => Err(is_revoked(signed_in, key)),
        Revocation::Missing => Err(ApiError::not_found()),
    }
}

pub(super) fn may_change(signed_in: &SignedIn, record: &KeyRecord, done: &str) -> ApiResult<()> {
    match policy::may_change(&signed_in.user, record.creator.id) {
        true => Ok(()),
        false => Err(ApiError::forbidden(format!(
            "With the role {}, only keys that you created can be {done}; ask {} or an Owner.",
            signed_in.user.role, record.creator.email
        ))),
    }
}
