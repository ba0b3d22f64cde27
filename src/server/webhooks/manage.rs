//! The webhooks of an organisation; for Owners.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::SignedDuration;
use uuid::Uuid;

use super::sending::AllowedTargets;
use super::signing::SigningSecret;
use crate::api::{
    CreatedWebhook, NewWebhook, NewWebhookSecret, ProblemType, Webhook, WebhookEdit, WebhookSecret,
};
use crate::model::webhook::{MAX_SECRET_OVERLAP, MAX_WEBHOOKS, parse_events};
use crate::model::{FieldErrors, TargetUrl};
use crate::server::auth::policy;
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::{Json, NoBody};
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::Id;
use crate::server::http::openapi::{BadBody, Common, Forbidden, NoSuchId, UnwantedBody};
use crate::server::state::ServerState;
use crate::server::store::{
    NewWebhookRecord, Sealed, StoreError, StoreResult, TooManyWebhooks, WebhookChange,
};

/// All webhooks, the oldest first.
#[utoipa::path(get, path = "/v1/webhooks", tag = "webhooks",
    responses((status = 200, description = "The webhooks.", body = Vec<Webhook>), Forbidden, Common))]
pub async fn list(State(server): State<ServerState>, signed_in: SignedIn) -> ApiResult<Json<Vec<Webhook>>> {
    owner_only(&signed_in)?;
    Ok(Json(server.webhooks().webhooks().await?))
}

/// Creates a webhook: what happens from now on is sent to it. The answer carries the secret that it is signed with.
#[utoipa::path(post, path = "/v1/webhooks", tag = "webhooks", request_body = NewWebhook,
    responses((status = 201, description = "The webhook and its secret.", body = CreatedWebhook), BadBody, Forbidden,
        Common))]
pub async fn create(
    State(server): State<ServerState>,
    Extension(allowed): Extension<Arc<AllowedTargets>>,
    signed_in: SignedIn,
    Json(new): Json<NewWebhook>,
) -> ApiResult<(StatusCode, Json<CreatedWebhook>)> {
    owner_only(&signed_in)?;
    let mut errors = FieldErrors::default();
    let url = target(&allowed, &new.url)
        .map_err(|why| errors.push("url", why))
        .ok();
    let events = parse_events(&new.events)
        .map_err(|why| errors.push("events", why))
        .ok();
    errors.into_result()?;
    let (Some(url), Some(events)) = (url, events) else {
        return Err(ApiError::internal());
    };
    let (id, secret) = (Uuid::now_v7(), new_secret()?);
    let added = sealing(&server, id, &secret, |secret| {
        let new = NewWebhookRecord {
            id,
            url: url.clone(),
            events: events.clone(),
            secret,
        };
        server.webhooks().add_webhook(new, signed_in.actor)
    });
    let webhook = added.await?.map_err(|TooManyWebhooks| {
        ApiError::new(
            ProblemType::Invalid,
            format!("There are {MAX_WEBHOOKS} webhooks, and there can't be more; remove one."),
        )
    })?;
    let secret = Some(secret.text());
    Ok((StatusCode::CREATED, Json(CreatedWebhook { webhook, secret })))
}

/// Changes a webhook: its URL, its events, or whether it is enabled.
#[utoipa::path(patch, path = "/v1/webhooks/{id}", tag = "webhooks", params(("id" = Uuid, Path)),
    request_body = WebhookEdit,
    responses((status = 200, description = "The webhook.", body = Webhook), NoSuchId, BadBody, Forbidden, Common))]
pub async fn edit(
    State(server): State<ServerState>,
    Extension(allowed): Extension<Arc<AllowedTargets>>,
    signed_in: SignedIn,
    Id(id): Id,
    Json(edit): Json<WebhookEdit>,
) -> ApiResult<Json<Webhook>> {
    owner_only(&signed_in)?;
    let mut errors = FieldErrors::default();
    let url = edit.url.as_deref().map(|url| target(&allowed, url));
    let url = url.transpose().map_err(|why| errors.push("url", why));
    let events = edit.events.as_deref().map(parse_events);
    let events = events.transpose().map_err(|why| errors.push("events", why));
    errors.into_result()?;
    let change = WebhookChange {
        url: url.unwrap_or_default(),
        events: events.unwrap_or_default(),
        enabled: edit.enabled,
    };
    let edited = server
        .webhooks()
        .edit_webhook(id, change, signed_in.actor)
        .await?;
    server.deliveries_wait.notify_one();
    edited.map(Json).ok_or_else(ApiError::not_found)
}

