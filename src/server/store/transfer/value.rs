//! A value on its way from SQLite to PostgreSQL, in a form in which both can be compared.

use rusqlite::types::{Type as SqliteType, ValueRef};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Error, Row};
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Value {
    pub fn of_sqlite(row: &rusqlite::Row, index: usize) -> rusqlite::Result<Self> {
        Ok(match row.get_ref(index)? {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Blob(bytes) => Self::Bytes(bytes.to_vec()),
            ValueRef::Text(text) => Self::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Real(_) => {
                let name = row.as_ref().column_name(index)?.to_owned();
                return Err(rusqlite::Error::InvalidColumnType(index, name, SqliteType::Real));
            }
        })
    }

    pub fn of_postgres(row: &Row, index: usize, kind: &Type) -> Result<Self, Error> {
        Ok(match *kind {
            Type::INT8 => row.try_get::<_, Option<i64>>(index)?.map(Self::Integer),
            Type::INT4 => number(row.try_get::<_, Option<i32>>(index)?),
            Type::INT2 => number(row.try_get::<_, Option<i16>>(index)?),
            Type::BOOL => number(row.try_get::<_, Option<bool>>(index)?),
            Type::UUID => row
                .try_get::<_, Option<Uuid>>(index)?
                .map(|id| Self::Bytes(id.as_bytes().to_vec())),
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(index)?.map(Self::Bytes),
            _ => row.try_get::<_, Option<String>>(index)?.map(Self::Text),
        }
        .unwrap_or(Self::Null))
    }

    /// As PostgreSQL takes it. `None`: it is not of this kind.
    pub fn bound(self, kind: &Type) -> Option<Box<dyn ToSql + Sync + Send>> {
        Some(match (self, kind) {
            (Self::Null, &Type::INT8) => Box::new(None::<i64>),
            (Self::Null, &Type::INT4) => Box::new(None::<i32>),
            (Self::Null, &Type::BYTEA) => Box::new(None::<Vec<u8>>),
            (Self::Null, &Type::UUID) => Box::new(None::<Uuid>),
            (Self::Null, &Type::TEXT) => Box::new(None::<String>),
            (Self::Integer(number), &Type::INT8) => Box::new(number),
            (Self::Integer(number), &Type::INT4) => Box::new(i32::try_from(number).ok()?),
            (Self::Integer(number), &Type::INT2) => Box::new(i16::try_from(number).ok()?),
            (Self::Integer(number), &Type::BOOL) => Box::new(number != 0),
            (Self::Bytes(bytes), &Type::UUID) => Box::new(Uuid::from_slice(&bytes).ok()?),
            (Self::Bytes(bytes), &Type::BYTEA) => Box::new(bytes),
            (Self::Text(text), &Type::TEXT) => Box::new(text),
            _ => return None,
        })
    }
}

fn number<T: Into<i64>>(value: Option<T>) -> Option<Value> {
    value.map(|number| Value::Integer(number.into()))
}
