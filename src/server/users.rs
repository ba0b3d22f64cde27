//! The people of the organisation; for Owners.

use axum::extract::State;
use axum::http::StatusCode;

use super::auth::SignedIn;
use super::body::Json;
use super::error::{ApiError, ApiResult};
use super::extract::Id;
use super::openapi::{BadBody, Common, Forbidden, NoSuchId};
use super::policy;
use super::state::ServerState;
use super::store::{NewUserRecord, RoleChange, Taken};
use crate::api::{CreatedUser, NewUser, User, UserEdit};
use crate::model::{FieldErrors, Secret, Token, TokenKind, email};
use crate::server::seal::SealError;

/// Every user.
#[utoipa::path(get, path = "/v1/users", tag = "users",
    responses((status = 200, description = "All users.", body = Vec<User>), Forbidden, Common))]
pub async fn list(State(server): State<ServerState>, signed_in: SignedIn) -> ApiResult<Json<Vec<User>>> {
    owner_only(&signed_in)?;
    Ok(Json(server.store.users().await?))
}

/// Adds a user. The answer carries their sign-in token, which nobody can read again.
#[utoipa::path(post, path = "/v1/users", tag = "users", request_body = NewUser,
    responses((status = 201, description = "The user and their token.", body = CreatedUser), BadBody, Forbidden, Common))]
pub async fn add(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Json(new): Json<NewUser>,
) -> ApiResult<(StatusCode, Json<CreatedUser>)> {
    owner_only(&signed_in)?;
    let email = email::parse(&new.email).map_err(|message| FieldErrors::one("email", message))?;
    let token = Token::generate(TokenKind::User).map_err(SealError::from)?;
    let record = NewUserRecord {
        email,
        role: new.role,
        token: Some(token.hash()),
    };
    let user = server
        .store
        .add_user(record, signed_in.actor)
        .await?
        .map_err(|Taken| {
            ApiError::invalid_field(
                "email",
                "There is a user with this address; change their role instead.",
            )
        })?;
    let token = Some(Secret::new(token.expose()));
    Ok((StatusCode::CREATED, Json(CreatedUser { user, token })))
}

/// Changes a user's role. It applies from their next request on.
#[utoipa::path(patch, path = "/v1/users/{id}", tag = "users", params(("id" = uuid::Uuid, Path)), request_body = UserEdit,
    responses((status = 200, description = "The user.", body = User), NoSuchId, BadBody, Forbidden, Common))]
pub async fn edit(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    Json(edit): Json<UserEdit>,
) -> ApiResult<Json<User>> {
    owner_only(&signed_in)?;
    match server.store.set_role(id, edit.role, signed_in.actor).await? {
        RoleChange::Changed(user) => Ok(Json(user)),
        RoleChange::Missing => Err(ApiError::not_found()),
        RoleChange::LastOwner => Err(ApiError::invalid_field(
            "role",
            "This is the last Owner; make someone else an Owner first.",
        )),
    }
}

fn owner_only(signed_in: &SignedIn) -> ApiResult<()> {
    match policy::may_manage_users(&signed_in.user) {
        true => Ok(()),
        false => Err(ApiError::forbidden("Only an Owner looks after users.")),
    }
}
