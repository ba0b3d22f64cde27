//! What the removal of a person does with keys.

use jiff::Timestamp;
use rusqlite::Connection;

use crate::server::store::db::at_once;
use crate::server::store::{StoreResult, keys};

/// Makes an active key a tombstone, without a row of the log.
pub fn wipe(conn: &Connection, seq: i64, by: i64, at: Timestamp) -> StoreResult<()> {
    at_once(keys::wipe(conn, seq, by, at))
}
