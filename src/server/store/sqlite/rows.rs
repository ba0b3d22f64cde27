//! How the model lies in columns, and back.

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, Row};
use strum::IntoEnumIterator;
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

struct Rank(Scope);

impl FromSql for Rank {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let rank = value.as_i64()?;
        Scope::iter()
            .find(|&scope| scope as i64 == rank)
            .map(Rank)
            .ok_or(FromSqlError::OutOfRange(rank))
    }
}

pub fn uuid(row: &Row, index: usize) -> rusqlite::Result<Uuid> {
    row.get(index).map(Uuid::from_bytes)
}

pub fn scope(row: &Row, index: usize) -> rusqlite::Result<Scope> {
    row.get::<_, Rank>(index).map(|rank| rank.0)
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
