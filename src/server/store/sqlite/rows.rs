//! How the model lies in columns, and back.

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, Type, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row};
use uuid::Uuid;

use super::names::{Known, Names};
use crate::api::{PersonRef, Sort, User};
use crate::model::{LocalAddress, Role, Scope, Settings, UiDomain};
use crate::server::store::{Found, KeyRecord, Place, PlaceValue, RevokedKey, Visible};

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

pub const USER_COLUMNS: &str = "u.id, u.email, u.role, u.created_at";

pub fn user(row: &Row) -> rusqlite::Result<User> {
    Ok(User {
        id: uuid(row, 0)?,
        email: row.get(1)?,
        role: parsed(row, 2, str::parse::<Role>)?,
        created_at: time(row, 3)?,
    })
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

/// One line each; an origin or bundle identifier has none.
pub fn lines(domains: &[UiDomain]) -> String {
    let lines: Vec<&str> = domains.iter().map(UiDomain::as_str).collect();
    lines.join("\n")
}

/// What [`KeyColumns::read`] reads, of a table named `k`.
pub const KEY_COLUMNS: &str = "k.id, k.name, k.name_key, k.scope, k.project, k.creator, k.created_at, \
     k.last_used_at, k.version, k.hint, k.ui_domains, k.local_development, k.cross_page_persistence";

/// The columns of an active key, its project and creator still numbers.
pub struct KeyColumns {
    pub record: KeyRecord,
    pub name_key: String,
}

impl KeyColumns {
    /// A row of [`KEY_COLUMNS`].
    pub fn read(row: &Row, names: &mut Names) -> rusqlite::Result<Self> {
        let project: Option<i64> = row.get(4)?;
        let domains = row.get_ref(10)?.as_str()?;
        let record = KeyRecord {
            id: uuid(row, 0)?,
            name: row.get(1)?,
            scope: scope(row, 3)?,
            project: project.map(|seq| names.project(seq)).transpose()?,
            creator: names.person(row.get(5)?)?,
            created_at: time(row, 6)?,
            last_used_at: Some(row.get::<_, Time>(7)?.0).filter(|time| *time != Timestamp::UNIX_EPOCH),
            version: row.get::<_, i64>(8)? as u64,
            hint: row.get(9)?,
            settings: Settings {
                ui_domains: domains
                    .lines()
                    .map(|line| UiDomain::trusted(line.to_owned()))
                    .collect(),
                local_development: match row.get_ref(11)? {
                    ValueRef::Null => None,
                    _ => Some(parsed(row, 11, LocalAddress::kept)?),
                },
                cross_page_persistence: row.get(12)?,
            },
        };
        Ok(Self {
            record,
            name_key: row.get(2)?,
        })
    }

    pub fn place(&self, sort: Sort) -> Place {
        let value = match sort {
            Sort::Scope => PlaceValue::Scope(self.record.scope, self.name_key.clone()),
            Sort::Name => PlaceValue::Name(self.name_key.clone()),
            Sort::CreatedAt => PlaceValue::Time(micros(self.record.created_at)),
            Sort::LastUsedAt => PlaceValue::Time(self.record.last_used_at.map_or(0, micros)),
        };
        Place {
            value,
            id: self.record.id,
        }
    }
}

/// A key, its `seq`, and whether it is active, by a unique column.
#[derive(Clone, Copy)]
pub enum KeyBy<'a> {
    Id(Uuid),
    Hash(&'a [u8; 32]),
    Seq(i64),
}

/// The key that is known by this, if it may be seen.
pub fn find_key(conn: &Connection, by: KeyBy, visible: Visible) -> rusqlite::Result<Option<(i64, Found)>> {
    let (column, value): (&str, &dyn rusqlite::ToSql) = match &by {
        KeyBy::Id(id) => ("id", &id.as_bytes().as_slice()),
        KeyBy::Hash(hash) => ("token_hash", &hash.as_slice()),
        KeyBy::Seq(seq) => ("seq", seq),
    };
    let sql = format!(
        "SELECT {KEY_COLUMNS}, k.seq, k.revoked_at, k.revoked_by FROM keys AS k WHERE k.{column} = ?"
    );
    let mut known = Known::default();
    let mut names = Names {
        conn,
        known: &mut known,
    };
    let found = conn.prepare_cached(&sql)?.query_row([value], |row| {
        let key = KeyColumns::read(row, &mut names)?.record;
        let creator = key.creator.id;
        let found = match row.get::<_, Option<Time>>(14)? {
            None => Found::Active(key),
            Some(Time(revoked_at)) => Found::Revoked(RevokedKey {
                id: key.id,
                name: key.name,
                scope: key.scope,
                revoked_at,
                revoked_by: names.person(row.get(15)?)?,
            }),
        };
        Ok((row.get(13)?, creator, found))
    });
    let seen = |creator| match visible {
        Visible::All => true,
        Visible::CreatedBy(user) => creator == user,
    };
    Ok(found
        .optional()?
        .filter(|&(_, creator, _)| seen(creator))
        .map(|(seq, _, found)| (seq, found)))
}
