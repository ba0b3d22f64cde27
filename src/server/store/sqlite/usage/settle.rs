//! Carrying over what was put down in the log.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::apply::apply;
use super::{put_down, put_right};
use crate::server::store::clock::{self, Steady};
use crate::server::store::counted::{SETTLED, packed};
use crate::server::store::db::at_once;
use crate::server::store::report::logged;
use crate::server::store::{StoreResult, merged};

/// Carries over the first keys of the bucket that has waited the longest. Returns whether more wait.
pub fn settle(conn: &Connection, steady: &Steady) -> StoreResult<bool> {
    let clocks = at_once(clock::read(conn, Timestamp::now(), steady))?;
    put_right(conn, clocks)?;
    let Some((seq, bucket)) = oldest(conn)? else {
        return Ok(false);
    };
    let merged = merged(at_once(logged(conn, bucket))?);
    let (now, later) = merged.split_at(merged.len().min(SETTLED));
    apply(conn, now, clocks)?;
    conn.prepare_cached("DELETE FROM usage_log WHERE bucket = ?")?
        .execute([bucket])?;
    if !later.is_empty() {
        put_down(conn, Some(seq), bucket, &packed(later)?)?;
    }
    Ok(oldest(conn)?.is_some())
}

fn oldest(conn: &Connection) -> StoreResult<Option<(i64, i64)>> {
    let mut statement = conn.prepare_cached("SELECT seq, bucket FROM usage_log ORDER BY seq LIMIT 1")?;
    Ok(statement
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}
