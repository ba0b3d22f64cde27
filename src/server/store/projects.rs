//! Projects: paged by name, and each change with its row of the activity log.

use serde_json::Map;
use uuid::Uuid;

use super::changes::Subject;
use super::db::{Change, Db, columns, exists, insert_unless, update, values};
use super::row::{Columns, Read, Record, Row};
use super::sql::Sql;
use super::statement::Entity;
use super::tables::PROJECTS;
use super::value::Value;
use super::{ProjectRecord, ProjectRemoval, StoreError, StoreResult, Taken, Visible, changes, count};
use crate::api::{ActivityAction, DEFAULT_LIMIT, PersonRef, ProjectQuery, SessionServer};
use crate::model::{are_alike, compared};

/// The least and the greatest id whose text begins like this, when ids can.
fn ids_that_begin(text: &str) -> Option<(Uuid, Uuid)> {
    const LEAST: &str = "00000000-0000-0000-0000-000000000000";
    const GREATEST: &str = "ffffffff-ffff-ffff-ffff-ffffffffffff";
    let fill = |rest: &str| Uuid::try_parse(&format!("{text}{}", rest.get(text.len()..)?)).ok();
    Some((fill(LEAST)?, fill(GREATEST)?))
}

impl Read for ProjectRecord {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let (id, name, deployed, created_at) = columns.next()?;
        let (url, key_name): (Option<String>, Option<String>) = columns.next()?;
        let session_server = url
            .zip(key_name)
            .map(|(url, key_name)| SessionServer { url, key_name });
        Ok(Self {
            id,
            name,
            deployed,
            created_at,
            session_server,
            creator: columns.next()?,
            keys: columns.next()?,
        })
    }
}

/// The projects that may be seen, with the keys in them that may be: of anybody, or of the only one.
fn seen<'a, D: Db>(visible: Visible) -> Sql<'a> {
    let only = match visible {
        Visible::All => None,
        Visible::CreatedBy(user) => Some(user),
    };
    let mut sql = Sql::default();
    let select = format!(
        "SELECT p.id, p.name, p.deployed, p.created_at, p.session_url, p.session_key_name, {},
                (SELECT CAST(coalesce(sum(n), 0) AS bigint) FROM key_counts
                  WHERE creator = coalesce((SELECT seq FROM users WHERE id = ?), 0) AND project = p.seq)
           FROM projects AS p {} users AS u ON u.seq = p.creator
          WHERE p.removed_at IS NULL",
        PersonRef::columns("u"),
        D::DIALECT.lookup()
    );
    sql.push(&select, [only.into()]);
    if let Some(user) = only {
        sql.push(THEIRS, [user.into()]);
    }
    sql
}

/// Of this user alone.
const THEIRS: &str = " AND creator = (SELECT seq FROM users WHERE id = ?)";

pub async fn by_id<D: Db>(db: &D, id: Uuid, visible: Visible) -> StoreResult<Option<ProjectRecord>> {
    let mut sql = seen::<D>(visible);
    sql.push(" AND p.id = ?", [id.into()]);
    sql.maybe(db).await
}

/// The `seq` of an active project, and whether it is deployed.
pub async fn find(db: &impl Db, id: Uuid) -> StoreResult<Option<(i64, bool)>> {
    let sql = "SELECT seq, deployed FROM projects WHERE id = ? AND removed_at IS NULL";
    db.maybe(sql, values![id]).await
}

/// The `seq` of an active project that must be there.
pub async fn seq(db: &impl Db, id: Uuid) -> StoreResult<i64> {
    let missing = || StoreError::Fault(format!("there is no project {id}"));
    find(db, id).await?.map(|(seq, _)| seq).ok_or_else(missing)
}

/// A page by name, found by a part of it or the beginning of the id.
pub async fn page<D: Db>(db: &D, query: &ProjectQuery, visible: Visible) -> StoreResult<Vec<ProjectRecord>> {
    let mut sql = seen::<D>(visible);
    if let Some(deployed) = query.deployed {
        sql.push(" AND p.deployed = ?", [deployed.into()]);
    }
    if let Some(text) = &query.q {
        let folded = compared(text);
        sql.push(
            &format!(" AND ({}", D::DIALECT.contains("p.name_key")),
            [Value::sought(&folded)],
        );
        if let Some((first, last)) = ids_that_begin(&folded) {
            sql.push(" OR p.id BETWEEN ? AND ?", [first.into(), last.into()]);
        }
        sql.push(")", []);
    }
    if let Some(after) = query.after {
        let place = " AND (p.name_key, p.id) > (SELECT name_key, id FROM projects WHERE id = ?";
        sql.push(place, [after.into()]);
        if let Visible::CreatedBy(user) = visible {
            // One that may not be seen says no more than one that does not exist.
            sql.push(THEIRS, [user.into()]);
        }
        sql.push(")", []);
    }
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    sql.push(" ORDER BY p.name_key, p.id LIMIT ?", [limit.into()]);
    sql.all(db).await
}

