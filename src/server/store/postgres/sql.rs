//! A statement that is put together of pieces, and the values that go with them.

use std::fmt::Write;

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::ask::{self, Db};
use crate::server::store::StoreResult;

/// The limits that are written into statements: the planner must see a number to know that a walk along
/// an index is short, and of each statement it is one more that every connection keeps.
const ROWS: [usize; 5] = [1, 26, 51, 101, 201];

#[derive(Debug, Default)]
pub struct Sql {
    pub text: String,
    values: Vec<Bound>,
}

/// A value to be bound.
#[derive(Debug)]
pub enum Bound {
    Flag(bool),
    Small(i16),
    Number(i64),
    Numbers(Vec<i64>),
    Text(String),
    Id(Uuid),
}

impl Sql {
    pub fn new(text: String) -> Self {
        Self {
            text,
            values: Vec::new(),
        }
    }

    /// Adds a piece. Its question marks stand for the values, one each.
    pub fn push(&mut self, piece: &str, values: impl IntoIterator<Item = Bound>) {
        let mut values = values.into_iter();
        let mut pieces = piece.split('?');
        self.text.push_str(pieces.next().unwrap_or_default());
        for (rest, value) in pieces.zip(values.by_ref()) {
            self.values.push(value);
            // A string takes all that is written to it.
            let _ = write!(self.text, "${}{rest}", self.values.len());
        }
    }

    /// Ends the statement with a limit of so many rows or some more.
    pub fn at_least(&mut self, rows: usize) {
        let rows = ROWS.into_iter().find(|most| *most >= rows).unwrap_or(rows);
        // A string takes all that is written to it.
        let _ = write!(self.text, " LIMIT {rows}");
    }

    pub async fn all(&self, db: &impl Db) -> StoreResult<Vec<Row>> {
        ask::all(db, &self.text, &self.values()).await
    }

    pub fn values(&self) -> Vec<ask::Value<'_>> {
        self.values.iter().map(Bound::value).collect()
    }
}

impl Bound {
    fn value(&self) -> &(dyn ToSql + Sync) {
        match self {
            Bound::Flag(value) => value,
            Bound::Small(value) => value,
            Bound::Number(value) => value,
            Bound::Numbers(value) => value,
            Bound::Text(value) => value,
            Bound::Id(value) => value,
        }
    }
}

impl From<bool> for Bound {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl From<i16> for Bound {
    fn from(value: i16) -> Self {
        Self::Small(value)
    }
}

impl From<i64> for Bound {
    fn from(value: i64) -> Self {
        Self::Number(value)
    }
}

impl From<String> for Bound {
    /// What can't be in a text of PostgreSQL can't be found in one either; the program keeps such
    /// characters out of all that it stores.
    fn from(value: String) -> Self {
        Self::Text(value.replace('\0', "\u{FFFD}"))
    }
}

impl From<Uuid> for Bound {
    fn from(value: Uuid) -> Self {
        Self::Id(value)
    }
}
