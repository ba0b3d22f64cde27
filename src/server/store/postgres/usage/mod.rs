//! What was counted of keys at work, once a second from each server. As in the embedded store, few keys
//! are written at once, and many put down in a log that is carried over little by little.

mod apply;
mod report;

use tokio_postgres::Row;

pub use self::report::report;
use super::ask::{self, Db};
use super::change::Change;
use crate::server::store::counted::{Entry, FORGOTTEN, SETTLED, packed, unpacked};
use crate::server::store::{HOURS_KEPT, StoreResult, Tally, merged};

/// Returns whether there is something to settle.
pub async fn record(change: &Change<'_>, entry: &Entry) -> StoreResult<bool> {
    match entry {
        Entry::Few(tallies) => {
            let tallies: Vec<&Tally> = tallies.iter().flatten().collect();
            let newest = tallies.iter().map(|tally| tally.hour).max().unwrap_or(0);
            forget(change, newest).await?;
            apply::apply(change, &tallies).await?;
            Ok(false)
        }
        Entry::Many(rows, newest) => {
            forget(change, *newest).await?;
            let (buckets, packed): (Vec<i64>, Vec<&[u8]>) = rows
                .iter()
                .map(|(bucket, packed)| (*bucket, packed.as_slice()))
                .unzip();
            let sql =
                "INSERT INTO usage_log (bucket, tallies) SELECT * FROM unnest($1::bigint[], $2::bytea[])";
            ask::run(&change.tx, sql, &[&buckets, &packed]).await?;
            Ok(true)
        }
    }
}

/// Hours that nobody asks for any more go, a little with each second of use.
async fn forget(change: &Change<'_>, newest: u32) -> StoreResult<()> {
    let sql = "DELETE FROM usage_hours WHERE ctid = ANY(ARRAY(SELECT ctid FROM usage_hours WHERE hour < $1 LIMIT $2))";
    let oldest = i64::from(newest.saturating_sub(HOURS_KEPT));
    ask::run(&change.tx, sql, &[&oldest, &FORGOTTEN]).await.map(drop)
}

/// Carries over the first keys of the bucket that has waited the longest. Returns whether more wait.
pub async fn settle(change: &Change<'_>) -> StoreResult<bool> {
    let oldest = "SELECT seq, bucket FROM usage_log ORDER BY seq LIMIT 1";
    let Some(row) = ask::maybe(&change.tx, oldest, &[]).await? else {
        return Ok(false);
    };
    let (seq, bucket): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    let merged = merged(logged(&change.tx, bucket).await?);
    let (now, later) = merged.split_at(merged.len().min(SETTLED));
    apply::apply(change, &now.iter().collect::<Vec<_>>()).await?;
    ask::run(&change.tx, "DELETE FROM usage_log WHERE bucket = $1", &[&bucket]).await?;
    if !later.is_empty() {
        let sql = "INSERT INTO usage_log (seq, bucket, tallies) VALUES ($1, $2, $3)";
        let packed = packed(later)?;
        ask::run_one(&change.tx, sql, &[&seq, &bucket, &packed]).await?;
    }
    ask::exists(&change.tx, "SELECT 1 FROM usage_log LIMIT 1", &[]).await
}

/// All that was put down for this bucket and not carried over yet.
async fn logged(db: &impl Db, bucket: i64) -> StoreResult<Vec<Tally>> {
    let rows = ask::all(db, "SELECT tallies FROM usage_log WHERE bucket = $1", &[&bucket]).await?;
    let tallies = |row: &Row| unpacked(row.try_get(0)?);
    let read: StoreResult<Vec<Vec<Tally>>> = rows.iter().map(tallies).collect();
    Ok(read?.into_iter().flatten().collect())
}
