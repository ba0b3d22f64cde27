//! Whether the indexes of a table say what it says, part by part. A check is answered by an index alone, and what the
//! log states of somebody is found by one, so that an index which somebody made of another state of the table would
//! decide in its place.

use rusqlite::{Connection, OptionalExtension, params};

use crate::server::store::db::at_once;
use crate::server::store::statement::{self, BATCH, Compared, Cursor, Stage};
use crate::server::store::{StoreError, StoreResult};

const OF_TABLE: &str =
    "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? ORDER BY rowid";
const COLUMNS: &str = "SELECT name FROM pragma_index_xinfo(?) WHERE cid >= 0 ORDER BY seqno";

struct TableIndex {
    name: String,
    columns: Vec<String>,
    /// Of which rows it has entries.
    condition: String,
}

/// Holds a part of the tables against their indexes and the log.
pub fn compare(conn: &Connection, from: Cursor) -> StoreResult<Compared> {
    let Stage::Indexes(table) = from.stage else {
        return at_once(statement::compare(conn, from));
    };
    let indexes = of_table(conn, table)?;
    let unequal = match from.from {
        i64::MIN => miscounted(conn, table, &indexes)?,
        _ => None,
    };
    if let Some(sentence) = unequal {
        return Ok(Compared::at_once(from.stage, Some(sentence)));
    }
    let portion = format!(
        "SELECT max(rowid), count(*) FROM (SELECT rowid FROM {table} NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT ?)"
    );
    let (last, rows): (Option<i64>, i64) = conn
        .prepare_cached(&portion)?
        .query_row([from.from, BATCH], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some(last) = last else {
        return Ok(Compared::at_once(from.stage, None));
    };
    let different = indexes
        .iter()
        .find_map(|index| index.different(conn, table, from.from..=last).transpose());
    let compared = Compared::at_once(from.stage, different.transpose()?);
    Ok(match rows == BATCH && compared.unexplained.is_none() {
        true => Compared {
            next: Some(Cursor {
                from: last.saturating_add(1),
                ..from
            }),
            ..compared
        },
        false => compared,
    })
}

fn of_table(conn: &Connection, table: &str) -> StoreResult<Vec<TableIndex>> {
    let mut indexes = conn.prepare_cached(OF_TABLE)?;
    let indexes = indexes.query_map([table], |row| {
        let (name, sql): (String, Option<String>) = (row.get(0)?, row.get(1)?);
        let condition = sql.as_deref().and_then(|sql| sql.split_once(" WHERE "));
        Ok(TableIndex {
            columns: conn
                .prepare_cached(COLUMNS)?
                .query_map([&name], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?,
            condition: condition.map_or("true", |(_, condition)| condition).to_owned(),
            name,
        })
    })?;
    let indexes: Vec<TableIndex> = indexes.collect::<rusqlite::Result<_>>()?;
    match indexes.iter().all(|index| !index.columns.is_empty()) {
        true => Ok(indexes),
        false => Err(StoreError::Fault(format!("an index of {table} can't be read"))),
    }
}

/// In a sentence, the first index that has more entries or less than the table has rows for it.
fn miscounted(conn: &Connection, table: &str, indexes: &[TableIndex]) -> StoreResult<Option<String>> {
    let conditions: Vec<String> = indexes
        .iter()
        .map(|index| format!("total({})", index.condition))
        .collect();
    let rows = format!("SELECT {} FROM {table} NOT INDEXED", conditions.join(", "));
    let rows: Vec<f64> = conn.query_row(&rows, [], |row| {
        (0..indexes.len()).map(|index| row.get(index)).collect()
    })?;
    for (TableIndex { name, condition, .. }, rows) in indexes.iter().zip(rows) {
        // Not `count(*)`, which SQLite answers by the smallest index that there is.
        let entries = format!("SELECT total(1) FROM {table} INDEXED BY {name} WHERE {condition}");
        let entries: f64 = conn.query_row(&entries, [], |row| row.get(0))?;
        if entries != rows {
            return Ok(Some(format!(
                "the index {name} has {entries} entries, but its table {table} has {rows} rows for it"
            )));
        }
    }
    Ok(None)
}

impl TableIndex {
    /// In a sentence, when it lacks one of these rows as the table has it.
    fn different(
        &self,
        conn: &Connection,
        table: &str,
        rows: std::ops::RangeInclusive<i64>,
    ) -> StoreResult<Option<String>> {
        let Self {
            name,
            columns,
            condition,
        } = self;
        let alike: Vec<String> = columns
            .iter()
            .map(|column| format!("i.{column} IS t.{column}"))
            .collect();
        let sql = format!(
            "SELECT t.rowid FROM {table} AS t NOT INDEXED
              WHERE t.rowid BETWEEN ? AND ? AND ({condition})
                AND NOT EXISTS (SELECT 1 FROM {table} AS i INDEXED BY {name}
                                 WHERE ({condition}) AND i.rowid = t.rowid AND {})
              ORDER BY t.rowid LIMIT 1",
            alike.join(" AND ")
        );
        let row: Option<i64> = conn
            .prepare_cached(&sql)?
            .query_row(params![rows.start(), rows.end()], |row| row.get(0))
            .optional()?;
        Ok(row.map(|row| {
            format!("the index {name} says something else than row {row} of its table {table}, and is read in its place")
        }))
    }
}
