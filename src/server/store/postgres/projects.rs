//! Projects: paged by name, found by a part of the name or the beginning of the id.

use tokio_postgres::Row;
use uuid::Uuid;

use super::ask::{self, Db};
use super::change::Change;
use super::count;
use super::rows::time;
use super::session_tokens;
use super::sql::Sql;
use crate::api::{ActivityAction, DEFAULT_LIMIT, PersonRef, ProjectQuery, SessionServer};
use crate::model::{are_alike, compared};
use crate::server::store::changes::{self, Subject};
use crate::server::store::statement::Entity;
use crate::server::store::{ProjectRecord, ProjectRemoval, StoreResult, Taken, Visible, ids_that_begin};

/// The question mark is whose keys are counted; nobody's id is anybody's.
const SELECT: &str =
    "SELECT p.id, p.name, u.id, u.email, p.deployed, p.created_at, p.session_url, p.session_key_name,
            (SELECT coalesce(sum(n), 0)::bigint FROM key_counts
              WHERE creator = coalesce((SELECT seq FROM users WHERE id = ?), 0) AND project = p.seq)
       FROM projects AS p JOIN users AS u ON u.seq = p.creator
      WHERE p.removed_at IS NULL";

fn project(row: &Row) -> StoreResult<ProjectRecord> {
    let url: Option<String> = row.try_get(6)?;
    let key_name: Option<String> = row.try_get(7)?;
    Ok(ProjectRecord {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        creator: PersonRef {
            id: row.try_get(2)?,
            email: row.try_get(3)?,
        },
        deployed: row.try_get(4)?,
        created_at: time(row, 5)?,
        keys: row.try_get::<_, i64>(8)? as u64,
        session_server: url
            .zip(key_name)
            .map(|(url, key_name)| SessionServer { url, key_name }),
    })
}

/// The projects that may be seen, with the keys in them that may be.
fn seen(visible: Visible) -> Sql {
    let mut sql = Sql::default();
    match visible {
        Visible::All => sql.push(SELECT, [Uuid::nil().into()]),
        Visible::CreatedBy(user) => {
            sql.push(SELECT, [user.into()]);
            sql.push(" AND u.id = ?", [user.into()]);
        }
    }
    sql
}

/// The `seq` of an active project, and whether it is deployed.
pub async fn find(db: &impl Db, id: Uuid) -> StoreResult<Option<(i64, bool)>> {
    let sql = "SELECT seq, deployed FROM projects WHERE id = $1 AND removed_at IS NULL";
    match ask::maybe(db, sql, &[&id]).await? {
        None => Ok(None),
        Some(row) => Ok(Some((row.try_get(0)?, row.try_get(1)?))),
    }
}

pub async fn by_id(db: &impl Db, id: Uuid, visible: Visible) -> StoreResult<Option<ProjectRecord>> {
    let mut sql = seen(visible);
    sql.push(" AND p.id = ?", [id.into()]);
    sql.all(db).await?.first().map(project).transpose()
}

pub async fn page(db: &impl Db, query: &ProjectQuery, visible: Visible) -> StoreResult<Vec<ProjectRecord>> {
    let mut sql = seen(visible);
    if let Some(deployed) = query.deployed {
        sql.push(" AND p.deployed = ?", [deployed.into()]);
    }
    if let Some(text) = &query.q {
        let folded = compared(text);
        let ids = ids_that_begin(&folded);
        sql.push(" AND (strpos(p.name_key, ?) > 0", [folded.into()]);
        if let Some((first, last)) = ids {
            sql.push(" OR p.id BETWEEN ? AND ?", [first.into(), last.into()]);
        }
        sql.push(")", []);
    }
    if let Some(after) = query.after {
        let place = " AND (p.name_key, p.id) > (SELECT name_key, id FROM projects WHERE id = ?";
        sql.push(place, [after.into()]);
        if let Visible::CreatedBy(user) = visible {
            // One that may not be seen says no more than one that does not exist.
            sql.push(
                " AND creator = (SELECT seq FROM users WHERE id = ?)",
                [user.into()],
            );
        }
        sql.push(")", []);
    }
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    sql.push(" ORDER BY p.name_key, p.id LIMIT ?", [i64::from(limit).into()]);
    sql.all(db).await?.iter().map(project).collect()
}

