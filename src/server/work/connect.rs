//! The connection exchange of web pages and apps: a key comes in, the address of
//! its project's session server and a token for it go out. Which rule refuses is `model::connection`'s
//! to say; any page can read the refusal.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, Method};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tower_http::cors::{AllowHeaders, AllowOrigin, Any, CorsLayer};
use url::Url;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::claims::{Claims, Presented};
use super::presented;
use crate::api::PresentedAt;
use crate::model::connection::{Caller, may_connect, unless_ended};
use crate::model::{Grant, Rule};
use crate::server::http::body::Json;
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::QueryParams;
use crate::server::http::places::Peer;
use crate::server::state::ServerState;
use crate::server::store::{CheckedKey, SessionSigner};

const KEY: HeaderName = HeaderName::from_static("key");
/// How long a browser may remember the answer to its preflight.
const PREFLIGHT: Duration = Duration::from_secs(600);
const MAX_SESSION_ID: usize = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct Resume {
    /// The session of another page that is to go on here.
    session_id: Option<String>,
}

/// The address and token to connect with.
#[derive(Debug, Serialize, ToSchema)]
pub struct Connection {
    /// The session server.
    url: String,
    /// A token for it, signed with HS256 (RFC 7519): valid for 30 minutes, though no longer than the key, the
    /// token of it that was presented, and local development where that let it through; even if the key is revoked
    /// or disabled meanwhile, unless the session server asks at `/v1/introspect`.
    jwt: String,
}

/// Answers any origin, also the refusals of whatever is inside of it: browsers ask beforehand without the key, so that its domains
/// can only be checked on the request itself. No cookies or other credentials are taken, so that nothing depends on which further
/// headers a page's tracing sends.
pub fn any_origin() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_methods([Method::GET])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(Any)
        .max_age(PREFLIGHT)
}

/// Exchanges a Web or Mobile key for a token of its project's session server.
#[utoipa::path(get, path = "/api/jwt", tag = "connections", security(()),
    params(Resume, ("key" = String, Header, description = "The secret of a Web or Mobile key.")),
    responses((status = 200, description = "The address and token to connect with.", body = Connection),
        crate::server::http::openapi::KeyChecked))]
pub async fn exchange(
    State(server): State<ServerState>,
    peer: Peer,
    QueryParams(resume): QueryParams<Resume>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let refused = |key, rule| server.refused(PresentedAt::Connection, key, rule);
    let presented = presented::key(&headers, &KEY).map_err(|rule| refused(None, rule))?;
    let key = server.work().check(&presented.hash, None).await?.key;
    let key = key.ok_or_else(|| refused(None, presented.unknown()))?;
    let own_origin = presented::origin_of(&server.public_url);
    let client = server.proxies.client_of_key(peer.address().ip(), &headers);
    let caller = Caller {
        origin: presented::origin(&headers, &own_origin),
        address: Some(client.address),
        is_unnamed: client.is_unnamed,
        bundle: presented::bundle(&headers),
        resumes: resume.session_id.is_some(),
    };
    let decided = decide(&key, caller);
    let (grant, project) =
        decided.map_err(|rule| refused(Some((&key, &caller)), rule).told_of(rule, &caller))?;
    let signer = server.work().session_signer(project).await?;
    let signer = signer.ok_or_else(|| refused(Some((&key, &caller)), Rule::NoSessionServer))?;
    let private_key = server
        .unsealed(|sealer| sealer.unseal_session_key(project, &signer.private_key))
        .await?;
    let now = server.clock.checked()?;
    let connection = Connection {
        url: session_url(&signer, resume.session_id.as_deref())?,
        jwt: Claims::new(&signer, project, &Presented::of(&key, &caller, &grant), now)
            .signed(&private_key)?,
    };
    server.allowed(PresentedAt::Connection, &key, &caller, &grant);
    Ok(Json(connection).into_response())
}

/// The rule that lets the caller through, and the project to connect to.
fn decide(key: &CheckedKey, caller: Caller) -> Result<(Grant, Uuid), Rule> {
    if let Some(rule) = key.standing.refuses() {
        return Err(rule);
    }
    // A key without a project is one that does not connect.
    let (project, deployed) = key.project.ok_or(Rule::Scope)?;
    may_connect(key.scope, &key.settings, deployed, caller)
        .and_then(|grant| unless_ended(grant, key.local_development_ended))
        .map(|grant| (grant, project))
}

/// The session server's address; with the session that is to go on.
fn session_url(signer: &SessionSigner, session_id: Option<&str>) -> ApiResult<String> {
    let Some(id) = session_id else {
        return Ok(signer.server.url.clone());
    };
    valid_session_id("sessionId", id)?;
    let mut url = Url::parse(&signer.server.url).map_err(|_| ApiError::internal())?;
    url.query_pairs_mut().append_pair("sessionId", id);
    Ok(url.into())
}

/// `field` is where it was sent.
pub fn valid_session_id(field: &str, id: &str) -> ApiResult<()> {
    match (1..=MAX_SESSION_ID).contains(&id.len()) && id.bytes().all(|c| c.is_ascii_graphic()) {
        true => Ok(()),
        false => Err(ApiError::malformed(
            field,
            "A session id has 1 to 200 visible ASCII characters.",
        )),
    }
}
