//! What was counted of keys at work: written once a second, by the thread that writes.
//!
//! A key that is used touches several indexes. Of few keys all is written at once. Of many, which would
//! hold up those who change something, it is put down in a log in the same second, by buckets of keys, and
//! carried over a few keys at a time (`settle`); keys that are used again meanwhile cost no more for it.

mod apply;
mod settle;

use jiff::Timestamp;
use rusqlite::{Connection, params};

pub use self::apply::apply;
pub use self::settle::settle;
use crate::server::store::StoreResult;
use crate::server::store::clock::{self, Clocks, Steady};
use crate::server::store::counted::{Entry, FORGOTTEN};
use crate::server::store::db::at_once;

/// Returns whether there is something to settle.
pub fn record(conn: &Connection, entry: &Entry, steady: &Steady) -> StoreResult<bool> {
    let clocks = at_once(clock::read(conn, Timestamp::now(), steady))?;
    forget(conn, clocks)?;
    put_right(conn, clocks)?;
    match entry {
        Entry::Few(tallies) => {
            apply(conn, tallies.iter().flatten(), clocks)?;
            Ok(false)
        }
        Entry::Many(rows) => {
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
fn forget(conn: &Connection, clocks: Clocks) -> StoreResult<()> {
    conn.prepare_cached(
        "DELETE FROM usage_hours WHERE (hour, key, rule) IN
             (SELECT hour, key, rule FROM usage_hours WHERE hour < ? ORDER BY hour, key, rule LIMIT ?)",
    )?
    .execute(params![clocks.first_hour(), FORGOTTEN])?;
    Ok(())
}

/// What was counted under a clock that was far ahead is of now at the latest, a little with each second of use: else a
/// key would look as if it were used until that time comes.
fn put_right(conn: &Connection, clocks: Clocks) -> StoreResult<()> {
    let ahead = conn
        .prepare_cached(
            "SELECT seq FROM keys INDEXED BY keys_by_last_used_at WHERE revoked_at IS NULL AND last_used_at > ? LIMIT ?",
        )?
        .query_map([clocks.future(), FORGOTTEN], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<i64>>>()?;
    for key in ahead {
        conn.prepare_cached("UPDATE keys SET last_used_at = ? WHERE seq = ?")?
            .execute([clocks.now, key])?;
        conn.prepare_cached("UPDATE key_sources SET last_used_at = ?1 WHERE key = ?2 AND last_used_at > ?1")?
            .execute([clocks.now, key])?;
    }
    let hours = conn
        .prepare_cached("SELECT hour, key, rule, n FROM usage_hours WHERE hour > ? LIMIT ?")?
        .query_map(params![clocks.last_hour(), FORGOTTEN], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<rusqlite::Result<Vec<(i64, i64, String, i64)>>>()?;
    for (hour, key, rule, n) in hours {
        conn.prepare_cached(
            "INSERT INTO usage_hours (hour, key, rule, n) VALUES (?, ?, ?, ?)
                 ON CONFLICT DO UPDATE SET n = n + excluded.n",
        )?
        .execute(params![clocks.hour(), key, rule, n])?;
        conn.prepare_cached("DELETE FROM usage_hours WHERE hour = ? AND key = ? AND rule = ?")?
            .execute(params![hour, key, rule])?;
    }
    Ok(())
}
