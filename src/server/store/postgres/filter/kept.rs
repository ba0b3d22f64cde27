//! The counts that triggers keep.

use super::Filter;
use crate::api::KeyCounts;
use crate::server::store::StoreResult;
use crate::server::store::count::of;
use crate::server::store::db::Db;
use crate::server::store::sql::Sql;

/// How many keys match the filter without its text and usage.
pub async fn kept(db: &impl Db, filter: &Filter) -> StoreResult<KeyCounts> {
    let mut sql = Sql::new("SELECT scope, n FROM key_counts WHERE ");
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
        sql.push(" AND scope = ?", [scope.into()]);
    }
    let mut counts = KeyCounts::default();
    for (scope, n) in sql.all(db).await? {
        *of(&mut counts, scope) = n;
    }
    Ok(counts)
}
