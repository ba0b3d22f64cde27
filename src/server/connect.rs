//! The connection exchange of web pages and apps (design section 6): a key comes in, the address of
//! its project's session server and a token for it go out. Which rule refuses is `model::connection`'s
//! to say; any page can read the refusal.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::{ConnectInfo, State};
use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, HeaderName, Method};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::{Deserialize, Serialize};
use tower_http::cors::{AllowOrigin, CorsLayer};
use url::Url;
use utoipa::{IntoParams, ToSchema};

use super::body::Json;
use super::error::{ApiError, ApiResult};
use super::extract::Query;
use super::state::ServerState;
use super::store::{Found, KeyRecord, SessionSigner, Visible};
use crate::api::ProblemType;
use crate::model::connection::{Caller, Origin, Rule, may_connect};
use crate::model::{Token, TokenKind, session_server};

const KEY: HeaderName = HeaderName::from_static("key");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// How an app says which one it is, as other key servers ask for it too.
const BUNDLES: [HeaderName; 2] = [
    HeaderName::from_static("x-ios-bundle-identifier"),
    HeaderName::from_static("x-android-package"),
];
/// How long a token may be used to open a session.
const TOKEN_SECONDS: i64 = 30 * 60;
/// How long a browser may remember the answer to its preflight.
const PREFLIGHT: Duration = Duration::from_secs(600);
const MAX_SESSION_ID: usize = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct Resume {
    /// The session of another page that is to go on here.
    session_id: Option<String>,
}

/// Where to connect, and with what.
#[derive(Debug, Serialize, ToSchema)]
pub struct Connection {
    /// The session server.
    url: String,
    /// A token for it, signed with HS256 (RFC 7519); good for 30 minutes.
    jwt: String,
}

/// What the session server is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Claims<'a> {
    #[serde(rename = "iss")]
    issuer: &'a str,
    #[serde(rename = "iat")]
    issued_at: i64,
    #[serde(rename = "nbf")]
    not_before: i64,
    #[serde(rename = "exp")]
    expires_at: i64,
    /// No orchestration server stands between a page and the session.
    sm_control: &'a str,
    sm_control_via_browser: bool,
    sm_session_server: &'a str,
}

/// Answers any origin, also the refusals of whatever is inside of it: browsers ask beforehand without the key, so that its domains
/// can only be checked on the request itself. No cookies or other credentials are taken.
pub fn any_origin() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_methods([Method::GET])
        .allow_headers([KEY])
        .max_age(PREFLIGHT)
}

/// Exchanges a Web or Mobile key for a token of its project's session server.
#[utoipa::path(get, path = "/api/jwt", tag = "connections", security(()),
    params(Resume, ("key" = String, Header, description = "The secret of a Web or Mobile key.")),
    responses((status = 200, description = "Where to connect, and with what.", body = Connection),
        super::openapi::KeyChecked))]
pub async fn exchange(
    State(server): State<ServerState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Query(resume): Query<Resume>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let key = presented(&server, &headers).await?;
    let own_origin = own_origin(&server.public_url);
    let caller = Caller {
        origin: origin(&headers, &own_origin),
        address: Some(server.proxies.client(peer.ip(), &headers)),
        bundle: BUNDLES.iter().find_map(|name| text(&headers, name)),
        resumes: resume.session_id.is_some(),
    };
    let project = key.project.as_ref();
    let deployed = project.is_some_and(|project| project.deployed);
    may_connect(key.scope, &key.settings, deployed, caller).map_err(refused)?;
    let project = project.ok_or_else(|| refused(Rule::Scope))?.id;
    let signer = server.store.session_signer(project).await?;
    let signer = signer.ok_or_else(|| refused(Rule::NoSessionServer))?;
    let private_key = server.sealer.unseal_session_key(project, &signer.private_key)?;
    let connection = Connection {
        url: session_url(&signer, resume.session_id.as_deref())?,
        jwt: sign(&signer, private_key.expose().as_bytes())?,
    };
    Ok(Json(connection).into_response())
}

/// The active key that the request presents.
async fn presented(server: &ServerState, headers: &HeaderMap) -> ApiResult<KeyRecord> {
    let mut sent = headers.get_all(KEY).iter();
    let (Some(secret), None) = (sent.next(), sent.next()) else {
        return Err(unknown("key-missing", "Send the key once, in the header `key`."));
    };
    let token = secret.to_str().ok().map(Token::presented);
    let Some(Ok(token)) = token.filter(|token| {
        let kind = token.as_ref().map(Token::kind);
        matches!(kind, Ok(TokenKind::Key(_)) | Err(_))
    }) else {
        return Err(unknown(
            "key-malformed",
            "This is no key, or not the whole of it; copy it again.",
        ));
    };
    match server.store.key_by_hash(&token.hash(), Visible::All).await? {
        Some(Found::Active(key)) => Ok(key),
        Some(Found::Revoked(_)) => Err(unknown(
            "key-revoked",
            "This key was revoked and never comes back.",
        )),
        None => Err(unknown("key-unknown", "This server knows no such key.")),
    }
}

fn unknown(rule: &str, sentence: &str) -> ApiError {
    ApiError::new(ProblemType::UnknownKey, sentence).by_rule(rule)
}

fn refused(rule: Rule) -> ApiError {
    ApiError::new(ProblemType::NotByThisKey, rule.to_string()).by_rule(rule.as_str())
}

/// A page that this server's own host serves names no origin, but says that it is of the same one.
fn origin<'a>(headers: &'a HeaderMap, own: &'a str) -> Origin<'a> {
    match (text(headers, &ORIGIN), text(headers, &FETCH_SITE)) {
        (Some("null"), _) => Origin::Opaque,
        (Some(origin), _) => Origin::Page(origin),
        (None, Some("same-origin")) => Origin::Page(own),
        (None, _) => Origin::Absent,
    }
}

/// A header that was sent once. One that is sent twice, or is no text, says nothing that can be trusted.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut sent = headers.get_all(name).iter();
    match (sent.next(), sent.next()) {
        (Some(value), None) => Some(value.to_str().unwrap_or("null")),
        (Some(_), Some(_)) => Some("null"),
        (None, _) => None,
    }
}

fn own_origin(public_url: &str) -> String {
    Url::parse(public_url).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
}

/// The session server's address; with the session that is to go on.
fn session_url(signer: &SessionSigner, session_id: Option<&str>) -> ApiResult<String> {
    let Some(id) = session_id else {
        return Ok(signer.server.url.clone());
    };
    if id.is_empty() || id.len() > MAX_SESSION_ID || !id.bytes().all(|c| c.is_ascii_graphic()) {
        return Err(ApiError::malformed(
            "sessionId",
            "A session id has 1 to 200 visible ASCII characters.",
        ));
    }
    let mut url = Url::parse(&signer.server.url).map_err(|_| ApiError::internal())?;
    url.query_pairs_mut().append_pair("sessionId", id);
    Ok(url.into())
}

fn sign(signer: &SessionSigner, private_key: &[u8]) -> ApiResult<String> {
    let now = Timestamp::now().as_second();
    let claims = Claims {
        issuer: &signer.server.key_name,
        issued_at: now,
        not_before: now,
        expires_at: now + TOKEN_SECONDS,
        sm_control: "",
        sm_control_via_browser: false,
        sm_session_server: &session_server::host(&signer.server.url),
    };
    let key = EncodingKey::from_secret(private_key);
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).map_err(|_| {
        tracing::error!("a token can't be signed");
        ApiError::internal()
    })
}
