//! The data keys, each wrapped under the root key, and the secrets that are sealed under them.

use std::time::Instant;

use async_trait::async_trait;
use tokio_postgres::Row;

use super::ask::{self, Db};
use super::change::Change;
use super::rows::scope;
use super::{PostgresStore, in_change, quick, read, statement};
use crate::api::{ActivityAction, ChainHash};
use crate::server::store::changes::Subject;
use crate::server::store::seals::{self, Resealed, SealedSecret, SecretPlace};
use crate::server::store::{
    DataKeyStore, Rotation, Sealed, StoreError, StoreResult, WrappedDataKey, latency,
};

#[async_trait]
impl DataKeyStore for PostgresStore {
    async fn data_keys(&self) -> StoreResult<Vec<WrappedDataKey>> {
        quick!(self, |db| all(db))
    }

    async fn baseline(&self) -> StoreResult<ChainHash> {
        read!(self, |db| statement::baseline(&**db))
    }

    async fn bind_data_keys(
        &self,
        old: Vec<WrappedDataKey>,
        bound: Vec<WrappedDataKey>,
    ) -> StoreResult<bool> {
        in_change!(self, of_nobody(), |change| replace(change, &old, &bound))
    }

    async fn rotate_data_keys(&self, rotation: Rotation) -> StoreResult<bool> {
        in_change!(self, of_nobody(), |change| rotate(change, &rotation))
    }

    async fn count_outdated_secrets(&self) -> StoreResult<u64> {
        read!(self, |db| count_outdated(&**db))
    }

    async fn sealed_under(
        &self,
        data_key: u32,
        place: SecretPlace,
        after: i64,
        limit: u32,
    ) -> StoreResult<Vec<SealedSecret>> {
        read!(self, |db| sealed_under(&**db, data_key, place, after, limit))
    }

    async fn reseal(&self, secrets: Vec<Resealed>) -> StoreResult<u64> {
        in_change!(self, of_nobody(), |change| reseal(change, &secrets))
    }

    async fn drop_unused_data_keys(&self) -> StoreResult<u64> {
        in_change!(self, of_nobody(), |change| drop_unused(change))
    }
}

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
async fn replace(change: &Change<'_>, old: &[WrappedDataKey], new: &[WrappedDataKey]) -> StoreResult<bool> {
    if all(&change.tx).await? != old {
        return Ok(false);
    }
    for key in new {
        let sql = "UPDATE data_keys SET wrapped = $1 WHERE id = $2";
        if ask::run(&change.tx, sql, &[&key.bytes, &(key.id as i32)]).await? != 1 {
            return Err(StoreError::Fault(format!("there is no data key {}", key.id)));
        }
    }
    Ok(true)
}

async fn rotate(change: &mut Change<'_>, rotation: &Rotation) -> StoreResult<bool> {
    if !replace(change, &rotation.old, &rotation.rewrapped).await? {
        return Ok(false);
    }
    let newest = &rotation.newest;
    let sql = "INSERT INTO data_keys (id, wrapped) VALUES ($1, $2)";
    ask::run_one(&change.tx, sql, &[&(newest.id as i32), &newest.bytes]).await?;
    let changes = seals::rotation(rotation.reseals);
    change.record(None, Subject::of(ActivityAction::RootKeyRotated, "", changes));
    Ok(true)
}

/// Nothing new is sealed under a data key that was replaced.
pub async fn expect_newest(db: &impl Db, sealed: &Sealed) -> StoreResult<()> {
    let newest = ask::one(db, "SELECT max(id) FROM data_keys", &[]).await?;
    match newest.try_get::<_, Option<i32>>(0)? == Some(sealed.data_key as i32) {
        true => Ok(()),
        false => Err(StoreError::DataKeyReplaced),
    }
}

/// How many secrets are sealed under another data key than the newest.
async fn count_outdated(db: &impl Db) -> StoreResult<u64> {
    let sql = "SELECT (SELECT count(*) FROM keys WHERE data_key < (SELECT max(id) FROM data_keys))
                    + (SELECT count(*) FROM projects WHERE session_data_key < (SELECT max(id) FROM data_keys))";
    Ok(ask::one(db, sql, &[]).await?.try_get::<_, i64>(0)? as u64)
}

