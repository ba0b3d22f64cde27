//! The session servers of projects; for Owners.

use axum::extract::State;
use axum::http::StatusCode;
use uuid::Uuid;

use crate::api::{Project, SessionServer, SessionServerEdit};
use crate::model::session_server::{self, ValidSessionServer};
use crate::server::auth::policy;
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::Json;
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::Id;
use crate::server::http::openapi::{BadBody, Common, Forbidden, NoSuchId};
use crate::server::projects::{seen, seen_by};
use crate::server::state::ServerState;
use crate::server::store::{NewSessionServer, SessionServerChange, StoreError};

/// Sets where a project's keys connect to. The private key is never answered.
#[utoipa::path(put, path = "/v1/projects/{id}/session-server", tag = "projects", params(("id" = Uuid, Path)),
    request_body = SessionServerEdit,
    responses((status = 200, description = "The project.", body = Project), NoSuchId, BadBody, Forbidden, Common))]
pub async fn set(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    Json(edit): Json<SessionServerEdit>,
) -> ApiResult<Json<Project>> {
    may_set(&server, &signed_in, id).await?;
    let valid = session_server::validate(&edit.url, &edit.key_name, edit.private_key.as_ref())?;
    match stored(&server, &signed_in, id, valid).await? {
        SessionServerChange::Set(project) => Ok(Json(seen_by(&signed_in.user, project))),
        SessionServerChange::NoPrivateKey => Err(ApiError::invalid_field(
            "private_key",
            "No private key is set yet; give the one of the session server.",
        )),
        SessionServerChange::Missing => Err(ApiError::not_found()),
    }
}

/// Seals the private key and stores it: once more, when the data key was replaced meanwhile.
async fn stored(
    server: &ServerState,
    signed_in: &SignedIn,
    id: Uuid,
    valid: ValidSessionServer,
) -> ApiResult<SessionServerChange> {
    let sealed = || {
        let key = valid.private_key.as_ref();
        key.map(|key| server.seals.now().seal_session_key(id, key))
            .transpose()
    };
    let mut new = NewSessionServer {
        server: SessionServer {
            url: valid.url,
            key_name: valid.key_name,
        },
        private_key: sealed()?,
    };
    match server
        .projects()
        .set_session_server(id, new.clone(), signed_in.actor)
        .await
    {
        Err(StoreError::DataKeyReplaced) => {}
        set => return Ok(set?),
    }
    server.renew_seals().await?;
    new.private_key = sealed()?;
    Ok(server
        .projects()
        .set_session_server(id, new, signed_in.actor)
        .await?)
}

/// Removes a project's session server, and destroys its private key.
#[utoipa::path(delete, path = "/v1/projects/{id}/session-server", tag = "projects", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It has none."), NoSuchId, Forbidden, Common))]
pub async fn remove(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
) -> ApiResult<StatusCode> {
    may_set(&server, &signed_in, id).await?;
    match server
        .projects()
        .remove_session_server(id, signed_in.actor)
        .await?
    {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found()),
    }
}

pub async fn may_set(server: &ServerState, signed_in: &SignedIn, project: Uuid) -> ApiResult<()> {
    seen(server, signed_in, project).await?;
    match policy::may_set_session_servers(&signed_in.user) {
        true => Ok(()),
        false => Err(ApiError::forbidden(
            "Only an Owner manages session servers; ask one.",
        )),
    }
}
