//! API keys over HTTP.

mod called;
pub mod change;
pub mod create;
pub mod ended;
pub mod export;
pub mod find;
pub mod marks;
pub mod mint;
pub mod plans;
pub mod reveal;
pub mod rotation;
pub mod switch;
pub mod work;

use axum::http::HeaderValue;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use crate::api::{Key, KeyMay, RevealPurpose, User};
use crate::model::{FieldErrors, KeyField, KeyToken, Scope, Secret, name};
use crate::server::auth::policy;
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::Json;
use crate::server::http::error::{ApiError, ApiResult, etag};
use crate::server::state::ServerState;
use crate::server::store::{Found, KeyRecord, RevokedKey};

/// A key and its `ETag`.
pub struct Versioned {
    key: Key,
    etag: HeaderValue,
}

impl Versioned {
    fn new(key: Key) -> ApiResult<Self> {
        let etag = etag(key.version)?;
        Ok(Self { key, etag })
    }
}

impl IntoResponse for Versioned {
    fn into_response(self) -> Response {
        ([(ETAG, self.etag)], Json(self.key)).into_response()
    }
}

/// A key as `user` sees it.
pub(super) fn seen_by(user: &User, record: KeyRecord) -> Key {
    Key {
        may: match record.revoked {
            None => {
                let may = policy::key_may(user, record.creator.id, record.scope);
                let is_kept = record.imported.is_none_or(|imported| !imported.hash_only);
                KeyMay {
                    reveal: may.reveal && is_kept,
                    ..may
                }
            }
            // Nothing is left to do with it.
            Some(_) => KeyMay::default(),
        },
        id: record.id,
        name: record.name,
        scope: record.scope,
        project: record.project,
        creator: record.creator,
        created_at: record.created_at,
        last_used_at: record.last_used_at,
        last_refused_at: record.last_refused_at,
        imported: record.imported,
        version: record.version,
        hint: record.hint,
        state: record.state,
        disabled: record.disabled,
        rotation: record.rotation,
        refused_since: record.refused_since,
        week: record.week,
        revoked: record.revoked,
        ..Key::with_settings(record.settings)
    }
}

/// The key of this id that was not revoked, if the user may see it.
async fn active(server: &ServerState, signed_in: &SignedIn, id: Uuid) -> ApiResult<KeyRecord> {
    let visible = policy::visible(&signed_in.user);
    match server.keys().key(id, visible).await? {
        Some(Found::Active(record)) => Ok(record),
        Some(Found::Revoked(key)) => Err(is_revoked(signed_in, key)),
        None => Err(ApiError::not_found()),
    }
}

/// Of a key that the user may see: with what is left of it.
fn is_revoked(signed_in: &SignedIn, key: RevokedKey) -> ApiError {
    ApiError::revoked(&key).with_current(seen_by(&signed_in.user, *key.record))
}

/// The keys that keep something from being removed, of which so many have expired: these can be renewed until they are
/// revoked, and no list shows them unless it is asked for them.
pub fn left(keys: u64, expired: u64) -> String {
    let of = if keys == 1 { "key" } else { "keys" };
    match expired {
        0 => format!("{keys} active {of}"),
        expired if expired >= keys => format!("{keys} expired {of}, which can still be renewed"),
        expired => format!("{keys} {of} that were not revoked, {expired} of them expired"),
    }
}

/// Why a key is disabled or revoked, as it is kept.
pub(super) fn reason(typed: Option<&str>) -> ApiResult<Option<String>> {
    let reason = name::paragraph(typed.unwrap_or_default(), name::MAX_REASON);
    Ok(reason.map_err(|message| FieldErrors::one("reason", message))?)
}

/// The full secret that an integration presents.
fn secret_of(server: &ServerState, record: &KeyRecord, token: &KeyToken) -> Secret {
    let project = record.project.as_ref().map(|project| project.id);
    token.secret(project.map(|id| (id, server.public_url.as_str())))
}

/// The secret of a Web or Mobile key, after the revelation was written to the log. `None` when the
/// key holds none: it is an Analytics key, or was revoked just now.
async fn revealed(
    server: &ServerState,
    signed_in: &SignedIn,
    record: &KeyRecord,
    purpose: RevealPurpose,
) -> ApiResult<Option<Secret>> {
    let by = signed_in.actor;
    match server.keys().reveal_key_for(record.id, purpose, by).await? {
        None => Ok(None),
        Some(sealed) => {
            let token = server
                .unsealed(|sealer| sealer.unseal(record.id, record.scope, &sealed))
                .await?;
            Ok(Some(secret_of(server, record, &token)))
        }
    }
}

fn wrong_end(sentence: String) -> ApiError {
    ApiError::invalid_field(KeyField::ExpiresAt.wire_name(), sentence)
}

fn name_taken(scope: Scope) -> ApiError {
    ApiError::invalid_field("name", name::taken(scope))
}
