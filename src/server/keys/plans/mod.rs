//! Many keys at once: a plan says what would be done to which keys, and is carried out exactly so, or not at all.

mod asked;
mod evaluate;

use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use self::asked::AskedPlan;
use self::evaluate::{Evaluated, evaluate};
use super::{called, wrong_end};
use crate::api::{
    NewPlan, Plan, PlanAction, PlanDifference, PlanExtra, PlanProgress, PlannedChange, ProblemType,
};
use crate::model::{BulkChange, expiry};
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::{Json, LongJson, NoBody};
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::Id;
use crate::server::http::openapi::{BadPlan, Common, NoSuchId, PlanRefused, UnwantedBody};
use crate::server::removals::InPortions;
use crate::server::removals::progress::finished_soon;
use crate::server::state::ServerState;
use crate::server::store::{NewPlanRecord, PlanCommit, PlanRecord, PlanScope};

/// What would be done to many keys: to those of `ids`, or to those that match `filter`. Nothing is done yet. The plan is
/// valid for ten minutes, and for the caller alone; of those that are not committed, a person has eight at most.
#[utoipa::path(post, path = "/v1/keys/plan", tag = "keys", request_body = NewPlan,
    responses((status = 201, description = "The plan.", body = Plan, headers(("Location" = String))), BadPlan, Common))]
pub async fn make(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    LongJson(new): LongJson<NewPlan>,
) -> ApiResult<Response> {
    let with = new.with;
    let AskedPlan { change, scope } = asked::read(new)?;
    let scope = named(&server, &signed_in, scope).await?;
    let evaluated = evaluate(&server, &signed_in.user, &change, &scope).await?;
    let evaluated = evaluated.map_err(|many| many.refused())?;
    may_end(&server, &change, &evaluated).await?;
    let (action, told) = (PlanAction::from(&change), PlannedChange::from(&change));
    let record = NewPlanRecord {
        change,
        asked: scope,
        keys: evaluated.keys.iter().map(|key| (key.id, key.version)).collect(),
    };
    let made = server.plans().make_plan(record, signed_in.actor).await?;
    let plan = Plan {
        plan: made.id.simple().to_string(),
        action,
        change: told,
        count: evaluated.keys.len() as u64,
        sample: evaluated.planned(false),
        keys: with.map(|PlanExtra::Keys| evaluated.planned(true)),
        breakdown: evaluated.breakdown(),
        expires_at: made.ends_at,
    };
    let location = format!("/v1/keys/plan/{}", plan.plan);
    let location = HeaderValue::try_from(location).map_err(|_| ApiError::internal())?;
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(plan)).into_response())
}

/// With the ids of what a filter calls by its name, so that the plan is of these whatever is called so later.
async fn named(server: &ServerState, signed_in: &SignedIn, scope: PlanScope) -> ApiResult<PlanScope> {
    let PlanScope::Filter(filter) = scope else {
        return Ok(scope);
    };
    let resolved = called::resolved(server, &signed_in.user, *filter).await?;
    let scope = resolved.map(|filter| PlanScope::Filter(Box::new(filter)));
    scope.map_err(|mut errors| {
        for error in &mut errors.0 {
            error.field = format!("filter.{}", error.field);
        }
        ApiError::invalid(errors)
    })
}

/// Whether the keys may be given this end: of each scope that there is among them, the organisation's policy says so.
async fn may_end(server: &ServerState, change: &BulkChange, evaluated: &Evaluated) -> ApiResult<()> {
    let BulkChange::SetExpiry { expires_at } = change else {
        return Ok(());
    };
    let policy = server.keys().policy().await?;
    let now = Timestamp::now();
    for key in &evaluated.keys {
        let longest = policy.longest_lifetime_days.of(key.scope);
        if let Some(sentence) = expiry::refusal(*expires_at, key.scope, now, longest) {
            return Err(wrong_end(sentence));
        }
    }
    Ok(())
}

/// How far a plan of the caller's is, committed or not.
#[utoipa::path(get, path = "/v1/keys/plan/{id}", tag = "keys", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "What it has done so far.", body = PlanProgress), NoSuchId, Common))]
pub async fn show(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
) -> ApiResult<Json<PlanProgress>> {
    let progress = server.plans().plan_progress(id, signed_in.user.id).await?;
    progress.map(Json).ok_or_else(no_plan)
}

/// Carries out a plan of the caller's: exactly what it showed, or nothing. A plan that was committed before is not carried
/// out again; the answer is how far it is. Of very many keys the answer does not wait for the last: it is 202 then, and the
/// rest goes on. A key that someone changes meanwhile is left alone and named.
#[utoipa::path(post, path = "/v1/keys/plan/{id}", tag = "keys", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "What it has done.", body = PlanProgress),
        (status = 202, description = "What it has done so far; ask again with GET.", body = PlanProgress),
        NoSuchId, PlanRefused, UnwantedBody, Common))]
pub async fn commit(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
    _: NoBody,
) -> ApiResult<Response> {
    let person = signed_in.user.id;
    let plan = server.plans().plan(id, person).await?.ok_or_else(no_plan)?;
    let added = match plan.progress.committed_at {
        None => added(&server, &signed_in, &plan).await?,
        Some(_) => PlanDifference::default(),
    };
    match server.plans().commit_plan(id, added, signed_in.actor).await? {
        PlanCommit::Committed(begun) => {
            if !begun.is_finished() {
                server.removals.take_on(InPortions::Plan(id));
            }
            let look = || server.plans().plan_progress(id, person);
            let progress = finished_soon(begun, PlanProgress::is_finished, look).await;
            let status = match progress.is_finished() {
                true => StatusCode::OK,
                false => StatusCode::ACCEPTED,
            };
            Ok((status, Json(progress)).into_response())
        }
        PlanCommit::Differs(difference) => Err(ApiError::plan_changed(difference)),
        PlanCommit::Over => Err(ApiError::new(
            ProblemType::PlanExpired,
            "This plan is older than ten minutes, so nothing was done; make another one.",
        )),
        PlanCommit::WrongEnd(sentence) => Err(wrong_end(sentence)),
        PlanCommit::Missing => Err(no_plan()),
    }
}

/// The keys that would be in the plan if it was made now, and are not.
async fn added(server: &ServerState, signed_in: &SignedIn, plan: &PlanRecord) -> ApiResult<PlanDifference> {
    match evaluate(server, &signed_in.user, &plan.change, &plan.asked).await? {
        Ok(now) => Ok(now.added_to(&plan.keys)),
        Err(many) => Ok(PlanDifference {
            added: many.0.saturating_sub(plan.keys.len() as u64),
            ..PlanDifference::default()
        }),
    }
}

fn no_plan() -> ApiError {
    ApiError::new(
        ProblemType::NotFound,
        "There is no such plan of yours: a plan is valid for ten minutes, and eight newer ones take its place. Make it again.",
    )
}
