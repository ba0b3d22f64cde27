//! Creating a key: the one time that its secret is returned without being asked for.

use axum::extract::State;
use axum::http::header::{ETAG, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::mint::new_key;
use super::{revealed, secret_of, seen_by};
use crate::api::{Created, KeyFields, ProblemType, RevealPurpose, User};
use crate::model::{Scope, Settings, Token, ValidKey, local};
use crate::server::auth::policy;
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::Json;
use crate::server::http::error::{ApiError, ApiResult, etag};
use crate::server::http::extract::IdempotencyKey;
use crate::server::http::openapi::{BadBody, Common, Forbidden, Revoked};
use crate::server::state::ServerState;
use crate::server::store::{Idempotency, KeyCreation, KeyRecord, StoreError};

type Answer = (StatusCode, [(HeaderName, HeaderValue); 2], Json<Created>);

/// Creates a key. The answer contains its secret; that of an Analytics key is never shown again.
#[utoipa::path(post, path = "/v1/keys", tag = "keys", request_body = KeyFields,
    params(("Idempotency-Key" = Option<String>, Header,
        description = "1 to 255 visible ASCII characters. The same request with the same key creates nothing again: \
                       it answers 200 with `replayed`, and without the secret of an Analytics key.")),
    responses(
        (status = 201, description = "The key and its secret.", body = Created,
            headers(("ETag" = String), ("Location" = String))),
        (status = 200, description = "The key that the same `Idempotency-Key` created before.", body = Created,
            headers(("ETag" = String), ("Location" = String))),
        Revoked, BadBody, Forbidden, Common))]
pub async fn create(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    IdempotencyKey(idempotency): IdempotencyKey,
    Json(fields): Json<KeyFields>,
) -> ApiResult<Answer> {
    role_creates(&signed_in.user, fields.scope)?;
    let mut valid = fields.validate()?;
    local::settle(
        &mut valid.settings,
        &Settings::default(),
        true,
        server.clock.now(),
    )?;
    may_use_project(&server, &signed_in.user, &valid).await?;
    let idempotency = idempotency
        .map(|key| fingerprint(&fields).map(|fingerprint| Idempotency { key, fingerprint }))
        .transpose()?;
    let (creation, token) = stored(&server, &signed_in, &valid, idempotency).await?;
    match creation {
        KeyCreation::Created(record) => created(&server, &signed_in, record, &token),
        KeyCreation::Replayed(Some(record)) => replayed(&server, &signed_in, record).await,
        KeyCreation::Replayed(None) => Err(revoked_since()),
        KeyCreation::Mismatch => Err(ApiError::new(
            ProblemType::IdempotencyMismatch,
            "This Idempotency-Key was used for another request; send a new one.",
        )),
        KeyCreation::NameTaken => Err(super::name_taken(fields.scope)),
        KeyCreation::WrongEnd(sentence) => Err(super::wrong_end(sentence)),
        KeyCreation::ProjectMissing => Err(no_such_project()),
        KeyCreation::ProjectNotDeployed => Err(ApiError::invalid_field(
            "project",
            "This project is not deployed; deploy it first or choose another one.",
        )),
    }
}

/// Creates a key and stores it; repeats if the data key that its token was sealed under was replaced meanwhile.
async fn stored(
    server: &ServerState,
    signed_in: &SignedIn,
    valid: &ValidKey,
    idempotency: Option<Idempotency>,
) -> ApiResult<(KeyCreation, Token)> {
    let made = || new_key(&server.seals.now(), valid, idempotency.clone(), Timestamp::now());
    let (new, token) = made()?;
    match server.keys().create_key(new, signed_in.actor).await {
        Err(StoreError::DataKeyReplaced) => {}
        created => return Ok((created?, token)),
    }
    server.renew_seals().await?;
    let (new, token) = made()?;
    Ok((server.keys().create_key(new, signed_in.actor).await?, token))
}

fn role_creates(user: &User, scope: Scope) -> ApiResult<()> {
    match policy::may_create(user, scope, Some(user.id)) {
        true => Ok(()),
        false => Err(ApiError::forbidden(format!(
            "The role {} doesn't create {scope} keys; ask an Owner.",
            user.role
        ))),
    }
}

async fn may_use_project(server: &ServerState, user: &User, valid: &ValidKey) -> ApiResult<()> {
    let Some(project) = valid.project else {
        return Ok(());
    };
    let project = server.projects().project(project, policy::visible(user)).await?;
    match project {
        Some(project) if policy::may_create(user, valid.scope, Some(project.creator.id)) => Ok(()),
        _ => Err(no_such_project()),
    }
}

fn created(
    server: &ServerState,
    signed_in: &SignedIn,
    record: KeyRecord,
    token: &Token,
) -> ApiResult<Answer> {
    let secret = Some(secret_of(server, &record, &token.clone().into()));
    answer(
        StatusCode::CREATED,
        Created {
            key: seen_by(&signed_in.user, record),
            secret,
            replayed: false,
        },
    )
}

/// The first response may have been lost: a secret that can be revealed is returned again.
async fn replayed(server: &ServerState, signed_in: &SignedIn, record: KeyRecord) -> ApiResult<Answer> {
    let secret = revealed(server, signed_in, &record, RevealPurpose::Show).await?;
    if secret.is_none() && record.scope != Scope::Analytics {
        return Err(revoked_since());
    }
    answer(
        StatusCode::OK,
        Created {
            key: seen_by(&signed_in.user, record),
            secret,
            replayed: true,
        },
    )
}

fn answer(status: StatusCode, created: Created) -> ApiResult<Answer> {
    let location =
        HeaderValue::try_from(format!("/v1/keys/{}", created.key.id)).map_err(|_| ApiError::internal())?;
    let headers = [(ETAG, etag(created.key.version)?), (LOCATION, location)];
    Ok((status, headers, Json(created)))
}

/// SHA-256 of what was asked for, however it was spelled.
fn fingerprint(fields: &KeyFields) -> ApiResult<[u8; 32]> {
    let json = serde_json::to_vec(fields).map_err(|_| ApiError::internal())?;
    Ok(Sha256::digest(json).into())
}

fn revoked_since() -> ApiError {
    ApiError::new(
        ProblemType::Revoked,
        "The key that this Idempotency-Key created was revoked since; send a new one to create another key.",
    )
}

/// The same for a project that the user can't use.
fn no_such_project() -> ApiError {
    ApiError::invalid_field(
        "project",
        "There is no such project among yours; choose one from /v1/projects.",
    )
}
