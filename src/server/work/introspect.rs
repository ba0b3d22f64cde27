//! Whether a connection token is still valid (RFC 7662), for the session server that it is for: a session may begin
//! with a token for 30 minutes, and its key may be revoked meanwhile.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::claims::Claims;
use crate::model::connection::is_from_allowed;
use crate::model::{KeyState, Secret};
use crate::server::http::body::{Json, UrlEncoded};
use crate::server::http::error::ApiResult;
use crate::server::http::openapi::{BadForm, Common};
use crate::server::session_tokens::SessionServerCaller;
use crate::server::state::ServerState;
use crate::server::store::{AskingServer, Found, Visible};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The connection token.
    #[schema(value_type = String)]
    token: Secret,
    /// Whatever it says, only connection tokens are known.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    #[expect(dead_code, reason = "clients may send it (RFC 7662, section 2.1)")]
    token_type_hint: Option<String>,
}

/// What is known of a token; of one that is not active, nothing else.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Introspection {
    /// Whether it was signed for this project's session server and has not expired, its key is active (not revoked,
    /// expired or disabled), the token of it that was presented was not replaced, its allowed networks, if it has any,
    /// include the address that the connection began from, and the project is deployed.
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<Uuid>,
    /// The key that the connection began with.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<Uuid>,
}

/// Says whether a connection token is active, from the database as it is now. Asked by a project's session server, with
/// its own token; tokens of other projects are not active.
#[utoipa::path(post, path = "/v1/introspect", tag = "connections", security(("session server" = [])),
    request_body(content = Question, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "Whether it is active, and then what it says.", body = Introspection),
        BadForm, Common))]
pub async fn answer(
    State(server): State<ServerState>,
    SessionServerCaller(asking): SessionServerCaller,
    UrlEncoded(question): UrlEncoded<Question>,
) -> ApiResult<Json<Introspection>> {
    let active = active(&server, &asking, &question.token).await?;
    Ok(Json(active.map_or_else(Introspection::default, |claims| {
        Introspection {
            active: true,
            iss: Some(claims.issuer),
            aud: Some(claims.audience),
            jti: Some(claims.id),
            iat: Some(claims.issued_at),
            nbf: Some(claims.not_before),
            exp: Some(claims.expires_at),
            project: Some(claims.project),
            key_id: Some(claims.key_id),
        }
    })))
}

async fn active(server: &ServerState, asking: &AskingServer, token: &Secret) -> ApiResult<Option<Claims>> {
    let private_key = server
        .unsealed(|sealer| sealer.unseal_session_key(asking.project, &asking.signer.private_key))
        .await?;
    let claims = Claims::read(token, &asking.signer, &private_key);
    // Two projects may share a session server and its private key.
    let Some(claims) = claims.filter(|claims| claims.project == asking.project && asking.deployed) else {
        return Ok(None);
    };
    let key = server.keys().key(claims.key_id, Visible::All).await?;
    let Some(Found::Active(key)) = key else {
        return Ok(None);
    };
    let is_active = key.state == KeyState::Active
        && is_from_allowed(&key.settings, claims.client_address)
        && key
            .project
            .as_ref()
            .is_some_and(|project| project.id == asking.project && project.deployed)
        && !is_being_revoked(server, key.creator.id).await?
        && is_valid_token(server, &claims).await?;
    Ok(is_active.then_some(claims))
}

/// Whether the token of the key that the connection began with was not replaced since.
async fn is_valid_token(server: &ServerState, claims: &Claims) -> ApiResult<bool> {
    let valid = server.keys().valid_tokens(claims.key_id).await?;
    Ok(valid.iter().any(|token| claims.began_with(token)))
}

/// Whether the remaining keys of a person who is being removed are to be revoked.
async fn is_being_revoked(server: &ServerState, creator: Uuid) -> ApiResult<bool> {
    let removal = server.people().removal(creator).await?;
    Ok(removal.is_some_and(|far| !far.is_finished() && far.removed.keys_handed_over == 0))
}