/// Whether a project that the actor may see has the name; of the others nothing is told. Nothing can take it between
/// the look and the change: changes come one after the other.
async fn name_is_taken(change: &Change<'_>, name: &str) -> StoreResult<bool> {
    let sql = "SELECT 1 FROM projects WHERE name_key = $1 AND $2::bigint IN (0, creator) AND removed_at IS NULL LIMIT 1";
    let whose = change.actor()?.only_theirs();
    ask::exists(&change.tx, sql, &[&compared(name), &whose]).await
}

pub async fn add(
    change: &mut Change<'_>,
    name: &str,
    deployed: bool,
) -> StoreResult<Result<ProjectRecord, Taken>> {
    if name_is_taken(change, name).await? {
        return Ok(Err(Taken));
    }
    let by = change.actor()?;
    let new = ProjectRecord {
        id: Uuid::now_v7(),
        name: name.to_owned(),
        creator: by.person,
        deployed,
        created_at: change.now,
        keys: 0,
        session_server: None,
    };
    let inserted = ask::run(
        &change.tx,
        "INSERT INTO projects (id, name, name_key, creator, deployed, created_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (name_key, creator) WHERE removed_at IS NULL DO NOTHING",
        &[
            &new.id,
            &new.name,
            &compared(&new.name),
            &by.seq,
            &deployed,
            &new.created_at.as_microsecond(),
        ],
    )
    .await?;
    if inserted == 0 {
        return Ok(Err(Taken));
    }
    let changes = changes::of_new_project(deployed);
    change.record(
        None,
        Subject::of(ActivityAction::ProjectCreated, &new.name, changes).about(Entity::Project(new.id)),
    );
    Ok(Ok(by_id(&change.tx, new.id, Visible::All).await?.unwrap_or(new)))
}

pub async fn edit(
    change: &mut Change<'_>,
    id: Uuid,
    name: Option<&str>,
    deployed: Option<bool>,
    visible: Visible,
) -> StoreResult<Option<Result<ProjectRecord, Taken>>> {
    let Some(old) = by_id(&change.tx, id, visible).await? else {
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
    ask::run_one(
        &change.tx,
        "UPDATE projects SET name = $1, name_key = $2, deployed = $3 WHERE id = $4",
        &[&new.name, &compared(&new.name), &new.deployed, &id],
    )
    .await?;
    change.record(
        None,
        Subject::of(ActivityAction::ProjectEdited, &new.name, changes).about(Entity::Project(id)),
    );
    Ok(Some(Ok(new)))
}

/// The session server goes with it.
pub async fn remove(change: &mut Change<'_>, id: Uuid, visible: Visible) -> StoreResult<ProjectRemoval> {
    let Some(project) = by_id(&change.tx, id, visible).await? else {
        return Ok(ProjectRemoval::Missing);
    };
    let Some((seq, _)) = find(&change.tx, id).await? else {
        return Ok(ProjectRemoval::Missing);
    };
    match (project.keys, count::active(&change.tx, 0, seq).await?) {
        (0, 0) => {}
        (0, _) => return Ok(ProjectRemoval::HasKeysOfOthers),
        (seen, _) => return Ok(ProjectRemoval::HasKeys(seen)),
    }
    ask::run_one(
        &change.tx,
        "UPDATE projects SET removed_at = $1, deployed = false, session_url = NULL, session_key_name = NULL,
                             session_data_key = NULL, session_sealed = NULL
          WHERE seq = $2",
        &[&change.now.as_microsecond(), &seq],
    )
    .await?;
    session_tokens::delete(&change.tx, seq).await?;
    let changes = changes::of_removed_project(&project);
    change.record(
        None,
        Subject::of(ActivityAction::ProjectRemoved, &project.name, changes).about(Entity::Project(id)),
    );
    Ok(ProjectRemoval::Removed)
}
