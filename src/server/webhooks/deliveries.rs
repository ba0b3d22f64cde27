//! What was sent to webhooks, and sending it again; for Owners.

use axum::extract::State;
use axum::http::StatusCode;

use super::manage::owner_only;
use crate::api::{DeliveryPage, DeliveryQuery, ProblemType, WebhookDelivery};
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::{Json, NoBody};
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::{self, Id, QueryParams};
use crate::server::http::openapi::{BadQuery, Common, Forbidden, NoSuchId, UnwantedBody, WebhookIsDisabled};
use crate::server::state::ServerState;
use crate::server::store::Queued;

/// What was and will be sent to a webhook, the newest first. Finished ones are kept for 30 days, the newest 1,000.
#[utoipa::path(get, path = "/v1/webhooks/{id}/deliveries", tag = "webhooks", params(("id" = uuid::Uuid, Path), DeliveryQuery),
    responses((status = 200, description = "A page of them.", body = DeliveryPage), NoSuchId, BadQuery, Forbidden, Common))]
pub async fn list(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    QueryParams(query): QueryParams<DeliveryQuery>,
) -> ApiResult<Json<DeliveryPage>> {
    owner_only(&signed_in)?;
    let limit = extract::limit(query.limit)?;
    let page = server.webhooks().deliveries(id, query.before, limit).await?;
    page.map(Json).ok_or_else(ApiError::not_found)
}

/// One delivery.
#[utoipa::path(get, path = "/v1/webhook-deliveries/{id}", tag = "webhooks",
    params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "The delivery.", body = WebhookDelivery), NoSuchId, Forbidden, Common))]
pub async fn show(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
) -> ApiResult<Json<WebhookDelivery>> {
    owner_only(&signed_in)?;
    let delivery = server.webhooks().delivery(id).await?;
    delivery.map(Json).ok_or_else(ApiError::not_found)
}

/// Sends an event `webhook.test`, once. What becomes of it, its delivery tells.
#[utoipa::path(post, path = "/v1/webhooks/{id}/test", tag = "webhooks", params(("id" = uuid::Uuid, Path)),
    responses((status = 202, description = "It is being sent.", body = WebhookDelivery), NoSuchId, WebhookIsDisabled,
        Forbidden, UnwantedBody, Common))]
pub async fn test(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    _: NoBody,
) -> ApiResult<(StatusCode, Json<WebhookDelivery>)> {
    owner_only(&signed_in)?;
    let queued = server.webhooks().test_webhook(id, signed_in.actor).await?;
    answer(&server, queued)
}

/// Sends a delivery again, with the same id, whatever became of it.
#[utoipa::path(post, path = "/v1/webhook-deliveries/{id}/redelivery", tag = "webhooks",
    params(("id" = uuid::Uuid, Path)),
    responses((status = 202, description = "It is being sent.", body = WebhookDelivery), NoSuchId, WebhookIsDisabled,
        Forbidden, UnwantedBody, Common))]
pub async fn redeliver(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    _: NoBody,
) -> ApiResult<(StatusCode, Json<WebhookDelivery>)> {
    owner_only(&signed_in)?;
    let queued = server.webhooks().redeliver(id, signed_in.actor).await?;
    answer(&server, queued)
}

fn answer(server: &ServerState, queued: Queued) -> ApiResult<(StatusCode, Json<WebhookDelivery>)> {
    match queued {
        Queued::Queued(delivery) => {
            server.deliveries_wait.notify_one();
            Ok((StatusCode::ACCEPTED, Json(*delivery)))
        }
        Queued::Disabled => Err(ApiError::new(
            ProblemType::Invalid,
            "The webhook is disabled, so that nothing is sent to it; enable it first.",
        )),
        Queued::Missing => Err(ApiError::not_found()),
    }
}
