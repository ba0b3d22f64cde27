//! What was counted of keys at work: written once a second, by the thread that writes.
//!
//! A key that is used touches several indexes. Of few keys all is written at once. Of many, which would
//! hold up those who change something, it is put down in a log in the same second, by buckets of keys, and
//! carried over a few keys at a time (`settle`); keys that are used again meanwhile cost no more for it.

mod apply;
mod report;
mod settle;

use std::sync::Arc;

use rusqlite::{Connection, params};
use tokio::task::yield_now;

pub use self::apply::apply;
pub use self::report::report;
pub use self::settle::settle;
use crate::server::store::{HOURS_KEPT, StoreError, StoreResult, Tallies, Tally, USAGE_BUCKET};

/// The most tallies that are written to the keys at once.
const AT_ONCE: usize = 256;
/// About how many bytes a tally of one place is when it is packed.
const PACKED: usize = 32;
/// The most hours' rows that are forgotten at once.
const FORGOTTEN: i64 = 2_000;

fn bucket_of(key: i64) -> i64 {
    key / USAGE_BUCKET
}

/// What is written of a second of use.
pub enum Entry {
    /// To the keys at once.
    Few(Arc<Tallies>),
    /// Into the log, packed by buckets; and the newest hour in it.
    Many(Vec<(i64, Vec<u8>)>, u32),
}

impl Entry {
    /// Packs many, a part at a time: where it runs checks are answered, which wait for no more than a part.
    pub async fn of(tallies: Arc<Tallies>) -> StoreResult<Self> {
        if tallies.iter().map(Vec::len).sum::<usize>() <= AT_ONCE {
            return Ok(Self::Few(tallies));
        }
        let (mut rows, mut newest) = (Vec::new(), 0);
        for part in tallies.iter() {
            for bucket in part.chunk_by(|one, next| bucket_of(one.key) == bucket_of(next.key)) {
                newest = bucket.iter().map(|tally| tally.hour).fold(newest, u32::max);
                rows.push((bucket_of(bucket[0].key), packed(bucket)?));
                yield_now().await;
            }
        }
        Ok(Self::Many(rows, newest))
    }
}

/// Returns whether there is something to settle.
pub fn record(conn: &Connection, entry: &Entry) -> StoreResult<bool> {
    match entry {
        Entry::Few(tallies) => {
            let tallies = || tallies.iter().flatten();
            forget(conn, tallies().map(|tally| tally.hour).max().unwrap_or(0))?;
            apply(conn, tallies())?;
            Ok(false)
        }
        Entry::Many(rows, newest) => {
            forget(conn, *newest)?;
            rows.iter()
                .try_for_each(|(bucket, packed)| put_down(conn, None, *bucket, packed))?;
            Ok(true)
        }
    }
}

/// Into the log; `None`: behind all that is there.
fn put_down(conn: &Connection, seq: Option<i64>, bucket: i64, packed: &[u8]) -> StoreResult<()> {
    conn.prepare_cached("INSERT INTO usage_log (seq, bucket, tallies) VALUES (?, ?, ?)")?
        .execute(params![seq, bucket, packed])?;
    Ok(())
}

/// Hours that nobody asks for any more go, a little with each second of use.
fn forget(conn: &Connection, newest: u32) -> StoreResult<()> {
    conn.prepare_cached(
        "DELETE FROM usage_hours WHERE (hour, key, rule) IN
             (SELECT hour, key, rule FROM usage_hours WHERE hour < ? ORDER BY hour, key, rule LIMIT ?)",
    )?
    .execute(params![newest.saturating_sub(HOURS_KEPT), FORGOTTEN])?;
    Ok(())
}

fn packed(tallies: &[Tally]) -> StoreResult<Vec<u8>> {
    postcard::to_extend(tallies, Vec::with_capacity(tallies.len() * PACKED))
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
