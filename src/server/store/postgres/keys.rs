//! Creating, editing, revoking and revealing keys.

use serde_json::Map;
use uuid::Uuid;

use super::change::Change;
use super::rows::{Kept, KeyBy, find_key, hash, lines, rank};
use super::{ask, clock, data_keys};
use crate::api::ActivityAction;
use crate::model::{Settings, ValidKey, are_alike, compared};
use crate::server::store::changes::{self, Subject};
use crate::server::store::clock::Steady;
use crate::server::store::projects;
use crate::server::store::{
    Found, IDEMPOTENT, Idempotency, KeyChange, KeyCreation, KeyRecord, NewKey, Revocation, Sealed,
    StoreError, StoreResult, Visible,
};

pub async fn create(change: &mut Change<'_>, new: &NewKey, steady: &Steady) -> StoreResult<KeyCreation> {
    let creator = change.actor()?.seq;
    if let Some(used) = &new.idempotency
        && let Some(answer) = replay(change, creator, used, steady).await?
    {
        return Ok(answer);
    }
    let project = match new.valid.project {
        None => None,
        Some(id) => match projects::find(&change.tx, id).await? {
            None => return Ok(KeyCreation::ProjectMissing),
            Some((_, false)) => return Ok(KeyCreation::ProjectNotDeployed),
            Some((seq, true)) => Some(seq),
        },
    };
    if name_is_taken(change, project, &new.valid.name).await? {
        return Ok(KeyCreation::NameTaken);
    }
    if let Some(sealed) = &new.sealed {
        data_keys::expect_newest(&change.tx, sealed).await?;
    }
    let seq = insert(change, new, project, creator).await?;
    if let Some(used) = &new.idempotency {
        let sql = "INSERT INTO idempotency (creator, token, fingerprint, key, created_at) VALUES ($1, $2, $3, $4, $5)";
        let now = change.now.as_microsecond();
        let values: [ask::Value; 5] = [&creator, &used.key, &used.fingerprint.as_slice(), &seq, &now];
        ask::run_one(&change.tx, sql, &values).await?;
    }
    let made = find_key(&change.tx, KeyBy::Seq(seq), Visible::All).await?;
    let Some(Kept {
        found: Found::Active(key),
        ..
    }) = made
    else {
        return Err(StoreError::Fault("a key was gone as soon as it was made".into()));
    };
    let action = ActivityAction::KeyCreated;
    let subject = Subject::of_key(action, (seq, creator), &key.name, changes::beginnings(&key));
    change.record(Some(key.id), subject);
    Ok(KeyCreation::Created(key))
}

/// Stores the row alone.
async fn insert(change: &Change<'_>, new: &NewKey, project: Option<i64>, creator: i64) -> StoreResult<i64> {
    let ValidKey {
        scope,
        name,
        settings,
        ..
    } = &new.valid;
    let sealed = new.sealed.as_ref();
    let row = ask::one(
        &change.tx,
        "INSERT INTO keys (id, name, name_key, scope, project, creator, created_at, hint, ui_domains,
                           local_development, cross_page_persistence, token_hash, data_key, sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING seq",
        &[
            &new.id,
            name,
            &compared(name),
            &rank(*scope),
            &project,
            &creator,
            &new.created_at.as_microsecond(),
            &new.hint,
            &lines(&settings.ui_domains),
            &settings.local_development.map(|address| address.to_string()),
            &settings.cross_page_persistence,
            &new.token_hash.0.as_slice(),
            &sealed.map(|sealed| sealed.data_key as i32),
            &sealed.map(|sealed| &sealed.bytes),
        ],
    )
    .await?;
    Ok(row.try_get(0)?)
}

/// What to answer when this idempotency key was used in the last 24 hours; forgets older ones.
async fn replay(
    change: &Change<'_>,
    creator: i64,
    used: &Idempotency,
    steady: &Steady,
) -> StoreResult<Option<KeyCreation>> {
    let day_ago = clock::read(change, steady).await?.long_ago(IDEMPOTENT);
    let old = "DELETE FROM idempotency WHERE created_at < $1";
    ask::run(&change.tx, old, &[&day_ago]).await?;
    let before = "SELECT fingerprint, key FROM idempotency WHERE creator = $1 AND token = $2";
    let Some(row) = ask::maybe(&change.tx, before, &[&creator, &used.key]).await? else {
        return Ok(None);
    };
    if hash(&row, 0)? != used.fingerprint {
        return Ok(Some(KeyCreation::Mismatch));
    }
    let made = find_key(&change.tx, KeyBy::Seq(row.try_get(1)?), Visible::All).await?;
    let active = made.and_then(|made| match made.found {
        Found::Active(key) => Some(key),
        Found::Revoked(_) => None,
    });
    Ok(Some(KeyCreation::Replayed(active)))
}

