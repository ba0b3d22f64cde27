//! Removing a person, with all that is theirs, in the writer's transaction.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::people::Acting;
use super::rows::{micros, uuid};
use super::{activity, count, keys, people, projects};
use crate::api::{ActivityAction, RemovedUser, User};
use crate::server::store::changes::{self, Subject};
use crate::server::store::{Fate, Removal, StoreResult};

pub fn remove(conn: &Connection, id: Uuid, fate: Option<Fate>, by: Acting) -> StoreResult<Removal> {
    let Some(user) = people::by_id(conn, id)? else {
        return Ok(Removal::Missing);
    };
    if people::is_last_owner(conn, &user)? {
        return Ok(Removal::LastOwner);
    }
    let seq = people::user_seq(conn, id)?;
    let mut removed = RemovedUser {
        keys_revoked: 0,
        keys_handed_over: 0,
        projects_handed_over: 0,
    };
    match fate {
        None => match count::active(conn, seq, 0)? {
            0 => {}
            keys => return Ok(Removal::HasKeys(keys)),
        },
        Some(Fate::Revoke) => removed.keys_revoked = revoke_keys(conn, seq, by)?,
        Some(Fate::HandOver(to)) => {
            let Some(heir) = heir(conn, &user, to)? else {
                return Ok(Removal::NobodyToHandTo);
            };
            removed.keys_handed_over = hand_over_keys(conn, seq, &heir, by)?;
            removed.projects_handed_over = hand_over_projects(conn, seq, &heir, by)?;
        }
    }
    strike(conn, &user, seq, by)?;
    Ok(Removal::Removed(removed))
}

/// The `seq` and name of each.
fn active_keys(conn: &Connection, creator: i64) -> StoreResult<Vec<(i64, String)>> {
    let mut statement = conn.prepare_cached(
        "SELECT seq, name FROM keys WHERE creator = ? AND revoked_at IS NULL ORDER BY created_at, id",
    )?;
    let keys = statement.query_map([creator], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(keys.collect::<rusqlite::Result<_>>()?)
}

fn revoke_keys(conn: &Connection, creator: i64, by: Acting) -> StoreResult<u64> {
    let theirs = active_keys(conn, creator)?;
    for (key, name) in &theirs {
        keys::destroy(conn, *key, creator, name, by)?;
    }
    Ok(theirs.len() as u64)
}

/// Who gets what was another's.
struct Heir {
    seq: i64,
    /// From one email address to the other, for the log.
    changes: Map<String, Value>,
}

fn heir(conn: &Connection, from: &User, to: Uuid) -> StoreResult<Option<Heir>> {
    let Some(heir) = people::by_id(conn, to)?.filter(|heir| heir.id != from.id) else {
        return Ok(None);
    };
    Ok(Some(Heir {
        seq: people::user_seq(conn, to)?,
        changes: changes::of_creator(&from.email, &heir.email),
    }))
}

fn hand_over_keys(conn: &Connection, from: i64, to: &Heir, by: Acting) -> StoreResult<u64> {
    let theirs = active_keys(conn, from)?;
    for (key, name) in &theirs {
        conn.prepare_cached("UPDATE keys SET creator = ?, version = version + 1 WHERE seq = ?")?
            .execute([to.seq, *key])?;
        activity::hand_over(conn, *key, to.seq)?;
        let action = ActivityAction::KeyHandedOver;
        let subject = Subject::of_key(action, (*key, to.seq), name, to.changes.clone());
        activity::record(conn, by, subject)?;
    }
    Ok(theirs.len() as u64)
}

fn hand_over_projects(conn: &Connection, from: i64, to: &Heir, by: Acting) -> StoreResult<u64> {
    let mut statement = conn.prepare_cached(
        "SELECT seq, id, name FROM projects WHERE creator = ? AND removed_at IS NULL ORDER BY name_key, id",
    )?;
    let theirs = statement
        .query_map([from], |row| {
            Ok((row.get::<_, i64>(0)?, uuid(row, 1)?, row.get::<_, String>(2)?))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for (project, id, name) in &theirs {
        conn.prepare_cached("UPDATE projects SET creator = ? WHERE seq = ?")?
            .execute([to.seq, *project])?;
        projects::record(
            conn,
            ActivityAction::ProjectHandedOver,
            (*id, name),
            to.changes.clone(),
            by,
        )?;
    }
    Ok(theirs.len() as u64)
}

/// The row stays, for what they did before; nothing signs them in.
fn strike(conn: &Connection, user: &User, seq: i64, by: Acting) -> StoreResult<()> {
    conn.prepare_cached("UPDATE users SET removed_at = ?, token_hash = NULL WHERE seq = ?")?
        .execute(params![micros(Timestamp::now()), seq])?;
    let removed = ActivityAction::UserRemoved;
    people::record_role(conn, removed, (user.id, &user.email), Some(user.role), None, by)
}
