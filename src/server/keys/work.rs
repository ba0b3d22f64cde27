//! A key in use, for those who manage it: how it is used, and whether a request would be allowed.

use std::net::IpAddr;

use axum::extract::State;

use super::active;
use crate::api::{Explain, GatewayVerdict, PresentedAt, Usage, Verdict};
use crate::model::connection::{Caller, Origin, may_connect, may_pass, origin_of_page, unless_ended};
use crate::model::{Grant, Rule, Scope, Settings};
use crate::server::auth::policy;
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::Json;
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::{Id, QueryParams};
use crate::server::http::openapi::{Common, NoSuchId, Revoked};
use crate::server::state::ServerState;
use crate::server::store::KeyRecord;
use crate::server::work::connect;

/// How a key is used, revoked or not: counts by hour and day, what refused it, and from where it is used and refused.
#[utoipa::path(get, path = "/v1/keys/{id}/usage", tag = "keys", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "Its usage.", body = Usage), NoSuchId, Common))]
pub async fn usage(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
) -> ApiResult<Json<Usage>> {
    let visible = policy::visible(&signed_in.user);
    let usage = server.work().usage(id, visible).await?;
    usage.map(Json).ok_or_else(ApiError::not_found)
}

/// Whether a request with this key would be allowed now, and the rule that decides. Web and Mobile keys are
/// explained as at `/api/jwt`, with what a gateway would be answered beside it, Analytics keys as at a gateway. It is not counted as
/// usage.
#[utoipa::path(get, path = "/v1/keys/{id}/explain", tag = "keys", params(("id" = uuid::Uuid, Path), Explain),
    responses((status = 200, description = "The verdict.", body = Verdict), NoSuchId, Revoked, Common))]
pub async fn explain(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    QueryParams(request): QueryParams<Explain>,
) -> ApiResult<Json<Verdict>> {
    let key = active(&server, &signed_in, id).await?;
    let asked = ParsedRequest::read(&request)?;
    let told = |decided: Result<Grant, Rule>| match decided {
        Ok(grant) => (true, grant.as_str().to_owned(), grant.to_string()),
        Err(rule) => (false, rule.as_str().to_owned(), rule.told_of(asked.address)),
    };
    let at_gateway = told(at_gateway(&key, asked.caller()));
    let (at, (allowed, rule, sentence), gateway) = match &key.project {
        None => (PresentedAt::Gateway, at_gateway, None),
        Some(project) => {
            let has_server = server.work().session_signer(project.id).await?.is_some();
            let connected = told(at_exchange(&key, has_server, asked.caller()));
            let (allowed, rule, sentence) = at_gateway;
            let gateway = GatewayVerdict {
                allowed,
                rule,
                sentence,
            };
            (PresentedAt::Connection, connected, Some(gateway))
        }
    };
    Ok(Json(Verdict {
        allowed,
        at,
        rule,
        sentence,
        origin: asked.origin,
        gateway,
    }))
}

/// Decided by the same functions as the exchange and the gateway check.
fn decide(
    key: &KeyRecord,
    may: fn(Scope, &Settings, bool, Caller) -> Result<Grant, Rule>,
    caller: Caller<'_>,
) -> Result<Grant, Rule> {
    if let Some(rule) = key.state.refuses() {
        return Err(rule);
    }
    let deployed = key.project.as_ref().is_none_or(|project| project.deployed);
    let grant = may(key.scope, &key.settings, deployed, caller)?;
    unless_ended(grant, key.local_development_ended)
}

/// A gateway goes on with no session.
fn at_gateway(key: &KeyRecord, caller: Caller<'_>) -> Result<Grant, Rule> {
    let resumes = false;
    decide(key, may_pass, Caller { resumes, ..caller })
}

fn at_exchange(key: &KeyRecord, has_server: bool, caller: Caller<'_>) -> Result<Grant, Rule> {
    let grant = decide(key, may_connect, caller)?;
    match has_server {
        true => Ok(grant),
        false => Err(Rule::NoSessionServer),
    }
}

/// The request that is asked about, read.
struct ParsedRequest<'a> {
    origin: Option<String>,
    address: Option<IpAddr>,
    bundle: Option<&'a str>,
    resumes: bool,
}

impl<'a> ParsedRequest<'a> {
    /// What is empty is as absent.
    fn read(request: &'a Explain) -> ApiResult<Self> {
        let given =
            |field: &'a Option<String>| field.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let origin = given(&request.origin).map(origin_of_page).transpose();
        let address = given(&request.address).map(str::parse).transpose();
        let session_id = given(&request.session_id);
        if let Some(id) = session_id {
            connect::valid_session_id("session_id", id)?;
        }
        Ok(Self {
            origin: origin.map_err(|message| ApiError::malformed("origin", message))?,
            address: address.map_err(|_| {
                ApiError::malformed("address", "Write an address like 203.0.113.7 or 2001:db8::7.")
            })?,
            bundle: given(&request.bundle),
            resumes: session_id.is_some(),
        })
    }

    fn caller(&self) -> Caller<'_> {
        Caller {
            origin: match self.origin.as_deref() {
                None => Origin::Absent,
                Some("null") => Origin::Opaque,
                Some(origin) => Origin::Page(origin),
            },
            address: self.address,
            is_unnamed: false,
            bundle: self.bundle,
            resumes: self.resumes,
        }
    }
}
