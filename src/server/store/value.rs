//! A value on its way into a column or out of one, the same for both engines: each gives it the form that its column
//! has. So a NULL or a number needs no type of its own.

use std::borrow::Cow;
use std::error::Error;
use std::net::IpAddr;

use bytes::BytesMut;
use jiff::Timestamp;
use rusqlite::types::{ToSqlOutput, Type as SqliteType, Value as Owned, ValueRef};
use serde_json::Value as Json;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, WrongType, to_sql_checked};
use uuid::Uuid;

use super::tables::Kind;
use crate::api::ChainHash;
use crate::model::{Role, Scope, TokenHash};

/// What [`columns!`] makes.
pub type NewRow<'a> = Vec<(&'static str, Value<'a>)>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    Null,
    Flag(bool),
    Number(i64),
    Text(Cow<'a, str>),
    Id(Uuid),
    Bytes(Cow<'a, [u8]>),
    /// A list: see `Dialect::among`.
    Numbers(Cow<'a, [i64]>),
    /// A list: see `Dialect::among_ids`.
    Ids(Vec<Uuid>),
}

macro_rules! from {
    ($($type:ty => |$value:ident| $made:expr),+ $(,)?) => {
        $(impl<'a> From<$type> for Value<'a> {
            fn from($value: $type) -> Self {
                $made
            }
        })+
    };
}

from!(
    bool => |flag| Self::Flag(flag),
    i64 => |number| Self::Number(number),
    u32 => |number| Self::Number(number.into()),
    &'a str => |text| Self::Text(text.into()),
    &'a String => |text| Self::Text(text.into()),
    String => |text| Self::Text(text.into()),
    IpAddr => |address| Self::Text(address.to_string().into()),
    Uuid => |id| Self::Id(id),
    &'a [u8] => |bytes| Self::Bytes(bytes.into()),
    &'a Vec<u8> => |bytes| Self::Bytes(bytes.into()),
    [u8; 32] => |bytes| Self::Bytes(bytes.to_vec().into()),
    TokenHash => |hash| hash.0.into(),
    &'a TokenHash => |hash| Self::Bytes(hash.0.as_slice().into()),
    Vec<i64> => |numbers| Self::Numbers(numbers.into()),
    Vec<Uuid> => |ids| Self::Ids(ids),
    ChainHash => |hash| hash.0.into(),
    Timestamp => |time| Self::Number(time.as_microsecond()),
    Role => |role| Self::Text(role.as_str().into()),
    Scope => |scope| Self::Number(scope as i64),
    &'a [i64] => |numbers| Self::Numbers(numbers.into()),
);

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Value<'_> {
    /// As a member of a document; `None` of what has no form there.
    pub fn as_json(&self) -> Option<Json> {
        match self {
            Value::Null => Some(Json::Null),
            Value::Flag(flag) => Some((*flag).into()),
            Value::Number(number) => Some((*number).into()),
            Value::Text(text) => Some(text.as_ref().into()),
            Value::Id(_) | Value::Bytes(_) | Value::Numbers(_) | Value::Ids(_) => None,
        }
    }

    /// What is looked for in names. A character that can't be in a text of PostgreSQL can't be found in one either; the
    /// program keeps it out of all that it stores.
    pub fn sought(text: &str) -> Value<'static> {
        Value::Text(text.replace('\0', "\u{FFFD}").into())
    }

    /// Whether a column of this kind takes it.
    pub fn is_of(&self, kind: Kind) -> bool {
        match (self, kind) {
            (Value::Null, _) | (Value::Number(_), Kind::Number | Kind::Flag) => true,
            (Value::Number(number), Kind::Int) => i32::try_from(*number).is_ok(),
            (Value::Number(number), Kind::Small) => i16::try_from(*number).is_ok(),
            (Value::Text(_), Kind::Text) | (Value::Bytes(_), Kind::Bytes) => true,
            (Value::Bytes(bytes), Kind::Id) => bytes.len() == 16,
            _ => false,
        }
    }

    /// As SQLite has it: an id is bytes, and a flag is a number.
    pub fn in_sqlite(row: &rusqlite::Row, index: usize) -> rusqlite::Result<Value<'static>> {
        Ok(match row.get_ref(index)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Number(number),
            ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec().into()),
            ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned().into()),
            ValueRef::Real(_) => {
                let name = row.as_ref().column_name(index)?.to_owned();
                return Err(rusqlite::Error::InvalidColumnType(index, name, SqliteType::Real));
            }
        })
    }

    /// What PostgreSQL has, as SQLite would have it.
    pub fn in_postgres(
        row: &tokio_postgres::Row,
        index: usize,
    ) -> Result<Value<'static>, tokio_postgres::Error> {
        Ok(row
            .try_get::<_, Option<PostgresValue>>(index)?
            .map_or(Value::Null, |stored| stored.0))
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Flag(flag) => ValueRef::Integer((*flag).into()),
            Value::Number(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Id(id) => ValueRef::Blob(id.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
            Value::Numbers(numbers) => {
                return Ok(list(numbers.iter().map(i64::to_string)));
            }
            Value::Ids(ids) => {
                return Ok(list(ids.iter().map(|id| format!("\"{}\"", id.simple()))));
            }
        }))
    }
}

