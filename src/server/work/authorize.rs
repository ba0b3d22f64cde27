//! The check that a gateway makes before it lets a request through: nginx's
//! `auth_request`, forward-auth of Traefik and Caddy, Envoy's `ext_authz`.
//!
//! The gateway identifies itself, because the client's address and origin that it reports are trusted. When
//! keydeck can't decide (no token, no database), nobody is let through.

use axum::http::header::{ALLOW, CONTENT_LENGTH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::presented::{self, PresentedKey};
use super::question::{self, CheckQuery, SCOPE};
use crate::api::PresentedAt::Gateway;
use crate::api::ProblemType;
use crate::model::connection::{Caller, may_pass, unless_ended};
use crate::model::expiry::{WARNED_DAYS, latest};
use crate::model::{Grant, Rule, Scope, Token, TokenHash, TokenKind};
use crate::server::auth::bearer;
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::places::Peer;
use crate::server::state::ServerState;
use crate::server::store::CheckedKey;

pub use super::question::PATH;

const GATEWAY: HeaderName = HeaderName::from_static("x-keydeck-gateway");
/// Where a client presents its key, the first that is there.
const KEYS: [HeaderName; 2] = [
    HeaderName::from_static("x-sm-apikey"),
    HeaderName::from_static("x-api-key"),
];
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const KEY_ID: HeaderName = HeaderName::from_static("x-keydeck-key-id");
const EXPIRES: HeaderName = HeaderName::from_static("x-keydeck-expires");
const PROJECT: HeaderName = HeaderName::from_static("x-keydeck-project");

/// Whether a gateway may let a request with this key through. Below this path (`/v1/authorize/…`), for gateways that
/// append the client's own path and query and ask with its method, nearly every method is taken, the query is the
/// client's, and the scope comes in the header alone: `scope` in a query without the header is refused.
#[utoipa::path(get, path = "/v1/authorize", tag = "gateways", security(()),
    params(CheckQuery,
        ("x-keydeck-gateway" = String, Header, description = "The gateway's own token; it begins with kdg_."),
        ("x-sm-apikey" = Option<String>, Header,
            description = "The key that the client presents; else it is in `x-api-key` or a bearer token."),
        ("x-keydeck-scope" = Option<Scope>, Header, description = "As `scope`, sent once; when both are there, both hold.")),
    responses((status = 200, description = "It may. `x-keydeck-key-id`, `x-keydeck-scope` and, except for Analytics keys, \
            `x-keydeck-project` say whose request it is, and `x-keydeck-expires` when the key ends, from 30 days before.",
            headers(("x-keydeck-key-id" = String), ("x-keydeck-scope" = String))),
        crate::server::http::openapi::refusals::KeyChecked))]
pub async fn answer(server: &ServerState, peer: &Peer, head: &Parts) -> ApiResult<Response> {
    if head.uri.path() == PATH && !matches!(head.method, Method::GET | Method::HEAD) {
        let refused = ApiError::new(
            ProblemType::MethodNotAllowed,
            format!("This path takes no {}, but GET.", head.method),
        );
        return Ok(([(ALLOW, "GET,HEAD")], refused).into_response());
    }
    let wanted = question::scopes(head).map_err(|wrong| malformed(server, wrong))?;
    check(server, peer, &head.headers, wanted).await
}

/// Whether this path is the check's: its own, or one with the client's appended to it.
pub fn is_asked(path: &str) -> bool {
    question::appended(path).is_some()
}

/// What is wrong with the gateway's request, under the rule that says so: gateways see no body.
pub fn malformed(server: &ServerState, wrong: ApiError) -> ApiError {
    server.refused(Gateway, None, Rule::GatewayMalformed);
    wrong.by_rule(Rule::GatewayMalformed.as_str())
}

async fn check(
    server: &ServerState,
    peer: &Peer,
    headers: &HeaderMap,
    wanted: [Option<Scope>; 2],
) -> ApiResult<Response> {
    let refused = |key, rule| server.refused(Gateway, key, rule);
    let gateway = gateway_token(headers).ok_or_else(|| refused(None, Rule::GatewayUnknown))?;
    let presented = presented_key(headers);
    // Without a key too, only a gateway is told what is wrong with it.
    let hash = presented.map_or(gateway, |key| key.hash);
    let checked = server.work().check(&hash, Some(&gateway)).await?;
    if !checked.gateway {
        return Err(refused(None, Rule::GatewayUnknown));
    }
    peer.is_gateway(&gateway);
    let presented = presented.map_err(|rule| refused(None, rule))?;
    let key = checked.key.ok_or_else(|| refused(None, presented.unknown()))?;
    let own_origin = own_origin(headers);
    let client = server.proxies.client_of_gateway(peer.address().ip(), headers);
    let caller = Caller {
        origin: presented::origin(headers, &own_origin),
        address: Some(client.address),
        is_unnamed: client.is_unnamed,
        bundle: presented::bundle(headers),
        resumes: false,
    };
    match decide(&key, &wanted, caller) {
        Err(rule) => Err(refused(Some((&key, &caller)), rule).told_of(rule, &caller)),
        Ok(grant) => {
            server.allowed(Gateway, &key, &caller, &grant);
            let_through(&key, || server.clock.now())
        }
    }
}

fn decide(key: &CheckedKey, wanted: &[Option<Scope>], caller: Caller) -> Result<Grant, Rule> {
    if let Some(rule) = key.standing.refuses() {
        return Err(rule);
    }
    if wanted.iter().flatten().any(|scope| *scope != key.scope) {
        return Err(Rule::ScopeOther);
    }
    let deployed = key.project.is_some_and(|(_, deployed)| deployed);
    may_pass(key.scope, &key.settings, deployed, caller)
        .and_then(|grant| unless_ended(grant, key.local_development_ended))
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

fn presented_key(headers: &HeaderMap) -> Result<PresentedKey, Rule> {
    match KEYS.iter().find(|name| headers.contains_key(*name)) {
        Some(name) => presented::key(headers, name),
        None => bearer::sole(headers).map_or(Err(Rule::KeyMissing), presented::key_in),
    }
}

/// The headers that the gateway may pass on to the API.
fn let_through(key: &CheckedKey, now: impl Fn() -> Timestamp) -> ApiResult<Response> {
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
    // Most keys never end: how late it is, isn't asked for them.
    if let Some(at) = key.ends_at
        && at <= latest(now(), WARNED_DAYS)
    {
        let at = HeaderValue::try_from(at.to_string()).map_err(|_| ApiError::internal())?;
        headers.insert(EXPIRES, at);
    }
    Ok(response)
}
