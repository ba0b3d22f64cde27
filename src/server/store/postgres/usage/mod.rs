//! What was counted of keys at work, once a second from each server. As in the embedded store, few keys
//! are written at once, and many put down in a log that is carried over little by little.

mod apply;

use super::ask;
use super::change::Change;
use crate::server::store::clock::{self, Clocks, Steady};
use crate::server::store::counted::{Entry, FORGOTTEN, SETTLED, packed};
use crate::server::store::report::logged;
use crate::server::store::{StoreResult, Tally, merged};

/// Returns whether there is something to settle.
pub async fn record(change: &Change<'_>, entry: &Entry, steady: &Steady) -> StoreResult<bool> {
    let clocks = clock::read(&change.tx, change.now, steady).await?;
    forget(change, clocks).await?;
    put_right(change, clocks).await?;
    match entry {
        Entry::Few(tallies) => {
            let tallies: Vec<&Tally> = tallies.iter().flatten().collect();
            apply::apply(change, &tallies, clocks).await?;
            Ok(false)
        }
        Entry::Many(rows) => {
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
async fn forget(change: &Change<'_>, clocks: Clocks) -> StoreResult<()> {
    let sql = "DELETE FROM usage_hours WHERE ctid = ANY(ARRAY(SELECT ctid FROM usage_hours WHERE hour < $1 LIMIT $2))";
    let oldest = i64::from(clocks.first_hour());
    ask::run(&change.tx, sql, &[&oldest, &FORGOTTEN]).await.map(drop)
}

/// What was counted under a clock that was far ahead is of now at the latest, a little with each second of use: else a
/// key would look as if it were used until that time comes.
async fn put_right(change: &Change<'_>, clocks: Clocks) -> StoreResult<()> {
    let keys = "WITH ahead AS (SELECT seq FROM keys WHERE revoked_at IS NULL AND last_used_at > $1 LIMIT $3),
                     sources AS (UPDATE key_sources SET last_used_at = $2
                                  WHERE key IN (SELECT seq FROM ahead) AND last_used_at > $2)
                UPDATE keys SET last_used_at = $2 WHERE seq IN (SELECT seq FROM ahead)";
    ask::run(&change.tx, keys, &[&clocks.future(), &clocks.now, &FORGOTTEN]).await?;
    let hours = "WITH ahead AS (DELETE FROM usage_hours WHERE ctid = ANY(ARRAY(
                                    SELECT ctid FROM usage_hours WHERE hour > $1 LIMIT $3)) RETURNING key, rule, n)
                 INSERT INTO usage_hours (hour, key, rule, n) SELECT $2::bigint, key, rule, sum(n) FROM ahead GROUP BY key, rule
                     ON CONFLICT (hour, key, rule) DO UPDATE SET n = usage_hours.n + excluded.n";
    let (last, now) = (i64::from(clocks.last_hour()), i64::from(clocks.hour()));
    ask::run(&change.tx, hours, &[&last, &now, &FORGOTTEN])
        .await
        .map(drop)
}

/// Carries over the first keys of the bucket that has waited the longest. Returns whether more wait.
pub async fn settle(change: &Change<'_>, steady: &Steady) -> StoreResult<bool> {
    let clocks = clock::read(&change.tx, change.now, steady).await?;
    put_right(change, clocks).await?;
    let oldest = "SELECT seq, bucket FROM usage_log ORDER BY seq LIMIT 1";
    let Some(row) = ask::maybe(&change.tx, oldest, &[]).await? else {
        return Ok(false);
    };
    let (seq, bucket): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    let merged = merged(logged(&change.tx, bucket).await?);
    let (now, later) = merged.split_at(merged.len().min(SETTLED));
    apply::apply(change, &now.iter().collect::<Vec<_>>(), clocks).await?;
    ask::run(&change.tx, "DELETE FROM usage_log WHERE bucket = $1", &[&bucket]).await?;
    if !later.is_empty() {
        let sql = "INSERT INTO usage_log (seq, bucket, tallies) VALUES ($1, $2, $3)";
        let packed = packed(later)?;
        ask::run_one(&change.tx, sql, &[&seq, &bucket, &packed]).await?;
    }
    ask::exists(&change.tx, "SELECT 1 FROM usage_log LIMIT 1", &[]).await
}
