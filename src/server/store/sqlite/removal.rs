//! Removing a person, with all that is theirs: in the writer's transaction as far as other changes can wait for it, and
//! the rest in portions, each a transaction of its own. What is still to be done stands in `removals`.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Instant;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::people::Acting;
use super::rows::{micros, person, uuid};
use super::{activity, count, keys, people};
use crate::api::{ActivityAction, RemovalProgress, User};
use crate::model::compared;
use crate::server::store::alike::{HANDED_KEYS, HANDED_PROJECTS, Handed, tries};
use crate::server::store::changes::{self, Subject};
use crate::server::store::people::{AT_ONCE, PORTION, progress};
use crate::server::store::statement::{Entity, UNFINISHED, unasked};
use crate::server::store::{Fate, Removal, StoreResult};

pub fn remove(conn: &Connection, id: Uuid, fate: Option<Fate>, by: Acting) -> StoreResult<Removal> {
    let Some(user) = people::by_id(conn, id)? else {
        return Ok(Removal::Missing);
    };
    if people::is_last_owner(conn, &user)? {
        return Ok(Removal::LastOwner);
    }
    let seq = people::user_seq(conn, id)?;
    if is_heir(conn, seq)? {
        return Ok(Removal::IsHeir);
    }
    let heir = match fate {
        None => match count::active(conn, seq, 0)? {
            0 => None,
            keys => return Ok(Removal::HasKeys(keys)),
        },
        Some(Fate::Revoke) => None,
        Some(Fate::HandOver(to)) => match people::by_id(conn, to)?.filter(|heir| heir.id != user.id) {
            None => return Ok(Removal::NobodyToHandTo),
            Some(heir) => Some(people::user_seq(conn, heir.id)?),
        },
    };
    conn.prepare_cached(
        "INSERT INTO removals (person, heir, asked_by, address, begun_at) VALUES (?, ?, ?, ?, ?)",
    )?
    .execute(params![
        seq,
        heir,
        by.seq,
        by.address.map(|address| address.to_string()),
        micros(Timestamp::now())
    ])?;
    let begun = Begun {
        person: seq,
        heir,
        by: by.seq,
        address: by.address,
    };
    let progress = portion(conn, &begun)?;
    strike(conn, &user, &begun, by)?;
    Ok(match progress.is_finished() {
        true => Removal::Removed(progress.removed),
        false => Removal::Begun(progress),
    })
}

/// A removal that is not finished, by the numbers of who it is about.
struct Begun {
    person: i64,
    heir: Option<i64>,
    by: i64,
    address: Option<IpAddr>,
}

/// A row of [`UNFINISHED`], and whose it is; `None` when the log never removed them.
fn begun(row: &Row) -> StoreResult<Option<(Uuid, Begun)>> {
    if unasked(row)?.is_some() {
        return Ok(None);
    }
    let begun = Begun {
        person: row.get(8)?,
        heir: row.get(9)?,
        by: row.get(10)?,
        address: row
            .get::<_, Option<String>>(11)?
            .and_then(|text| text.parse().ok()),
    };
    Ok(Some((uuid(row, 7)?, begun)))
}

/// `None`: nothing is left to do.
pub fn resume(conn: &Connection, id: Uuid) -> StoreResult<Option<RemovalProgress>> {
    let mut statement = conn.prepare_cached(&format!("{} AND t.id = ?", *UNFINISHED))?;
    let mut rows = statement.query([id.as_bytes()])?;
    let found = rows.next()?.map(begun).transpose()?.flatten();
    drop(rows);
    found.map(|(_, begun)| portion(conn, &begun)).transpose()
}

pub fn unfinished(conn: &Connection) -> StoreResult<Vec<(Uuid, RemovalProgress)>> {
    let mut statement = conn.prepare_cached(&UNFINISHED)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if let Some((id, begun)) = begun(row)? {
            found.push((id, far(conn, begun.person, begun.heir)?));
        }
    }
    Ok(found)
}

