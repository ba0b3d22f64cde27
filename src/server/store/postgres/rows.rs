//! A row of PostgreSQL, as operations read it.

use tokio_postgres::Row;
use uuid::Uuid;

use crate::server::store::StoreResult;
use crate::server::store::row;
use crate::server::store::value::{Integer, Value};

impl row::Row for Row {
    fn number(&self, index: usize) -> StoreResult<Option<i64>> {
        Ok(self.try_get::<_, Option<Integer>>(index)?.map(|number| number.0))
    }

    fn flag(&self, index: usize) -> StoreResult<Option<bool>> {
        Ok(self.try_get(index)?)
    }

    fn text(&self, index: usize) -> StoreResult<Option<&str>> {
        Ok(self.try_get(index)?)
    }

    fn bytes(&self, index: usize) -> StoreResult<Option<&[u8]>> {
        Ok(self.try_get(index)?)
    }

    fn id(&self, index: usize) -> StoreResult<Option<Uuid>> {
        Ok(self.try_get(index)?)
    }

    fn shown(&self, index: usize) -> Option<String> {
        self.try_get(index).ok().flatten()
    }

    fn values(&self) -> StoreResult<Vec<Value<'static>>> {
        let values = (0..self.len()).map(|index| Value::in_postgres(self, index));
        Ok(values.collect::<Result<_, _>>()?)
    }
}
