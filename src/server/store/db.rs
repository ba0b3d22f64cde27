//! What an operation needs of a database. It is written once, for both engines: what it asks for is there at once in
//! SQLite, whose work runs on the thread of the connection, and is awaited in PostgreSQL.

use std::net::IpAddr;

use futures_util::FutureExt;
use jiff::Timestamp;

use super::acting::Acting;
use super::changes::Subject;
use super::dialect::Dialect;
use super::for_rows::ForRows;
use super::row::Read;
use super::tables::Table;
use super::value::{NewRow, Value};
use super::{StoreError, StoreResult};

/// A connection or a transaction that statements can be asked of. Their values are question marks.
pub trait Db {
    const DIALECT: Dialect;

    fn all<T: Read + Send>(
        &self,
        sql: &str,
        values: &[Value<'_>],
    ) -> impl Future<Output = StoreResult<Vec<T>>> + Send;

    /// The first row.
    fn maybe<T: Read + Send>(
        &self,
        sql: &str,
        values: &[Value<'_>],
    ) -> impl Future<Output = StoreResult<Option<T>>> + Send;

    /// Returns how many rows were changed.
    fn run(&self, sql: &str, values: &[Value<'_>]) -> impl Future<Output = StoreResult<u64>> + Send;

    /// Runs a statement with all of these rows, and values that are the same for all. Returns how many rows were changed.
    fn run_rows(
        &self,
        statement: &ForRows,
        rows: &[Vec<Value<'_>>],
        same: &[Value<'_>],
    ) -> impl Future<Output = StoreResult<u64>> + Send;
}

/// One transaction that changes something, and what the activity log records of it in the same transaction.
pub trait Change {
    type Db: Db;

    fn db(&self) -> &Self::Db;
    /// When it was begun, by the clock that the log goes by.
    fn now(&self) -> Timestamp;
    /// The caller.
    fn actor(&self) -> StoreResult<&Acting>;
    /// Carries on what a caller asked for earlier, who may have been removed since.
    fn act_as(&mut self, by: Acting);
    /// Appends a row to the log when the change is complete.
    fn record(&mut self, subject: Subject<'_>);
    /// As [`Change::record`], without a caller: from this address.
    fn record_from(&mut self, address: Option<IpAddr>, subject: Subject<'_>);
    /// A part of a large change is as it is to be: what was recorded may be written down.
    fn write_down(&mut self) -> impl Future<Output = StoreResult<()>> + Send;
}

/// Values of a statement, in the order of its question marks.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::server::store::value::Value::from($value)),*] };
}

/// Columns of a row, each beside the value that it gets.
macro_rules! columns {
    ($($column:ident: $value:expr),+ $(,)?) => {
        vec![$((stringify!($column), $crate::server::store::value::Value::from($value))),+]
    };
}
pub(super) use {columns, values};

/// A row that must be there.
pub async fn one<T: Read + Send>(db: &impl Db, sql: &str, values: &[Value<'_>]) -> StoreResult<T> {
    let found = db.maybe(sql, values).await?;
    found.ok_or_else(|| StoreError::Fault("a row that must be there is missing".into()))
}

pub async fn exists(db: &impl Db, sql: &str, values: &[Value<'_>]) -> StoreResult<bool> {
    Ok(db.maybe::<()>(sql, values).await?.is_some())
}

/// As [`Db::run_rows`]; no rows take no statement.
pub async fn run_rows(
    db: &impl Db,
    statement: &ForRows,
    rows: Vec<Vec<Value<'_>>>,
    same: &[Value<'_>],
) -> StoreResult<u64> {
    match rows.is_empty() {
        true => Ok(0),
        false => db.run_rows(statement, &rows, same).await,
    }
}

/// Exactly one row must change.
pub async fn run_one(db: &impl Db, sql: &str, values: &[Value<'_>]) -> StoreResult<()> {
    match db.run(sql, values).await? {
        1 => Ok(()),
        rows => Err(StoreError::Fault(format!(
            "one row was to change, and {rows} would have"
        ))),
    }
}

/// Stores one row.
pub async fn insert(db: &impl Db, table: &Table, row: NewRow<'_>) -> StoreResult<()> {
    let (sql, values) = inserting(table, row);
    run_one(db, &sql, &values).await
}

/// Stores one row, unless one that is there already has the same `key`. Whether it was stored.
pub async fn insert_unless(db: &impl Db, table: &Table, row: NewRow<'_>, key: &str) -> StoreResult<bool> {
    let (sql, values) = inserting(table, row);
    Ok(db
        .run(&format!("{sql} ON CONFLICT {key} DO NOTHING"), &values)
        .await?
        == 1)
}

fn inserting<'a>(table: &Table, row: NewRow<'a>) -> (String, Vec<Value<'a>>) {
    let (columns, values): (Vec<&str>, Vec<Value>) = row.into_iter().unzip();
    let holes = vec!["?"; columns.len()].join(", ");
    let sql = format!(
        "INSERT INTO {} ({}) VALUES ({holes})",
        table.name,
        columns.join(", ")
    );
    (sql, values)
}

/// Stores one row of a table that numbers them. Returns its number.
pub async fn insert_numbered(db: &impl Db, table: &Table, row: NewRow<'_>) -> StoreResult<i64> {
    let (sql, values) = inserting(table, row);
    one(db, &format!("{sql} RETURNING seq"), &values).await
}

/// The text after SET in a statement, and its values.
pub fn assigned(set: NewRow<'_>) -> (String, Vec<Value<'_>>) {
    let (columns, values): (Vec<&str>, Vec<Value>) = set.into_iter().unzip();
    (format!("{} = ?", columns.join(" = ?, ")), values)
}

/// Changes the row of this number, which must be there.
pub async fn update(db: &impl Db, table: &Table, seq: i64, set: NewRow<'_>) -> StoreResult<()> {
    let (set, mut values) = assigned(set);
    values.push(seq.into());
    let sql = format!("UPDATE {} SET {set} WHERE seq = ?", table.name);
    run_one(db, &sql, &values).await
}

/// The outcome of an operation on SQLite, which never waits.
pub fn at_once<T>(operation: impl Future<Output = StoreResult<T>>) -> StoreResult<T> {
    let waits = || {
        Err(StoreError::Fault(
            "an operation on SQLite waited for something else".into(),
        ))
    };
    operation.now_or_never().unwrap_or_else(waits)
}
