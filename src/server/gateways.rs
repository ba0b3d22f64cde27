//! The gateways that may check keys; for Owners.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use uuid::Uuid;

use crate::api::{CreatedGateway, Gateway, NewGateway};
use crate::model::{FieldErrors, Secret, Token, TokenKind, name};
use crate::server::auth::policy;
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::Json;
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::Id;
use crate::server::http::openapi::{BadBody, Common, Forbidden, NoSuchId};
use crate::server::seal::SealError;
use crate::server::state::ServerState;
use crate::server::store::{NewGatewayRecord, Taken};

/// All gateways, by name.
#[utoipa::path(get, path = "/v1/gateways", tag = "gateways",
    responses((status = 200, description = "The gateways.", body = Vec<Gateway>), Forbidden, Common))]
pub async fn list(State(server): State<ServerState>, signed_in: SignedIn) -> ApiResult<Json<Vec<Gateway>>> {
    owner_only(&signed_in)?;
    Ok(Json(server.gateways().gateways().await?))
}

/// Adds a gateway. The answer contains its token, which can't be read again.
#[utoipa::path(post, path = "/v1/gateways", tag = "gateways", request_body = NewGateway,
    responses((status = 201, description = "The gateway and its token.", body = CreatedGateway), BadBody, Forbidden, Common))]
pub async fn add(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Json(new): Json<NewGateway>,
) -> ApiResult<(StatusCode, Json<CreatedGateway>)> {
    owner_only(&signed_in)?;
    let name = name::parse(&new.name).map_err(|message| FieldErrors::one("name", message))?;
    let token = Token::generate(TokenKind::Gateway).map_err(SealError::from)?;
    let record = NewGatewayRecord {
        id: Uuid::now_v7(),
        name,
        token: token.hash(),
        added_at: Timestamp::now(),
    };
    let added = server.gateways().add_gateway(record, signed_in.actor).await?;
    let gateway = added.map_err(|Taken| {
        ApiError::invalid_field(
            "name",
            "There is already a gateway with this name; choose another one.",
        )
    })?;
    let token = Some(Secret::new(token.expose()));
    Ok((StatusCode::CREATED, Json(CreatedGateway { gateway, token })))
}

/// Removes a gateway. Its token becomes invalid immediately, so that its checks are refused.
#[utoipa::path(delete, path = "/v1/gateways/{id}", tag = "gateways", params(("id" = uuid::Uuid, Path)),
    responses((status = 204, description = "It is removed."), NoSuchId, Forbidden, Common))]
pub async fn remove(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
) -> ApiResult<StatusCode> {
    owner_only(&signed_in)?;
    match server.gateways().remove_gateway(id, signed_in.actor).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found()),
    }
}

fn owner_only(signed_in: &SignedIn) -> ApiResult<()> {
    match policy::may_manage_gateways(&signed_in.user) {
        true => Ok(()),
        false => Err(ApiError::forbidden("Only an Owner manages gateways.")),
    }
}
