//! A row as it is read: column by column, in the order in which the statement names them, whichever engine has it.

use jiff::Timestamp;
use strum::IntoEnumIterator;
use uuid::Uuid;

use super::value::Value;
use super::{StoreError, StoreResult};
use crate::api::{ChainHash, Organisation, PersonRef, ProjectRef, User};
use crate::model::{Role, Scope, TokenHash};

/// A row of an engine. What is NULL is `None`.
pub trait Row {
    fn number(&self, index: usize) -> StoreResult<Option<i64>>;
    fn flag(&self, index: usize) -> StoreResult<Option<bool>>;
    fn text(&self, index: usize) -> StoreResult<Option<&str>>;
    fn bytes(&self, index: usize) -> StoreResult<Option<&[u8]>>;
    fn id(&self, index: usize) -> StoreResult<Option<Uuid>>;
    /// A text as far as it can be shown: invalid bytes are replaced.
    fn shown(&self, index: usize) -> Option<String>;
    /// All of it.
    fn values(&self) -> StoreResult<Vec<Value<'static>>>;
}

/// The columns of a row that are still to be read.
pub struct Columns<'a, R> {
    row: &'a R,
    next: usize,
}

/// What is read from one column or several.
pub trait Read: Sized {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self>;
}

/// What one column holds.
pub trait ColumnValue: Sized {
    fn of<R: Row>(row: &R, index: usize) -> StoreResult<Option<Self>>;
}

/// Reads a whole row.
pub fn read<T: Read, R: Row>(row: &R) -> StoreResult<T> {
    T::read(&mut Columns { row, next: 0 })
}

impl<R: Row> Columns<'_, R> {
    /// What comes next.
    pub fn next<T: Read>(&mut self) -> StoreResult<T> {
        T::read(self)
    }

    /// What comes next, where somebody may have tampered with it: what can't be read is absent.
    pub fn readable<T: ColumnValue>(&mut self) -> Option<T> {
        self.field().ok().flatten()
    }

    /// The same of a text, as far as it can be shown.
    pub fn shown(&mut self) -> Option<String> {
        self.next += 1;
        self.row.shown(self.next - 1)
    }

    pub fn field<T: ColumnValue>(&mut self) -> StoreResult<Option<T>> {
        let index = self.next;
        self.next += 1;
        T::of(self.row, index)
    }
}

pub fn unreadable(why: impl std::fmt::Display) -> StoreError {
    StoreError::Fault(format!("a column can't be read: {why}"))
}

macro_rules! fields {
    ($($type:ty => $column:ident $(, |$value:ident| $made:expr)?;)+) => {$(
        impl ColumnValue for $type {
            fn of<R: $crate::server::store::row::Row>(row: &R, index: usize) -> StoreResult<Option<Self>> {
                let value = row.$column(index)?;
                $(let value = value.map(|$value| $made.map_err(unreadable)).transpose()?;)?
                Ok(value)
            }
        }

        impl Read for $type {
            fn read<R: $crate::server::store::row::Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
                columns.field()?.ok_or_else(|| unreadable("it is NULL"))
            }
        }
    )+};
}

pub(super) use fields;

fields!(
    i64 => number;
    u64 => number, |number| u64::try_from(number);
    u32 => number, |number| u32::try_from(number);
    bool => flag;
    Uuid => id;
    String => text, |text| text.parse();
    Vec<u8> => bytes, |bytes| Ok::<_, StoreError>(bytes.to_vec());
    [u8; 32] => bytes, |bytes| bytes.try_into();
    TokenHash => bytes, |bytes| bytes.try_into().map(TokenHash);
    ChainHash => bytes, |bytes| bytes.try_into().map(ChainHash);
    Timestamp => number, |micros| Timestamp::from_microsecond(micros);
    Role => text, |role| role.parse();
    Scope => number, |rank| scope(rank);
);

/// The scope of a rank, which is its place in the `scope` sort.
fn scope(rank: i64) -> Result<Scope, String> {
    let scope = Scope::iter().find(|&scope| scope as i64 == rank);
    scope.ok_or_else(|| format!("there is no scope {rank}"))
}

impl<T: ColumnValue> Read for Option<T> {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        columns.field()
    }
}

macro_rules! tuples {
    ($(($($part:ident)*))+) => {$(
        impl<$($part: Read),*> Read for ($($part,)*) {
            fn read<R: Row>(_columns: &mut Columns<'_, R>) -> StoreResult<Self> {
                Ok(($($part::read(_columns)?,)*))
            }
        }
    )+};
}

tuples!(() (A B) (A B C) (A B C D) (A B C D E) (A B C D E F));

/// What has a column for each of its fields, by the same name.
pub trait Record: Read {
    const COLUMNS: &'static [&'static str];

    /// Its columns in a statement where its table is called so.
    fn columns(table: &str) -> String {
        let columns: Vec<String> = Self::COLUMNS
            .iter()
            .map(|column| format!("{table}.{column}"))
            .collect();
        columns.join(", ")
    }
}

macro_rules! records {
    ($($type:ident { $($column:ident),+ })+) => {$(
        impl Record for $type {
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),+];
        }

        impl Read for $type {
            fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
                $(let $column = columns.next()?;)+
                Ok(Self { $($column),+ })
            }
        }
    )+};
}

records! {
    Organisation { id, name }
    PersonRef { id, email }
    ProjectRef { id, name, deployed }
    User { id, email, role, created_at }
}

/// A whole row in which somebody may have put invalid text: it is read as far as it can be shown.
pub struct Lossy<T>(pub T);

impl<T: Read> Read for Lossy<T> {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        read(&Raw(columns.row.values()?)).map(Self)
    }
}

/// All columns of a row.
struct Raw(Vec<Value<'static>>);

impl Raw {
    fn value<'a, T>(
        &'a self,
        index: usize,
        read: impl FnOnce(&'a Value<'static>) -> Option<T>,
    ) -> StoreResult<Option<T>> {
        match self.0.get(index) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match read(value) {
                None => Err(unreadable("it is of another kind")),
                read => Ok(read),
            },
        }
    }
}

impl Row for Raw {
    fn number(&self, index: usize) -> StoreResult<Option<i64>> {
        self.value(index, |value| match value {
            Value::Number(number) => Some(*number),
            _ => None,
        })
    }

    fn flag(&self, index: usize) -> StoreResult<Option<bool>> {
        Ok(self.number(index)?.map(|number| number != 0))
    }

    fn text(&self, index: usize) -> StoreResult<Option<&str>> {
        self.value(index, |value| match value {
            Value::Text(text) => Some(text.as_ref()),
            _ => None,
        })
    }

    fn bytes(&self, index: usize) -> StoreResult<Option<&[u8]>> {
        self.value(index, |value| match value {
            Value::Bytes(bytes) => Some(bytes.as_ref()),
            _ => None,
        })
    }

    fn id(&self, index: usize) -> StoreResult<Option<Uuid>> {
        let id = self.bytes(index)?.map(Uuid::from_slice);
        id.transpose().map_err(unreadable)
    }

    fn shown(&self, index: usize) -> Option<String> {
        self.text(index).ok().flatten().map(str::to_owned)
    }

    fn values(&self) -> StoreResult<Vec<Value<'static>>> {
        Ok(self.0.clone())
    }
}
