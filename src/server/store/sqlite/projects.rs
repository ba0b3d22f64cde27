//! Projects: paged by name, found by a part of the name or the beginning of the id.

use jiff::Timestamp;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::people::{Acting, find_user, user_seq};
use super::rows::{micros, time, uuid};
use super::session_tokens;
use super::{activity, count};
use crate::api::{ActivityAction, DEFAULT_LIMIT, PersonRef, ProjectQuery, SessionServer};
use crate::model::{are_alike, compared};
use crate::server::store::changes::{self, Subject};
use crate::server::store::statement::Entity;
use crate::server::store::{ProjectRecord, ProjectRemoval, StoreResult, Taken, Visible, ids_that_begin};

/// The first question mark is whose keys are counted; 0 is anybody's.
const SELECT: &str =
    "SELECT p.id, p.name, u.id, u.email, p.deployed, p.created_at, p.session_url, p.session_key_name,
            (SELECT coalesce(sum(n), 0) FROM key_counts WHERE creator = ? AND project = p.seq)
       FROM projects AS p CROSS JOIN users AS u ON u.seq = p.creator
      WHERE p.removed_at IS NULL";

fn project(row: &Row) -> rusqlite::Result<ProjectRecord> {
    let url: Option<String> = row.get(6)?;
    let key_name: Option<String> = row.get(7)?;
    Ok(ProjectRecord {
        id: uuid(row, 0)?,
        name: row.get(1)?,
        creator: PersonRef {
            id: uuid(row, 2)?,
            email: row.get(3)?,
        },
        deployed: row.get(4)?,
        created_at: time(row, 5)?,
        keys: row.get::<_, i64>(8)? as u64,
        session_server: url
            .zip(key_name)
            .map(|(url, key_name)| SessionServer { url, key_name }),
    })
}

/// The `seq` of an active project.
pub fn seq(conn: &Connection, id: Uuid) -> StoreResult<i64> {
    let mut statement =
        conn.prepare_cached("SELECT seq FROM projects WHERE id = ? AND removed_at IS NULL")?;
    Ok(statement.query_row([id.as_bytes()], |row| row.get(0))?)
}

pub fn by_id(conn: &Connection, id: Uuid, visible: Visible) -> StoreResult<Option<ProjectRecord>> {
    let Some(whose) = whose(conn, visible)? else {
        return Ok(None);
    };
    let mut statement = conn.prepare_cached(&format!("{SELECT} AND p.id = ? AND ? IN (0, p.creator)"))?;
    Ok(statement
        .query_row(params![whose, id.as_bytes(), whose], project)
        .optional()?)
}

/// The `seq` of the only one whose things may be seen; 0 is anybody's. `None`: there is no such user.
fn whose(conn: &Connection, visible: Visible) -> StoreResult<Option<i64>> {
    match visible {
        Visible::All => Ok(Some(0)),
        Visible::CreatedBy(user) => find_user(conn, user),
    }
}

pub fn page(conn: &Connection, query: &ProjectQuery, visible: Visible) -> StoreResult<Vec<ProjectRecord>> {
    let Some(whose) = whose(conn, visible)? else {
        return Ok(Vec::new());
    };
    let mut sql = SELECT.to_owned();
    let mut values: Vec<Sql> = vec![whose.into()];
    if visible != Visible::All {
        sql.push_str(" AND p.creator = ?");
        values.push(whose.into());
    }
    if let Some(deployed) = query.deployed {
        sql.push_str(" AND p.deployed = ?");
        values.push(deployed.into());
    }
    if let Some(text) = &query.q {
        let folded = compared(text);
        let (first, last) = ids_that_begin(&folded).unzip();
        sql.push_str(" AND (instr(p.name_key, ?) > 0 OR p.id BETWEEN ? AND ?)");
        values.push(folded.into());
        values.extend([first, last].map(|id| id.map_or(Sql::Null, |id: Uuid| id.as_bytes().to_vec().into())));
    }
    if let Some(after) = query.after {
        // One that may not be seen says no more than one that does not exist.
        sql.push_str(
            " AND (p.name_key, p.id) > (SELECT name_key, id FROM projects WHERE id = ? AND ? IN (0, creator))",
        );
        values.extend([after.as_bytes().to_vec().into(), whose.into()]);
    }
    sql.push_str(" ORDER BY p.name_key, p.id LIMIT ?");
    values.push(i64::from(query.limit.unwrap_or(DEFAULT_LIMIT)).into());
    let mut statement = conn.prepare_cached(&sql)?;
    let projects = statement.query_map(params_from_iter(values), project)?;
    Ok(projects.collect::<rusqlite::Result<_>>()?)
}

