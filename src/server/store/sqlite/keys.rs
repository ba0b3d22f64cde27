//! Creating, editing, revoking and revealing keys: each with its row of the activity log, in the
//! writer's transaction.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Map;
use uuid::Uuid;

use super::people::{Acting, user_seq};
use super::rows::{KeyBy, find_key, lines, micros, rank};
use super::{activity, clock, data_keys};
use crate::api::ActivityAction;
use crate::model::{Settings, ValidKey, are_alike, compared};
use crate::server::store::changes::{self, Subject};
use crate::server::store::clock::Steady;
use crate::server::store::db::at_once;
use crate::server::store::projects;
use crate::server::store::{
    Found, IDEMPOTENT, Idempotency, KeyChange, KeyCreation, KeyRecord, NewKey, Revocation, Sealed,
    StoreError, StoreResult, Visible,
};

pub fn create(conn: &Connection, new: &NewKey, by: Acting, steady: &Steady) -> StoreResult<KeyCreation> {
    let creator = by.seq;
    if let Some(used) = &new.idempotency
        && let Some(answer) = replay(conn, creator, used, steady)?
    {
        return Ok(answer);
    }
    let project = match new
        .valid
        .project
        .map(|id| at_once(projects::find(conn, id)))
        .transpose()?
    {
        Some(None) => return Ok(KeyCreation::ProjectMissing),
        Some(Some((_, false))) => return Ok(KeyCreation::ProjectNotDeployed),
        Some(Some((seq, true))) => Some(seq),
        None => None,
    };
    if name_is_taken(conn, project, &new.valid.name, by)? {
        return Ok(KeyCreation::NameTaken);
    }
    if let Some(sealed) = &new.sealed {
        data_keys::expect_newest(conn, sealed)?;
    }
    let seq = insert(conn, new, project, creator, 0)?;
    if let Some(used) = &new.idempotency {
        conn.prepare_cached(
            "INSERT INTO idempotency (creator, token, fingerprint, key, created_at) VALUES (?, ?, ?, ?, ?)",
        )?
        .execute(params![
            creator,
            used.key,
            used.fingerprint,
            seq,
            micros(Timestamp::now())
        ])?;
    }
    let Some((_, Found::Active(key))) = find_key(conn, KeyBy::Seq(seq), Visible::All)? else {
        return Err(StoreError::Fault("a key was gone as soon as it was made".into()));
    };
    let subject = Subject::of_key(
        ActivityAction::KeyCreated,
        (seq, creator),
        &key.name,
        changes::beginnings(&key),
    );
    activity::record(conn, by, subject)?;
    Ok(KeyCreation::Created(key))
}

/// Stores the row alone.
pub fn insert(
    conn: &Connection,
    new: &NewKey,
    project: Option<i64>,
    creator: i64,
    last_used_at: i64,
) -> StoreResult<i64> {
    let ValidKey {
        scope,
        name,
        settings,
        ..
    } = &new.valid;
    conn.prepare_cached(
        "INSERT INTO keys (id, name, name_key, scope, project, creator, created_at, last_used_at, hint,
                           ui_domains, local_development, cross_page_persistence, token_hash, data_key, sealed)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        new.id.as_bytes(),
        name,
        compared(name),
        rank(*scope),
        project,
        creator,
        micros(new.created_at),
        last_used_at,
        new.hint,
        lines(&settings.ui_domains),
        settings.local_development.map(|address| address.to_string()),
        settings.cross_page_persistence,
        new.token_hash.0,
        new.sealed.as_ref().map(|sealed| sealed.data_key),
        new.sealed.as_ref().map(|sealed| &sealed.bytes),
    ])?;
    Ok(conn.last_insert_rowid())
}

/// What to answer when this idempotency key was used in the last 24 hours; forgets older ones.
fn replay(
    conn: &Connection,
    creator: i64,
    used: &Idempotency,
    steady: &Steady,
) -> StoreResult<Option<KeyCreation>> {
    let day_ago = clock::read(conn, steady)?.long_ago(IDEMPOTENT);
    conn.prepare_cached("DELETE FROM idempotency WHERE created_at < ?")?
        .execute([day_ago])?;
    let before = conn
        .prepare_cached("SELECT fingerprint, key FROM idempotency WHERE creator = ? AND token = ?")?
        .query_row(params![creator, used.key], |row| {
            Ok((row.get::<_, [u8; 32]>(0)?, row.get(1)?))
        })
        .optional()?;
    Ok(match before {
        None => None,
        Some((fingerprint, _)) if fingerprint != used.fingerprint => Some(KeyCreation::Mismatch),
        Some((_, seq)) => match find_key(conn, KeyBy::Seq(seq), Visible::All)? {
            Some((_, Found::Active(key))) => Some(KeyCreation::Replayed(Some(key))),
            _ => Some(KeyCreation::Replayed(None)),
        },
    })
}

