//! Who asks: the bearer token of the signed-in user, or the session of the person at the terminal
//! of the local deck.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::error::{ApiError, ApiResult};
use super::state::ServerState;
use super::store::{Actor, StoreResult};
use crate::api::User;
use crate::model::{Token, TokenHash, TokenKind};

/// A sign-in that lives in memory only, for the person at the terminal of the local deck.
#[derive(Debug, Clone, Copy)]
pub struct LocalSession {
    pub token: TokenHash,
    pub user: Uuid,
}

/// The signed-in user, read afresh for each request so that a change of role applies at once.
pub struct SignedIn {
    pub user: User,
    /// Of the token that was presented.
    pub token: TokenHash,
    pub actor: Actor,
}

impl FromRequestParts<ServerState> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> ApiResult<Self> {
        let token = presented(parts).ok_or_else(ApiError::unauthenticated)?;
        let user = user_of(state, &token)
            .await?
            .ok_or_else(ApiError::unauthenticated)?;
        let actor = Actor {
            user: user.id,
            address: parts
                .extensions
                .get::<ConnectInfo<SocketAddr>>()
                .map(|ConnectInfo(peer)| peer.ip().to_canonical()),
        };
        Ok(Self { user, token, actor })
    }
}

/// Whom this token signs in now.
pub async fn user_of(state: &ServerState, token: &TokenHash) -> StoreResult<Option<User>> {
    if let Some(local) = &state.local_session
        && bool::from(local.token.0.ct_eq(&token.0))
    {
        return state.store.user(local.user).await;
    }
    state.store.user_by_token(token).await
}

/// The hash of a well-formed user token in the `Authorization` header.
fn presented(parts: &Parts) -> Option<TokenHash> {
    let header = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    let token = Token::parse(token.trim()).ok()?;
    (scheme.eq_ignore_ascii_case("bearer") && token.kind() == TokenKind::User).then(|| token.hash())
}
