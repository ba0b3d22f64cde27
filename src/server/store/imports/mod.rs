//! Imports: keys of other products arrive in portions, and wait where nobody sees them. One transaction makes keys of all of
//! them, or of none.

mod check;
mod commit;
mod open;

pub use self::commit::{commit, dry_run};
pub use self::open::WAITS;

use std::time::Duration;

use uuid::Uuid;

use self::open::{OpenImport, find};
use super::clock::{self, Steady};
use super::db::{Change, Db, columns, exists, insert, run_one, run_rows, values};
use super::for_rows::ForRows;
use super::key_row::settings;
use super::row::Record;
use super::tables::{IMPORTS, Kind};
use super::value::Value;
use super::{ImportNames, MAX_IMPORTED, NamedProject, StagedKey, Staging, StoreError, StoreResult, Visible};
use crate::api::User;
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

const STAGED: &[(&str, Kind)] = &[
    ("import", Kind::Number),
    ("line", Kind::Number),
    ("id", Kind::Id),
    ("name", Kind::Text),
    ("name_key", Kind::Text),
    ("scope", Kind::Small),
    ("project", Kind::Number),
    ("creator", Kind::Number),
    ("created_at", Kind::Number),
    ("hint", Kind::Text),
    ("token_hash", Kind::Bytes),
    ("data_key", Kind::Int),
    ("sealed", Kind::Bytes),
    ("ui_domains", Kind::Text),
    ("local_development", Kind::Text),
    ("local_development_ends_at", Kind::Number),
    ("cross_page_persistence", Kind::Flag),
    ("allowed_networks", Kind::Text),
    ("note", Kind::Text),
    ("labels", Kind::Text),
    ("labels_key", Kind::Text),
    ("expires_at", Kind::Number),
    ("disabled", Kind::Flag),
    ("disabled_reason", Kind::Text),
];

/// A line that is there already is not taken again: the answer to it may have been lost.
static STAGE: ForRows = ForRows::new(
    STAGED,
    "INSERT INTO import_keys (import, line, id, name, name_key, scope, project, creator, created_at, hint, token_hash, data_key,
                              sealed, ui_domains, local_development, local_development_ends_at, cross_page_persistence,
                              allowed_networks, note, labels, labels_key, expires_at, disabled, disabled_reason)
     SELECT {import}, {line}, {id}, {name}, {name_key}, {scope}, {project}, {creator}, {created_at}, {hint}, {token_hash}, {data_key},
            {sealed}, {ui_domains}, {local_development}, {local_development_ends_at}, {cross_page_persistence},
            {allowed_networks}, {note}, {labels}, {labels_key}, {expires_at}, {disabled}, {disabled_reason}
       FROM {rows} WHERE true
         ON CONFLICT (import, line) DO NOTHING",
);

pub async fn stage(change: &mut impl Change, id: Uuid, keys: &[StagedKey]) -> StoreResult<Staging> {
    let person = change.actor()?.person.id;
    let import = match find(change.db(), id, person).await? {
        Some(import) if import.committed.is_none() => import,
        _ => return Ok(Staging::Missing),
    };
    if import.staged + keys.len() as u64 > MAX_IMPORTED {
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

/// The values of [`STAGED`], in its order.
fn row(import: i64, key: &StagedKey) -> StoreResult<Vec<Value<'_>>> {
    let sealed = key.sealed.as_ref();
    let mut row = columns! {
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
        disabled: key.disabled,
        disabled_reason: key.reason.as_deref().unwrap_or_default(),
    };
    row.extend(settings(&key.valid.settings));
    let value = |name: &str| {
        row.iter()
            .find(|(column, _)| *column == name)
            .map(|(_, value)| value.clone())
    };
    let missing = |name| StoreError::Fault(format!("the {name} of an imported key is missing"));
    STAGED
        .iter()
        .map(|(name, _)| value(name).ok_or_else(|| missing(name)))
        .collect()
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