async fn sealed_under(
    db: &impl Db,
    data_key: u32,
    place: SecretPlace,
    after: i64,
    limit: u32,
) -> StoreResult<Vec<SealedSecret>> {
    let sql = match place {
        SecretPlace::Key => {
            "SELECT seq, id, data_key, sealed, scope FROM keys WHERE data_key = $1 AND seq > $2 ORDER BY seq LIMIT $3"
        }
        SecretPlace::SessionServer => {
            "SELECT seq, id, session_data_key, session_sealed FROM projects
              WHERE session_data_key = $1 AND seq > $2 ORDER BY seq LIMIT $3"
        }
    };
    let secret = |row: &Row| {
        Ok(SealedSecret {
            place,
            seq: row.try_get(0)?,
            id: row.try_get(1)?,
            scope: match place {
                SecretPlace::Key => Some(scope(row, 4)?),
                SecretPlace::SessionServer => None,
            },
            sealed: Sealed {
                data_key: row.try_get::<_, i32>(2)? as u32,
                bytes: row.try_get(3)?,
            },
        })
    };
    let rows = ask::all(db, sql, &[&(data_key as i32), &after, &i64::from(limit)]).await?;
    rows.iter().map(secret).collect()
}

/// What was revoked, removed or set anew meanwhile stays as it is.
async fn reseal(change: &Change<'_>, secrets: &[Resealed]) -> StoreResult<u64> {
    if let Some(Resealed { sealed, .. }) = secrets.first() {
        expect_newest(&change.tx, sealed).await?;
    }
    let mut changed = 0;
    for place in SecretPlace::ALL {
        let of_place: Vec<_> = secrets
            .iter()
            .filter(|secret| secret.before.place == place)
            .collect();
        let seqs: Vec<i64> = of_place.iter().map(|secret| secret.before.seq).collect();
        let old: Vec<&[u8]> = of_place
            .iter()
            .map(|secret| secret.before.sealed.bytes.as_slice())
            .collect();
        let keys: Vec<i32> = of_place
            .iter()
            .map(|secret| secret.sealed.data_key as i32)
            .collect();
        let new: Vec<&[u8]> = of_place
            .iter()
            .map(|secret| secret.sealed.bytes.as_slice())
            .collect();
        let sql = match place {
            SecretPlace::Key => {
                "UPDATE keys SET data_key = anew.data_key, sealed = anew.sealed
                   FROM unnest($1::bigint[], $2::bytea[], $3::integer[], $4::bytea[]) AS anew (seq, before, data_key, sealed)
                  WHERE keys.seq = anew.seq AND keys.sealed = anew.before"
            }
            SecretPlace::SessionServer => {
                "UPDATE projects SET session_data_key = anew.data_key, session_sealed = anew.sealed
                   FROM unnest($1::bigint[], $2::bytea[], $3::integer[], $4::bytea[]) AS anew (seq, before, data_key, sealed)
                  WHERE projects.seq = anew.seq AND projects.session_sealed = anew.before"
            }
        };
        if !of_place.is_empty() {
            changed += ask::run(&change.tx, sql, &[&seqs, &old, &keys, &new]).await?;
        }
    }
    Ok(changed)
}

/// Drops the data keys that seal nothing, but for the newest. Returns how many are left.
async fn drop_unused(change: &mut Change<'_>) -> StoreResult<u64> {
    let before = count(&change.tx).await?;
    ask::run(
        &change.tx,
        "DELETE FROM data_keys
          WHERE id < (SELECT max(id) FROM data_keys)
            AND NOT EXISTS (SELECT 1 FROM keys WHERE keys.data_key = data_keys.id)
            AND NOT EXISTS (SELECT 1 FROM projects WHERE session_data_key = data_keys.id)",
        &[],
    )
    .await?;
    let after = count(&change.tx).await?;
    let changes = seals::resealing(before, after);
    change.record(None, Subject::of(ActivityAction::SecretsResealed, "", changes));
    Ok(after)
}

async fn count(db: &impl Db) -> StoreResult<u64> {
    let row = ask::one(db, "SELECT count(*) FROM data_keys", &[]).await?;
    Ok(row.try_get::<_, i64>(0)? as u64)
}
