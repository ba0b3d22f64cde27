//! How many keys match: read from the counts that triggers keep, or, under a text or usage filter,
//! counted up to a cap.

use super::ask::{self, Db};
pub use super::filter::kept::kept;
use super::filter::kept::of;
use super::filter::{Candidates, Filter};
use super::rows::scope;
use super::sql::{Bound, Sql};
use crate::api::{COUNT_CAP, KeyCounts};
use crate::server::store::StoreResult;
use crate::server::store::filter::UsageFilter;

/// How many active keys a creator has in a project; 0 is any.
pub async fn active(db: &impl Db, creator: i64, project: i64) -> StoreResult<u64> {
    let sql = "SELECT coalesce(sum(n), 0)::bigint FROM key_counts WHERE creator = $1 AND project = $2";
    let row = ask::one(db, sql, &[&creator, &project]).await?;
    Ok(row.try_get::<_, i64>(0)? as u64)
}

/// Whether the counts that are kept tell.
pub fn is_kept(filter: &Filter) -> bool {
    filter.text.is_none() && filter.usage == UsageFilter::default()
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
