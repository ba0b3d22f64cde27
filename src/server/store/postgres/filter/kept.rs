//! The counts that triggers keep.

use super::Filter;
use crate::api::KeyCounts;
use crate::model::Scope;
use crate::server::store::StoreResult;
use crate::server::store::postgres::ask::Db;
use crate::server::store::postgres::rows::{rank, scope};
use crate::server::store::postgres::sql::Sql;

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

/// The count of a scope.
pub fn of(counts: &mut KeyCounts, scope: Scope) -> &mut u64 {
    match scope {
        Scope::Web => &mut counts.web,
        Scope::Mobile => &mut counts.mobile,
        Scope::Analytics => &mut counts.analytics,
    }
}
