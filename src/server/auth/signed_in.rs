//! Who asks: the bearer token of the signed-in user, or the session of the person at the terminal
//! of the local deck. A token that is not valid is recorded and counted (`sign_in`).

use std::net::IpAddr;
use std::time::Instant;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use super::policy;
use crate::api::User;
use crate::model::{Token, TokenHash, TokenKind};
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::places::Peer;
use crate::server::state::ServerState;
use crate::server::store::{Actor, StoreError, StoreResult};

/// The signed-in user, read again for each request so that a change of role applies at once.
pub struct SignedIn {
    pub user: User,
    /// Of the token that was presented.
    pub token: TokenHash,
    pub actor: Actor,
}

impl FromRequestParts<ServerState> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> ApiResult<Self> {
        let asker = parts
            .extensions
            .remove::<Requester>()
            .ok_or_else(ApiError::internal)?;
        let address = asker.address;
        let (user, token) = match asker.is {
            Identity::Stranger => return Err(ApiError::unauthenticated()),
            Identity::Refused => return Err(refused(state, address).await),
            Identity::Unclear(error) => return Err(error.into()),
            Identity::Person(user, token) => (*user, token),
        };
        let actor = Actor {
            user: user.id,
            role: user.role,
            token: (!is_at_the_terminal(state, &token)).then_some(token),
            address: Some(address),
            visible: policy::visible(&user),
        };
        Ok(Self { user, token, actor })
    }
}

/// The authenticated caller of a request. Looked up once, before anything else is done.
#[derive(Clone)]
struct Requester {
    address: IpAddr,
    is: Identity,
}

#[derive(Clone)]
enum Identity {
    /// No token is presented.
    Stranger,
    /// The presented token is not valid.
    Refused,
    Person(Box<User>, TokenHash),
    /// The store failed.
    Unclear(StoreError),
}

/// Answers a request in its turn: a person's among their own, any other one among those from its address.
pub async fn in_turn(State(server): State<ServerState>, mut request: Request, next: Next) -> Response {
    let Some(peer) = request.extensions().get::<Peer>().cloned() else {
        return ApiError::internal().into_response();
    };
    let headers = request.headers();
    let address = server.proxies.client(peer.address().ip(), headers);
    let is = who(&server, headers).await;
    let turn = match &is {
        Identity::Person(user, _) => {
            peer.is_person(user.id);
            server.turns.take(user.id).await.map(Some)
        }
        _ => Ok(server.turns.take_as_stranger(address).await),
    };
    request.extensions_mut().insert(Requester { address, is });
    match turn {
        Ok(_turn) => next.run(request).await,
        Err(no_turn) => ApiError::from(no_turn).into_response(),
    }
}

async fn who(state: &ServerState, headers: &HeaderMap) -> Identity {
    let token = match Presented::in_head(headers) {
        None => return Identity::Stranger,
        Some(Presented { token: None }) => return Identity::Refused,
        Some(Presented { token: Some(token) }) => token,
    };
    match user_of(state, &token).await {
        Ok(Some(user)) => Identity::Person(Box::new(user), token),
        Ok(None) => Identity::Refused,
        Err(error) => Identity::Unclear(error),
    }
}

/// A valid token signs in whatever others at its address have tried; only refusals are counted, and slowed down. A
/// refusal that can't be written to the activity log is answered as that fault.
async fn refused(state: &ServerState, address: IpAddr) -> ApiError {
    if let Err(wait) = state.sign_ins.refused(address, Instant::now()) {
        return wait.into();
    }
    match state.log().refuse_sign_in(Some(address)).await {
        Ok(()) => ApiError::unauthenticated(),
        Err(error) => error.into(),
    }
}

/// The user of this token.
pub async fn user_of(state: &ServerState, token: &TokenHash) -> StoreResult<Option<User>> {
    match (&state.local_session, is_at_the_terminal(state, token)) {
        (Some(local), true) => state.people().user(local.user).await,
        _ => state.people().user_by_token(token).await,
    }
}

/// Refuses everybody but Owners.
pub fn owner_only(signed_in: &SignedIn) -> ApiResult<()> {
    match policy::may_manage_users(&signed_in.user) {
        true => Ok(()),
        false => Err(ApiError::forbidden("Only an Owner manages users.")),
    }
}

fn is_at_the_terminal(state: &ServerState, token: &TokenHash) -> bool {
    let local = state.local_session.as_ref();
    local.is_some_and(|local| local.token.0.ct_eq(&token.0).into())
}

/// What a user signs in with.
struct Presented {
    /// Absent when it is not a well-formed token of a user.
    token: Option<TokenHash>,
}

impl Presented {
    /// From the `Authorization` header; `None` when nothing is presented.
    fn in_head(headers: &HeaderMap) -> Option<Self> {
        let header = headers.get(AUTHORIZATION)?.as_bytes().trim_ascii();
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
