//! The tests' decks in SQLite: each in a file of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keydeck::server::store::sqlite::SqliteStore;
use keydeck::server::store::{Founding, Store, StoreResult, WrappedDataKey};
use rusqlite::types::Value;
use rusqlite::{Connection, Row};
use tempfile::TempDir;

use super::unrotated::{self, trigger};

/// Where a deck lies.
pub struct Place {
    pub path: PathBuf,
    pub directory: TempDir,
}

pub async fn found(founding: &Founding, data_key: &WrappedDataKey) -> (Arc<dyn Store>, Place) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keydeck.db");
    let store = SqliteStore::create(&path, founding, data_key).unwrap();
    (Arc::new(store), Place { path, directory })
}

/// As another process has it.
pub async fn again(place: &Place) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(&place.path).unwrap())
}

/// What somebody does to the database behind the program's back.
pub async fn run(place: &Place, sql: &str) -> Result<(), String> {
    let conn = Connection::open(&place.path).unwrap();
    conn.execute_batch(sql).map_err(|error| error.to_string())
}

/// How this engine writes what a test puts into a statement.
pub struct Engine {
    pub random_id: &'static str,
    pub hash: &'static str,
    /// 64 hexadecimal digits, as bytes.
    pub of_hex: fn(&str) -> String,
}

pub const ENGINE: Engine = Engine {
    random_id: "randomblob(16)",
    hash: "zeroblob(32)",
    of_hex: |digits| format!("x'{digits}'"),
};

/// The same as [`run`], by somebody who knows how to get past the triggers of a table, and puts them back.
pub async fn behind_triggers(place: &Place, table: &str, sql: &str) {
    let conn = Connection::open(&place.path).unwrap();
    let mut triggers = conn
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?")
        .unwrap();
    let triggers: Vec<(String, String)> = triggers
        .query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let drop: String = triggers
        .iter()
        .map(|(name, _)| format!("DROP TRIGGER {name};"))
        .collect();
    let make: String = triggers.iter().map(|(_, sql)| format!("{sql};")).collect();
    conn.execute_batch(&format!("BEGIN; {drop} {sql}; {make} COMMIT"))
        .expect(sql);
}

/// What somebody does who makes the database one of the last version before the log stated who there is.
pub async fn set_back(place: &Place) {
    let people = include_str!("../../assets/migrations/sqlite/002_people.sql");
    let rewritten = trigger(people, "activity_is_not_rewritten");
    let unrotated = unrotated::sql();
    let sql = format!(
        "DROP TRIGGER baseline_is_not_rewritten; DROP TRIGGER baseline_is_not_shortened;
         DROP TRIGGER activity_states_what_changed; DROP TRIGGER activity_is_not_rewritten;
         DROP INDEX activity_by_entity; DROP INDEX activity_by_baseline; DROP TABLE baseline;
         ALTER TABLE activity DROP COLUMN entity; ALTER TABLE activity DROP COLUMN state;
         ALTER TABLE activity DROP COLUMN baseline; ALTER TABLE activity_head DROP COLUMN pending;
         {unrotated}
         DROP TABLE lifetimes; DROP INDEX keys_by_token_hash; DROP INDEX keys_by_expires_at; DROP INDEX keys_by_scope_expires_at;
         DROP INDEX keys_by_creator_expires_at; DROP INDEX keys_by_project_expires_at; DROP INDEX keys_by_disabled_at;
         ALTER TABLE keys DROP COLUMN expires_at; ALTER TABLE keys DROP COLUMN disabled_by;
         ALTER TABLE keys DROP COLUMN disabled_at; ALTER TABLE keys DROP COLUMN disabled_reason;
         CREATE INDEX keys_by_token_hash ON keys (token_hash, id, scope, project, revoked_at, ui_domains, local_development,
                                         cross_page_persistence);
         DROP TRIGGER keys_get_labels; DROP TRIGGER keys_change_labels; DROP TRIGGER keys_lose_labels; DROP TABLE label_search;
         ALTER TABLE keys DROP COLUMN labels; ALTER TABLE keys DROP COLUMN labels_key; ALTER TABLE keys DROP COLUMN note;
         {rewritten}
         PRAGMA user_version = 8"
    );
    run(place, &sql).await.unwrap();
}

pub async fn opened(place: &Place) -> StoreResult<Arc<dyn Store>> {
    Ok(Arc::new(SqliteStore::open(&place.path)?))
}

/// Makes a trigger that refuses rows of `table`, and what takes it away again.
pub fn refusing(moment: &str, table: &str, when: &str) -> (String, String) {
    let make = format!(
        "CREATE TRIGGER refusing {moment} ON {table} WHEN {when} BEGIN SELECT raise(ABORT, 'full'); END"
    );
    (make, "DROP TRIGGER refusing".into())
}

/// Every row of every table.
pub async fn contents(place: &Place) -> BTreeMap<String, Vec<String>> {
    let text = |rows: Vec<Vec<Value>>| rows.iter().map(|row| format!("{row:?}")).collect();
    let tables = contents_of(&place.path).into_iter();
    tables.map(|(table, rows)| (table, text(rows))).collect()
}

pub fn contents_of(path: &Path) -> BTreeMap<String, Vec<Vec<Value>>> {
    let conn = Connection::open(path).unwrap();
    let mut tables = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
        .unwrap();
    let names = tables.query_map([], |row| row.get(0)).unwrap();
    let rows = |name: &String| -> Vec<Vec<Value>> {
        let mut all = conn.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
        let columns = all.column_count();
        let values = |row: &Row| (0..columns).map(|n| row.get(n)).collect();
        let rows = all.query_map([], values).unwrap();
        rows.map(Result::unwrap).collect()
    };
    names
        .map(Result::unwrap)
        .map(|name| (rows(&name), name))
        .map(|(rows, name)| (name, rows))
        .collect()
}

/// Whether this is anywhere in the database's files.
pub async fn holds(place: &Place, text: &str) -> bool {
    let files = std::fs::read_dir(place.directory.path()).unwrap();
    let has = |bytes: Vec<u8>| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    files
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .any(has)
}
