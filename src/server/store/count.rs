//! How many active keys there are, read from the counts that triggers keep.

use super::StoreResult;
use super::db::{Db, one, values};
use crate::api::KeyCounts;
use crate::model::Scope;

/// How many a creator has in a project; 0 is any.
pub async fn active(db: &impl Db, creator: i64, project: i64) -> StoreResult<u64> {
    let sql = "SELECT CAST(coalesce(sum(n), 0) AS bigint) FROM key_counts WHERE creator = ? AND project = ?";
    one(db, sql, values![creator, project]).await
}

/// Those of a scope.
pub fn of(counts: &mut KeyCounts, scope: Scope) -> &mut u64 {
    match scope {
        Scope::Web => &mut counts.web,
        Scope::Mobile => &mut counts.mobile,
        Scope::Analytics => &mut counts.analytics,
    }
}
