//! How the model lies in columns, and back.

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::api::{PersonRef, ProjectRef};
use crate::model::Scope;
use crate::server::store::StoreResult;
use crate::server::store::row::{self, unreadable};
use crate::server::store::value::{Integer, Value};

/// The rank of a scope, which is its place in the `scope` sort.
pub fn rank(scope: Scope) -> i16 {
    scope as i16
}

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

pub fn time(row: &Row, index: usize) -> StoreResult<Timestamp> {
    Timestamp::from_microsecond(row.try_get(index)?).map_err(unreadable)
}

pub fn scope(row: &Row, index: usize) -> StoreResult<Scope> {
    let rank: i16 = row.try_get(index)?;
    let scope = Scope::ALL.into_iter().find(|&scope| scope as i16 == rank);
    scope.ok_or_else(|| unreadable(format!("there is no scope {rank}")))
}

pub fn hash(row: &Row, index: usize) -> StoreResult<[u8; 32]> {
    row.try_get::<_, &[u8]>(index)?.try_into().map_err(unreadable)
}

pub fn person(row: &Row, first: usize) -> StoreResult<PersonRef> {
    Ok(PersonRef {
        id: row.try_get(first)?,
        email: row.try_get(first + 1)?,
    })
}

pub fn project(row: &Row, first: usize) -> StoreResult<ProjectRef> {
    Ok(ProjectRef {
        id: row.try_get(first)?,
        name: row.try_get(first + 1)?,
        deployed: row.try_get(first + 2)?,
    })
}
