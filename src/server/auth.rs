//! Who asks: the bearer token of the signed-in user, or the session of the person at the terminal
//! of the local deck. A token that is not valid is recorded and counted (`sign_in`).

use std::net::IpAddr;
use std::time::Instant;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::error::{ApiError, ApiResult};
use super::places::Peer;
use super::policy;
use super::state::ServerState;
use super::store::{Actor, StoreResult};
use super::turns::Turn;
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
    /// Theirs until they are answered.
    pub _turn: Turn,
}

impl FromRequestParts<ServerState> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> ApiResult<Self> {
        let peer = Peer::from_request_parts(parts, state).await?;
        let address = state.proxies.client(peer.address().ip(), &parts.headers);
        let presented = Presented::in_head(parts).ok_or_else(ApiError::unauthenticated)?;
        let (user, token) = sign_in(state, address, presented.token).await?;
        peer.is_person(user.id);
        let turn = state.turns.take(user.id).await?;
        let actor = Actor {
            user: user.id,
            role: user.role,
            token: (!is_at_the_terminal(state, &token)).then_some(token),
            address: Some(address),
            visible: policy::visible(&user),
        };
        Ok(Self {
            user,
            token,
            actor,
            _turn: turn,
        })
    }
}

/// A valid token signs in whatever its neighbours have tried; only what is refused counts, and is slowed down. A
/// refusal that can't be written to the activity log is answered as that fault.
async fn sign_in(
    state: &ServerState,
    address: IpAddr,
    token: Option<TokenHash>,
) -> ApiResult<(User, TokenHash)> {
    if let Some(token) = token
        && let Some(user) = user_of(state, &token).await?
    {
        return Ok((user, token));
    }
    state.sign_ins.refused(address, Instant::now())?;
    state.store.refuse_sign_in(Some(address)).await?;
    Err(ApiError::unauthenticated())
}

/// Whom this token signs in now.
pub async fn user_of(state: &ServerState, token: &TokenHash) -> StoreResult<Option<User>> {
    match (&state.local_session, is_at_the_terminal(state, token)) {
        (Some(local), true) => state.store.user(local.user).await,
        _ => state.store.user_by_token(token).await,
    }
}

fn is_at_the_terminal(state: &ServerState, token: &TokenHash) -> bool {
    let local = state.local_session.as_ref();
    local.is_some_and(|local| local.token.0.ct_eq(&token.0).into())
}

/// What somebody signs in with.
struct Presented {
    /// Absent when it is no well-formed token of a user.
    token: Option<TokenHash>,
}

impl Presented {
    /// From the `Authorization` header; `None` when nothing is presented.
    fn in_head(parts: &Parts) -> Option<Self> {
        let header = parts.headers.get(AUTHORIZATION)?.as_bytes().trim_ascii();
        if header.is_empty() || header.eq_ignore_ascii_case(b"bearer") {
            return None;
        }
        let token = std::str::from_utf8(header).ok().and_then(bearer_token);
        Some(Self { token })
    }
}

fn bearer_token(header: &str) -> Option<TokenHash> {
    let (scheme, token) = header.split_once(' ')?;
    let token = Token::parse(token.trim()).ok()?;
    (scheme.eq_ignore_ascii_case("bearer") && token.kind() == TokenKind::User).then(|| token.hash())
}
