//! Sample data, up to millions of keys: the rows first, then the indexes, each in one go.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use serde_json::Map;
use uuid::Uuid;

use super::chain::{self, Chain};
use crate::api::{ActivityAction, PersonRef, User};
use crate::model::{Role, Scope};
use crate::server::store::changes::Subject;
use crate::server::store::clock::Clocks;
use crate::server::store::db::at_once;
use crate::server::store::people::user_seq;
use crate::server::store::statement::{self, Entity};
use crate::server::store::usage::apply;
use crate::server::store::{
    NewKey, ProjectRecord, StoreError, StoreResult, Tally, data_keys, keys, people, projects,
};

/// A user who has been there since `created_at`, without a sign-in token.
#[derive(Debug, Clone)]
pub struct SampleUser {
    pub id: Uuid,
    pub email: String,
    pub role: Role,
    pub created_at: Timestamp,
}

/// A project of a sample user or of the owner.
#[derive(Debug, Clone)]
pub struct SampleProject {
    pub id: Uuid,
    pub name: String,
    pub creator: Uuid,
    pub deployed: bool,
    pub created_at: Timestamp,
}

/// A key of a sample project. Those that are older come first, as the activity log has them.
#[derive(Debug, Clone)]
pub struct SampleKey {
    pub new: NewKey,
    pub creator: Uuid,
    pub last_used_at: Option<Timestamp>,
    /// What it was used for; whose it is, the loader says.
    pub usage: Vec<Tally>,
}

/// `progress` hears how many keys are in.
const STEP: u64 = 10_000;

pub fn load(
    conn: &mut Connection,
    users: impl IntoIterator<Item = SampleUser>,
    projects: impl IntoIterator<Item = SampleProject>,
    keys: impl Iterator<Item = SampleKey>,
    mut progress: impl FnMut(u64),
) -> StoreResult<()> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let users = users.into_iter().map(|user| insert_user(&tx, user));
    let users = users.collect::<StoreResult<Vec<_>>>()?;
    let projects = projects.into_iter().map(|project| insert_project(&tx, project));
    let projects = projects.collect::<StoreResult<Vec<_>>>()?;
    state(&tx, users.into_iter().chain(projects).collect())?;
    let dropped = drop_indexes_and_triggers(&tx)?;
    let mut counts = Counts::default();
    let loaded = chain::extend(&tx, |log| insert_keys(&tx, log, keys, &mut counts, &mut progress))?;
    dropped.iter().try_for_each(|sql| tx.execute_batch(sql))?;
    counts.store(&tx)?;
    tx.execute_batch(SEARCH)?;
    tx.execute_batch(REVOKED_SEARCH)?;
    tx.commit()?;
    // As long as the database, the log would take its room twice.
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    progress(loaded);
    Ok(())
}

/// What the trigger would have put into the trigram index, in few large pieces and then in one.
pub const SEARCH: &str = "
    INSERT INTO key_search (key_search, rank) VALUES ('hashsize', 16777216), ('automerge', 0);
    INSERT INTO key_search (key_search) VALUES ('rebuild');
    INSERT INTO key_search (key_search) VALUES ('optimize');
    INSERT INTO key_search (key_search, rank) VALUES ('hashsize', 1048576), ('automerge', 4);";

/// The same of revoked keys.
const REVOKED_SEARCH: &str = "
    INSERT INTO revoked_key_search (revoked_key_search, rank) VALUES ('hashsize', 16777216), ('automerge', 0);
    INSERT INTO revoked_key_search (revoked_key_search) VALUES ('rebuild');
    INSERT INTO revoked_key_search (revoked_key_search) VALUES ('optimize');
    INSERT INTO revoked_key_search (revoked_key_search, rank) VALUES ('hashsize', 1048576), ('automerge', 4);";

fn insert_user(conn: &Connection, sample: SampleUser) -> StoreResult<Added> {
    let user = User {
        id: sample.id,
        email: sample.email,
        role: sample.role,
        created_at: sample.created_at,
    };
    match at_once(people::insert(conn, &user, None))? {
        true => Ok(Added {
            action: ActivityAction::UserAdded,
            entity: Entity::Person(user.id),
            name: user.email,
            at: user.created_at,
        }),
        false => Err(StoreError::Fault(format!(
            "two users have the address {}",
            user.email
        ))),
    }
}

fn insert_project(conn: &Connection, sample: SampleProject) -> StoreResult<Added> {
    let project = ProjectRecord {
        id: sample.id,
        name: sample.name,
        creator: PersonRef {
            id: sample.creator,
            email: String::new(),
        },
        deployed: sample.deployed,
        created_at: sample.created_at,
        keys: 0,
        session_server: None,
    };
    let creator = at_once(user_seq(conn, project.creator.id))?;
    match at_once(projects::insert(conn, &project, creator))? {
        true => Ok(Added {
            action: ActivityAction::ProjectCreated,
            entity: Entity::Project(project.id),
            name: project.name,
            at: project.created_at,
        }),
        false => Err(StoreError::Fault(format!(
            "two projects are called {}",
            project.name
        ))),
    }
}

/// A person or a project of sample data.
struct Added {
    action: ActivityAction,
    entity: Entity,
    name: String,
    at: Timestamp,
}

