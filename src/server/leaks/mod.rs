//! Leaked keys: who may report them and how (`sources`, [`gitlab`]), the reports, and what is decided about them.

pub mod gitlab;
mod intake;
pub mod sources;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::time::sleep_until;

use self::intake::{MAX_NOTE, MAX_URL, ReportedToken};
use self::sources::LeakSources;
use super::keys::{reason, seen_by};
use crate::api::{
    Leak, LeakDeciding, LeakList, LeakReceipt, LeakReport, ScannedToken, TokenFeedback, TokenLabel, User,
};
use crate::model::{KeyToken, LeakDecision, LeakSource, TokenHash};
use crate::server::auth::policy;
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::{Json, RawJson};
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::{self, Id, QueryParams};
use crate::server::http::openapi::{BadBody, BadQuery, BadReport, Common, Forbidden, NoSuchId, Stale};
use crate::server::http::places::Peer;
use crate::server::state::ServerState;
use crate::server::store::{LeakOutcome, LeakRecord};

/// How long the answer to a report takes at least, which is more than what is done about a known token takes: how long
/// it took says nothing of the token.
const LEAST: Duration = Duration::from_millis(250);

/// Reports of leaked keys that the user may see, the newest first.
#[utoipa::path(get, path = "/v1/leaks", tag = "leaks", params(LeakList),
    responses((status = 200, description = "The reports.", body = Vec<Leak>), BadQuery, Common))]
pub async fn list(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    QueryParams(list): QueryParams<LeakList>,
) -> ApiResult<Json<Vec<Leak>>> {
    let visible = policy::visible(&signed_in.user);
    let limit = extract::limit(list.limit)?;
    let undecided = list.undecided.unwrap_or_default();
    if let Some(last) = list.after
        && server.leaks().leak(last, visible).await?.is_none()
    {
        let why = "There is no report with this id; take it from the last report of a page.";
        return Err(ApiError::malformed("after", why));
    }
    let leaks = server
        .leaks()
        .leaks(visible, undecided, list.after, limit)
        .await?;
    let leaks = leaks.into_iter().map(|leak| seen(&signed_in.user, leak));
    Ok(Json(leaks.collect()))
}

/// Reports leaked tokens, without a sign-in: as whoever has the token, with one object `{token, url, note}`, which is
/// answered 202 in the same way for every token; or as GitHub's secret scanning, with a signed array, which is
/// answered `[{token_hash, token_type, label}]`; entries of it that can't be read are left out. The same report twice is one.
#[utoipa::path(post, path = "/v1/leaks", tag = "leaks", request_body = LeakReport, security(()),
    params(("Github-Public-Key-Identifier" = Option<String>, Header, description = "Of a report of GitHub."),
        ("Github-Public-Key-Signature" = Option<String>, Header, description = "Of a report of GitHub: ECDSA P-256 \
         with SHA-256 over the body, as DER in base64.")),
    responses((status = 200, description = "To GitHub.", body = Vec<TokenFeedback>),
        (status = 202, description = "It is received.", body = LeakReceipt), BadReport))]
pub async fn report(
    State(server): State<ServerState>,
    Extension(sources): Extension<Arc<LeakSources>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: RawJson,
) -> ApiResult<Response> {
    let from = server.proxies.client(peer.address().ip(), &headers);
    if sources::is_signed(&headers) || body.is_list() {
        sources.verify_github(&headers, &body.0).await?;
        let (tokens, unreadable) = body.readable::<ScannedToken>()?;
        if unreadable > 0 {
            tracing::warn!(
                unreadable,
                "a report of GitHub has entries that can't be read; the others are dealt with"
            );
        }
        return Ok(Json(scanned(&server, from, tokens).await?).into_response());
    }
    let began = Instant::now();
    let report: LeakReport = body.object()?;
    let leak = held(&report)?;
    if let Err(wait) = server.leak_reports.refused(from, began) {
        return Err(ApiError::too_many_reports(wait));
    }
    intake::store(&server, LeakSource::Holder, from, vec![leak]).await?;
    sleep_until((began + LEAST).into()).await;
    let status = "received".to_owned();
    Ok((StatusCode::ACCEPTED, Json(LeakReceipt { status })).into_response())
}

