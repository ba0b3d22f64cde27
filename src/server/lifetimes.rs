//! The organisation's policy: the longest lifetimes of keys. Everybody may read it, since it applies to the keys that they create.

use axum::extract::State;
use strum::IntoEnumIterator;

use crate::api::{Policy, PolicyEdit};
use crate::model::expiry::MAX_DAYS;
use crate::model::{FieldErrors, Scope};
use crate::server::auth::policy;
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::Json;
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::openapi::{BadBody, Common, Forbidden};
use crate::server::state::ServerState;

/// The policy of the organisation.
#[utoipa::path(get, path = "/v1/policy", tag = "policy",
    responses((status = 200, description = "The policy.", body = Policy), Common))]
pub async fn show(State(server): State<ServerState>, _: SignedIn) -> ApiResult<Json<Policy>> {
    Ok(Json(server.keys().policy().await?))
}

/// Changes the policy. Keys that exceed it stay as they are until they are renewed; `exceeds_policy` lists them.
#[utoipa::path(patch, path = "/v1/policy", tag = "policy", request_body = PolicyEdit,
    responses((status = 200, description = "The policy.", body = Policy), BadBody, Forbidden, Common))]
pub async fn edit(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Json(edit): Json<PolicyEdit>,
) -> ApiResult<Json<Policy>> {
    if !policy::may_set_policy(&signed_in.user) {
        return Err(ApiError::forbidden(
            "Only an Owner sets the policy of the organisation.",
        ));
    }
    let mut errors = FieldErrors::default();
    for scope in Scope::iter() {
        let days = edit.longest_lifetime_days.of(scope).flatten();
        if days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
            errors.push(
                format!("longest_lifetime_days.{}", scope.as_str()),
                format!("This is a number of days from 1 to {MAX_DAYS}, or null for no limit."),
            );
        }
    }
    errors.into_result()?;
    Ok(Json(server.keys().set_policy(edit, signed_in.actor).await?))
}
