//! Who passes the activity log on to somebody else: how far each is, and which server does so at the moment. A reader goes by
//! a name, and one server at a time holds it, until it lets go or its time is over.

use jiff::SignedDuration;
use uuid::Uuid;

use super::activity::ActivityFilter;
use super::db::{Change, Db, insert_unless, values};
use super::tables::LOG_READERS;
use super::{StoreError, StoreResult};
use crate::api::Activity;

/// The rows after `after`, up to `to`, oldest first.
pub async fn rows<D: Db>(db: &D, after: u64, to: u64) -> StoreResult<Vec<Activity>> {
    let filter = ActivityFilter {
        from: Some(number(after) + 1),
        before: Some(number(to) + 1),
        ..ActivityFilter::default()
    };
    let limit = to.saturating_sub(after) as usize;
    let mut rows: Vec<Activity> = filter.select::<D>(limit).all(db).await?;
    rows.reverse();
    Ok(rows)
}

/// The number of the last row that the reader has passed on. `None`: it never began.
pub async fn place(db: &impl Db, name: &str) -> StoreResult<Option<u64>> {
    db.maybe("SELECT seq FROM log_readers WHERE name = ?", values![name])
        .await
}

/// Takes the reader for so long; one that never began begins after the row `first`. Returns how far it is. `None`: another server
/// has it.
pub async fn claim(
    change: &mut impl Change,
    name: &str,
    first: u64,
    holder: Uuid,
    lease: SignedDuration,
) -> StoreResult<Option<u64>> {
    let now = change.now();
    let until = now
        .checked_add(lease)
        .map_err(|error| StoreError::Fault(error.to_string()))?;
    let row = super::db::columns! { name: name, seq: number(first) };
    insert_unless(change.db(), &LOG_READERS, row, "(name)").await?;
    let sql = "UPDATE log_readers SET holder = ?, held_until = ?
                WHERE name = ? AND (holder IS NULL OR holder = ? OR held_until <= ?) RETURNING seq";
    change
        .db()
        .maybe(sql, values![holder, until, name, holder, now])
        .await
}

/// Notes how far it is, and lets go. `false`: another server has taken it since.
pub async fn advance(change: &mut impl Change, name: &str, seq: u64, holder: Uuid) -> StoreResult<bool> {
    let sql =
        "UPDATE log_readers SET seq = ?, holder = NULL, held_until = NULL WHERE name = ? AND holder = ?";
    let changed = change.db().run(sql, values![number(seq), name, holder]).await?;
    Ok(changed == 1)
}

fn number(seq: u64) -> i64 {
    seq.min(i64::MAX as u64 - 1) as i64
}
