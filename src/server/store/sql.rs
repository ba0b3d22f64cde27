//! Statements that are put together of pieces, with the values that go with them.

use super::StoreResult;
use super::db::Db;
use super::dialect::Dialect;
use super::row::Read;
use super::value::Value;

#[derive(Debug, Default)]
pub struct Sql<'a> {
    pub text: String,
    pub values: Vec<Value<'a>>,
}

impl<'a> Sql<'a> {
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            values: Vec::new(),
        }
    }

    /// Adds a piece. Its question marks stand for the values, one each.
    pub fn push(&mut self, piece: &str, values: impl IntoIterator<Item = Value<'a>>) {
        self.text.push_str(piece);
        self.values.extend(values);
    }

    /// Ends the statement with a limit of so many rows, or some more.
    pub fn at_least(&mut self, dialect: Dialect, rows: usize) {
        match dialect.limits() {
            None => self.push(" LIMIT ?", [(rows as i64).into()]),
            Some(limits) => {
                let limit = limits.into_iter().find(|most| *most >= rows).unwrap_or(rows);
                self.push(&format!(" LIMIT {limit}"), []);
            }
        }
    }

    pub async fn all<T: Read + Send>(&self, db: &impl Db) -> StoreResult<Vec<T>> {
        db.all(&self.text, &self.values).await
    }

    /// The first row.
    pub async fn maybe<T: Read + Send>(&self, db: &impl Db) -> StoreResult<Option<T>> {
        db.maybe(&self.text, &self.values).await
    }
}
