//! Marks on keys that have expired, so that pages of those that have not need not step over them: the indexes of pages have
//! marked keys apart. A mark decides nothing. What belongs to a list is decided by the clock, and those keys of it whose mark
//! says something else, as few as expired since the server last looked, are found along an index of their own.

use super::StoreResult;
use super::db::{Change, Db, exists, values};
use super::dialect::Dialect;
use super::key_row::NEVER;
use super::sql::Sql;

/// Keys that are marked in one transaction, which takes some 15 ms of SQLite.
const PORTION: i64 = 128;
/// The index of marks.
const INDEX: &str = "keys_by_mark";

/// ` AND …`: the keys of a table named `k` that are marked, or are not.
pub fn marked(is_marked: bool) -> &'static str {
    match is_marked {
        true => " AND k.marked_expired = TRUE",
        false => " AND k.marked_expired = FALSE",
    }
}

/// ` FROM … WHERE …`: the keys, as `k`, that have expired but are not marked, or the other way round.
fn strays(dialect: Dialect, expired: bool) -> String {
    let (along, now) = (dialect.keys_along(INDEX, false), dialect.now());
    let marked = marked(!expired);
    match expired {
        true => format!("{along}{marked} AND k.expires_at < {NEVER} AND k.expires_at <= {now}"),
        false => format!("{along}{marked} AND k.expires_at > {now}"),
    }
}

/// Those keys of a list, of expired keys or of others, whose mark says something else: `columns` of each.
pub fn select_strays(dialect: Dialect, expired: bool, columns: &str) -> Sql<'static> {
    Sql::new(format!("SELECT {columns}{}", strays(dialect, expired)))
}

/// Whether there are any.
pub fn are_strays(dialect: Dialect, expired: bool) -> String {
    format!("EXISTS (SELECT 1{})", strays(dialect, expired))
}

/// Whether a mark says something else than the clock.
pub async fn are_behind<D: Db>(db: &D) -> StoreResult<bool> {
    let [expired, others] = [true, false].map(|expired| are_strays(D::DIALECT, expired));
    exists(db, &format!("SELECT 1 WHERE {expired} OR {others}"), &[]).await
}

/// Makes some marks say what the clock says. Returns whether that was all that one transaction is for, so that more may be
/// left.
pub async fn set<C: Change>(change: &mut C) -> StoreResult<bool> {
    let db = change.db();
    let mut most = 0;
    for expired in [true, false] {
        let mut some = select_strays(C::Db::DIALECT, expired, "k.seq");
        some.push(&format!(" ORDER BY k.expires_at LIMIT {PORTION}"), []);
        some.text.push_str(C::Db::DIALECT.unless_locked());
        let seqs: Vec<i64> = some.all(db).await?;
        if !seqs.is_empty() {
            let keys = C::Db::DIALECT.among("seq");
            let sql = format!("UPDATE keys SET marked_expired = ? WHERE {keys}");
            db.run(&sql, values![expired, seqs.as_slice()]).await?;
        }
        most = most.max(seqs.len());
    }
    Ok(most == PORTION as usize)
}