/// What whoever has a token says of it; what is wrong with it can be seen without knowing any key.
fn held(report: &LeakReport) -> ApiResult<ReportedToken> {
    let token = KeyToken::presented(report.token.expose().trim())
        .map_err(|why| ApiError::invalid_field("token", format!("Send the token that leaked: {why}.")))?;
    if !token.is_of_key() {
        return Err(ApiError::invalid_field(
            "token",
            "Only tokens of keys are reported here; people, gateways and session servers get new ones from an Owner.",
        ));
    }
    for (field, text, most) in [("url", &report.url, MAX_URL), ("note", &report.note, MAX_NOTE)] {
        if text.chars().count() > most {
            return Err(ApiError::invalid_field(
                field,
                format!("It has at most {most} characters."),
            ));
        }
    }
    Ok(ReportedToken::of(&token, &report.url, &report.note))
}

async fn scanned(
    server: &ServerState,
    from: std::net::IpAddr,
    tokens: Vec<ScannedToken>,
) -> ApiResult<Vec<TokenFeedback>> {
    let found: Vec<Option<ReportedToken>> = tokens
        .iter()
        .map(|scanned| {
            let note = scanned.source.as_deref().unwrap_or_default();
            let url = scanned.url.as_deref().unwrap_or_default();
            ReportedToken::in_text(scanned.token.expose(), url, note)
        })
        .collect();
    let known = intake::store_some(server, LeakSource::Github, from, found).await?;
    let feedback = tokens
        .into_iter()
        .zip(known)
        .map(|(scanned, is_known)| TokenFeedback {
            token_hash: TokenHash::of(scanned.token.expose()).to_string(),
            token_type: scanned.kind,
            label: match is_known {
                true => TokenLabel::TruePositive,
                false => TokenLabel::FalsePositive,
            },
        });
    Ok(feedback.collect())
}

/// Decides what becomes of a leaked key.
#[utoipa::path(post, path = "/v1/leaks/{id}/decision", tag = "leaks", request_body = LeakDeciding,
    params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "The report.", body = Leak), NoSuchId, BadBody, Stale, Forbidden, Common))]
pub async fn decide(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    Json(deciding): Json<LeakDeciding>,
) -> ApiResult<Json<Leak>> {
    let user = &signed_in.user;
    let leak = server.leaks().leak(id, policy::visible(user)).await?;
    let leak = leak.ok_or_else(ApiError::not_found)?;
    if !policy::may_change(user, leak.key.creator.id) {
        return Err(ApiError::forbidden(format!(
            "Whoever may revoke the key decides; ask {} or an Owner.",
            leak.key.creator.email
        )));
    }
    if !matches!(deciding.decision, LeakDecision::Revoked | LeakDecision::Dismissed) {
        return Err(ApiError::invalid_field(
            "decision",
            "Decide `revoked` or `dismissed`; rotating the key decides by itself.",
        ));
    }
    let why = reason(deciding.reason.as_deref())?;
    let outcome = server
        .leaks()
        .decide_leak(id, deciding.decision, why, signed_in.actor);
    match outcome.await? {
        LeakOutcome::Decided(leak) => Ok(Json(seen(user, *leak))),
        LeakOutcome::AlreadyDecided(leak) => {
            let decided = leak.decided.as_ref().map(|decided| decided.decision);
            if decided == Some(deciding.decision) {
                return Ok(Json(seen(user, *leak)));
            }
            let words = decided.map_or("decided", LeakDecision::words);
            let said = format!("Somebody has decided about this report meanwhile: {words}.");
            Err(ApiError::changed(seen_by(user, leak.key)).saying(said))
        }
        LeakOutcome::Missing => Err(ApiError::not_found()),
    }
}

fn seen(user: &User, leak: LeakRecord) -> Leak {
    let text = |text: String| Some(text).filter(|text| !text.is_empty());
    Leak {
        id: leak.id,
        key: seen_by(user, leak.key),
        token: leak.token,
        source: leak.source,
        url: text(leak.url),
        note: text(leak.note),
        reported_at: leak.reported_at,
        response: leak.response,
        decided: leak.decided,
    }
}
