//! How many keys match: read from the counts that triggers keep, or, under a text or usage filter,
//! counted up to a cap.

use super::filter::{Candidates, Filter};
use crate::api::{COUNT_CAP, KeyCounts};
use crate::server::store::StoreResult;
use crate::server::store::count::of;
use crate::server::store::db::Db;
use crate::server::store::filter::UsageFilter;
use crate::server::store::sql::Sql;

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
    let mut sql = Sql::new("SELECT scope, count(*) FROM (SELECT k.scope FROM keys AS k");
    filter.push_to(&mut sql);
    if let Some(found) = among {
        sql.push(" AND k.seq = ANY(?)", [found.seqs.as_slice().into()]);
    }
    sql.push(&format!(" LIMIT {}) AS k GROUP BY scope", COUNT_CAP + 1), []);
    let mut counts = KeyCounts::default();
    for (scope, n) in sql.all(db).await? {
        *of(&mut counts, scope) = n;
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
