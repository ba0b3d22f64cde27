//! Rotating a key: a new token under the same id, and the old one for a while.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::mint::new_token;
use super::{Versioned, active, is_revoked, secret_of, seen_by, wrong_end};
use crate::api::{KeptToken, Key, NewRotation, ProblemType, Rotated, RotationEnd, RotationExtension};
use crate::model::rotation::MAX_OVERLAP;
use crate::model::{Scope, Token};
use crate::server::auth::policy;
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::Json;
use crate::server::http::error::{ApiError, ApiResult, etag};
use crate::server::http::extract::{Id, IfMatch, MaybeIfMatch, QueryParams};
use crate::server::http::openapi::{
    BadBody, Common, Forbidden, NoSuchId, NotRotated, NotRotating, Outdated, Revoked, Stale,
};
use crate::server::state::ServerState;
use crate::server::store::{KeyRecord, RotationChange, RotationEdit, StoreError};
use crate::server::work::usage;

/// A key that was rotated, and its `ETag`.
pub struct RotatedKey {
    rotated: Rotated,
    etag: HeaderValue,
}

impl IntoResponse for RotatedKey {
    fn into_response(self) -> Response {
        ([(ETAG, self.etag)], Json(self.rotated)).into_response()
    }
}

/// Rotates a key: it gets a new token, and everything else of it stays. The answer carries the new secret; that of an
/// Analytics key is never shown again. The old token is valid until the overlap ends, though no longer than the key; without
/// an overlap it is refused from the answer on. A key that is being rotated gets another new token, as long as the
/// current one was never used: the answer with it may have been lost.
#[utoipa::path(post, path = "/v1/keys/{id}/rotation", tag = "keys", request_body = NewRotation,
    params(("id" = uuid::Uuid, Path),
        ("If-Match" = String, Header, description = "The ETag that the key was read with.")),
    responses((status = 200, description = "The key and its new secret.", body = Rotated, headers(("ETag" = String))),
        NoSuchId, Revoked, NotRotated, BadBody, Stale, Forbidden, Common))]
pub async fn rotate(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    IfMatch(version): IfMatch,
    Json(new): Json<NewRotation>,
) -> ApiResult<RotatedKey> {
    if new.overlap_seconds > MAX_OVERLAP {
        return Err(ApiError::invalid_field(
            "overlap_seconds",
            "The overlap of a rotation is 30 days at most: 2592000 seconds.",
        ));
    }
    let record = active(&server, &signed_in, id).await?;
    may_rotate(&signed_in, &record)?;
    usage::write_all(&server).await;
    let (change, token) = stored(&server, &signed_in, &record, version, new.overlap_seconds).await?;
    let record = changed(&server, &signed_in, change)?;
    let etag = etag(record.version)?;
    let secret = Some(secret_of(&server, &record, &token.into()));
    let key = seen_by(&signed_in.user, record);
    Ok(RotatedKey {
        rotated: Rotated { key, secret },
        etag,
    })
}

/// Once more, when the data key that the token was sealed under was replaced meanwhile.
async fn stored(
    server: &ServerState,
    signed_in: &SignedIn,
    record: &KeyRecord,
    version: u64,
    overlap: u32,
) -> ApiResult<(RotationChange, Token)> {
    let rotate = async || {
        let (new, token) = new_token(&server.seals.now(), record.id, record.scope)?;
        let rotated = server
            .keys()
            .rotate_key(record.id, version, new, overlap, signed_in.actor);
        ApiResult::Ok((rotated.await, token))
    };
    match rotate().await? {
        (Err(StoreError::DataKeyReplaced), _) => {}
        (change, token) => return Ok((change?, token)),
    }
    server.renew_seals().await?;
    let (change, token) = rotate().await?;
    Ok((change?, token))
}

/// Extends the overlap of a rotation, which is 30 days at most in all, and never longer than the key is valid.
#[utoipa::path(patch, path = "/v1/keys/{id}/rotation", tag = "keys", request_body = RotationExtension,
    params(("id" = uuid::Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag that the key was read with.")),
    responses((status = 200, description = "The key.", body = Key, headers(("ETag" = String))),
        NoSuchId, Revoked, NotRotating, BadBody, Outdated, Forbidden, Common))]
