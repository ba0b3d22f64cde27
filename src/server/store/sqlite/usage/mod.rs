//! What was counted of keys at work: written once a second, by the thread that writes.
//!
//! A key that is used touches several indexes. Of few keys all is written at once. Of many, which would
//! hold up those who change something, it is put down in a log in the same second, by buckets of keys, and
//! carried over a few keys at a time (`settle`); keys that are used again meanwhile cost no more for it.

mod apply;
mod report;
mod settle;

use rusqlite::{Connection, params};

pub use self::apply::apply;
pub use self::report::report;
pub use self::settle::settle;
use crate::server::store::counted::{Entry, FORGOTTEN, unpacked};
use crate::server::store::{HOURS_KEPT, StoreResult, Tally};

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
