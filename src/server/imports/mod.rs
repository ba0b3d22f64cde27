//! Imports: keys of other products, all of them or none. They arrive in portions, each of which is checked at once, and
//! become keys by one transaction.

mod portion;
pub mod running;

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use tokio::time::timeout;
use uuid::Uuid;

use crate::api::{
    ImportBegun, ImportCommitment, ImportOutcome, ImportPortion, MAX_IMPORTED, MAX_PORTION, ProblemType,
};
use crate::model::{FieldErrors, Scope};
use crate::server::auth::policy;
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::{Json, LongJson, NoBody};
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::Id;
use crate::server::http::openapi::{BadBody, BadPlan, Common, Forbidden, NoSuchId, UnwantedBody};
use crate::server::state::ServerState;
use crate::server::store::{IMPORT_WAITS, ImportCommit, ImportCounts, ImportFault, Staging};
use strum::IntoEnumIterator;

/// How long a request waits for the end of an import.
const WAIT: Duration = Duration::from_secs(5);

/// Begins an import of keys of other products. It is committed within an hour, or forgotten; of imports that are open, a
/// person has two at most.
#[utoipa::path(post, path = "/v1/imports", tag = "keys",
    responses((status = 201, description = "It is begun.", body = ImportBegun), Forbidden, UnwantedBody, Common))]
pub async fn begin(State(server): State<ServerState>, signed_in: SignedIn, _: NoBody) -> ApiResult<Response> {
    let user = &signed_in.user;
    if !Scope::iter().any(|scope| policy::may_create(user, scope, Some(user.id))) {
        return Err(ApiError::forbidden(
            "Your role doesn't create keys; ask an Owner.",
        ));
    }
    let id = Uuid::now_v7();
    server.imports().begin_import(id, signed_in.actor).await?;
    let expires_at = Timestamp::now()
        .saturating_add(IMPORT_WAITS)
        .unwrap_or(Timestamp::MAX);
    let begun = ImportBegun {
        import: id,
        expires_at,
    };
    Ok((StatusCode::CREATED, Json(begun)).into_response())
}

/// Adds keys to an import of the caller's; all of these, or none. Nobody sees them until it is committed. A line that is
/// there already is not taken again.
#[utoipa::path(post, path = "/v1/imports/{id}/keys", tag = "keys", params(("id" = uuid::Uuid, Path)),
    request_body = ImportPortion,
    responses((status = 204, description = "They are there."), NoSuchId, BadPlan, Forbidden, Common))]
pub async fn add(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    LongJson(given): LongJson<ImportPortion>,
) -> ApiResult<StatusCode> {
    if given.keys.len() > MAX_PORTION {
        let most = format!("A portion has {MAX_PORTION} keys at most; send the others in another one.");
        return Err(ApiError::invalid_field("keys", most));
    }
    let staged = portion::read(&server, &signed_in.user, &given.keys).await?;
    match server.imports().stage_keys(id, staged, signed_in.actor).await? {
        Staging::Staged => Ok(StatusCode::NO_CONTENT),
        Staging::Missing => Err(no_import()),
        Staging::TooMany => {
            let most = format!("An import has {MAX_IMPORTED} keys at most; import the others afterwards.");
            Err(ApiError::invalid_field("keys", most))
        }
    }
}

/// Makes keys of all that an import of the caller's has, or says what would come of it. The rules of creation hold for each;
/// where one of them is broken, nothing is imported, and `errors` names the lines, as in `lines[12].token`. Of very many keys
/// the answer does not wait for the end: it is 202 then; ask again in the same way.
#[utoipa::path(post, path = "/v1/imports/{id}", tag = "keys", params(("id" = uuid::Uuid, Path)),
    request_body = ImportCommitment,
    responses((status = 200, description = "What came of it, or would.", body = ImportOutcome),
        (status = 202, description = "It goes on; ask again in the same way.", body = ImportOutcome),
        (status = 409, description = "The root key was rotated meanwhile; import again.",
            body = crate::api::Problem, content_type = "application/problem+json"),
        NoSuchId, BadBody, Common))]
pub async fn commit(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    Json(asked): Json<ImportCommitment>,
) -> ApiResult<Response> {
    let committed = match asked.dry_run {
        true => {
            let visible = policy::visible(&signed_in.user);
            let person = signed_in.user.id;
            let skip = asked.skip_existing;
            Some(server.imports().dry_import(id, person, visible, skip).await?)
        }
        false => {
            let (state, actor) = (server.clone(), signed_in.actor);
            let mut running = server.running_imports.join((id, actor.user), async move {
                state
                    .imports()
                    .commit_import(id, asked.skip_existing, actor)
                    .await
            });
            match timeout(WAIT, running.finished()).await {
                Ok(outcome) => Some(outcome?),
                Err(_) => None,
            }
        }
    };
    let outcome = |finished, counts: ImportCounts| ImportOutcome {
        import: id,
        finished,
        dry_run: asked.dry_run,
        imported: counts.imported,
        skipped: counts.skipped,
    };
    match committed {
        None => {
            let begun = outcome(false, ImportCounts::default());
            Ok((StatusCode::ACCEPTED, Json(begun)).into_response())
        }
        Some(ImportCommit::Done(counts)) => Ok(Json(outcome(true, counts)).into_response()),
        Some(ImportCommit::Refused(faults, count)) => Err(refused(faults, count)),
        Some(ImportCommit::Outdated) => Err(ApiError::new(
            ProblemType::PlanChanged,
            "The root key was rotated since this import was begun, so nothing was imported; import again.",
        )),
        Some(ImportCommit::Missing) => Err(no_import()),
    }
}

/// Forgets an import of the caller's that was not committed.
#[utoipa::path(delete, path = "/v1/imports/{id}", tag = "keys", params(("id" = uuid::Uuid, Path)),
    responses((status = 204, description = "It is forgotten."), NoSuchId, Common))]
pub async fn give_up(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
) -> ApiResult<StatusCode> {
    match server.imports().give_up_import(id, signed_in.actor).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(no_import()),
    }
}

fn refused(faults: Vec<ImportFault>, count: u64) -> ApiError {
    let told = faults.len() as u64;
    let mut errors = FieldErrors::default();
    for fault in faults {
        errors.push(format!("lines[{}].{}", fault.line, fault.field), fault.message);
    }
    if count > told {
        errors.push("lines", format!("And {} more.", count - told));
    }
    ApiError::invalid(errors).saying(format!(
        "Nothing was imported: {count} {}; `errors` names the lines.",
        if count == 1 {
            "thing is wrong"
        } else {
            "things are wrong"
        }
    ))
}

fn no_import() -> ApiError {
    ApiError::new(
        ProblemType::NotFound,
        "There is no such import of yours: one that was not committed within an hour is forgotten. Import again.",
    )
}
