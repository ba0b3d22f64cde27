//! The check that a gateway makes before it lets a request through (design section 6): nginx's
//! `auth_request`, forward-auth of Traefik and Caddy, Envoy's `ext_authz`.
//!
//! The gateway identifies itself, since what it says of the client's address and origin counts. Whoever
//! can't be asked (no token, no database) lets nobody through.

use axum::http::header::{ALLOW, AUTHORIZATION, CONTENT_LENGTH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::error::{ApiError, ApiResult};
use super::places::Peer;
use super::state::ServerState;
use super::store::CheckedKey;
use super::{extract, presented};
use crate::api::PresentedAt::Gateway;
use crate::api::ProblemType;
use crate::model::connection::{Caller, may_pass};
use crate::model::{Grant, Rule, Scope, Token, TokenHash, TokenKind};

/// The path that is asked, and the root of those that gateways append to.
pub const PATH: &str = "/v1/authorize";

const GATEWAY: HeaderName = HeaderName::from_static("x-keydeck-gateway");
/// Where a client presents its key, the first that is there.
const KEYS: [HeaderName; 2] = [
    HeaderName::from_static("x-sm-apikey"),
    HeaderName::from_static("x-api-key"),
];
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const KEY_ID: HeaderName = HeaderName::from_static("x-keydeck-key-id");
const SCOPE: HeaderName = HeaderName::from_static("x-keydeck-scope");
const PROJECT: HeaderName = HeaderName::from_static("x-keydeck-project");

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only a key of this scope is let through. Absent: any is.
    scope: Option<Scope>,
}

/// Whether a gateway may let a request with this key through. Below this path (`/v1/authorize/…`), for gateways that
/// append the client's own path and query and ask with its method, every method is taken, and the query says nothing.
#[utoipa::path(get, path = "/v1/authorize", tag = "gateways", security(()),
    params(Wanted,
        ("x-keydeck-gateway" = String, Header, description = "The gateway's own token; it begins with kdg_."),
        ("x-sm-apikey" = Option<String>, Header,
            description = "The key that the client presents; else it is in `x-api-key` or a bearer token."),
        ("x-keydeck-scope" = Option<Scope>, Header, description = "As `scope`; when both are there, both hold.")),
    responses((status = 200, description = "It may. `x-keydeck-key-id`, `x-keydeck-scope` and, but for Analytics keys, \
            `x-keydeck-project` say whose request it is.",
            headers(("x-keydeck-key-id" = String), ("x-keydeck-scope" = String))),
        super::openapi::KeyChecked))]
pub async fn answer(server: &ServerState, peer: &Peer, head: &Parts) -> ApiResult<Response> {
    if head.uri.path() != PATH {
        // What the client wrote there says nothing; the wanted scope comes in the header, which the gateway sets.
        return check(server, peer, &head.headers, None).await;
    }
    if !matches!(head.method, Method::GET | Method::HEAD) {
        let refused = ApiError::new(
            ProblemType::MethodNotAllowed,
            format!("This path takes no {}, but GET.", head.method),
        );
        return Ok(([(ALLOW, "GET,HEAD")], refused).into_response());
    }
    let wanted: Wanted = extract::query(head)?;
    check(server, peer, &head.headers, wanted.scope).await
}

/// Whether this path is the check's: its own, or one with the client's appended to it.
pub fn is_asked(path: &str) -> bool {
    path.strip_prefix(PATH)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

async fn check(
    server: &ServerState,
    peer: &Peer,
    headers: &HeaderMap,
    wanted: Option<Scope>,
) -> ApiResult<Response> {
    let refused = |key: Option<&CheckedKey>, rule| server.refused(Gateway, key, rule);
    let gateway = gateway_token(headers).ok_or_else(|| refused(None, Rule::GatewayUnknown))?;
    let also_wanted = wanted_scope(headers)?;
    let presented = presented_key(headers);
    // Without a key too, only a gateway is told what is wrong with it.
    let hash = presented.unwrap_or(gateway);
    let checked = server.store.check(&hash, Some(&gateway)).await?;
    if !checked.gateway {
        return Err(refused(None, Rule::GatewayUnknown));
    }
    peer.is_gateway(&gateway);
    presented.map_err(|rule| refused(None, rule))?;
    let key = checked.key.ok_or_else(|| refused(None, Rule::KeyUnknown))?;
    let own_origin = own_origin(headers);
    let caller = Caller {
        origin: presented::origin(headers, &own_origin),
        address: Some(server.proxies.client_of_gateway(peer.address().ip(), headers)),
        bundle: presented::bundle(headers),
        resumes: false,
    };
    let wanted = [wanted, also_wanted];
    match decide(&key, &wanted, caller) {
        Err(rule) => Err(refused(Some(&key), rule)),
        Ok(grant) => {
            server.allowed(Gateway, &key, &caller, &grant);
            let_through(&key)
        }
    }
}

fn decide(key: &CheckedKey, wanted: &[Option<Scope>], caller: Caller) -> Result<Grant, Rule> {
    if key.revoked {
        return Err(Rule::KeyRevoked);
    }
    if wanted.iter().flatten().any(|scope| *scope != key.scope) {
        return Err(Rule::ScopeOther);
    }
    let deployed = key.project.is_some_and(|(_, deployed)| deployed);
    may_pass(key.scope, &key.settings, deployed, caller)
}

/// The origin of the pages that the gateway itself serves, as far as it says.
fn own_origin(headers: &HeaderMap) -> String {
    match (
        presented::text(headers, &FORWARDED_PROTO),
        presented::text(headers, &FORWARDED_HOST),
    ) {
        (Some(scheme), Some(host)) => presented::origin_of(&format!("{scheme}://{host}")),
        _ => String::new(),
    }
}

fn gateway_token(headers: &HeaderMap) -> Option<TokenHash> {
    let token = Token::parse(presented::text(headers, &GATEWAY)?).ok()?;
    (token.kind() == TokenKind::Gateway).then(|| token.hash())
}

fn wanted_scope(headers: &HeaderMap) -> ApiResult<Option<Scope>> {
    let wanted = presented::text(headers, &SCOPE).map(str::parse).transpose();
    wanted.map_err(|_| {
        ApiError::malformed(
            "x-keydeck-scope",
            "A scope is web, mobile or analytics, sent once.",
        )
    })
}

fn presented_key(headers: &HeaderMap) -> Result<TokenHash, Rule> {
    match KEYS.iter().find(|name| headers.contains_key(*name)) {
        Some(name) => presented::key(headers, name),
        None => bearer(headers),
    }
}

fn bearer(headers: &HeaderMap) -> Result<TokenHash, Rule> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (sent.next(), sent.next()) else {
        return Err(Rule::KeyMissing);
    };
    let bytes = value.as_bytes();
    match bytes.split_at_checked(7) {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case(b"bearer ") => presented::key_in(key),
        _ => Err(Rule::KeyMissing),
    }
}

/// What the gateway may hand on to what stands behind it.
fn let_through(key: &CheckedKey) -> ApiResult<Response> {
    let text = |id: uuid::Uuid| HeaderValue::try_from(id.to_string()).map_err(|_| ApiError::internal());
    let mut response = StatusCode::OK.into_response();
    let headers = response.headers_mut();
    // Said also to those who speak HTTP/1.0, as nginx does.
    headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    headers.insert(KEY_ID, text(key.id)?);
    headers.insert(SCOPE, HeaderValue::from_static(key.scope.as_str()));
    if let Some((project, _)) = key.project {
        headers.insert(PROJECT, text(project)?);
    }
    Ok(response)
}