pub async fn extend(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    MaybeIfMatch(version): MaybeIfMatch,
    Json(extension): Json<RotationExtension>,
) -> ApiResult<Versioned> {
    let seconds = extension.extend_seconds;
    if !(1..=MAX_OVERLAP).contains(&seconds) {
        let why = "Extend the overlap by 1 to 2592000 seconds; all of it is 30 days at most.";
        return Err(ApiError::invalid_field("extend_seconds", why));
    }
    let record = active(&server, &signed_in, id).await?;
    may_rotate(&signed_in, &record)?;
    let extended = server
        .keys()
        .extend_rotation(id, version, seconds, signed_in.actor);
    let record = changed(&server, &signed_in, extended.await?)?;
    Versioned::new(seen_by(&signed_in.user, record))
}

/// Ends a rotation before its time: one of the two tokens is refused from the answer on. The new one only if it was
/// never used; uses at another server within the last second may not be known yet.
#[utoipa::path(delete, path = "/v1/keys/{id}/rotation", tag = "keys",
    params(("id" = uuid::Uuid, Path), RotationEnd,
        ("If-Match" = Option<String>, Header, description = "The ETag that the key was read with.")),
    responses((status = 200, description = "The key.", body = Key, headers(("ETag" = String))),
        NoSuchId, Revoked, NotRotating, Outdated, Forbidden, Common))]
pub async fn finish(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    MaybeIfMatch(version): MaybeIfMatch,
    QueryParams(end): QueryParams<RotationEnd>,
) -> ApiResult<Versioned> {
    let record = active(&server, &signed_in, id).await?;
    may_rotate(&signed_in, &record)?;
    let edit = match end.keep {
        KeptToken::New => RotationEdit::End,
        KeptToken::Old => RotationEdit::Cancel,
    };
    usage::write_all(&server).await;
    let finished = server.keys().finish_rotation(id, version, edit, signed_in.actor);
    let record = changed(&server, &signed_in, finished.await?)?;
    Versioned::new(seen_by(&signed_in.user, record))
}

fn may_rotate(signed_in: &SignedIn, record: &KeyRecord) -> ApiResult<()> {
    super::change::may_change(signed_in, record, "rotated")?;
    match policy::key_may(&signed_in.user, record.creator.id, record.scope).rotate {
        true => Ok(()),
        false => Err(ApiError::forbidden(format!(
            "The role {} doesn't create {} keys, and so doesn't rotate them; ask an Owner.",
            signed_in.user.role, record.scope
        ))),
    }
}

fn changed(server: &ServerState, signed_in: &SignedIn, change: RotationChange) -> ApiResult<KeyRecord> {
    let refused = |kind, detail: String| Err(ApiError::new(kind, detail));
    match change {
        RotationChange::Changed(record) => Ok(record),
        RotationChange::Conflict(record) => Err(ApiError::changed(seen_by(&signed_in.user, record))),
        RotationChange::Expired(_) => refused(
            ProblemType::Expired,
            "This key has expired; renew it with a later end first, and then rotate it.".into(),
        ),
        RotationChange::WrongEnd(sentence) => Err(wrong_end(sentence)),
        RotationChange::TooLong(sentence) => Err(ApiError::invalid_field("extend_seconds", sentence)),
        RotationChange::InUse(record) => refused(ProblemType::Rotating, in_use(server, &record)),
        RotationChange::NotRotating(_) => refused(
            ProblemType::NotRotating,
            "This key is not being rotated: it has one token only.".into(),
        ),
        RotationChange::Revoked(key) => Err(is_revoked(signed_in, key)),
        RotationChange::Missing => Err(ApiError::not_found()),
    }
}

fn in_use(server: &ServerState, record: &KeyRecord) -> String {
    let now: Timestamp = server.clock.now();
    let until = record.rotation.as_ref().map(|rotation| rotation.ends_at);
    let until = until
        .filter(|at| *at > now)
        .map_or_else(String::new, |at| format!(" until {at:.0}"));
    let shown = match record.scope {
        Scope::Web | Scope::Mobile => " It can be revealed at any time.",
        Scope::Analytics => "",
    };
    format!(
        "This key is being rotated{until}, and its new token is in use, so that it stays.{shown} End this rotation before you \
         begin another one."
    )
}
