//! Finding keys: pages, counts, one by id, one by hash.

use axum::extract::State;

use super::{Versioned, active, called, seen_by};
use crate::api::{
    CountExtra, Key, KeyCounting, KeyCounts, KeyExtra, KeyFilter, KeyList, KeyPage, KeyRow, Lookup,
    LookupAnswer, Order, PageFrom, ProblemType, Sort,
};
use crate::model::{FieldErrors, StateFilter, TokenHash};
use crate::server::auth::policy;
use crate::server::auth::signed_in::SignedIn;
use crate::server::http::body::Json;
use crate::server::http::cursor::{self, PageOrder};
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::extract::{self, Id, QueryParams};
use crate::server::http::openapi::{BadBody, BadQuery, Common, NoSuchId, Revoked};
use crate::server::state::ServerState;
use crate::server::store::{Found, FoundToken, KeyQuery, Place, Position, Visible};

/// A page of keys; without those that have expired or were revoked, unless `state` asks for them. Revoked keys come in the
/// order in which they were revoked, the newest first. At most one of `after`, `before`, `at`, `around` and `from` is given.
#[utoipa::path(get, path = "/v1/keys", tag = "keys", params(KeyList),
    responses((status = 200, description = "The page.", body = KeyPage),
        (status = 404, description = "The key of `around` doesn't match the filter.",
            body = crate::api::Problem, content_type = "application/problem+json"),
        BadQuery, Common))]
pub async fn list(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    QueryParams(mut list): QueryParams<KeyList>,
) -> ApiResult<Json<KeyPage>> {
    let visible = policy::visible(&signed_in.user);
    list.sort = sort_of(&list, visible);
    let order = order_of(&list)?;
    let filter = asked(&server, &signed_in, list.filter()).await?;
    let query = key_query(list, filter, visible)?;
    let slice = server.keys().keys(&query).await?.ok_or_else(|| {
        ApiError::new(
            ProblemType::NotFound,
            "The key of `around` doesn't match the filter; leave it out, or use another filter.",
        )
    })?;
    let end = |more: bool, item: Option<&(_, Place)>| match (more, item) {
        (true, Some((_, place))) => Some(cursor::encode(order, place)),
        _ => None,
    };
    Ok(Json(KeyPage {
        next: end(slice.more_after, slice.items.last()),
        previous: end(slice.more_before, slice.items.first()),
        items: slice
            .items
            .into_iter()
            .map(|(record, place)| KeyRow {
                key: seen_by(&signed_in.user, record),
                cursor: cursor::encode(order, &place),
            })
            .collect(),
    }))
}

/// How many keys match, by scope.
#[utoipa::path(get, path = "/v1/keys/counts", tag = "keys", params(KeyCounting),
    responses((status = 200, description = "The counts.", body = KeyCounts), BadQuery, Common))]
pub async fn counts(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    QueryParams(counting): QueryParams<KeyCounting>,
) -> ApiResult<Json<KeyCounts>> {
    let filter = asked(&server, &signed_in, counting.filter()).await?;
    let visible = policy::visible(&signed_in.user);
    let mut counts = server.keys().count_keys(visible, &filter).await?;
    if counting.with == Some(CountExtra::Attention) {
        counts.attention = Some(server.keys().attention(visible).await?);
    }
    Ok(Json(counts))
}

/// One key.
#[utoipa::path(get, path = "/v1/keys/{id}", tag = "keys", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "The key.", body = Key, headers(("ETag" = String))),
        NoSuchId, Revoked, Common))]
pub async fn show(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Id(id): Id,
) -> ApiResult<Versioned> {
    let record = active(&server, &signed_in, id).await?;
    Versioned::new(seen_by(&signed_in.user, record))
}

/// Which key, revoked or not, has a token of this SHA-256, or had it before it was rotated? For a leaked key.
#[utoipa::path(post, path = "/v1/keys/lookup", tag = "keys", request_body = Lookup,
    responses((status = 200, description = "The key, or what is known of a revoked one.", body = LookupAnswer),
        (status = 404, description = "No key that the user may see has this hash.",
            body = crate::api::Problem, content_type = "application/problem+json"),
        BadBody, Common))]
pub async fn lookup(
    State(server): State<ServerState>,
    signed_in: SignedIn,
    Json(lookup): Json<Lookup>,
) -> ApiResult<Json<LookupAnswer>> {
    let hash = TokenHash::from_hex(&lookup.sha256).ok_or_else(|| {
        ApiError::invalid_field(
            "sha256",
            "Send the SHA-256 of the token as 64 hexadecimal digits, never the token itself.",
        )
    })?;
    let visible = policy::visible(&signed_in.user);
    match server.keys().key_by_hash(&hash, visible).await? {
        Some(found) => Ok(Json(answer(&signed_in, found))),
        None => Err(ApiError::not_found()),
    }
}

