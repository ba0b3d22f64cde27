//! What was decided about reports of leaked keys, also by what is done to the key itself. Of a key that is revoked, the
//! database writes it down.

use jiff::Timestamp;

use super::StoreResult;
use super::db::{Change, Db, values};
use crate::model::{LeakDecision, WhichToken};

/// About all reports of a key that nobody has decided about.
pub async fn of_key(change: &mut impl Change, key: i64, decision: LeakDecision) -> StoreResult<()> {
    let (at, by) = (change.now(), change.actor()?.seq);
    let sql =
        "UPDATE leaks SET decided_at = ?, decided_by = ?, decision = ? WHERE key = ? AND decided_at IS NULL";
    let values = values![at, by, decision.as_str(), key];
    change.db().run(sql, values).await.map(drop)
}

/// About the reports of a token that a rotation, begun at `began`, has made invalid: the old one, which was the only one before,
/// or a new one.
pub async fn of_ended_token(
    change: &mut impl Change,
    key: i64,
    ended: WhichToken,
    began: Timestamp,
) -> StoreResult<()> {
    let (at, by) = (change.now(), change.actor()?.seq);
    let is_of_it = match ended {
        WhichToken::Old => "(reported_at < ? OR token = ?)",
        _ => "(reported_at >= ? AND token = ?)",
    };
    let sql = format!(
        "UPDATE leaks SET decided_at = ?, decided_by = ?, decision = ? WHERE key = ? AND decided_at IS NULL AND {is_of_it}"
    );
    let decision = LeakDecision::Rotated.as_str();
    let values = values![at, by, decision, key, began, ended.as_str()];
    change.db().run(&sql, values).await.map(drop)
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
