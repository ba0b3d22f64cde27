//! How the model lies in columns, and back.

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, Type, ValueRef};
use rusqlite::{Connection, Row};
use uuid::Uuid;

use crate::api::PersonRef;
use crate::model::Scope;

/// Microseconds since the epoch.
pub fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// The rank of a scope, which is its place in the `scope` sort.
pub fn rank(scope: Scope) -> i64 {
    scope as i64
}

pub struct Time(pub Timestamp);

impl FromSql for Time {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let micros = value.as_i64()?;
        Timestamp::from_microsecond(micros)
            .map(Time)
            .map_err(|_| FromSqlError::OutOfRange(micros))
    }
}

struct Rank(Scope);

impl FromSql for Rank {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let rank = value.as_i64()?;
        Scope::ALL
            .into_iter()
            .find(|&scope| scope as i64 == rank)
            .map(Rank)
            .ok_or(FromSqlError::OutOfRange(rank))
    }
}

pub fn uuid(row: &Row, index: usize) -> rusqlite::Result<Uuid> {
    row.get(index).map(Uuid::from_bytes)
}

pub fn time(row: &Row, index: usize) -> rusqlite::Result<Timestamp> {
    row.get::<_, Time>(index).map(|time| time.0)
}

pub fn scope(row: &Row, index: usize) -> rusqlite::Result<Scope> {
    row.get::<_, Rank>(index).map(|rank| rank.0)
}

/// Reads a column that the program wrote as text.
pub fn parsed<T, E>(row: &Row, index: usize, parse: impl FnOnce(&str) -> Result<T, E>) -> rusqlite::Result<T>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let text = row.get_ref(index)?.as_str()?;
    parse(text).map_err(|error| rusqlite::Error::FromSqlConversionFailure(index, Type::Text, error.into()))
}

/// Who has this number, also when they were removed.
pub fn person(conn: &Connection, seq: i64) -> rusqlite::Result<PersonRef> {
    let mut statement = conn.prepare_cached("SELECT id, email FROM users WHERE seq = ?")?;
    statement.query_row([seq], |row| {
        Ok(PersonRef {
            id: uuid(row, 0)?,
            email: row.get(1)?,
        })
    })
}
