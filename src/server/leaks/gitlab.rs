//! The token revocation API of a GitLab server, which reports what its secret detection finds.

use std::sync::Arc;
use std::time::Instant;

use axum::Extension;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode};

use super::intake::{self, ReportedToken};
use super::sources::LeakSources;
use crate::api::{LeakTypes, TokenToRevoke};
use crate::model::LeakSource;
use crate::server::http::body::{Json, RawJson};
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::openapi::BadReport;
use crate::server::http::places::Peer;
use crate::server::state::ServerState;

/// The rules of assets/gitleaks.toml for what can be reported, as GitLab names what they find. What a webhook is signed with
/// opens nothing here.
const TYPES: [&str; 2] = [
    "gitleaks_rule_id_keydeck-token",
    "gitleaks_rule_id_keydeck-secret",
];

/// The types of tokens that GitLab reports here.
#[utoipa::path(get, path = "/v1/revocable_token_types", tag = "leaks", security(()),
    params(("Authorization" = Option<String>, Header, description = "The token that GitLab and this server share.")),
    responses((status = 200, description = "The types.", body = LeakTypes), BadReport))]
pub async fn types(
    State(server): State<ServerState>,
    Extension(sources): Extension<Arc<LeakSources>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> ApiResult<Json<LeakTypes>> {
    expect_gitlab(&server, &sources, &peer, &headers)?;
    let types = TYPES.map(str::to_owned).to_vec();
    Ok(Json(LeakTypes { types }))
}

/// Reports leaked tokens, as GitLab does: `[{type, token, location}]`. What is done follows the policy of each key's
/// scope, as for any report.
#[utoipa::path(post, path = "/v1/revoke_tokens", tag = "leaks", request_body = Vec<TokenToRevoke>, security(()),
    params(("Authorization" = Option<String>, Header, description = "The token that GitLab and this server share.")),
    responses((status = 204, description = "All of them are dealt with."), BadReport))]
pub async fn revoke(
    State(server): State<ServerState>,
    Extension(sources): Extension<Arc<LeakSources>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> ApiResult<StatusCode> {
    let headers = request.headers().clone();
    expect_gitlab(&server, &sources, &peer, &headers)?;
    let tokens: Vec<TokenToRevoke> = RawJson::from_request(request, &server).await?.list()?;
    // Whatever its type: a rule of the operator's own may have found it, and to have the token is the proof.
    let found = tokens.iter().map(|token| {
        let location = token.location.as_deref().unwrap_or_default();
        ReportedToken::in_text(token.token.expose(), location, "")
    });
    let from = server.proxies.client(peer.address().ip(), &headers);
    intake::store_some(&server, LeakSource::Gitlab, from, found.collect()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Wrong tokens are limited by address, as wrong sign-ins are.
fn expect_gitlab(
    server: &ServerState,
    sources: &LeakSources,
    peer: &Peer,
    headers: &HeaderMap,
) -> ApiResult<()> {
    sources.verify_gitlab(headers).map_err(|refused| {
        let from = server.proxies.client(peer.address().ip(), headers);
        match server.leak_reports.refused(from, Instant::now()) {
            Ok(()) => refused,
            Err(wait) => ApiError::too_many_reports(wait),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::TYPES;

    const OF_WEBHOOKS: &str = "gitleaks_rule_id_keydeck-webhook";

    #[test]
    fn there_is_a_type_for_each_rule_of_the_scanner() {
        let rules = include_str!("../../../assets/gitleaks.toml");
        let ids = rules.lines().filter_map(|line| line.strip_prefix("id = \""));
        let types: Vec<String> = ids
            .map(|id| format!("gitleaks_rule_id_{}", id.trim_end_matches('"')))
            .collect();
        assert_eq!(types, [&TYPES[..], &[OF_WEBHOOKS]].concat());
    }
}
