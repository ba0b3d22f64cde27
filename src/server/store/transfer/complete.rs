//! Whether the columns that there are in both databases are those that move: what is copied and what is compared
//! follows one list, so that a column which is missing from it would be lost unnoticed.

use std::collections::BTreeSet;

use deadpool_postgres::Transaction;
use rusqlite::Connection;

use crate::server::store::tables::{Column, Kind, TABLES};
use crate::server::store::{StoreError, StoreResult};

/// Table, column, and how the engine declares it.
type Declared = BTreeSet<(String, String, String)>;

/// All tables but those that SQLite keeps for itself, and what is made of the others to search: virtual tables, and
/// those whose name ends so.
const IN_SQLITE: &str = r"SELECT t.name, c.name, c.type FROM pragma_table_list AS t JOIN pragma_table_xinfo(t.name) AS c
     WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite%'
       AND t.name NOT LIKE '%\_search' ESCAPE '\'";

/// All tables but the number of the schema, which every engine keeps in its own way.
const IN_POSTGRES: &str = "SELECT t.relname::text, c.attname::text, format_type(c.atttypid, c.atttypmod)
      FROM pg_class AS t JOIN pg_attribute AS c ON c.attrelid = t.oid
     WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r' AND t.relname <> 'keydeck_schema'
       AND c.attnum > 0 AND NOT c.attisdropped";

pub fn in_sqlite(source: &Connection) -> StoreResult<()> {
    let mut statement = source.prepare(IN_SQLITE)?;
    let columns = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    require(columns.collect::<rusqlite::Result<_>>()?, Kind::in_sqlite)
}

pub async fn in_postgres(tx: &Transaction<'_>) -> StoreResult<()> {
    let rows = tx.query(IN_POSTGRES, &[]).await?;
    let columns = rows
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)));
    require(columns.collect::<StoreResult<_>>()?, Kind::in_postgres)
}

fn require(found: Declared, declares: fn(Kind) -> &'static str) -> StoreResult<()> {
    let columns = TABLES.iter().flat_map(|table| {
        let column = |column: &Column| {
            (
                table.name.into(),
                column.name.into(),
                declares(column.kind).into(),
            )
        };
        table.columns.iter().map(column)
    });
    let declared: Declared = columns.collect();
    let differences: Vec<String> = declared
        .symmetric_difference(&found)
        .map(|(table, column, kind)| format!("{table}.{column} ({kind})"))
        .collect();
    if differences.is_empty() {
        return Ok(());
    }
    Err(StoreError::Fault(format!(
        "the database's columns are not those that this program knows: {}",
        differences.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::store::sqlite;

    #[test]
    fn a_column_that_does_not_move_is_named() {
        let conn = sqlite::in_memory().unwrap();
        in_sqlite(&conn).unwrap();
        conn.execute_batch(
            "ALTER TABLE keys ADD COLUMN colour TEXT; ALTER TABLE keys DROP COLUMN hint; CREATE TABLE teams (name TEXT)",
        )
        .unwrap();
        let refused = in_sqlite(&conn).unwrap_err().to_string();
        let expected = "knows: keys.colour (TEXT), keys.hint (TEXT), teams.name (TEXT)";
        assert!(refused.ends_with(expected), "{refused}");
    }
}
