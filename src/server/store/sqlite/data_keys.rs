//! The data keys, each wrapped under the root key, and the secrets that are sealed under them.

use async_trait::async_trait;
use rusqlite::{Connection, Row, params};

use super::rows::{scope, uuid};
use super::{SqliteStore, activity, statement};
use crate::api::{ActivityAction, ChainHash};
use crate::server::store::changes::Subject;
use crate::server::store::seals::{self, Resealed, SealedSecret, SecretPlace};
use crate::server::store::{DataKeyStore, Rotation, Sealed, StoreError, StoreResult, WrappedDataKey};

#[async_trait]
impl DataKeyStore for SqliteStore {
    async fn data_keys(&self) -> StoreResult<Vec<WrappedDataKey>> {
        self.pool.read(all)
    }

    async fn baseline(&self) -> StoreResult<ChainHash> {
        self.readers.read(statement::baseline).await
    }

    async fn bind_data_keys(
        &self,
        old: Vec<WrappedDataKey>,
        bound: Vec<WrappedDataKey>,
    ) -> StoreResult<bool> {
        // What was not bound would open with another baseline too, so it is not to stay in the log.
        self.writer.erase(move |conn| replace(conn, &old, &bound)).await
    }

    async fn rotate_data_keys(&self, rotation: Rotation) -> StoreResult<bool> {
        // The old root key may be in wrong hands, so what it opens is not to stay in the log.
        self.writer.erase(move |conn| rotate(conn, &rotation)).await
    }

    async fn count_outdated_secrets(&self) -> StoreResult<u64> {
        self.readers.read(count_outdated).await
    }

    async fn sealed_under(
        &self,
        data_key: u32,
        place: SecretPlace,
        after: i64,
        limit: u32,
    ) -> StoreResult<Vec<SealedSecret>> {
        self.pool
            .read(|conn| sealed_under(conn, data_key, place, after, limit))
    }

    async fn reseal(&self, secrets: Vec<Resealed>) -> StoreResult<u64> {
        // The log is emptied when the data keys before are dropped: to empty it with each portion would hold others up.
        self.writer.run(move |conn| reseal(conn, &secrets)).await
    }

    async fn drop_unused_data_keys(&self) -> StoreResult<u64> {
        self.writer.erase(drop_unused).await
    }
}

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
fn replace(conn: &Connection, old: &[WrappedDataKey], new: &[WrappedDataKey]) -> StoreResult<bool> {
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
    Ok(true)
}

fn rotate(conn: &Connection, rotation: &Rotation) -> StoreResult<bool> {
    if !replace(conn, &rotation.old, &rotation.rewrapped)? {
        return Ok(false);
    }
    conn.prepare_cached("INSERT INTO data_keys (id, wrapped) VALUES (?, ?)")?
        .execute(params![rotation.newest.id, rotation.newest.bytes])?;
    let changes = seals::rotation(rotation.reseals);
    let subject = Subject::of(ActivityAction::RootKeyRotated, "", changes);
    activity::record_of_nobody(conn, None, subject)?;
    Ok(true)
}

/// Nothing new is sealed under a data key that was replaced.
pub fn expect_newest(conn: &Connection, sealed: &Sealed) -> StoreResult<()> {
    let mut statement = conn.prepare_cached("SELECT max(id) FROM data_keys")?;
    match statement.query_row([], |row| row.get::<_, u32>(0))? == sealed.data_key {
        true => Ok(()),
        false => Err(StoreError::DataKeyReplaced),
    }
}

/// How many secrets are sealed under another data key than the newest.
fn count_outdated(conn: &Connection) -> StoreResult<u64> {
    let mut statement = conn.prepare_cached(
        "SELECT (SELECT count(*) FROM keys WHERE data_key < (SELECT max(id) FROM data_keys))
              + (SELECT count(*) FROM projects WHERE session_data_key < (SELECT max(id) FROM data_keys))",
    )?;
    Ok(statement.query_row([], |row| row.get::<_, i64>(0))? as u64)
}

fn sealed_under(
    conn: &Connection,
    data_key: u32,
    place: SecretPlace,
    after: i64,
    limit: u32,
) -> StoreResult<Vec<SealedSecret>> {
    let sql = match place {
        SecretPlace::Key => {
            "SELECT seq, id, data_key, sealed, scope FROM keys WHERE data_key = ? AND seq > ? ORDER BY seq LIMIT ?"
        }
        SecretPlace::SessionServer => {
            "SELECT seq, id, session_data_key, session_sealed FROM projects
              WHERE session_data_key = ? AND seq > ? ORDER BY seq LIMIT ?"
        }
    };
    let secret = |row: &Row| {
        Ok(SealedSecret {
            place,
            seq: row.get(0)?,
            id: uuid(row, 1)?,
            scope: match place {
                SecretPlace::Key => Some(scope(row, 4)?),
                SecretPlace::SessionServer => None,
            },
            sealed: Sealed {
                data_key: row.get(2)?,
                bytes: row.get(3)?,
            },
        })
    };
    let mut statement = conn.prepare_cached(sql)?;
    let secrets = statement.query_map(params![data_key, after, limit], secret)?;
    Ok(secrets.collect::<rusqlite::Result<_>>()?)
}

/// What was revoked, removed or set anew meanwhile stays as it is.
fn reseal(conn: &Connection, secrets: &[Resealed]) -> StoreResult<u64> {
    let mut changed = 0;
    for Resealed { before, sealed } in secrets {
        expect_newest(conn, sealed)?;
        let sql = match before.place {
            SecretPlace::Key => {
                "UPDATE keys SET data_key = ?, sealed = ? WHERE seq = ? AND data_key = ? AND sealed = ?"
            }
            SecretPlace::SessionServer => {
                "UPDATE projects SET session_data_key = ?, session_sealed = ?
                  WHERE seq = ? AND session_data_key = ? AND session_sealed = ?"
            }
        };
        changed += conn.prepare_cached(sql)?.execute(params![
            sealed.data_key,
            sealed.bytes,
            before.seq,
            before.sealed.data_key,
            before.sealed.bytes,
        ])? as u64;
    }
    Ok(changed)
}

/// Drops the data keys that seal nothing, but for the newest. Returns how many are left.
fn drop_unused(conn: &Connection) -> StoreResult<u64> {
    let count = || -> StoreResult<u64> {
        let mut statement = conn.prepare_cached("SELECT count(*) FROM data_keys")?;
        Ok(statement.query_row([], |row| row.get::<_, i64>(0))? as u64)
    };
    let before = count()?;
    conn.prepare_cached(
        "DELETE FROM data_keys
          WHERE id < (SELECT max(id) FROM data_keys)
            AND NOT EXISTS (SELECT 1 FROM keys WHERE keys.data_key = data_keys.id)
            AND NOT EXISTS (SELECT 1 FROM projects WHERE session_data_key = data_keys.id)",
    )?
    .execute([])?;
    let after = count()?;
    let subject = Subject::of(
        ActivityAction::SecretsResealed,
        "",
        seals::resealing(before, after),
    );
    activity::record_of_nobody(conn, None, subject)?;
    Ok(after)
}
