//! The activity log: who did what to which key.

use axum::extract::State;
use serde_json::Value;

use crate::api::{
    Activity, ActivityAction, ActivityHead, ActivityPage, ActivityQuery, ChainHash, Comparison,
    ComparisonQuery, DEFAULT_LIMIT, MAX_LIMIT, Stated, User,
};
use crate::server::auth::policy;
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::Json;
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::{self, QueryParams};
use crate::server::http::openapi::{BadQuery, Common, Forbidden};
use crate::server::row_numbers::RowNumbers;
use crate::server::state::ServerState;
use crate::server::store::Cursor;

/// What the log calls the parts of a session server.
const OF_SESSION_SERVERS: [&str; 3] = ["url", "key_name", "private_key"];

/// What was done, newest first. A user who sees only their own keys sees only what was done to these.
#[utoipa::path(get, path = "/v1/activity", tag = "activity", params(ActivityQuery),
    responses((status = 200, description = "A page of the log.", body = ActivityPage), BadQuery, Common))]
pub async fn list(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    QueryParams(query): QueryParams<ActivityQuery>,
) -> ApiResult<Json<ActivityPage>> {
    if query.action == Some(ActivityAction::Unknown) {
        return Err(ApiError::malformed(
            "action",
            "There is no such action; /openapi.json lists the actions.",
        ));
    }
    let user = &signed_in.user;
    let numbers = own_numbers(&server, user);
    let before = query.before.map(|number| match numbers {
        Some(numbers) => numbers.read(user.id, number),
        None => number,
    });
    let query = ActivityQuery {
        limit: Some(extract::limit(query.limit)?),
        q: extract::q(query.q)?,
        // No log is longer, and databases count with a sign.
        before: before.map(|seq| seq.min(i64::MAX as u64)),
        ..query
    };
    let page = page(&server, user, query).await?;
    let shown = |seq| numbers.map_or(seq, |numbers| numbers.shown(user.id, seq));
    Ok(Json(ActivityPage {
        items: page
            .items
            .into_iter()
            .map(|row| Activity {
                seq: shown(row.seq),
                ..seen_by(user, row)
            })
            .collect(),
        next: page.next.map(shown),
        withheld: page.withheld,
    }))
}

/// As many rows as are asked for, of those that the user may see.
async fn page(server: &ServerState, user: &User, mut query: ActivityQuery) -> ApiResult<ActivityPage> {
    let visible = policy::visible(user);
    if policy::may_set_session_servers(user) || !policy::may_see_all_activity(user) {
        // To those who see only what was done to their keys, nothing of projects is said.
        return Ok(server.log().activity(&query, visible).await?);
    }
    let mut page = ActivityPage::default();
    if query.action.is_some_and(ActivityAction::is_about_session_servers) {
        return Ok(page);
    }
    let all = ActivityQuery {
        limit: query.limit,
        before: query.before,
        ..ActivityQuery::default()
    };
    let is_whole = query == all;
    let wanted = query.limit.unwrap_or(DEFAULT_LIMIT) as usize;
    query.limit = Some(MAX_LIMIT.min(wanted as u32) + 1);
    // Until there is one more, which says that there is a next page.
    loop {
        let read = server.log().activity(&query, visible).await?;
        for row in read.items {
            // Withheld for all removed projects: withholding only some would reveal which had a session server.
            if row.action.is_about_session_servers() || row.action == ActivityAction::ProjectRemoved {
                let (seq, hash) = (row.seq, row.hash);
                page.withheld.push(ActivityHead { seq, hash });
            }
            if !row.action.is_about_session_servers() {
                page.items.push(row);
            }
        }
        query.before = read.next;
        // A search looks at so many rows at a time.
        if read.next.is_none() || page.items.len() > wanted || query.q.is_some() {
            break;
        }
        query.limit = Some(MAX_LIMIT);
    }
    page.next = query.before;
    if page.items.len() > wanted {
        page.items.truncate(wanted);
        page.next = page.items.last().map(|last| last.seq);
    }
    page.withheld
        .retain(|place| is_whole && page.next.is_none_or(|next| place.seq >= next));
    Ok(page)
}

/// The numbers that rows go by for those who don't see the whole log.
pub fn own_numbers<'a>(server: &'a ServerState, user: &User) -> Option<&'a RowNumbers> {
    (!policy::may_see_all_activity(user)).then_some(&server.row_numbers)
}

/// A row without what `user` may not see: users who see only a part of the log don't see others' addresses, nor
/// the hash, from which the address and the row's number could be guessed; session servers, which removed projects had too,
/// are for those who may set them.
fn seen_by(user: &User, mut row: Activity) -> Activity {
    if !policy::may_see_all_activity(user) {
        row.address = row
            .address
            .filter(|_| row.actor.as_ref().is_some_and(|actor| actor.id == user.id));
        row.stated = Stated::default();
        row.hash = ChainHash::START;
    }
    if row.action == ActivityAction::ProjectRemoved
        && !policy::may_set_session_servers(user)
        && let Value::Object(changes) = &mut row.changes
    {
        changes.retain(|field, _| !OF_SESSION_SERVERS.contains(&field.as_str()));
    }
    row
}

/// The newest row of the whole log, as the server recorded it when it wrote the row.
#[utoipa::path(get, path = "/v1/activity/head", tag = "activity",
    responses((status = 200, description = "Its number and hash.", body = ActivityHead), Forbidden, Common))]
pub async fn head(State(server): State<ServerState>, signed_in: SignedIn) -> ApiResult<Json<ActivityHead>> {
    require_all(&signed_in)?;
    Ok(Json(server.log().activity_head().await?))
}

/// Whether people, projects, gateways and keys match the log, part by part. The client verifies the log itself;
/// the server compares the tables with it.
#[utoipa::path(get, path = "/v1/activity/comparison", tag = "activity", params(ComparisonQuery),
    responses((status = 200, description = "The comparison of a part of the tables with the log.", body = Comparison),
              BadQuery, Forbidden, Common))]
pub async fn compare(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    QueryParams(query): QueryParams<ComparisonQuery>,
) -> ApiResult<Json<Comparison>> {
    require_all(&signed_in)?;
    let from = match &query.after {
        None => Cursor::START,
        Some(text) => text.parse().map_err(|()| {
            ApiError::malformed(
                "after",
                "This is no `next` of an earlier answer; leave it out to begin.",
            )
        })?,
    };
    let compared = server.log().compare(from).await?;
    Ok(Json(Comparison {
        rows: compared.rows,
        next: compared.next.map(|next| next.to_string()),
        unexplained: compared.unexplained,
    }))
}

fn require_all(signed_in: &SignedIn) -> ApiResult<()> {
    match policy::may_see_all_activity(&signed_in.user) {
        true => Ok(()),
        false => Err(ApiError::forbidden(
            "Your role sees only what was done to your own keys; ask an Owner, a Support or an Analytics user.",
        )),
    }
}