/// Whether a key that `by` may see has the name; of the others nothing is told, and a unique index holds the keys
/// of one person apart. Asks instead of waiting for that index to refuse: one transaction writes at a time, so
/// that the answer holds.
fn name_is_taken(conn: &Connection, project: Option<i64>, name: &str, by: Acting) -> StoreResult<bool> {
    let name = compared(name);
    let Some(project) = project else {
        // Whoever may create them sees all of them.
        let sql = "SELECT 1 FROM keys WHERE name_key = ? AND revoked_at IS NULL AND project IS NULL";
        return Ok(conn.prepare_cached(sql)?.exists([name])?);
    };
    let sql = "SELECT 1 FROM keys
                WHERE project = ?1 AND name_key = ?2 AND ?3 IN (0, creator)
                  AND revoked_at IS NULL AND project IS NOT NULL";
    Ok(conn
        .prepare_cached(sql)?
        .exists(params![project, name, by.only_theirs()])?)
}

pub fn edit(
    conn: &Connection,
    id: Uuid,
    expected_version: u64,
    name: &str,
    settings: &Settings,
    by: Acting,
) -> StoreResult<KeyChange> {
    let Some((seq, Found::Active(key))) = find_key(conn, KeyBy::Id(id), Visible::All)? else {
        return Ok(KeyChange::Missing);
    };
    if key.version != expected_version {
        return Ok(KeyChange::Conflict(key));
    }
    let changes = changes::of_key(&key, name, settings);
    if changes.is_empty() {
        return Ok(KeyChange::Changed(key));
    }
    let (project, creator) = conn
        .prepare_cached("SELECT project, creator FROM keys WHERE seq = ?")?
        .query_row([seq], |row| Ok((row.get(0)?, row.get(1)?)))?;
    // Another spelling of its own name is free.
    if !are_alike(name, &key.name) && name_is_taken(conn, project, name, by)? {
        return Ok(KeyChange::NameTaken);
    }
    update(conn, seq, expected_version, name, settings)?;
    let subject = Subject::of_key(ActivityAction::KeyEdited, (seq, creator), name, changes);
    activity::record(conn, by, subject)?;
    Ok(KeyChange::Changed(KeyRecord {
        name: name.to_owned(),
        settings: settings.clone(),
        version: expected_version + 1,
        ..key
    }))
}

fn update(conn: &Connection, seq: i64, version: u64, name: &str, settings: &Settings) -> StoreResult<()> {
    let updated = conn
        .prepare_cached(
            "UPDATE keys SET name = ?, name_key = ?, ui_domains = ?, local_development = ?,
                             cross_page_persistence = ?, version = version + 1
              WHERE seq = ? AND version = ? AND revoked_at IS NULL",
        )?
        .execute(params![
            name,
            compared(name),
            lines(&settings.ui_domains),
            settings.local_development.map(|address| address.to_string()),
            settings.cross_page_persistence,
            seq,
            version as i64,
        ])?;
    one_row(updated)
}

pub fn revoke(conn: &Connection, id: Uuid, by: Acting) -> StoreResult<Revocation> {
    let (seq, key) = match find_key(conn, KeyBy::Id(id), Visible::All)? {
        None => return Ok(Revocation::Missing),
        Some((_, Found::Revoked(tombstone))) => return Ok(Revocation::AlreadyRevoked(tombstone)),
        Some((seq, Found::Active(key))) => (seq, key),
    };
    let creator = user_seq(conn, key.creator.id)?;
    destroy(conn, seq, creator, &key.name, by)?;
    Ok(Revocation::Revoked)
}

/// Revokes an active key of `creator`.
pub fn destroy(conn: &Connection, seq: i64, creator: i64, name: &str, by: Acting) -> StoreResult<()> {
    wipe(conn, seq, by.seq, Timestamp::now())?;
    let subject = Subject::of_key(ActivityAction::KeyRevoked, (seq, creator), name, Map::new());
    activity::record(conn, by, subject)
}

/// Makes an active key a tombstone, without a row of the log.
pub fn wipe(conn: &Connection, seq: i64, by: i64, at: Timestamp) -> StoreResult<()> {
    let revoked = conn
        .prepare_cached(
            "UPDATE keys SET revoked_at = ?, revoked_by = ?, data_key = NULL, sealed = NULL, version = version + 1
              WHERE seq = ? AND revoked_at IS NULL",
        )?
        .execute(params![micros(at), by, seq])?;
    one_row(revoked)
}

/// The sealed token goes out only after the writer has committed the row that tells of it.
pub fn reveal(conn: &Connection, id: Uuid, by: Acting) -> StoreResult<Option<Sealed>> {
    let found = conn
        .prepare_cached(
            "SELECT seq, creator, name, data_key, sealed FROM keys
              WHERE id = ? AND revoked_at IS NULL AND sealed IS NOT NULL",
        )?
        .query_row([id.as_bytes()], |row| {
            let sealed = Sealed {
                data_key: row.get(3)?,
                bytes: row.get(4)?,
            };
            Ok(((row.get(0)?, row.get(1)?), row.get::<_, String>(2)?, sealed))
        })
        .optional()?;
    let Some((key, name, sealed)) = found else {
        return Ok(None);
    };
    let subject = Subject::of_key(ActivityAction::KeyRevealed, key, &name, Map::new());
    activity::record(conn, by, subject)?;
    Ok(Some(sealed))
}

fn one_row(changed: usize) -> StoreResult<()> {
    match changed {
        1 => Ok(()),
        rows => Err(StoreError::Fault(format!(
            "one key was to change, and {rows} would have"
        ))),
    }
}
