//! Imports: keys of other products arrive in portions, and wait where nobody sees them. One transaction makes keys of all of
//! them, or of none.

mod check;
mod commit;
mod open;

pub use self::commit::{Looked, commit, dry_run, look};
pub use self::open::WAITS;

use std::sync::LazyLock;
use std::time::Duration;

use uuid::Uuid;

use self::open::{OpenImport, find};
use super::clock::{self, Steady};
use super::db::{Change, Db, columns, exists, insert, run_one, run_rows, values};
use super::for_rows::ForRows;
use super::key_row::settings_document;
use super::row::Record;
use super::tables::{IMPORT_KEYS, IMPORTS};
use super::value::Value;
use super::{ImportNames, NamedProject, StagedKey, Staging, StoreResult, Visible};
use crate::api::{MAX_IMPORTED, User};
use crate::model::compared;

/// How many imports a person may have that are not committed; an older one is forgotten.
const OPEN: usize = 2;

/// Nothing is imported yet.
pub async fn begin(change: &mut impl Change, id: Uuid, steady: &Steady) -> StoreResult<()> {
    let person = change.actor()?.seq;
    forget_old(change, Some(person), steady).await?;
    let ends_at = change
        .now()
        .as_microsecond()
        .saturating_add(WAITS.as_micros() as i64);
    let row = columns! {
        id: id,
        person: person,
        begun_at: change.now(),
        ends_at: ends_at,
        imported: 0_i64,
    };
    insert(change.db(), &IMPORTS, row).await
}

/// Forgets what waited too long, and what is told long enough; and of this person all but the newest that are open.
pub async fn forget_old<C: Change>(change: &C, person: Option<i64>, steady: &Steady) -> StoreResult<()> {
    let db = change.db();
    let now = clock::read(db, change.now(), steady)
        .await?
        .long_ago(Duration::ZERO);
    let mut old: Vec<i64> = db
        .all("SELECT seq FROM imports WHERE ends_at <= ?", values![now])
        .await?;
    if let Some(person) = person {
        let open = "SELECT seq FROM imports WHERE person = ? AND committed_at IS NULL ORDER BY seq DESC";
        let open: Vec<i64> = db.all(open, values![person]).await?;
        old.extend(open.into_iter().skip(OPEN - 1));
    }
    forget(db, &old).await
}

/// Whether there is something to be forgotten, as far as the clock of the database says.
pub async fn are_old<D: Db>(db: &D) -> StoreResult<bool> {
    let sql = format!(
        "SELECT 1 FROM imports WHERE ends_at <= {} LIMIT 1",
        D::DIALECT.now()
    );
    exists(db, &sql, &[]).await
}

async fn forget<D: Db>(db: &D, imports: &[i64]) -> StoreResult<()> {
    if imports.is_empty() {
        return Ok(());
    }
    for (table, column) in [("import_keys", "import"), ("imports", "seq")] {
        let sql = format!("DELETE FROM {table} WHERE {}", D::DIALECT.among(column));
        db.run(&sql, values![imports]).await?;
    }
    Ok(())
}

/// The import of this person is given up. `false`: there is none that is open.
pub async fn give_up(change: &mut impl Change, id: Uuid) -> StoreResult<bool> {
    let person = change.actor()?.person.id;
    match find(change.db(), id, person).await? {
        Some(OpenImport {
            seq, committed: None, ..
        }) => forget(change.db(), &[seq]).await.map(|()| true),
        _ => Ok(false),
    }
}

/// A line that is there already is not taken again: the answer to it may have been lost.
static STAGE: LazyLock<ForRows> =
    LazyLock::new(|| ForRows::inserting(&IMPORT_KEYS, "ON CONFLICT (import, line) DO NOTHING"));

pub async fn stage(change: &mut impl Change, id: Uuid, keys: &[StagedKey]) -> StoreResult<Staging> {
    let person = change.actor()?.person.id;
    let import = match find(change.db(), id, person).await? {
        Some(import) if import.committed.is_none() => import,
        _ => return Ok(Staging::Missing),
    };
    if import.staged + keys.len() as u64 > MAX_IMPORTED as u64 {
        return Ok(Staging::TooMany);
    }
    let rows = keys
        .iter()
        .map(|key| row(import.seq, key))
        .collect::<StoreResult<Vec<_>>>()?;
    let staged = run_rows(change.db(), &STAGE, rows, &[]).await?;
    let sql = "UPDATE imports SET imported = ? WHERE seq = ?";
    run_one(
        change.db(),
        sql,
        values![(import.staged + staged) as i64, import.seq],
    )
    .await?;
    Ok(Staging::Staged)
}

fn row(import: i64, key: &StagedKey) -> StoreResult<Vec<Value<'_>>> {
    let sealed = key.sealed.as_ref();
    STAGE.ordered(columns! {
        import: import,
        line: key.line,
        id: key.id,
        name: &key.valid.name,
        name_key: compared(&key.valid.name),
        scope: key.valid.scope,
        project: key.project,
        creator: key.creator,
        created_at: key.created_at,
        hint: &key.hint,
        token_hash: &key.token_hash,
        data_key: sealed.map(|sealed| sealed.data_key),
        sealed: sealed.map(|sealed| &sealed.bytes),
        settings: settings_document(&key.valid.settings)?,
        disabled: key.disabled,
        disabled_reason: key.reason.as_deref().unwrap_or_default(),
    })
}

/// Of projects those that may be seen, by id or name; people by id or address.
pub async fn names<D: Db>(
    db: &D,
    projects: &[String],
    people: &[String],
    visible: Visible,
) -> StoreResult<ImportNames> {
    let mut names = ImportNames::default();
    for text in projects {
        names
            .projects
            .insert(text.clone(), projects_called(db, text, visible).await?);
    }
    for text in people {
        let (column, value): (_, Value) = match text.parse::<Uuid>() {
            Ok(id) => ("id", id.into()),
            Err(_) => ("email_key", Value::sought(&compared(text))),
        };
        let columns = User::columns("u");
        let sql =
            format!("SELECT u.seq, {columns} FROM users AS u WHERE u.removed_at IS NULL AND u.{column} = ?");
        let found: Option<(i64, User)> = db.maybe(&sql, &[value]).await?;
        names.people.extend(found.map(|found| (text.clone(), found)));
    }
    Ok(names)
}

async fn projects_called<D: Db>(db: &D, text: &str, visible: Visible) -> StoreResult<Vec<NamedProject>> {
    let (column, value): (_, Value) = match text.parse::<Uuid>() {
        Ok(id) => ("id", id.into()),
        Err(_) => ("name_key", Value::sought(&compared(text))),
    };
    let lookup = D::DIALECT.lookup();
    let mut sql = format!(
        "SELECT p.seq, p.id, p.deployed, u.id FROM projects AS p {lookup} users AS u ON u.seq = p.creator
          WHERE p.removed_at IS NULL AND p.{column} = ?"
    );
    let mut values = vec![value];
    if let Visible::CreatedBy(user) = visible {
        sql.push_str(" AND u.id = ?");
        values.push(user.into());
    }
    let found: Vec<(i64, Uuid, bool, Uuid)> = db.all(&sql, &values).await?;
    let named = |(number, id, deployed, creator)| NamedProject {
        number,
        id,
        deployed,
        creator,
    };
    Ok(found.into_iter().map(named).collect())
}
