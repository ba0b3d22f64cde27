//! What was counted of keys at work: written once a second, by the thread that writes.
//!
//! A key that is used touches several indexes. Of few keys all is written at once. Of many, which would
//! hold up those who change something, it is put down in a log in the same second, and carried over a
//! bucket of keys at a time (`settle`); keys that are used again meanwhile cost no more for it.

mod apply;
mod report;
mod settle;

use rusqlite::{Connection, params};

pub use self::apply::apply;
pub use self::report::report;
pub use self::settle::settle;
use crate::server::store::{HOURS_KEPT, StoreError, StoreResult, Tally};

/// The most tallies that are written to the keys at once.
const AT_ONCE: usize = 256;
/// The keys of a bucket have numbers that follow each other, so that they lie together.
const BUCKET: i64 = 256;
/// The most hours' rows that are forgotten at once.
const FORGOTTEN: i64 = 2_000;

fn bucket_of(key: i64) -> i64 {
    key / BUCKET
}

/// Returns whether there is something to settle.
pub fn record(conn: &Connection, tallies: &[Tally]) -> StoreResult<bool> {
    forget(conn, tallies)?;
    if tallies.len() <= AT_ONCE {
        apply(conn, tallies)?;
        return Ok(false);
    }
    let mut insert = conn.prepare_cached("INSERT INTO usage_log (bucket, tallies) VALUES (?, ?)")?;
    let mut sorted: Vec<&Tally> = tallies.iter().collect();
    sorted.sort_unstable_by_key(|tally| tally.key);
    for bucket in sorted.chunk_by(|one, next| bucket_of(one.key) == bucket_of(next.key)) {
        insert.execute(params![bucket_of(bucket[0].key), packed(bucket)?])?;
    }
    Ok(true)
}

/// Hours that nobody asks for any more go, a little with each second of use.
fn forget(conn: &Connection, tallies: &[Tally]) -> StoreResult<()> {
    let newest = tallies.iter().map(|tally| tally.hour).max().unwrap_or(0);
    conn.prepare_cached(
        "DELETE FROM usage_hours WHERE (hour, key, rule) IN
             (SELECT hour, key, rule FROM usage_hours WHERE hour < ? ORDER BY hour, key, rule LIMIT ?)",
    )?
    .execute(params![newest.saturating_sub(HOURS_KEPT), FORGOTTEN])?;
    Ok(())
}

fn packed(tallies: &[&Tally]) -> StoreResult<Vec<u8>> {
    postcard::to_allocvec(tallies)
        .map_err(|error| StoreError::Fault(format!("a count can't be packed: {error}")))
}

fn unpacked(bytes: &[u8]) -> StoreResult<Vec<Tally>> {
    postcard::from_bytes(bytes)
        .map_err(|error| StoreError::Fault(format!("a count can't be unpacked: {error}")))
}

/// All that was put down for this bucket and not carried over yet.
fn logged(conn: &Connection, bucket: i64) -> StoreResult<Vec<Tally>> {
    let mut statement = conn.prepare_cached("SELECT tallies FROM usage_log WHERE bucket = ?")?;
    let mut rows = statement.query([bucket])?;
    let mut tallies = Vec::new();
    while let Some(row) = rows.next()? {
        tallies.extend(unpacked(
            row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?,
        )?);
    }
    Ok(tallies)
}
