//! Moves a deck that has outgrown its file to PostgreSQL, whole: every row as it is, read back and
//! compared before anything of it is kept.

mod complete;

use std::path::Path;

use deadpool_postgres::Transaction;
use futures_util::TryStreamExt;
use rusqlite::Connection;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

use super::db::{Db, assigned, run_one};
use super::postgres::{self, Address};
use super::tables::{ACTIVITY_HEAD, Column, Kind, TABLES, Table};
use super::value::Value;
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
    complete::in_sqlite(&source)?;
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
    complete::in_postgres(&tx).await?;
    let again = set_aside(&tx).await?;
    let mut moved = Moved::default();
    for table in copied() {
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
    compare(&source, &tx, &ACTIVITY_HEAD, &mut |_| ()).await?;
    for table in copied() {
        compare(&source, &tx, table, &mut advance).await?;
    }
    tx.commit().await?;
    // What the planner knows of tables that have just been filled.
    client.batch_execute("ANALYZE").await?;
    client.give_back();
    Ok(moved)
}

/// All but the note of the newest row of the log, which is there from the beginning.
fn copied() -> impl Iterator<Item = &'static Table> {
    TABLES
        .into_iter()
        .filter(|table| table.name != ACTIVITY_HEAD.name)
}

fn total(source: &Connection) -> StoreResult<u64> {
    let mut total = 0;
    for table in copied() {
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
    let references: Vec<(String, String, String)> = tx.all(references, &[]).await?;
    for (table, name, definition) in references {
        steps.push(named(
            &table,
            &format!("DROP CONSTRAINT \"{name}\""),
            &format!("ADD CONSTRAINT \"{name}\" {definition}"),
        ));
    }
    let indexes = "SELECT indexname, indexdef FROM pg_indexes
                    WHERE schemaname = current_schema() AND tablename IN ('keys', 'activity', 'usage_hours', 'usage_log')
                      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)";
    let indexes: Vec<(String, String)> = tx.all(indexes, &[]).await?;
    for (name, definition) in indexes {
        steps.push((format!("DROP INDEX \"{name}\""), definition));
    }
    for table in copied() {
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
    let into = format!("COPY {} ({}) FROM STDIN BINARY", table.name, table.names());
    let types: Vec<Type> = table.columns.iter().map(|column| bound_as(column.kind)).collect();
    let writer = BinaryCopyInWriter::new(tx.copy_in(&into).await?, &types);
    tokio::pin!(writer);
    let mut statement = source.prepare(&table.select())?;
    let mut rows = statement.query([])?;
    let mut copied = 0;
    while let Some(row) = rows.next()? {
        let values = read(row, table, copied)?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        writer.as_mut().write(&values).await?;
        copied += 1;
        advance(1);
    }
    writer.finish().await?;
    if table.is_numbered {
        let name = table.name;
        tx.batch_execute(&format!(
            "SELECT setval(pg_get_serial_sequence('{name}', 'seq'), coalesce(max(seq), 0) + 1, false) FROM {name}"
        ))
        .await?;
    }
    Ok(copied)
}

/// The values of row `n`.
fn read(row: &rusqlite::Row, table: &Table, n: u64) -> StoreResult<Vec<Value<'static>>> {
    let value = |(index, column): (usize, &Column)| {
        let value = Value::in_sqlite(row, index)?;
        match value.is_of(column.kind) {
            true => Ok(value),
            false => Err(StoreError::Fault(format!(
                "row {n} of {} has another kind of {}",
                table.name, column.name
            ))),
        }
    };
    table.columns.iter().enumerate().map(value).collect()
}

fn bound_as(kind: Kind) -> Type {
    match kind {
        Kind::Number => Type::INT8,
        Kind::Int => Type::INT4,
        Kind::Small => Type::INT2,
        Kind::Flag => Type::BOOL,
        Kind::Text => Type::TEXT,
        Kind::Id => Type::UUID,
        Kind::Bytes => Type::BYTEA,
    }
}

/// The note of the newest row of the log, which is never set back.
async fn head(source: &Connection, tx: &Transaction<'_>) -> StoreResult<()> {
    let head = source.query_row(&ACTIVITY_HEAD.select(), [], |row| {
        Ok(read(row, &ACTIVITY_HEAD, 0))
    })??;
    let names = ACTIVITY_HEAD.columns.iter().map(|column| column.name);
    let (set, values) = assigned(names.zip(head).collect());
    run_one(tx, &format!("UPDATE {} SET {set}", ACTIVITY_HEAD.name), &values).await
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
        for index in 0..table.columns.len() {
            if Value::in_sqlite(row, index)? != Value::in_postgres(&copy, index)? {
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
