//! How late it is, by the clock of this machine and as it is kept in the file.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::rows::time;
use crate::server::store::StoreResult;
use crate::server::store::clock::{Clocks, Steady};

pub fn kept(conn: &Connection) -> StoreResult<Option<Timestamp>> {
    let mut statement = conn.prepare_cached("SELECT at FROM clock")?;
    Ok(statement.query_row([], |row| time(row, 0)).optional()?)
}

/// Moves the kept time on where it is behind; to be called by the writer.
pub fn read(conn: &Connection, steady: &Steady) -> StoreResult<Clocks> {
    let kept = kept(conn)?.map(Timestamp::as_microsecond);
    let (clocks, moved) = steady.read(Timestamp::now(), kept);
    if let Some(at) = moved {
        conn.prepare_cached(
            "INSERT INTO clock (one, at) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET at = max(at, ?1)",
        )?
        .execute([at])?;
    }
    Ok(clocks)
}
