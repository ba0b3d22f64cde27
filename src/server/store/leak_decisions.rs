//! What was decided about reports of leaked keys, also by what is done to the key itself. Of a key that is revoked, the
//! database writes it down.

use super::StoreResult;
use super::db::{Change, Db, values};
use crate::model::LeakDecision;

/// About all reports of a key that nobody has decided about.
pub async fn of_key(change: &mut impl Change, key: i64, decision: LeakDecision) -> StoreResult<()> {
    let (at, by) = (change.now(), change.actor()?.seq);
    let sql =
        "UPDATE leaks SET decided_at = ?, decided_by = ?, decision = ? WHERE key = ? AND decided_at IS NULL";
    let values = values![at, by, decision.as_str(), key];
    change.db().run(sql, values).await.map(drop)
}

/// About one report.
pub async fn of_one(
    change: &mut impl Change,
    seq: i64,
    decision: LeakDecision,
    reason: Option<&str>,
) -> StoreResult<()> {
    let (at, by) = (change.now(), change.actor()?.seq);
    let sql = "UPDATE leaks SET decided_at = ?, decided_by = ?, decision = ?, reason = ?
                WHERE seq = ? AND decided_at IS NULL";
    let values = values![at, by, decision.as_str(), reason.unwrap_or_default(), seq];
    change.db().run(sql, values).await.map(drop)
}
