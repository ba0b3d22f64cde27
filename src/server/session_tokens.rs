//! The introspection token of a project's session server, which an Owner issues.

use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::api::IssuedSessionToken;
use crate::model::{Secret, Token, TokenKind};
use crate::server::auth::bearer;
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::{Json, NoBody};
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::Id;
use crate::server::http::openapi::{Common, Forbidden, NoSessionServer, NoSuchId, UnwantedBody};
use crate::server::seal::SealError;
use crate::server::session_servers::may_set;
use crate::server::state::ServerState;
use crate::server::store::{AskingServer, SessionTokenIssue};

/// A token for the project's session server, in place of the one before, which stops being valid immediately.
#[utoipa::path(post, path = "/v1/projects/{id}/session-token", tag = "projects", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The token; nobody can read it again.", body = IssuedSessionToken),
        NoSuchId, NoSessionServer, Forbidden, UnwantedBody, Common))]
pub async fn issue(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    _: NoBody,
) -> ApiResult<Json<IssuedSessionToken>> {
    may_set(&server, &signed_in, id).await?;
    let token = Token::generate(TokenKind::SessionServer).map_err(SealError::from)?;
    let issued = server
        .projects()
        .issue_session_token(id, token.hash(), signed_in.actor)
        .await?;
    match issued {
        SessionTokenIssue::Issued => Ok(Json(IssuedSessionToken {
            token: Some(Secret::new(token.expose())),
        })),
        SessionTokenIssue::NoSessionServer => Err(ApiError::invalid_field(
            "session_server",
            "The project has no session server that could use a token; set it first.",
        )),
        SessionTokenIssue::Missing => Err(ApiError::not_found()),
    }
}

/// Revokes the token of the project's session server.
#[utoipa::path(delete, path = "/v1/projects/{id}/session-token", tag = "projects", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It has none."), NoSuchId, Forbidden, Common))]
pub async fn revoke(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
) -> ApiResult<StatusCode> {
    may_set(&server, &signed_in, id).await?;
    match server
        .projects()
        .revoke_session_token(id, signed_in.actor)
        .await?
    {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found()),
    }
}

/// The session server that asks, by its token as it is in the database now.
pub struct SessionServerCaller(pub AskingServer);

impl FromRequestParts<ServerState> for SessionServerCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, server: &ServerState) -> ApiResult<Self> {
        let unknown = || ApiError::unauthenticated_by("the session server's token, which begins with kds_");
        let presented = bearer::sole(&parts.headers).and_then(|token| std::str::from_utf8(token).ok());
        let token = presented.and_then(|text| Token::parse(text).ok());
        let token = token.filter(|token| token.kind() == TokenKind::SessionServer);
        let token = token.ok_or_else(unknown)?;
        let asking = server.work().asking_server(&token.hash()).await?;
        asking.map(Self).ok_or_else(unknown)
    }
}
