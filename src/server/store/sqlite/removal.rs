//! Removing a person, with all that is theirs, in the writer's transaction.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::people::Acting;
use super::rows::micros;
use super::{activity, count, keys, people, projects};
use crate::api::{ActivityAction, RemovedUser, User};
use crate::model::compared;
use crate::server::store::alike::{HANDED_KEYS, HANDED_PROJECTS, Handed, tries};
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
        renamed: 0,
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
            hand_over_keys(conn, seq, &heir, by, &mut removed)?;
            hand_over_projects(conn, seq, &heir, by, &mut removed)?;
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

impl Heir {
    /// What the log is told of something that got a new name on the way, or kept it.
    fn changes(&self, old: &str, new: &str) -> Map<String, Value> {
        let mut changes = self.changes.clone();
        if new != old {
            changes.extend(changes::of_renamed("name", old, new));
        }
        changes
    }
}

/// Gives other names to what the heir could not tell apart from their own: by number, the new ones.
fn make_room(conn: &Connection, handed: &Handed, from: i64, to: i64) -> StoreResult<HashMap<i64, String>> {
    let mut statement = conn.prepare_cached(handed.alike)?;
    let rows = statement.query_map([from, to], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let alike: Vec<(i64, String, i64)> = rows.collect::<rusqlite::Result<_>>()?;
    let mut renamed = HashMap::new();
    for (seq, name, project) in alike {
        for new in tries(&name) {
            let key = compared(&new);
            let mut taken = conn.prepare_cached(handed.taken)?;
            if taken.exists(params![key, project, from, to])? {
                continue;
            }
            conn.prepare_cached(handed.rename)?
                .execute(params![new, key, seq])?;
            renamed.insert(seq, new);
            break;
        }
    }
    Ok(renamed)
}

fn hand_over_keys(
    conn: &Connection,
    from: i64,
    to: &Heir,
    by: Acting,
    removed: &mut RemovedUser,
) -> StoreResult<()> {
    let theirs = active_keys(conn, from)?;
    let renamed = make_room(conn, &HANDED_KEYS, from, to.seq)?;
    for (key, old) in &theirs {
        let name = renamed.get(key).unwrap_or(old);
        conn.prepare_cached("UPDATE keys SET creator = ?, version = version + 1 WHERE seq = ?")?
            .execute([to.seq, *key])?;
        activity::hand_over(conn, *key, to.seq)?;
        let action = ActivityAction::KeyHandedOver;
        let subject = Subject::of_key(action, (*key, to.seq), name, to.changes(old, name));
        activity::record(conn, by, subject)?;
    }
    removed.keys_handed_over = theirs.len() as u64;
    removed.renamed += renamed.len() as u64;
    Ok(())
}

fn hand_over_projects(
    conn: &Connection,
    from: i64,
    to: &Heir,
    by: Acting,
    removed: &mut RemovedUser,
) -> StoreResult<()> {
    let mut statement = conn.prepare_cached(
        "SELECT seq, name FROM projects WHERE creator = ? AND removed_at IS NULL ORDER BY name_key, id",
    )?;
    let theirs = statement
        .query_map([from], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let renamed = make_room(conn, &HANDED_PROJECTS, from, to.seq)?;
    for (project, old) in &theirs {
        let name = renamed.get(project).unwrap_or(old);
        conn.prepare_cached("UPDATE projects SET creator = ? WHERE seq = ?")?
            .execute([to.seq, *project])?;
        projects::record(
            conn,
            ActivityAction::ProjectHandedOver,
            name,
            to.changes(old, name),
            by,
        )?;
    }
    removed.projects_handed_over = theirs.len() as u64;
    removed.renamed += renamed.len() as u64;
    Ok(())
}

/// The row stays, for what they did before; nothing signs them in.
fn strike(conn: &Connection, user: &User, seq: i64, by: Acting) -> StoreResult<()> {
    // Before they are gone, since they may remove themselves.
    let removed = ActivityAction::UserRemoved;
    people::record_role(conn, removed, &user.email, Some(user.role), None, by)?;
    conn.prepare_cached("UPDATE users SET removed_at = ?, token_hash = NULL WHERE seq = ?")?
        .execute(params![micros(Timestamp::now()), seq])?;
    Ok(())
}
