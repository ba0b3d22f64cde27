//! The data keys, each wrapped under the root key.

use serde_json::Map;
use tokio_postgres::Row;

use super::ask::{self, Db};
use super::change::Change;
use crate::api::ActivityAction;
use crate::server::store::changes::Subject;
use crate::server::store::{StoreError, StoreResult, WrappedDataKey};

pub async fn all(db: &impl Db) -> StoreResult<Vec<WrappedDataKey>> {
    let key = |row: &Row| {
        Ok(WrappedDataKey {
            id: row.try_get::<_, i32>(0)? as u32,
            bytes: row.try_get(1)?,
        })
    };
    let rows = ask::all(db, "SELECT id, wrapped FROM data_keys ORDER BY id", &[]).await?;
    rows.iter().map(key).collect()
}

/// `false` when they are no longer wrapped as in `old`; then nothing is changed.
pub async fn rewrap(
    change: &mut Change<'_>,
    old: &[WrappedDataKey],
    new: &[WrappedDataKey],
) -> StoreResult<bool> {
    if all(&change.tx).await? != old {
        return Ok(false);
    }
    for key in new {
        let sql = "UPDATE data_keys SET wrapped = $1 WHERE id = $2";
        if ask::run(&change.tx, sql, &[&key.bytes, &(key.id as i32)]).await? != 1 {
            return Err(StoreError::Fault(format!("there is no data key {}", key.id)));
        }
    }
    change.record(None, Subject::of(ActivityAction::RootKeyRotated, "", Map::new()));
    Ok(true)
}
