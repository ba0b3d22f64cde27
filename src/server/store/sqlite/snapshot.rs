//! Several statements on one state of the database.

use rusqlite::Connection;

use crate::server::store::StoreResult;

/// Runs `work` on one state of the database, however many statements it takes.
pub fn snapshot<T>(conn: &Connection, work: impl FnOnce(&Connection) -> StoreResult<T>) -> StoreResult<T> {
    conn.prepare_cached("BEGIN")?.execute([])?;
    let result = work(conn);
    let ended = conn.prepare_cached("COMMIT").and_then(|mut end| end.execute([]));
    let value = result?;
    ended?;
    Ok(value)
}
