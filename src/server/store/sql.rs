//! A statement that is put together of pieces, and the values that go with them.

use super::StoreResult;
use super::db::Db;
use super::row::Read;
use super::value::Value;

#[derive(Debug, Default)]
pub struct Sql<'a> {
    pub text: String,
    pub values: Vec<Value<'a>>,
}

impl<'a> Sql<'a> {
    /// Adds a piece. Its question marks stand for the values, one each.
    pub fn push(&mut self, piece: &str, values: impl IntoIterator<Item = Value<'a>>) {
        self.text.push_str(piece);
        self.values.extend(values);
    }

    pub async fn all<T: Read + Send>(&self, db: &impl Db) -> StoreResult<Vec<T>> {
        db.all(&self.text, &self.values).await
    }

    /// The first row.
    pub async fn maybe<T: Read + Send>(&self, db: &impl Db) -> StoreResult<Option<T>> {
        db.maybe(&self.text, &self.values).await
    }
}
