//! The data keys, each wrapped under the root key, and the secrets that are sealed under them.

use strum::IntoEnumIterator;

use super::changes::Subject;
use super::db::{Change, Db, columns, insert, one, run_rows, values};
use super::for_rows::ForRows;
use super::row::{Columns, Read, Row};
use super::seals::{self, Resealed, SealedSecret, SecretPlace};
use super::tables::{DATA_KEYS, Kind};
use super::{Rotation, Sealed, StoreError, StoreResult, WrappedDataKey};
use crate::api::ActivityAction;

impl Read for WrappedDataKey {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        Ok(Self {
            id: columns.next()?,
            bytes: columns.next()?,
        })
    }
}

pub async fn all(db: &impl Db) -> StoreResult<Vec<WrappedDataKey>> {
    db.all("SELECT id, wrapped FROM data_keys ORDER BY id", &[]).await
}

/// `false` when they are no longer wrapped as in `old`; then nothing is changed.
pub async fn replace(
    change: &impl Change,
    old: &[WrappedDataKey],
    new: &[WrappedDataKey],
) -> StoreResult<bool> {
    if all(change.db()).await? != old {
        return Ok(false);
    }
    for key in new {
        let sql = "UPDATE data_keys SET wrapped = ? WHERE id = ?";
        if change.db().run(sql, values![&key.bytes, key.id]).await? != 1 {
            return Err(StoreError::Fault(format!("there is no data key {}", key.id)));
        }
    }
    Ok(true)
}

pub async fn rotate(change: &mut impl Change, rotation: &Rotation) -> StoreResult<bool> {
    if !replace(change, &rotation.old, &rotation.rewrapped).await? {
        return Ok(false);
    }
    let newest = &rotation.newest;
    let row = columns! { id: newest.id, wrapped: &newest.bytes };
    insert(change.db(), &DATA_KEYS, row).await?;
    let changes = seals::rotation(rotation.reseals);
    change.record(Subject::of(ActivityAction::RootKeyRotated, "", changes));
    Ok(true)
}

/// Nothing new is sealed under a data key that was replaced.
pub async fn expect_newest(db: &impl Db, sealed: &Sealed) -> StoreResult<()> {
    let newest: Option<u32> = one(db, "SELECT max(id) FROM data_keys", &[]).await?;
    match newest == Some(sealed.data_key) {
        true => Ok(()),
        false => Err(StoreError::DataKeyReplaced),
    }
}

/// How many secrets are sealed under another data key than the newest.
pub async fn count_outdated(db: &impl Db) -> StoreResult<u64> {
    let sql = "SELECT (SELECT count(*) FROM keys WHERE data_key < (SELECT max(id) FROM data_keys))
                    + (SELECT count(*) FROM keys WHERE old_data_key < (SELECT max(id) FROM data_keys))
                    + (SELECT count(*) FROM projects WHERE session_data_key < (SELECT max(id) FROM data_keys))
                    + (SELECT count(*) FROM webhooks WHERE data_key < (SELECT max(id) FROM data_keys))
                    + (SELECT count(*) FROM webhooks WHERE old_data_key < (SELECT max(id) FROM data_keys))";
    one(db, sql, &[]).await
}

impl SecretPlace {
    /// The table, and its columns of the data key, of what is sealed under it, and of the scope.
    fn columns(self) -> [&'static str; 4] {
        match self {
            SecretPlace::Key => ["keys", "data_key", "sealed", "scope"],
            SecretPlace::OldToken => ["keys", "old_data_key", "old_sealed", "scope"],
            SecretPlace::SessionServer => ["projects", "session_data_key", "session_sealed", "NULL"],
            SecretPlace::Webhook => ["webhooks", "data_key", "sealed", "NULL"],
            SecretPlace::OldWebhook => ["webhooks", "old_data_key", "old_sealed", "NULL"],
        }
    }

    fn resealing(self) -> &'static ForRows {
        match self {
            SecretPlace::Key => &RESEAL_KEYS,
            SecretPlace::OldToken => &RESEAL_OLD_TOKENS,
            SecretPlace::SessionServer => &RESEAL_SESSION_SERVERS,
            SecretPlace::Webhook => &RESEAL_WEBHOOKS,
            SecretPlace::OldWebhook => &RESEAL_OLD_WEBHOOKS,
        }
    }
}

