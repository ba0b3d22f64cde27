//! The signed-in user.

use axum::extract::State;

use crate::api::Me;
use crate::server::auth::policy;
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::Json;
use crate::server::http::openapi::Common;
use crate::server::state::ServerState;

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