fn answer(signed_in: &SignedIn, token: FoundToken) -> LookupAnswer {
    match token.found {
        Found::Revoked(key) => LookupAnswer::of(seen_by(&signed_in.user, *key.record), token.which),
        Found::Active(record) => {
            let key = seen_by(&signed_in.user, record);
            match token.replaced_at {
                Some(replaced_at) => LookupAnswer::Rotated {
                    key: Box::new(key),
                    replaced_at,
                },
                None => LookupAnswer::of(key, token.which),
            }
        }
    }
}

fn key_query(list: KeyList, filter: KeyFilter, visible: Visible) -> ApiResult<KeyQuery> {
    Ok(KeyQuery {
        visible,
        filter,
        sort: list.sort,
        descending: list.order() == Order::Desc,
        limit: extract::limit(list.limit)?,
        position: position(&list, order_of(&list)?)?,
        week: list.with == Some(KeyExtra::Week),
    })
}

/// As it is asked of the store, except for what is called by its name.
pub(super) fn valid_filter(filter: KeyFilter) -> Result<KeyFilter, FieldErrors> {
    let filter = filter.valid()?;
    let text =
        |field: &str, text| extract::text_filter(text).map_err(|message| FieldErrors::one(field, message));
    Ok(KeyFilter {
        q: text("q", filter.q)?,
        name: text("name", filter.name)?,
        project_name: text("project_name", filter.project_name)?,
        creator_name: text("creator_name", filter.creator_name)?,
        ..filter
    })
}

pub(super) async fn asked(
    server: &ServerState,
    signed_in: &SignedIn,
    filter: KeyFilter,
) -> ApiResult<KeyFilter> {
    let filter = valid_filter(filter).map_err(|errors| malformed(errors, false))?;
    let resolved = called::resolved(server, &signed_in.user, filter).await?;
    resolved.map_err(|errors| malformed(errors, true))
}

/// `in_words`: what is wrong is for the person who asked, and not for who wrote the program.
fn malformed(errors: FieldErrors, in_words: bool) -> ApiError {
    match errors.0.into_iter().next() {
        Some(error) if in_words => {
            ApiError::new(ProblemType::Malformed, error.message.clone()).with_errors(FieldErrors(vec![error]))
        }
        Some(error) => ApiError::malformed(&error.field, error.message),
        None => ApiError::malformed("filter", "The filter is invalid."),
    }
}

/// What there is one project or person of is in the order of names.
fn sort_of(list: &KeyList, visible: Visible) -> Sort {
    match list.sort {
        Sort::Project if list.project.is_some() => Sort::Name,
        Sort::Creator if list.creator.is_some() || visible != Visible::All => Sort::Name,
        sort => sort,
    }
}

/// What the pages are ordered by.
fn order_of(list: &KeyList) -> ApiResult<PageOrder> {
    match (list.state, list.sort) {
        (Some(StateFilter::Revoked), Sort::CreatedAt) => Ok(PageOrder::Revoked),
        (Some(StateFilter::Revoked), _) => Err(ApiError::malformed(
            "sort",
            "Revoked keys are listed in the order in which they were revoked; leave out `sort`.",
        )),
        (_, sort) => Ok(PageOrder::By(sort)),
    }
}

fn position(list: &KeyList, order: PageOrder) -> ApiResult<Position> {
    let place = |field, text: &str| {
        cursor::decode(order, text).map_err(|error| ApiError::malformed(field, error.to_string()))
    };
    let given = [
        list.after.is_some(),
        list.before.is_some(),
        list.at.is_some(),
        list.around.is_some(),
        list.from.is_some(),
    ];
    if given.into_iter().filter(|&given| given).count() > 1 {
        return Err(ApiError::new(
            ProblemType::Malformed,
            "Give one of `after`, `before`, `at`, `around` and `from`; each of them says where the page begins.",
        ));
    }
    Ok(match list {
        KeyList {
            after: Some(text), ..
        } => Position::After(place("after", text)?),
        KeyList {
            before: Some(text), ..
        } => Position::Before(place("before", text)?),
        KeyList { at: Some(text), .. } => Position::At(place("at", text)?),
        KeyList { around: Some(id), .. } => Position::Around(*id),
        KeyList {
            from: Some(PageFrom::End),
            ..
        } => Position::End,
        _ => Position::Start,
    })
}
