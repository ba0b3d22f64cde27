//! How many keys match: read from the counts that triggers keep, or, under a text or usage filter,
//! counted up to a cap.

use super::ask::Db;
use super::filter::{Candidates, Filter};
use super::rows::{rank, scope};
use super::sql::{Bound, Sql};
use crate::api::{COUNT_CAP, KeyCounts};
use crate::model::Scope;
use crate::server::store::StoreResult;
use crate::server::store::filter::UsageFilter;

/// Whether the counts that are kept tell.
pub fn is_kept(filter: &Filter) -> bool {
    filter.text.is_none() && filter.usage == UsageFilter::default()
}

/// How many keys match the filter without its text and usage.
pub async fn kept(db: &impl Db, filter: &Filter) -> StoreResult<KeyCounts> {
    let mut sql = Sql::new("SELECT scope, n FROM key_counts WHERE ".into());
    match filter.creator {
        None => sql.push("creator = 0", []),
        Some(id) => sql.push("creator = (SELECT seq FROM users WHERE id = ?)", [id.into()]),
    }
    match filter.project {
        None => sql.push(" AND project = 0", []),
        Some(id) => sql.push(
            " AND project = (SELECT seq FROM projects WHERE id = ?)",
            [id.into()],
        ),
    }
    if let Some(scope) = filter.scope {
        sql.push(" AND scope = ?", [rank(scope).into()]);
    }
    let mut counts = KeyCounts::default();
    for row in sql.all(db).await? {
        *of(&mut counts, scope(&row, 0)?) = row.try_get::<_, i64>(1)? as u64;
    }
    Ok(counts)
}

pub async fn counted(
    db: &impl Db,
    filter: &Filter,
    candidates: Option<&Candidates>,
) -> StoreResult<KeyCounts> {
    if let Some(found) = candidates {
        let counts = rows(db, filter, Some(found)).await?;
        // When some are missing, that is no matter if there are enough without them.
        if found.complete || counts.capped {
            return Ok(counts);
        }
    }
    rows(db, filter, None).await
}

async fn rows(db: &impl Db, filter: &Filter, among: Option<&Candidates>) -> StoreResult<KeyCounts> {
    let mut sql = Sql::new("SELECT scope, count(*) FROM (SELECT k.scope FROM keys AS k".into());
    filter.push_to(&mut sql);
    if let Some(found) = among {
        sql.push(" AND k.seq = ANY(?)", [Bound::Numbers(found.seqs.clone())]);
    }
    sql.push(&format!(" LIMIT {}) AS k GROUP BY scope", COUNT_CAP + 1), []);
    let mut counts = KeyCounts::default();
    for row in sql.all(db).await? {
        *of(&mut counts, scope(&row, 0)?) = row.try_get::<_, i64>(1)? as u64;
    }
    if counts.total() > COUNT_CAP {
        counts.capped = true;
        // The one that told.
        let scopes = [&mut counts.web, &mut counts.mobile, &mut counts.analytics];
        if let Some(most) = scopes.into_iter().max() {
            *most -= 1;
        }
    }
    Ok(counts)
}

fn of(counts: &mut KeyCounts, scope: Scope) -> &mut u64 {
    match scope {
        Scope::Web => &mut counts.web,
        Scope::Mobile => &mut counts.mobile,
        Scope::Analytics => &mut counts.analytics,
    }
}