pub fn find(conn: &Connection, id: Uuid) -> StoreResult<Option<RemovalProgress>> {
    let found = conn
        .prepare_cached(
            "SELECT r.person, r.heir FROM removals AS r JOIN users AS u ON u.seq = r.person WHERE u.id = ?",
        )?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found.map(|(person, heir)| far(conn, person, heir)).transpose()
}

/// How far it is.
fn far(conn: &Connection, person: i64, heir: Option<i64>) -> StoreResult<RemovalProgress> {
    let [keys, projects, renamed]: [i64; 3] = conn
        .prepare_cached("SELECT keys, projects, renamed FROM removals WHERE person = ?")?
        .query_row([person], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?;
    let mut left = count::active(conn, person, 0)?;
    if heir.is_some() {
        left += conn
            .prepare_cached("SELECT count(*) FROM projects WHERE creator = ? AND removed_at IS NULL")?
            .query_row([person], |row| row.get::<_, i64>(0))? as u64;
    }
    let fate = match heir {
        None => Fate::Revoke,
        // Whose they are now, the rows themselves say.
        Some(_) => Fate::HandOver(Uuid::nil()),
    };
    Ok(progress(
        fate,
        [keys as u64, projects as u64, renamed as u64, left],
    ))
}

/// Whether what was another's is being handed over to them.
fn is_heir(conn: &Connection, seq: i64) -> StoreResult<bool> {
    let sql = "SELECT 1 FROM removals WHERE finished_at IS NULL AND heir = ?";
    Ok(conn.prepare_cached(sql)?.exists([seq])?)
}

/// As much as may be done at once: keys, then projects.
fn portion(conn: &Connection, begun: &Begun) -> StoreResult<RemovalProgress> {
    let started = Instant::now();
    let (mut keys, mut projects, mut renamed) = (0, 0, 0);
    let all_keys = loop {
        let (done, with_number) = some_keys(conn, begun)?;
        keys += done;
        renamed += with_number;
        if done < AT_ONCE || started.elapsed() >= PORTION {
            break done < AT_ONCE;
        }
    };
    // Few are always done at once, however long the keys took.
    while let Some(heir) = begun.heir.filter(|_| all_keys) {
        let (done, with_number) = some_projects(conn, begun, heir)?;
        projects += done;
        renamed += with_number;
        if done < AT_ONCE || started.elapsed() >= PORTION {
            break;
        }
    }
    conn.prepare_cached(
        "UPDATE removals SET keys = keys + ?, projects = projects + ?, renamed = renamed + ? WHERE person = ?",
    )?
    .execute(params![keys as i64, projects as i64, renamed as i64, begun.person])?;
    let far = far(conn, begun.person, begun.heir)?;
    if far.is_finished() {
        conn.prepare_cached("UPDATE removals SET finished_at = ? WHERE person = ?")?
            .execute([micros(Timestamp::now()), begun.person])?;
    }
    Ok(far)
}

/// Gives another name to each of these that the heir could not tell apart from one of theirs: by number, the new ones.
fn make_room(
    conn: &Connection,
    handed: &Handed,
    (from, to): (i64, i64),
    theirs: &[(i64, String)],
) -> StoreResult<HashMap<i64, String>> {
    let mut renamed = HashMap::new();
    for (seq, name) in theirs {
        let alike = conn
            .prepare_cached(handed.alike)?
            .query_row([from, to, *seq], |row| row.get::<_, i64>(0))
            .optional()?;
        let Some(project) = alike else { continue };
        for new in tries(name) {
            let key = compared(&new);
            let mut taken = conn.prepare_cached(handed.taken)?;
            if taken.exists(params![key, project, from, to])? {
                continue;
            }
            conn.prepare_cached(handed.rename)?
                .execute(params![new, key, seq])?;
            renamed.insert(*seq, new);
            break;
        }
    }
    Ok(renamed)
}

/// Revokes or hands over the first keys of those that are left. Returns how many, and how many of them got a number.
fn some_keys(conn: &Connection, begun: &Begun) -> StoreResult<(usize, usize)> {
    let theirs = conn
        .prepare_cached(
            "SELECT seq, name FROM keys WHERE creator = ? AND revoked_at IS NULL ORDER BY created_at, id LIMIT ?",
        )?
        .query_map([begun.person, AT_ONCE as i64], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let handed_over = begun.changes(conn)?;
    let renamed = match begun.heir {
        Some(heir) => make_room(conn, &HANDED_KEYS, (begun.person, heir), &theirs)?,
        None => HashMap::new(),
    };
    let now = Timestamp::now();
    activity::extend(conn, |log| {
        for (key, name) in &theirs {
            let subject = match (begun.heir, &handed_over) {
                (Some(heir), Some(changes)) => {
                    conn.prepare_cached("UPDATE keys SET creator = ?, version = version + 1 WHERE seq = ?")?
                        .execute([heir, *key])?;
                    activity::hand_over(conn, *key, heir)?;
                    let new = renamed.get(key).unwrap_or(name);
                    let changes = changes::with_new_name(changes, name, new);
                    Subject::of_key(ActivityAction::KeyHandedOver, (*key, heir), new, changes)
                }
                _ => {
                    keys::wipe(conn, *key, begun.by, now)?;
                    Subject::of_key(ActivityAction::KeyRevoked, (*key, begun.person), name, Map::new())
                }
            };
            log.append(now, Some(begun.by), begun.address, subject)?;
        }
        Ok((theirs.len(), renamed.len()))
    })
}

/// Hands over the first projects of those that are left. Returns how many, and how many of them got a number.
fn some_projects(conn: &Connection, begun: &Begun, heir: i64) -> StoreResult<(usize, usize)> {
    let mut statement = conn.prepare_cached(
        "SELECT seq, name, id FROM projects WHERE creator = ? AND removed_at IS NULL ORDER BY name_key, id LIMIT ?",
    )?;
    let found = statement.query_map([begun.person, AT_ONCE as i64], |row| {
        Ok(((row.get(0)?, row.get(1)?), uuid(row, 2)?))
    })?;
    let (theirs, ids): (Vec<(i64, String)>, Vec<Uuid>) =
        found.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().unzip();
    let changes = begun.changes(conn)?.unwrap_or_default();
    let renamed = make_room(conn, &HANDED_PROJECTS, (begun.person, heir), &theirs)?;
    activity::extend(conn, |log| {
        for ((project, name), id) in theirs.iter().zip(ids) {
            conn.prepare_cached("UPDATE projects SET creator = ? WHERE seq = ?")?
                .execute([heir, *project])?;
            let new = renamed.get(project).unwrap_or(name);
            let changes = changes::with_new_name(&changes, name, new);
            let subject = Subject::of(ActivityAction::ProjectHandedOver, new, changes);
            let subject = subject.about(Entity::Project(id));
            log.append(Timestamp::now(), Some(begun.by), begun.address, subject)?;
        }
        Ok((theirs.len(), renamed.len()))
    })
}

impl Begun {
    /// From one email address to the other, for the log; `None` where nobody gets anything.
    fn changes(&self, conn: &Connection) -> StoreResult<Option<Map<String, Value>>> {
        let Some(heir) = self.heir else { return Ok(None) };
        let (from, to) = (person(conn, self.person)?, person(conn, heir)?);
        Ok(Some(changes::of_creator(&from.email, &to.email)))
    }
}

/// The row stays, for what they did before; nothing signs them in.
fn strike(conn: &Connection, user: &User, begun: &Begun, by: Acting) -> StoreResult<()> {
    conn.prepare_cached("UPDATE users SET removed_at = ?, token_hash = NULL WHERE seq = ?")?
        .execute(params![micros(Timestamp::now()), begun.person])?;
    let heir = begun.heir.map(|heir| person(conn, heir)).transpose()?;
    let changes = changes::of_removal(user.role, heir.as_ref().map(|heir| heir.email.as_str()));
    let removed = ActivityAction::UserRemoved;
    people::record(conn, removed, (user.id, &user.email), changes, by)
}
