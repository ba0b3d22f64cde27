//! Carrying over what was put down in the log.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use super::{apply::apply, logged};
use crate::server::store::{StoreResult, Tally};

/// Carries over the bucket that has waited the longest. Returns whether another waits.
pub fn settle(conn: &Connection) -> StoreResult<bool> {
    let Some(bucket) = oldest(conn)? else {
        return Ok(false);
    };
    apply(conn, &merged(logged(conn, bucket)?))?;
    conn.prepare_cached("DELETE FROM usage_log WHERE bucket = ?")?
        .execute([bucket])?;
    Ok(oldest(conn)?.is_some())
}

fn oldest(conn: &Connection) -> StoreResult<Option<i64>> {
    let mut statement = conn.prepare_cached("SELECT bucket FROM usage_log ORDER BY seq LIMIT 1")?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?)
}

/// One tally for each key and hour, in the order in which keys lie.
fn merged(tallies: Vec<Tally>) -> Vec<Tally> {
    let mut merged: HashMap<(i64, u32), Tally> = HashMap::new();
    for tally in tallies {
        let new = || Tally::of(tally.key, tally.hour);
        merged
            .entry((tally.key, tally.hour))
            .or_insert_with(new)
            .add(tally);
    }
    let mut merged: Vec<Tally> = merged.into_values().collect();
    merged.sort_unstable_by_key(|tally| (tally.hour, tally.key));
    merged
}
