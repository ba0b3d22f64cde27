//! Projects, which keys are assigned to.

use axum::extract::State;
use axum::http::StatusCode;
use uuid::Uuid;

use crate::api::{KeyFilter, NewProject, ProblemType, Project, ProjectEdit, ProjectQuery, User};
use crate::model::{FieldErrors, StateFilter, name};
use crate::server::auth::policy;
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::Json;
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::{self, Id, QueryParams};
use crate::server::http::openapi::{BadBody, BadQuery, Common, Forbidden, InUse, NoSuchId};
use crate::server::keys::left;
use crate::server::state::ServerState;
use crate::server::store::{ProjectRecord, ProjectRemoval, Taken};

/// Projects by name. The `id` of the last one is the `after` of the next page.
#[utoipa::path(get, path = "/v1/projects", tag = "projects", params(ProjectQuery),
    responses((status = 200, description = "The projects that the user may see.", body = Vec<Project>), BadQuery, Common))]
pub async fn list(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    QueryParams(query): QueryParams<ProjectQuery>,
) -> ApiResult<Json<Vec<Project>>> {
    let query = ProjectQuery {
        limit: Some(extract::limit(query.limit)?),
        q: extract::q(query.q)?,
        ..query
    };
    let visible = policy::visible(&signed_in.user);
    let projects = server.projects().projects(&query, visible).await?.into_iter();
    Ok(Json(
        projects
            .map(|project| seen_by(&signed_in.user, project))
            .collect(),
    ))
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
        .projects()
        .add_project(name, new.deployed, signed_in.actor)
        .await?
        .map_err(taken)?;
    let project = seen_by(&signed_in.user, project);
    Ok((StatusCode::CREATED, Json(project)))
}

/// Renames, deploys or undeploys a project. What is absent stays.
#[utoipa::path(patch, path = "/v1/projects/{id}", tag = "projects", params(("id" = Uuid, Path)),
    request_body = ProjectEdit,
    responses((status = 200, description = "The project.", body = Project), NoSuchId, BadBody, Forbidden, Common))]
pub async fn edit(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    Json(edit): Json<ProjectEdit>,
) -> ApiResult<Json<Project>> {
    may_edit(&server, &signed_in, id).await?;
    let name = edit.name.as_deref().map(valid_name).transpose()?;
    let (visible, actor) = (policy::visible(&signed_in.user), signed_in.actor);
    let project = server
        .projects()
        .edit_project(id, name, edit.deployed, visible, actor)
        .await?
        .ok_or_else(ApiError::not_found)?
        .map_err(taken)?;
    Ok(Json(seen_by(&signed_in.user, project)))
}

/// Removes a project whose keys were all revoked, with its session server. Its name is free again.
#[utoipa::path(delete, path = "/v1/projects/{id}", tag = "projects", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is removed."), NoSuchId, InUse, Forbidden, Common))]
pub async fn remove(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
) -> ApiResult<StatusCode> {
    may_edit(&server, &signed_in, id).await?;
    let (visible, actor) = (policy::visible(&signed_in.user), signed_in.actor);
    match server.projects().remove_project(id, visible, actor).await? {
        ProjectRemoval::Removed => Ok(StatusCode::NO_CONTENT),
        ProjectRemoval::HasKeys(keys) => {
            let expired = KeyFilter {
                project: Some(id),
                state: Some(StateFilter::Expired),
                ..KeyFilter::default()
            };
            let expired = server.keys().count_keys(visible, &expired).await?.total();
            let which = if keys == 1 { "it" } else { "them" };
            Err(in_use(&format!("{}; revoke {which} first", left(keys, expired))))
        }
        ProjectRemoval::HasKeysOfOthers => Err(in_use(
            "active keys of others; ask an Owner or Support to revoke them",
        )),
        ProjectRemoval::Missing => Err(ApiError::not_found()),
    }
}

/// A project as `user` sees it.
pub fn seen_by(user: &User, record: ProjectRecord) -> Project {
    let may = policy::project_may(user, record.creator.id);
    Project {
        may,
        id: record.id,
        name: record.name,
        creator: record.creator,
        deployed: record.deployed,
        created_at: record.created_at,
        keys: record.keys,
        session_server: record.session_server.filter(|_| may.session_server),
    }
}

/// The project of this id, if the user may see it.
pub async fn seen(server: &ServerState, signed_in: &SignedIn, id: Uuid) -> ApiResult<ProjectRecord> {
    let visible = policy::visible(&signed_in.user);
    let project = server.projects().project(id, visible).await?;
    project.ok_or_else(ApiError::not_found)
}

async fn may_edit(server: &ServerState, signed_in: &SignedIn, id: Uuid) -> ApiResult<()> {
    let project = seen(server, signed_in, id).await?;
    match policy::may_edit_project(&signed_in.user, project.creator.id) {
        true => Ok(()),
        false => Err(ApiError::forbidden(
            "Your role doesn't edit projects; ask an Owner.",
        )),
    }
}

fn in_use(keys: &str) -> ApiError {
    ApiError::new(ProblemType::InUse, format!("This project has {keys}."))
}

fn valid_name(text: &str) -> Result<String, FieldErrors> {
    name::parse(text).map_err(|message| FieldErrors::one("name", message))
}

fn taken(_: Taken) -> ApiError {
    ApiError::invalid_field(
        "name",
        "There is already a project with this name; choose another one.",
    )
}
