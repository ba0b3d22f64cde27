//! Moves a deck that has outgrown its file to PostgreSQL, whole: every row as it is, read back and
//! compared before anything of it is kept.

mod tables;
mod value;

use std::path::Path;

use deadpool_postgres::Transaction;
use futures_util::TryStreamExt;
use rusqlite::Connection;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::ToSql;

use self::tables::{TABLES, Table};
use self::value::Value;
use super::postgres::{self, Address, ask};
use super::{StoreError, StoreResult, sqlite};

/// What was moved.
#[derive(Debug, Clone, Copy, Default)]
pub struct Moved {
    /// Active keys and tombstones.
    pub keys: u64,
    /// Of all tables.
    pub rows: u64,
}

/// Of the work there is: each row is copied, then compared.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    pub done: u64,
    pub of: u64,
}

/// Moves the deck in the file, which nobody else may have open, into an empty database. Nothing is there
/// when it fails. Must not be called on a runtime with other work: reading the file blocks.
pub async fn move_deck(from: &Path, to: &Address, mut progress: impl FnMut(Progress)) -> StoreResult<Moved> {
    let source = sqlite::alone(from)?;
    let mut counted = Progress {
        done: 0,
        of: 2 * total(&source)?,
    };
    let mut advance = |rows: u64| {
        counted.done += rows;
        progress(counted);
    };
    let pool = postgres::one_connection(to).await?;
    let mut client = pool.lease().await?;
    let tx = client.transaction().await?;
    postgres::lay_foundation(&tx, &to.to_string()).await?;
    let again = set_aside(&tx).await?;
    let mut moved = Moved::default();
    for table in &TABLES {
        let rows = copy(&source, &tx, table, &mut advance).await?;
        moved.rows += rows;
        if table.name == "keys" {
            moved.keys = rows;
        }
    }
    head(&source, &tx).await?;
    for sql in again {
        tx.batch_execute(&sql).await?;
    }
    for table in &TABLES {
        compare(&source, &tx, table, &mut advance).await?;
    }
    tx.commit().await?;
    // What the planner knows of tables that have just been filled.
    client.batch_execute("ANALYZE").await?;
    client.give_back();
    Ok(moved)
}

fn total(source: &Connection) -> StoreResult<u64> {
    let mut total = 0;
    for table in &TABLES {
        let sql = format!("SELECT count(*) FROM {}", table.name);
        total += source.query_row(&sql, [], |row| row.get::<_, i64>(0))? as u64;
    }
    Ok(total)
}

/// Takes away what would be asked of each row, which takes a fraction of the time for all of them at
/// once; what it returns brings it back, and checks it.
async fn set_aside(tx: &Transaction<'_>) -> StoreResult<Vec<String>> {
    let mut again = Vec::new();
    let named = |table: &str, drop: &str, make: &str| {
        (
            format!("ALTER TABLE {table} {drop}"),
            format!("ALTER TABLE {table} {make}"),
        )
    };
    let mut steps = Vec::new();
    let references = "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
                       WHERE contype = 'f' AND connamespace = current_schema()::regnamespace";
    for row in ask::all(tx, references, &[]).await? {
        let (table, name, definition): (String, String, String) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        steps.push(named(
            &table,
            &format!("DROP CONSTRAINT \"{name}\""),
            &format!("ADD CONSTRAINT \"{name}\" {definition}"),
        ));
    }
    let indexes = "SELECT indexname, indexdef FROM pg_indexes
                    WHERE schemaname = current_schema() AND tablename IN ('keys', 'activity', 'usage_hours', 'usage_log')
                      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)";
    for row in ask::all(tx, indexes, &[]).await? {
        let name: String = row.try_get(0)?;
        steps.push((format!("DROP INDEX \"{name}\""), row.try_get(1)?));
    }
    for table in &TABLES {
        steps.push(named(table.name, "DISABLE TRIGGER USER", "ENABLE TRIGGER USER"));
    }
    for (aside, back) in steps {
        tx.batch_execute(&aside).await?;
        again.push(back);
    }
    // Indexes before the references that are checked by them.
    again.reverse();
    Ok(again)
}

async fn copy(
    source: &Connection,
    tx: &Transaction<'_>,
    table: &Table,
    advance: &mut impl FnMut(u64),
) -> StoreResult<u64> {
    let kinds = table.kinds();
    let sink = tx
        .copy_in(&format!(
            "COPY {} ({}) FROM STDIN BINARY",
            table.name,
            table.names()
        ))
        .await?;
    let writer = BinaryCopyInWriter::new(sink, &kinds);
    tokio::pin!(writer);
    let mut statement = source.prepare(&table.select())?;
    let mut rows = statement.query([])?;
    let mut copied = 0;
    while let Some(row) = rows.next()? {
        let mut values = Vec::with_capacity(kinds.len());
        for (index, kind) in kinds.iter().enumerate() {
            let value = Value::of_sqlite(row, index)?.bound(kind);
            values.push(value.ok_or_else(|| {
                let column = table.columns[index].name;
                StoreError::Fault(format!(
                    "row {copied} of {} has another kind of {column}",
                    table.name
                ))
            })?);
        }
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| &**value as _).collect();
        writer.as_mut().write(&values).await?;
        copied += 1;
        advance(1);
    }
    writer.finish().await?;
    if table.counts_on {
        let name = table.name;
        tx.batch_execute(&format!(
            "SELECT setval(pg_get_serial_sequence('{name}', 'seq'), coalesce(max(seq), 0) + 1, false) FROM {name}"
        ))
        .await?;
    }
    Ok(copied)
}

/// The note of the newest row of the log: it is there from the beginning, and never set back.
async fn head(source: &Connection, tx: &Transaction<'_>) -> StoreResult<()> {
    type Head = (i64, Vec<u8>, Option<Vec<u8>>);
    let kept = "SELECT seq, hash, pending FROM activity_head";
    let head: Head = source.query_row(kept, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let noted = "UPDATE activity_head SET seq = $1, hash = $2, pending = $3";
    ask::run_one(tx, noted, &[&head.0, &head.1, &head.2]).await?;
    let row = ask::one(tx, kept, &[]).await?;
    let copy: Head = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    match copy == head {
        true => Ok(()),
        false => Err(StoreError::Fault("the end of the log is not as it was".into())),
    }
}

/// Reads both back, row by row.
async fn compare(
    source: &Connection,
    tx: &Transaction<'_>,
    table: &Table,
    advance: &mut impl FnMut(u64),
) -> StoreResult<()> {
    let differs = |row: u64| StoreError::Fault(format!("row {row} of {} is not as it was", table.name));
    let copied = tx.query_raw(&table.select(), Vec::<i64>::new()).await?;
    tokio::pin!(copied);
    let mut statement = source.prepare(&table.select())?;
    let mut rows = statement.query([])?;
    let mut compared = 0;
    while let Some(row) = rows.next()? {
        let Some(copy) = copied.try_next().await? else {
            return Err(differs(compared));
        };
        for (index, column) in table.columns.iter().enumerate() {
            let same = Value::of_sqlite(row, index)? == Value::of_postgres(&copy, index, &column.kind)?;
            if !same {
                return Err(differs(compared));
            }
        }
        compared += 1;
        advance(1);
    }
    match copied.try_next().await? {
        None => Ok(()),
        Some(_) => Err(differs(compared)),
    }
}
