//! The schema of a database in a file, held against the one that the same migrations make in memory.

use std::sync::OnceLock;

use rusqlite::Connection;

use super::migrations::{NEWEST, in_memory};
use crate::server::store::StoreResult;
use crate::server::store::schema::Schema;

/// Each object once, with the text that made it. Statistics, which ANALYZE gathers for the planner, decide nothing.
/// Two objects in one place would be read as one another.
const OBJECTS: &str = "
    SELECT coalesce(CAST(s.type AS TEXT), ''), coalesce(CAST(s.name AS TEXT), ''),
           coalesce(CAST(s.tbl_name AS TEXT), '') || ': ' || coalesce(CAST(s.sql AS TEXT), 'by itself'),
           s.rootpage > 1, s.rootpage > 0 AND EXISTS (SELECT 1 FROM sqlite_schema AS o
                                                       WHERE o.rootpage = s.rootpage AND o.rowid <> s.rowid)
      FROM sqlite_schema AS s
     WHERE NOT (s.type = 'table' AND s.name IN ('sqlite_stat1', 'sqlite_stat4'))";

/// The newest schema, which is looked at with every opening.
static MADE: OnceLock<Schema> = OnceLock::new();

/// Refuses a database that has another schema than `version` of it.
pub fn require(conn: &Connection, version: usize) -> StoreResult<()> {
    if version != NEWEST {
        return made(version)?.require(&read(conn)?);
    }
    let made = match MADE.get() {
        Some(made) => made,
        None => {
            let made = made(version)?;
            MADE.get_or_init(|| made)
        }
    };
    made.require(&read(conn)?)
}

fn made(version: usize) -> StoreResult<Schema> {
    read(&in_memory(version)?)
}

fn read(conn: &Connection) -> StoreResult<Schema> {
    let mut schema = Schema::default();
    let mut statement = conn.prepare(OBJECTS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text = |index| {
            row.get_ref(index)
                .map(|value| lossy(value.as_bytes().unwrap_or_default()))
        };
        let place = match (row.get::<_, bool>(3)?, row.get::<_, bool>(4)?) {
            (_, true) => "where another is",
            (true, false) => "in a place of its own",
            (false, false) => "nowhere",
        };
        schema.add(text(0)?, text(1)?, &format!("{}, {place}", text(2)?));
    }
    Ok(schema)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::store::sqlite::connection;

    /// What somebody does to the schema, and what is said of it.
    const CHANGES: &[(&str, &str)] = &[
        (
            "DROP TRIGGER keys_stay_revoked",
            "the trigger keys_stay_revoked is missing",
        ),
        (
            "CREATE TRIGGER undo AFTER UPDATE OF revoked_at ON keys BEGIN
                 UPDATE keys SET revoked_at = NULL WHERE seq = new.seq; END",
            "the trigger undo is not keydeck's",
        ),
        (
            "DROP TRIGGER keys_stay; CREATE TRIGGER keys_stay BEFORE DELETE ON keys WHEN 0 BEGIN SELECT 1; END",
            "the trigger keys_stay was changed",
        ),
        ("DROP INDEX users_by_email", "the index users_by_email is missing"),
        (
            "DROP INDEX users_by_role; CREATE INDEX users_by_role ON users (role)",
            "the index users_by_role was changed",
        ),
        ("CREATE INDEX mine ON keys (hint)", "the index mine is not keydeck's"),
        ("ALTER TABLE users ADD COLUMN shadow TEXT", "the table users was changed"),
        ("CREATE TABLE mine (n)", "the table mine is not keydeck's"),
        (
            "DROP VIEW searchable_keys;
             CREATE VIEW searchable_keys AS SELECT seq, revoked_at, name_key, ui_domains AS domains FROM keys",
            "the view searchable_keys was changed",
        ),
        ("DROP TABLE key_trigrams", "the table key_trigrams is missing"),
        (
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = replace(sql, 'IS NOT NULL', 'IS NULL') WHERE name = 'keys_stay_revoked'",
            "the trigger keys_stay_revoked was changed",
        ),
        (
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'keys_by_name')
              WHERE name = 'keys_by_token_hash'",
            "the index keys_by_name was changed, the index keys_by_token_hash was changed",
        ),
    ];

    #[test]
    fn whatever_was_done_to_the_schema_is_named() {
        for (change, expected) in CHANGES {
            let conn = connection::in_memory(NEWEST).unwrap();
            require(&conn, NEWEST).unwrap();
            conn.execute_batch(change).unwrap();
            let refused = require(&conn, NEWEST).unwrap_err().to_string();
            assert!(refused.contains(expected), "{change}: {refused}");
        }
    }

    #[test]
    fn statistics_of_the_planner_are_nobodys_concern() {
        let conn = connection::in_memory(NEWEST).unwrap();
        conn.execute_batch("INSERT INTO data_keys (id, wrapped) VALUES (1, x'00'); ANALYZE")
            .unwrap();
        require(&conn, NEWEST).unwrap();
    }

    #[test]
    fn earlier_schemas_are_known_too() {
        for version in 1..NEWEST {
            let conn = connection::in_memory(version).unwrap();
            require(&conn, version).unwrap();
            conn.execute_batch("CREATE TABLE mine (n)").unwrap();
            assert!(require(&conn, version).is_err());
        }
    }
}
