//! The signed-in user.

use axum::extract::State;

use super::auth::SignedIn;
use super::body::Json;
use super::openapi::Common;
use super::policy;
use super::state::ServerState;
use crate::api::Me;

/// Who is signed in, and what they may do.
#[utoipa::path(get, path = "/v1/me", tag = "me",
    responses((status = 200, description = "The user, the organisation and the permissions.", body = Me), Common))]
pub async fn show(State(server): State<ServerState>, signed_in: SignedIn) -> Json<Me> {
    Json(Me {
        may: policy::permissions(&signed_in.user),
        user: signed_in.user,
        organisation: server.organisation.clone(),
    })
}