/// Stores the row alone. `false` when its creator, of this number, has a project of this name.
pub async fn insert(db: &impl Db, project: &ProjectRecord, creator: i64) -> StoreResult<bool> {
    let row = columns! {
        id: project.id,
        name: &project.name,
        name_key: compared(&project.name),
        creator: creator,
        deployed: project.deployed,
        created_at: project.created_at,
    };
    insert_unless(db, &PROJECTS, row, "(name_key, creator) WHERE removed_at IS NULL").await
}

/// Whether a project that the actor may see has the name; nothing is said of the others. Nothing can take it between
/// the look and the change: changes come one after the other.
async fn name_is_taken(change: &impl Change, name: &str) -> StoreResult<bool> {
    let sql = "SELECT 1 FROM projects
                WHERE name_key = ? AND CAST(? AS bigint) IN (0, creator) AND removed_at IS NULL LIMIT 1";
    let whose = change.actor()?.only_theirs();
    exists(change.db(), sql, values![compared(name), whose]).await
}

pub async fn add(
    change: &mut impl Change,
    name: &str,
    deployed: bool,
) -> StoreResult<Result<ProjectRecord, Taken>> {
    let by = change.actor()?.clone();
    let new = ProjectRecord {
        id: Uuid::now_v7(),
        name: name.to_owned(),
        creator: by.person,
        deployed,
        created_at: change.now(),
        keys: 0,
        session_server: None,
    };
    if name_is_taken(change, name).await? || !insert(change.db(), &new, by.seq).await? {
        return Ok(Err(Taken));
    }
    let changes = changes::of_new_project(deployed);
    record(change, ActivityAction::ProjectCreated, new.id, name, changes);
    Ok(Ok(new))
}

pub async fn edit(
    change: &mut impl Change,
    id: Uuid,
    name: Option<&str>,
    deployed: Option<bool>,
    visible: Visible,
) -> StoreResult<Option<Result<ProjectRecord, Taken>>> {
    let Some(old) = by_id(change.db(), id, visible).await? else {
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
    if !are_alike(&new.name, &old.name) && name_is_taken(change, &new.name).await? {
        return Ok(Some(Err(Taken)));
    }
    let number = seq(change.db(), id).await?;
    let set = columns! {
        name: &new.name,
        name_key: compared(&new.name),
        deployed: new.deployed,
    };
    update(change.db(), &PROJECTS, number, set).await?;
    record(change, ActivityAction::ProjectEdited, id, &new.name, changes);
    Ok(Some(Ok(new)))
}

/// The session server goes with it.
pub async fn remove(change: &mut impl Change, id: Uuid, visible: Visible) -> StoreResult<ProjectRemoval> {
    let Some(project) = by_id(change.db(), id, visible).await? else {
        return Ok(ProjectRemoval::Missing);
    };
    let number = seq(change.db(), id).await?;
    match (project.keys, count::active(change.db(), 0, number).await?) {
        (0, 0) => {}
        (0, _) => return Ok(ProjectRemoval::HasKeysOfOthers),
        (seen, _) => return Ok(ProjectRemoval::HasKeys(seen)),
    }
    wipe_session_server(change.db(), number).await?;
    let set = columns! {
        removed_at: change.now(),
        deployed: false,
    };
    update(change.db(), &PROJECTS, number, set).await?;
    let changes = changes::of_removed_project(&project);
    record(change, ActivityAction::ProjectRemoved, id, &project.name, changes);
    Ok(ProjectRemoval::Removed)
}

/// Leaves nothing of a project's session server, its token included.
pub async fn wipe_session_server(db: &impl Db, project: i64) -> StoreResult<()> {
    let nothing = columns! {
        session_url: Value::Null,
        session_key_name: Value::Null,
        session_data_key: Value::Null,
        session_sealed: Value::Null,
    };
    update(db, &PROJECTS, project, nothing).await?;
    delete_session_token(db, project).await.map(drop)
}

/// Whether its session server had one.
pub async fn delete_session_token(db: &impl Db, project: i64) -> StoreResult<bool> {
    let sql = "DELETE FROM session_tokens WHERE project = ?";
    Ok(db.run(sql, values![project]).await? > 0)
}

/// Tells the log of a change of a project.
pub fn record(
    change: &mut impl Change,
    action: ActivityAction,
    id: Uuid,
    name: &str,
    changes: Map<String, serde_json::Value>,
) {
    change.record(Subject::of(action, name, changes).about(Entity::Project(id)));
}