/// Removes a webhook, with its secret and all that was and would be sent to it.
#[utoipa::path(delete, path = "/v1/webhooks/{id}", tag = "webhooks", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is removed."), NoSuchId, Forbidden, Common))]
pub async fn remove(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
) -> ApiResult<StatusCode> {
    owner_only(&signed_in)?;
    match server.webhooks().remove_webhook(id, signed_in.actor).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found()),
    }
}

/// Signs what is sent with a new secret from now on, and for a while with the one before, too.
#[utoipa::path(post, path = "/v1/webhooks/{id}/rotation", tag = "webhooks", params(("id" = Uuid, Path)),
    request_body = NewWebhookSecret,
    responses((status = 200, description = "The new secret.", body = WebhookSecret), NoSuchId, BadBody, Forbidden,
        Common))]
pub async fn rotate(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    Json(new): Json<NewWebhookSecret>,
) -> ApiResult<Json<WebhookSecret>> {
    owner_only(&signed_in)?;
    if new.overlap_seconds > MAX_SECRET_OVERLAP {
        return Err(ApiError::invalid_field(
            "overlap_seconds",
            "Both secrets can be used for a week at most: 0 to 604,800 seconds.",
        ));
    }
    let secret = new_secret()?;
    let overlap = SignedDuration::from_secs(new.overlap_seconds.into());
    let rotated = sealing(&server, id, &secret, |sealed| {
        server
            .webhooks()
            .rotate_webhook_secret(id, sealed, overlap, signed_in.actor)
    });
    let webhook = rotated.await?.ok_or_else(ApiError::not_found)?;
    Ok(Json(WebhookSecret {
        secret: Some(secret.text()),
        old_secret_ends_at: webhook.old_secret_ends_at,
    }))
}

/// The secret that what is sent is signed with. The revelation is in the activity log before the answer leaves.
#[utoipa::path(post, path = "/v1/webhooks/{id}/reveal", tag = "webhooks", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The secret.", body = WebhookSecret), NoSuchId, Forbidden, UnwantedBody, Common))]
pub async fn reveal(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    _: NoBody,
) -> ApiResult<Json<WebhookSecret>> {
    owner_only(&signed_in)?;
    let stored = server.webhooks().webhook_secret(id, signed_in.actor).await?;
    let (sealed, old_secret_ends_at) = stored.ok_or_else(ApiError::not_found)?;
    let secret = server
        .unsealed(|sealer| sealer.unseal_webhook_secret(id, &sealed))
        .await?;
    Ok(Json(WebhookSecret {
        secret: Some(secret),
        old_secret_ends_at,
    }))
}

fn target(allowed: &AllowedTargets, text: &str) -> Result<String, String> {
    let url = TargetUrl::parse(text)?;
    match allowed.judge(&url) {
        Ok(()) => Ok(url.to_string()),
        Err(why) => Err(sentence(&why.to_string())),
    }
}

fn sentence(why: &str) -> String {
    let mut characters = why.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), characters.as_str())
}

fn new_secret() -> ApiResult<SigningSecret> {
    SigningSecret::random().map_err(|error| {
        tracing::error!(%error, "the system gives no random bytes");
        ApiError::internal()
    })
}

/// Stores it sealed: once more, when the data key was replaced meanwhile.
async fn sealing<T, F: Future<Output = StoreResult<T>>>(
    server: &ServerState,
    webhook: Uuid,
    secret: &SigningSecret,
    store: impl Fn(Sealed) -> F,
) -> ApiResult<T> {
    let text = secret.text();
    let sealed = || server.seals.now().seal_webhook_secret(webhook, &text);
    match store(sealed()?).await {
        Err(StoreError::DataKeyReplaced) => {}
        stored => return Ok(stored?),
    }
    server.renew_seals().await?;
    Ok(store(sealed()?).await?)
}

pub fn owner_only(signed_in: &SignedIn) -> ApiResult<()> {
    match policy::may_manage_webhooks(&signed_in.user) {
        true => Ok(()),
        false => Err(ApiError::forbidden("Only an Owner manages webhooks.")),
    }
}