/// People and projects of sample data have been there from the beginning: no row tells of them. Once that is settled
/// (`seals`), the log tells of them without an actor.
fn state(conn: &Connection, added: Vec<Added>) -> StoreResult<()> {
    // The log says only once what there was before it: keys that are loaded later add nothing to that.
    if added.is_empty() {
        return Ok(());
    }
    let data_keys = at_once(data_keys::all(conn))?;
    if data_keys.iter().all(|key| key.baseline().is_none()) {
        let states = added
            .iter()
            .map(|added| at_once(statement::of_one(conn, added.entity)));
        let states = states.collect::<StoreResult<Vec<_>>>()?;
        at_once(statement::add_to_baseline(conn, &states))?;
        return at_once(statement::await_next_row(conn));
    }
    chain::extend(conn, |log| {
        added.iter().try_for_each(|added| {
            let subject = Subject::of(added.action, &added.name, Map::new()).about(added.entity);
            log.append(added.at, None, None, subject)
        })
    })
}

/// Returns how many there were.
fn insert_keys(
    conn: &Connection,
    log: &mut Chain,
    keys: impl Iterator<Item = SampleKey>,
    counts: &mut Counts,
    progress: &mut impl FnMut(u64),
) -> StoreResult<u64> {
    let mut numbers = Numbers::default();
    let mut loaded = 0;
    for key in keys {
        let (creator, project) = insert_key(conn, log, &mut numbers, &key)?;
        counts.add(creator, project, key.new.valid.scope);
        loaded += 1;
        if loaded % STEP == 0 {
            progress(loaded);
        }
    }
    Ok(loaded)
}

/// Returns the numbers of its creator and project.
fn insert_key(
    conn: &Connection,
    log: &mut Chain,
    numbers: &mut Numbers,
    key: &SampleKey,
) -> StoreResult<(i64, Option<i64>)> {
    let SampleKey {
        new,
        creator,
        last_used_at,
        usage,
    } = key;
    let creator = numbers.user(conn, *creator)?;
    let project = match new.valid.project {
        Some(id) => Some(numbers.project(conn, id)?),
        None => None,
    };
    let seq = at_once(keys::store(
        conn,
        new,
        project,
        creator,
        last_used_at.map_or(0, Timestamp::as_microsecond),
    ))?;
    insert_usage(conn, seq, usage)?;
    log.append_creation(new.created_at, seq, creator, &new.valid.name)?;
    Ok((creator, project))
}

fn insert_usage(conn: &Connection, key: i64, usage: &[Tally]) -> StoreResult<()> {
    let of_this_key = usage.iter().map(|tally| Tally { key, ..tally.clone() });
    let of_this_key: Vec<Tally> = of_this_key.collect();
    let now = Timestamp::now().as_microsecond();
    let clocks = Clocks { now, kept: now };
    at_once(apply(conn, &of_this_key.iter().collect::<Vec<_>>(), clocks))
}

/// What the trigger would have counted: by creator, project (0 is any) and scope.
#[derive(Default)]
struct Counts(HashMap<(i64, i64, i64), i64>);

impl Counts {
    fn add(&mut self, creator: i64, project: Option<i64>, scope: Scope) {
        for creator in [0, creator] {
            for project in [Some(0), project].into_iter().flatten() {
                *self.0.entry((creator, project, scope as i64)).or_default() += 1;
            }
        }
    }

    fn store(&self, conn: &Connection) -> StoreResult<()> {
        let mut statement = conn.prepare(
            "INSERT INTO key_counts (creator, project, scope, n) VALUES (?, ?, ?, ?)
                 ON CONFLICT DO UPDATE SET n = n + excluded.n",
        )?;
        for ((creator, project, scope), n) in &self.0 {
            statement.execute([creator, project, scope, n])?;
        }
        Ok(())
    }
}

/// Takes the indexes away for the time of the load, and those triggers that refuse something or that [`Counts`] and
/// [`SEARCH`] make up for; what it returns makes them again.
pub fn drop_indexes_and_triggers(conn: &Connection) -> StoreResult<Vec<String>> {
    let mut statement = conn.prepare(
        "SELECT type, name, sql FROM sqlite_schema
          WHERE tbl_name IN ('keys', 'activity') AND sql IS NOT NULL
            AND (type = 'index' OR type = 'trigger'
                 AND (sql LIKE '%raise(%' OR sql LIKE '%key_counts%' OR sql LIKE '%key_search%'))",
    )?;
    let found = statement.query_map([], |row| {
        let (kind, name): (String, String) = (row.get(0)?, row.get(1)?);
        Ok((format!("DROP {kind} {name}"), row.get(2)?))
    })?;
    let (drops, makes): (Vec<String>, Vec<String>) =
        found.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().unzip();
    drops.iter().try_for_each(|sql| conn.execute_batch(sql))?;
    Ok(makes)
}

/// The numbers of users and projects, each looked up once.
#[derive(Default)]
struct Numbers {
    users: HashMap<Uuid, i64>,
    projects: HashMap<Uuid, i64>,
}

impl Numbers {
    fn user(&mut self, conn: &Connection, id: Uuid) -> StoreResult<i64> {
        if let Some(seq) = self.users.get(&id) {
            return Ok(*seq);
        }
        let seq = at_once(user_seq(conn, id))?;
        self.users.insert(id, seq);
        Ok(seq)
    }

    fn project(&mut self, conn: &Connection, id: Uuid) -> StoreResult<i64> {
        if let Some(seq) = self.projects.get(&id) {
            return Ok(*seq);
        }
        let mut statement = conn.prepare_cached("SELECT seq FROM projects WHERE id = ?")?;
        let seq = statement
            .query_row([id.as_bytes()], |row| row.get(0))
            .optional()?;
        let seq = seq.ok_or_else(|| StoreError::Fault(format!("there is no project {id}")))?;
        self.projects.insert(id, seq);
        Ok(seq)
    }
}
