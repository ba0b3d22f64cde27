//! What keys are assigned to.

use axum::extract::State;
use axum::http::StatusCode;

use super::auth::SignedIn;
use super::body::Json;
use super::error::{ApiError, ApiResult};
use super::extract::{self, Id, Query};
use super::openapi::{BadBody, BadQuery, Common, Forbidden, NoSuchId};
use super::policy;
use super::state::ServerState;
use super::store::Taken;
use crate::api::{NewProject, Project, ProjectEdit, ProjectQuery};
use crate::model::{FieldErrors, name};

/// Projects by name. The `id` of the last one is the `after` of the next page.
#[utoipa::path(get, path = "/v1/projects", tag = "projects", params(ProjectQuery),
    responses((status = 200, description = "The projects that the user may see.", body = Vec<Project>), BadQuery, Common))]
pub async fn list(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Query(query): Query<ProjectQuery>,
) -> ApiResult<Json<Vec<Project>>> {
    let query = ProjectQuery {
        limit: Some(extract::limit(query.limit)?),
        q: extract::q(query.q)?,
        ..query
    };
    let visible = policy::visible(&signed_in.user);
    Ok(Json(server.store.projects(&query, visible).await?))
}

/// Creates a project.
#[utoipa::path(post, path = "/v1/projects", tag = "projects", request_body = NewProject,
    responses((status = 201, description = "The project.", body = Project), BadBody, Forbidden, Common))]
pub async fn create(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Json(new): Json<NewProject>,
) -> ApiResult<(StatusCode, Json<Project>)> {
    if !policy::may_create_projects(&signed_in.user) {
        return Err(ApiError::forbidden(
            "Your role doesn't create projects; ask an Owner.",
        ));
    }
    let name = valid_name(&new.name)?;
    let project = server
        .store
        .add_project(name, new.deployed, signed_in.actor)
        .await?
        .map_err(taken)?;
    Ok((StatusCode::CREATED, Json(project)))
}

/// Renames, deploys or withdraws a project. What is absent stays.
#[utoipa::path(patch, path = "/v1/projects/{id}", tag = "projects", params(("id" = uuid::Uuid, Path)),
    request_body = ProjectEdit,
    responses((status = 200, description = "The project.", body = Project), NoSuchId, BadBody, Forbidden, Common))]
pub async fn edit(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    Json(edit): Json<ProjectEdit>,
) -> ApiResult<Json<Project>> {
    let current = server
        .store
        .project(id)
        .await?
        .filter(|project| policy::may_see(&signed_in.user, project.creator.id))
        .ok_or_else(ApiError::not_found)?;
    if !policy::may_edit_project(&signed_in.user, current.creator.id) {
        return Err(ApiError::forbidden(
            "Your role doesn't edit projects; ask an Owner.",
        ));
    }
    let name = edit.name.as_deref().map(valid_name).transpose()?;
    server
        .store
        .edit_project(id, name, edit.deployed, signed_in.actor)
        .await?
        .ok_or_else(ApiError::not_found)?
        .map(Json)
        .map_err(taken)
}

fn valid_name(text: &str) -> Result<String, FieldErrors> {
    name::parse(text).map_err(|message| FieldErrors::one("name", message))
}

fn taken(_: Taken) -> ApiError {
    ApiError::invalid_field("name", "There is a project of this name; choose another one.")
}
