//! The data keys, each wrapped under the root key.

use rusqlite::{Connection, params};
use serde_json::Map;

use super::activity;
use crate::api::ActivityAction;
use crate::server::store::changes::Subject;
use crate::server::store::{StoreError, StoreResult, WrappedDataKey};

pub fn all(conn: &Connection) -> StoreResult<Vec<WrappedDataKey>> {
    let mut statement = conn.prepare_cached("SELECT id, wrapped FROM data_keys ORDER BY id")?;
    let keys = statement.query_map([], |row| {
        Ok(WrappedDataKey {
            id: row.get(0)?,
            bytes: row.get(1)?,
        })
    })?;
    Ok(keys.collect::<rusqlite::Result<_>>()?)
}

/// `false` when they are no longer wrapped as in `old`; then nothing is changed.
pub fn rewrap(conn: &Connection, old: &[WrappedDataKey], new: &[WrappedDataKey]) -> StoreResult<bool> {
    if all(conn)? != old {
        return Ok(false);
    }
    for key in new {
        let replaced = conn
            .prepare_cached("UPDATE data_keys SET wrapped = ? WHERE id = ?")?
            .execute(params![key.bytes, key.id])?;
        if replaced != 1 {
            return Err(StoreError::Fault(format!("there is no data key {}", key.id)));
        }
    }
    let subject = Subject::of(ActivityAction::RootKeyRotated, "", Map::new());
    activity::record_of_nobody(conn, None, subject)?;
    Ok(true)
}