pub async fn sealed_under(
    db: &impl Db,
    data_key: u32,
    place: SecretPlace,
    after: i64,
    limit: u32,
) -> StoreResult<Vec<SealedSecret>> {
    let [table, key, sealed, scope] = place.columns();
    let sql = format!(
        "SELECT seq, id, {key}, {sealed}, CAST({scope} AS bigint) FROM {table}
          WHERE {key} = ? AND seq > ? ORDER BY seq LIMIT ?"
    );
    let found: Vec<(_, _, _, _)> = db.all(&sql, values![data_key, after, limit]).await?;
    let secret = |(seq, id, sealed, scope)| SealedSecret {
        place,
        seq,
        id,
        scope,
        sealed,
    };
    Ok(found.into_iter().map(secret).collect())
}

const RESEALED: &[(&str, Kind)] = &[
    ("new_key", Kind::Int),
    ("new", Kind::Bytes),
    ("seq", Kind::Number),
    ("old_key", Kind::Int),
    ("old", Kind::Bytes),
];
static RESEAL_KEYS: ForRows = ForRows::new(
    RESEALED,
    "UPDATE keys SET data_key = {new_key}, sealed = {new} FROM {rows}
      WHERE keys.seq = {seq} AND data_key = {old_key} AND sealed = {old}",
);
static RESEAL_OLD_TOKENS: ForRows = ForRows::new(
    RESEALED,
    "UPDATE keys SET old_data_key = {new_key}, old_sealed = {new} FROM {rows}
      WHERE keys.seq = {seq} AND old_data_key = {old_key} AND old_sealed = {old}",
);
static RESEAL_SESSION_SERVERS: ForRows = ForRows::new(
    RESEALED,
    "UPDATE projects SET session_data_key = {new_key}, session_sealed = {new} FROM {rows}
      WHERE projects.seq = {seq} AND session_data_key = {old_key} AND session_sealed = {old}",
);
static RESEAL_WEBHOOKS: ForRows = ForRows::new(
    RESEALED,
    "UPDATE webhooks SET data_key = {new_key}, sealed = {new} FROM {rows}
      WHERE webhooks.seq = {seq} AND data_key = {old_key} AND sealed = {old}",
);
static RESEAL_OLD_WEBHOOKS: ForRows = ForRows::new(
    RESEALED,
    "UPDATE webhooks SET old_data_key = {new_key}, old_sealed = {new} FROM {rows}
      WHERE webhooks.seq = {seq} AND old_data_key = {old_key} AND old_sealed = {old}",
);

/// What was revoked, removed or set again meanwhile stays as it is.
pub async fn reseal(change: &impl Change, secrets: &[Resealed]) -> StoreResult<u64> {
    let db = change.db();
    if let Some(Resealed { sealed, .. }) = secrets.first() {
        expect_newest(db, sealed).await?;
    }
    let mut changed = 0;
    for of_place in SecretPlace::iter() {
        let secrets = secrets.iter().filter(|secret| secret.before.place == of_place);
        let rows = secrets.map(|Resealed { before, sealed }| {
            let (new, old) = (sealed, &before.sealed);
            values![new.data_key, &new.bytes, before.seq, old.data_key, &old.bytes].to_vec()
        });
        changed += run_rows(db, of_place.resealing(), rows.collect(), &[]).await?;
    }
    Ok(changed)
}

/// Drops the data keys that seal nothing, except the newest. Returns how many are left.
pub async fn drop_unused(change: &mut impl Change) -> StoreResult<u64> {
    let before = count(change.db()).await?;
    let unused = "DELETE FROM data_keys
                   WHERE id < (SELECT max(id) FROM data_keys)
                     AND NOT EXISTS (SELECT 1 FROM keys WHERE keys.data_key = data_keys.id)
                     AND NOT EXISTS (SELECT 1 FROM keys WHERE keys.old_data_key = data_keys.id)
                     AND NOT EXISTS (SELECT 1 FROM projects WHERE session_data_key = data_keys.id)
                     AND NOT EXISTS (SELECT 1 FROM webhooks WHERE webhooks.data_key = data_keys.id)
                     AND NOT EXISTS (SELECT 1 FROM webhooks WHERE webhooks.old_data_key = data_keys.id)";
    change.db().run(unused, &[]).await?;
    let after = count(change.db()).await?;
    let changes = seals::resealing(before, after);
    change.record(Subject::of(ActivityAction::SecretsResealed, "", changes));
    Ok(after)
}

async fn count(db: &impl Db) -> StoreResult<u64> {
    one(db, "SELECT count(*) FROM data_keys", &[]).await
}
