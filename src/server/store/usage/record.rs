//! Writing what was counted of keys at work, once a second.
//!
//! A key that is used touches several indexes. Of few keys all is written at once. Of many, which would hold up those
//! who change something, it is put into a log in the same second, by buckets of keys, and carried over a few keys at a
//! time ([`settle`]); keys that are used again meanwhile cost no more for it.

use super::apply::{HourCounts, apply, count};
use super::pending::{FORGOTTEN, Pending, SETTLED, packed};
use super::{Tally, merged};
use crate::server::store::StoreResult;
use crate::server::store::clock::{self, Clocks, Steady};
use crate::server::store::db::{Change, Db, columns, exists, insert, run_rows, values};
use crate::server::store::for_rows::ForRows;
use crate::server::store::report::logged;
use crate::server::store::tables::{Kind, USAGE_HOURS, USAGE_LOG};
use crate::server::store::token_uses;

static LOG_BUCKETS: ForRows = ForRows::new(
    &[("bucket", Kind::Number), ("tallies", Kind::Bytes)],
    "INSERT INTO usage_log (bucket, tallies) SELECT {bucket}, {tallies} FROM {rows}",
);

/// Returns whether there is something to settle.
pub async fn record(change: &impl Change, pending: &Pending, steady: &Steady) -> StoreResult<bool> {
    let db = change.db();
    let clocks = clock::read(db, change.now(), steady).await?;
    forget(db, clocks).await?;
    token_uses::forget(db, clocks).await?;
    correct_future(db, clocks).await?;
    match pending {
        Pending::Few(tallies) => {
            let tallies: Vec<&Tally> = tallies.iter().flatten().collect();
            apply(db, &tallies, clocks).await?;
            Ok(false)
        }
        Pending::Many(buckets) => {
            let rows = buckets
                .iter()
                .map(|(bucket, packed)| values![*bucket, packed].to_vec());
            run_rows(db, &LOG_BUCKETS, rows.collect(), &[]).await?;
            Ok(true)
        }
    }
}

/// Carries over the first keys of the bucket that has waited the longest. Returns whether more wait.
pub async fn settle(change: &impl Change, steady: &Steady) -> StoreResult<bool> {
    let db = change.db();
    let clocks = clock::read(db, change.now(), steady).await?;
    correct_future(db, clocks).await?;
    let oldest = "SELECT seq, bucket FROM usage_log ORDER BY seq LIMIT 1";
    let Some((seq, bucket)): Option<(i64, i64)> = db.maybe(oldest, &[]).await? else {
        return Ok(false);
    };
    let merged = merged(logged(db, bucket).await?);
    let (now, later) = merged.split_at(merged.len().min(SETTLED));
    apply(db, &now.iter().collect::<Vec<_>>(), clocks).await?;
    db.run("DELETE FROM usage_log WHERE bucket = ?", values![bucket])
        .await?;
    if !later.is_empty() {
        let packed = packed(later)?;
        let row = columns! { seq: seq, bucket: bucket, tallies: &packed };
        insert(db, &USAGE_LOG, row).await?;
    }
    exists(db, "SELECT 1 FROM usage_log LIMIT 1", &[]).await
}

/// Hours that are not shown any more are deleted, a little with each second of use.
async fn forget<D: Db>(db: &D, clocks: Clocks) -> StoreResult<()> {
    let sql = D::DIALECT.delete_first(&USAGE_HOURS, "hour < ?");
    db.run(&sql, values![clocks.first_hour(), FORGOTTEN]).await?;
    Ok(())
}

/// What was counted under a clock that was far ahead is of now at the latest, a little with each second of use: else a
/// key would look as if it were used until that time comes.
async fn correct_future<D: Db>(db: &D, clocks: Clocks) -> StoreResult<()> {
    let index = D::DIALECT.hint("INDEXED BY keys_by_last_used_at");
    let ahead = format!(
        "SELECT seq FROM keys {index}
          WHERE revoked_at IS NULL AND marked_expired IN (FALSE, TRUE) AND last_used_at > ? LIMIT ?"
    );
    let keys: Vec<i64> = db.all(&ahead, values![clocks.future(), FORGOTTEN]).await?;
    if !keys.is_empty() {
        let [of_keys, of_sources] = ["seq", "key"].map(|column| D::DIALECT.among(column));
        let sql = format!("UPDATE keys SET last_used_at = ? WHERE {of_keys}");
        db.run(&sql, values![clocks.now, keys.as_slice()]).await?;
        let sql = format!("UPDATE key_sources SET last_used_at = ? WHERE {of_sources} AND last_used_at > ?");
        db.run(&sql, values![clocks.now, keys.as_slice(), clocks.now])
            .await?;
    }
    let ahead = D::DIALECT.delete_first(&USAGE_HOURS, "hour > ?");
    let hours: Vec<(i64, String, i64)> = db
        .all(
            &format!("{ahead} RETURNING key, rule, n"),
            values![clocks.last_hour(), FORGOTTEN],
        )
        .await?;
    let mut counts = HourCounts::default();
    for (key, rule, n) in &hours {
        counts.add(clocks.hour(), *key, rule, *n);
    }
    count(db, counts).await
}
