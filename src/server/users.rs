//! The people of the organisation; for Owners.

use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::removals::InPortions;
use super::removals::progress::finished_soon;
use crate::api::{
    CreatedUser, KeyDisposition, KeyFilter, NewToken, NewUser, OngoingRemoval, Person, ProblemType,
    RemovalProgress, RemovedUser, User, UserEdit, UserQuery, UserRemoval,
};
use crate::model::{FieldErrors, Secret, StateFilter, Token, TokenKind, email};
use crate::server::auth::signed_in::{SignedIn, owner_only};
use crate::server::http::body::{Json, NoBody};
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::{self, Id, QueryParams};
use crate::server::http::openapi::{
    BadBody, BadQuery, Common, Forbidden, LastOwner, NoSuchId, Stays, UnwantedBody,
};
use crate::server::keys::left;
use crate::server::seal::SealError;
use crate::server::state::ServerState;
use crate::server::store::{Fate, NewUserRecord, Removal, RoleChange, Taken, Visible};

/// People by email address. The `id` of the last one is the `after` of the next page.
#[utoipa::path(get, path = "/v1/users", tag = "users", params(UserQuery),
    responses((status = 200, description = "The people of the organisation.", body = Vec<Person>), BadQuery, Forbidden, Common))]
pub async fn list(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    QueryParams(query): QueryParams<UserQuery>,
) -> ApiResult<Json<Vec<Person>>> {
    owner_only(&signed_in)?;
    let query = UserQuery {
        limit: Some(extract::limit(query.limit)?),
        q: extract::q(query.q)?,
        ..query
    };
    Ok(Json(server.people().people(&query).await?))
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
        .people()
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
    responses((status = 200, description = "The user.", body = User), NoSuchId, BadBody, LastOwner, Forbidden, Common))]
pub async fn edit(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    Json(edit): Json<UserEdit>,
) -> ApiResult<Json<User>> {
    owner_only(&signed_in)?;
    match server.people().set_role(id, edit.role, signed_in.actor).await? {
        RoleChange::Changed(user) => Ok(Json(user)),
        RoleChange::Missing => Err(ApiError::not_found()),
        RoleChange::LastOwner => Err(last_owner()),
    }
}

/// A new sign-in token in place of the one before, which becomes invalid immediately.
#[utoipa::path(post, path = "/v1/users/{id}/token", tag = "users", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "The token; nobody can read it again.", body = NewToken), NoSuchId, Forbidden, UnwantedBody, Common))]
pub async fn replace_token(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    _: NoBody,
) -> ApiResult<Json<NewToken>> {
    owner_only(&signed_in)?;
    let token = Token::generate(TokenKind::User).map_err(SealError::from)?;
    match server
        .people()
        .replace_token(id, token.hash(), signed_in.actor)
        .await?
    {
        true => Ok(Json(NewToken {
            token: Some(Secret::new(token.expose())),
        })),
        false => Err(ApiError::not_found()),
    }
}

/// Removes a user, and revokes or hands over their active keys. Their token is invalid at once, and so are keys that are
/// revoked. Of very many keys the answer does not wait for the last: it is 202 then, and the rest goes on.
#[utoipa::path(delete, path = "/v1/users/{id}", tag = "users", params(("id" = uuid::Uuid, Path), UserRemoval),
    responses((status = 200, description = "What was done.", body = RemovedUser),
        (status = 202, description = "The user is removed, and their keys are being dealt with; `Location` and `progress` say where to ask how far it is.", body = OngoingRemoval,
            headers(("location" = String))), NoSuchId, Stays, Forbidden, Common))]
pub async fn remove(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    QueryParams(removal): QueryParams<UserRemoval>,
) -> ApiResult<Response> {
    owner_only(&signed_in)?;
    let disposition = disposition(&removal)?;
    match server
        .people()
        .remove_user(id, disposition, signed_in.actor)
        .await?
    {
        Removal::Removed(removed) => Ok(Json(removed).into_response()),
        Removal::Begun(begun) => {
            server.removals.take_on(InPortions::Removal(id));
            let look = || server.people().removal(id);
            let progress = finished_soon(begun, RemovalProgress::is_finished, look).await;
            if progress.is_finished() {
                return Ok(Json(progress.removed).into_response());
            }
            goes_on(OngoingRemoval::new(id, progress))
        }
        Removal::HasKeys(keys) => {
            let expired = KeyFilter {
                creator: Some(id),
                state: Some(StateFilter::Expired),
                ..KeyFilter::default()
            };
            let expired = server.keys().count_keys(Visible::All, &expired).await?.total();
            let which = if keys == 1 { "it" } else { "them" };
            Err(in_use(&format!(
                "{}; say what happens to {which}",
                left(keys, expired)
            )))
        }
        Removal::NobodyToHandTo => Err(ApiError::invalid_field(
            "to",
            "There is no other person with this id to hand the keys over to.",
        )),
        Removal::IsHeir => Err(ApiError::new(
            ProblemType::InUse,
            "Keys of a removed person are being handed over to this person; try again when that is done.",
        )),
        Removal::LastOwner => Err(last_owner()),
        Removal::Missing => Err(ApiError::not_found()),
    }
}

/// Says where to ask how far it is, twice: as HTTP does, and beside what is done so far.
fn goes_on(removal: OngoingRemoval) -> ApiResult<Response> {
    let location = HeaderValue::try_from(&removal.progress).map_err(|_| ApiError::internal())?;
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], Json(removal)).into_response())
}

fn disposition(removal: &UserRemoval) -> ApiResult<Option<Fate>> {
    match (removal.keys, removal.to) {
        (Some(KeyDisposition::HandOver), Some(to)) => Ok(Some(Fate::HandOver(to))),
        (Some(KeyDisposition::HandOver), None) => Err(ApiError::invalid_field(
            "to",
            "Give the id of the person to hand the keys over to.",
        )),
        (_, Some(_)) => Err(ApiError::invalid_field(
            "to",
            "This is only used with keys=hand_over: send that too, or leave this out.",
        )),
        (Some(KeyDisposition::Revoke), None) => Ok(Some(Fate::Revoke)),
        (None, None) => Ok(None),
    }
}

fn in_use(keys: &str) -> ApiError {
    ApiError::new(
        ProblemType::InUse,
        format!(
            "This person has {keys}: keys=hand_over with the id of another person as `to`, or keys=revoke."
        ),
    )
}

fn last_owner() -> ApiError {
    ApiError::new(
        ProblemType::LastOwner,
        "This is the last Owner; make someone else an Owner first.",
    )
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::api::RemovedUser;

    #[tokio::test]
    async fn a_removal_that_goes_on_says_where_to_ask_for_it() {
        let removed = RemovedUser {
            keys_revoked: 3,
            keys_handed_over: 0,
            projects_handed_over: 0,
            renamed: 0,
        };
        let id = Uuid::from_u128(7);
        let answer = goes_on(OngoingRemoval::new(id, RemovalProgress { removed, left: 4 }));
        let answer = answer.expect("an answer");
        let path = format!("/v1/removals/{id}");
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        assert_eq!(answer.headers()[LOCATION], path);
        let body = to_bytes(answer.into_body(), 4096).await.expect("a body");
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        let expected = json!({"id": id, "progress": path, "keys_revoked": 3, "keys_handed_over": 0,
            "projects_handed_over": 0, "renamed": 0, "left": 4});
        assert_eq!(body, expected);
    }
}