/// Whether a key that the actor may see has the name; of the others nothing is told, and a unique index holds the
/// keys of one person apart. Asks instead of waiting for that index to refuse: changes come one after the other, so
/// that the answer holds.
async fn name_is_taken(change: &Change<'_>, project: Option<i64>, name: &str) -> StoreResult<bool> {
    let name = compared(name);
    let Some(project) = project else {
        // Whoever may create them sees all of them.
        let sql = "SELECT 1 FROM keys WHERE project IS NULL AND name_key = $1 AND revoked_at IS NULL";
        return ask::exists(&change.tx, sql, &[&name]).await;
    };
    let sql = "SELECT 1 FROM keys
                WHERE project = $1 AND name_key = $2 AND $3::bigint IN (0, creator) AND revoked_at IS NULL LIMIT 1";
    ask::exists(
        &change.tx,
        sql,
        &[&project, &name, &change.actor()?.only_theirs()],
    )
    .await
}

pub async fn edit(
    change: &mut Change<'_>,
    id: Uuid,
    expected_version: u64,
    name: &str,
    settings: &Settings,
) -> StoreResult<KeyChange> {
    let Some(kept) = find_key(&change.tx, KeyBy::Id(id), Visible::All).await? else {
        return Ok(KeyChange::Missing);
    };
    let Found::Active(key) = kept.found else {
        return Ok(KeyChange::Missing);
    };
    if key.version != expected_version {
        return Ok(KeyChange::Conflict(key));
    }
    let changes = changes::of_key(&key, name, settings);
    if changes.is_empty() {
        return Ok(KeyChange::Changed(key));
    }
    // Another spelling of its own name is free.
    if !are_alike(name, &key.name) && name_is_taken(change, kept.project, name).await? {
        return Ok(KeyChange::NameTaken);
    }
    ask::run_one(
        &change.tx,
        "UPDATE keys SET name = $1, name_key = $2, ui_domains = $3, local_development = $4,
                         cross_page_persistence = $5, version = version + 1
          WHERE seq = $6 AND version = $7 AND revoked_at IS NULL",
        &[
            &name,
            &compared(name),
            &lines(&settings.ui_domains),
            &settings.local_development.map(|address| address.to_string()),
            &settings.cross_page_persistence,
            &kept.seq,
            &(expected_version as i64),
        ],
    )
    .await?;
    let action = ActivityAction::KeyEdited;
    change.record(
        Some(id),
        Subject::of_key(action, (kept.seq, kept.creator), name, changes),
    );
    Ok(KeyChange::Changed(KeyRecord {
        name: name.to_owned(),
        settings: settings.clone(),
        version: expected_version + 1,
        ..key
    }))
}

pub async fn revoke(change: &mut Change<'_>, id: Uuid) -> StoreResult<Revocation> {
    let Some(kept) = find_key(&change.tx, KeyBy::Id(id), Visible::All).await? else {
        return Ok(Revocation::Missing);
    };
    let key = match kept.found {
        Found::Revoked(tombstone) => return Ok(Revocation::AlreadyRevoked(tombstone)),
        Found::Active(key) => key,
    };
    let by = change.actor()?.seq;
    ask::run_one(
        &change.tx,
        "UPDATE keys SET revoked_at = $1, revoked_by = $2, data_key = NULL, sealed = NULL, version = version + 1
          WHERE seq = $3 AND revoked_at IS NULL",
        &[&change.now.as_microsecond(), &by, &kept.seq],
    )
    .await?;
    let action = ActivityAction::KeyRevoked;
    let subject = Subject::of_key(action, (kept.seq, kept.creator), &key.name, Map::new());
    change.record(Some(id), subject);
    Ok(Revocation::Revoked)
}

/// The sealed token goes out only after the row that tells of it was committed.
pub async fn reveal(change: &mut Change<'_>, id: Uuid) -> StoreResult<Option<Sealed>> {
    let sql = "SELECT seq, creator, name, data_key, sealed FROM keys
                WHERE id = $1 AND revoked_at IS NULL AND sealed IS NOT NULL";
    let Some(row) = ask::maybe(&change.tx, sql, &[&id]).await? else {
        return Ok(None);
    };
    let key = (row.try_get(0)?, row.try_get(1)?);
    let action = ActivityAction::KeyRevealed;
    change.record(
        Some(id),
        Subject::of_key(action, key, row.try_get(2)?, Map::new()),
    );
    Ok(Some(Sealed {
        data_key: row.try_get::<_, i32>(3)? as u32,
        bytes: row.try_get(4)?,
    }))
}