/// Stores the row alone. `false` when its creator has a project of this name.
pub fn insert(conn: &Connection, project: &ProjectRecord) -> StoreResult<bool> {
    let inserted = conn
        .prepare_cached(
            "INSERT INTO projects (id, name, name_key, creator, deployed, created_at) VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT (name_key, creator) WHERE removed_at IS NULL DO NOTHING",
        )?
        .execute(params![
            project.id.as_bytes(),
            project.name,
            compared(&project.name),
            user_seq(conn, project.creator.id)?,
            project.deployed,
            micros(project.created_at),
        ])?;
    Ok(inserted == 1)
}

/// Whether a project that `by` may see has the name; of the others nothing is told.
fn name_is_taken(conn: &Connection, name: &str, by: Acting) -> StoreResult<bool> {
    let sql = "SELECT 1 FROM projects WHERE name_key = ? AND ? IN (0, creator) AND removed_at IS NULL";
    Ok(conn
        .prepare_cached(sql)?
        .exists(params![compared(name), by.only_theirs()])?)
}

pub fn add(
    conn: &Connection,
    name: &str,
    deployed: bool,
    by: Acting,
) -> StoreResult<Result<ProjectRecord, Taken>> {
    let new = ProjectRecord {
        id: Uuid::now_v7(),
        name: name.to_owned(),
        creator: PersonRef {
            id: by.user,
            email: String::new(),
        },
        deployed,
        created_at: Timestamp::now(),
        keys: 0,
        session_server: None,
    };
    if name_is_taken(conn, name, by)? || !insert(conn, &new)? {
        return Ok(Err(Taken));
    }
    record(
        conn,
        ActivityAction::ProjectCreated,
        (new.id, &new.name),
        changes::of_new_project(deployed),
        by,
    )?;
    Ok(Ok(by_id(conn, new.id, Visible::All)?.unwrap_or(new)))
}

pub fn edit(
    conn: &Connection,
    id: Uuid,
    name: Option<&str>,
    deployed: Option<bool>,
    visible: Visible,
    by: Acting,
) -> StoreResult<Option<Result<ProjectRecord, Taken>>> {
    let Some(old) = by_id(conn, id, visible)? else {
        return Ok(None);
    };
    let new = ProjectRecord {
        name: name.unwrap_or(&old.name).to_owned(),
        deployed: deployed.unwrap_or(old.deployed),
        ..old.clone()
    };
    let changes = changes::of_project(&old, &new);
    if changes.is_empty() {
        return Ok(Some(Ok(old)));
    }
    // Another spelling of its own name is free.
    if !are_alike(&new.name, &old.name) && name_is_taken(conn, &new.name, by)? {
        return Ok(Some(Err(Taken)));
    }
    conn.prepare_cached("UPDATE projects SET name = ?, name_key = ?, deployed = ? WHERE id = ?")?
        .execute(params![
            new.name,
            compared(&new.name),
            new.deployed,
            id.as_bytes()
        ])?;
    record(conn, ActivityAction::ProjectEdited, (id, &new.name), changes, by)?;
    Ok(Some(Ok(new)))
}

/// The session server goes with it.
pub fn remove(conn: &Connection, id: Uuid, visible: Visible, by: Acting) -> StoreResult<ProjectRemoval> {
    let Some(project) = by_id(conn, id, visible)? else {
        return Ok(ProjectRemoval::Missing);
    };
    let seq = seq(conn, id)?;
    match (project.keys, count::active(conn, 0, seq)?) {
        (0, 0) => {}
        (0, _) => return Ok(ProjectRemoval::HasKeysOfOthers),
        (seen, _) => return Ok(ProjectRemoval::HasKeys(seen)),
    }
    conn.prepare_cached(
        "UPDATE projects SET removed_at = ?, deployed = 0, session_url = NULL, session_key_name = NULL,
                             session_data_key = NULL, session_sealed = NULL
          WHERE seq = ?",
    )?
    .execute([micros(Timestamp::now()), seq])?;
    session_tokens::delete(conn, seq)?;
    let changes = changes::of_removed_project(&project);
    record(
        conn,
        ActivityAction::ProjectRemoved,
        (id, &project.name),
        changes,
        by,
    )?;
    Ok(ProjectRemoval::Removed)
}

pub fn record(
    conn: &Connection,
    action: ActivityAction,
    (id, name): (Uuid, &str),
    changes: Map<String, Value>,
    by: Acting,
) -> StoreResult<()> {
    activity::record(
        conn,
        by,
        Subject::of(action, name, changes).about(Entity::Project(id)),
    )
}