/// In JSON.
fn list(items: impl Iterator<Item = String>) -> ToSqlOutput<'static> {
    let items: Vec<String> = items.collect();
    ToSqlOutput::Owned(Owned::Text(format!("[{}]", items.join(","))))
}

type Failed = Box<dyn Error + Sync + Send>;

impl ToSql for Value<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Failed> {
        let other = || Box::new(WrongType::new::<Self>(kind.clone()));
        match (self, kind) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Flag(flag), &Type::BOOL) => flag.to_sql(kind, out),
            (Value::Number(number), &Type::BOOL) => (*number != 0).to_sql(kind, out),
            (Value::Number(number), &Type::INT8) => number.to_sql(kind, out),
            (Value::Number(number), &Type::INT4) => {
                i32::try_from(*number).map_err(|_| other())?.to_sql(kind, out)
            }
            (Value::Number(number), &Type::INT2) => {
                i16::try_from(*number).map_err(|_| other())?.to_sql(kind, out)
            }
            (Value::Text(text), &Type::TEXT | &Type::VARCHAR) => text.to_sql(kind, out),
            (Value::Id(id), &Type::UUID) => id.to_sql(kind, out),
            (Value::Bytes(bytes), &Type::UUID) => {
                Uuid::from_slice(bytes).map_err(|_| other())?.to_sql(kind, out)
            }
            (Value::Bytes(bytes), &Type::BYTEA) => bytes.as_ref().to_sql(kind, out),
            (Value::Numbers(numbers), &Type::INT8_ARRAY) => numbers.as_ref().to_sql(kind, out),
            (Value::Ids(ids), &Type::UUID_ARRAY) => ids.to_sql(kind, out),
            _ => Err(other()),
        }
    }

    /// Which value goes into which column is looked at when it does.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A value of PostgreSQL, as SQLite would have it.
struct PostgresValue(Value<'static>);

impl<'a> FromSql<'a> for PostgresValue {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Failed> {
        Ok(Self(match *kind {
            Type::BOOL => Value::Number(bool::from_sql(kind, raw)?.into()),
            Type::UUID => Value::Bytes(Uuid::from_sql(kind, raw)?.as_bytes().to_vec().into()),
            Type::BYTEA => Value::Bytes(raw.to_vec().into()),
            Type::INT2 | Type::INT4 | Type::INT8 => Value::Number(Integer::from_sql(kind, raw)?.0),
            _ => Value::Text(String::from_sql(kind, raw)?.into()),
        }))
    }

    fn accepts(kind: &Type) -> bool {
        <&str as FromSql>::accepts(kind)
            || Integer::accepts(kind)
            || matches!(*kind, Type::BOOL | Type::UUID | Type::BYTEA)
    }
}

/// A number of PostgreSQL, of whichever width.
pub struct Integer(pub i64);

impl<'a> FromSql<'a> for Integer {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Failed> {
        Ok(Self(match *kind {
            Type::INT2 => i16::from_sql(kind, raw)?.into(),
            Type::INT4 => i32::from_sql(kind, raw)?.into(),
            _ => i64::from_sql(kind, raw)?,
        }))
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT2 | Type::INT4 | Type::INT8)
    }
}
