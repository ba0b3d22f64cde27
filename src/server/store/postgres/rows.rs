//! How the model lies in columns, and back.

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use super::ask::{self, Db};
use crate::api::{PersonRef, ProjectRef, Sort, User};
use crate::model::{LocalAddress, Role, Scope, Settings, TokenHash, UiDomain};
use crate::server::store::row::{self, unreadable};
use crate::server::store::value::Integer;
use crate::server::store::{Found, KeyRecord, Place, PlaceValue, RevokedKey, StoreResult, Visible};

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

/// A column that the program wrote as text.
pub fn parsed<T, E: std::fmt::Display>(
    row: &Row,
    index: usize,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> StoreResult<T> {
    parse(row.try_get(index)?).map_err(unreadable)
}

pub const USER_COLUMNS: &str = "u.id, u.email, u.role, u.created_at";

pub fn user(row: &Row) -> StoreResult<User> {
    Ok(User {
        id: row.try_get(0)?,
        email: row.try_get(1)?,
        role: parsed(row, 2, str::parse::<Role>)?,
        created_at: time(row, 3)?,
    })
}

/// One line each; an origin or bundle identifier has none.
pub fn lines(domains: &[UiDomain]) -> String {
    let lines: Vec<&str> = domains.iter().map(UiDomain::as_str).collect();
    lines.join("\n")
}

/// The settings in three columns from this one on.
pub fn settings(row: &Row, first: usize) -> StoreResult<Settings> {
    let domains: &str = row.try_get(first)?;
    let address: Option<&str> = row.try_get(first + 1)?;
    Ok(Settings {
        ui_domains: domains
            .lines()
            .map(|line| UiDomain::trusted(line.to_owned()))
            .collect(),
        local_development: address.map(LocalAddress::kept).transpose().map_err(unreadable)?,
        cross_page_persistence: row.try_get(first + 2)?,
    })
}

/// What [`key`] and [`place`] read, and whose a key is.
pub const KEY_COLUMNS: &str = "k.id, k.name, k.name_key, k.scope, k.created_at, k.last_used_at, k.version, k.hint, \
     k.ui_domains, k.local_development, k.cross_page_persistence, k.creator, k.project";
/// Where the numbers of its creator and its project are.
pub const CREATOR: usize = 11;
pub const PROJECT: usize = 12;
/// How many columns they are.
const KEY_WIDTH: usize = 13;
/// Where a page of keys says which change was the newest when it was read, and whether a look saw another key.
pub const NEWEST_CHANGE: usize = KEY_WIDTH;
pub const SEEN: usize = KEY_WIDTH + 1;
/// The names of one of each, and of who revoked a key.
const NAMES: &str = "u.id, u.email, p.id, p.name, p.deployed, r.id, r.email";
const JOINS: &str = " JOIN users AS u ON u.seq = k.creator LEFT JOIN projects AS p ON p.seq = k.project
           LEFT JOIN users AS r ON r.seq = k.revoked_by";

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

pub fn key(row: &Row, creator: PersonRef, project: Option<ProjectRef>) -> StoreResult<KeyRecord> {
    Ok(KeyRecord {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        scope: scope(row, 3)?,
        project,
        creator,
        created_at: time(row, 4)?,
        last_used_at: Some(time(row, 5)?).filter(|time| *time != Timestamp::UNIX_EPOCH),
        version: row.try_get::<_, i64>(6)? as u64,
        hint: row.try_get(7)?,
        settings: settings(row, 8)?,
    })
}

/// Where a row lies in a sort.
pub fn place(row: &Row, sort: Sort) -> StoreResult<Place> {
    let value = match sort {
        Sort::Scope => PlaceValue::Scope(scope(row, 3)?, row.try_get(2)?),
        Sort::Name => PlaceValue::Name(row.try_get(2)?),
        Sort::CreatedAt => PlaceValue::Time(row.try_get(4)?),
        Sort::LastUsedAt => PlaceValue::Time(row.try_get(5)?),
    };
    Ok(Place {
        value,
        id: row.try_get(0)?,
    })
}

/// A key by a unique column.
#[derive(Clone, Copy)]
pub enum KeyBy<'a> {
    Id(Uuid),
    Hash(&'a TokenHash),
    Seq(i64),
}

/// A key with the numbers that the database knows it and what it belongs to by.
pub struct Kept {
    pub seq: i64,
    pub creator: i64,
    pub project: Option<i64>,
    pub found: Found,
}

/// The key that is known by this, if it may be seen.
pub async fn find_key(db: &impl Db, by: KeyBy<'_>, visible: Visible) -> StoreResult<Option<Kept>> {
    let hash = match by {
        KeyBy::Hash(hash) => hash.0.as_slice(),
        _ => &[],
    };
    let (column, value): (_, ask::Value) = match &by {
        KeyBy::Id(id) => ("id", id),
        KeyBy::Hash(_) => ("token_hash", &hash),
        KeyBy::Seq(seq) => ("seq", seq),
    };
    let sql = format!(
        "SELECT {KEY_COLUMNS}, k.seq, k.revoked_at, {NAMES} FROM keys AS k{JOINS} WHERE k.{column} = $1"
    );
    let Some(row) = ask::maybe(db, &sql, &[value]).await? else {
        return Ok(None);
    };
    let names = KEY_WIDTH + 2;
    let of_project: Option<i64> = row.try_get(PROJECT)?;
    let of_project = of_project.map(|_| project(&row, names + 2)).transpose()?;
    let key = key(&row, person(&row, names)?, of_project)?;
    if matches!(visible, Visible::CreatedBy(user) if user != key.creator.id) {
        return Ok(None);
    }
    let found = match row.try_get::<_, Option<i64>>(KEY_WIDTH + 1)? {
        None => Found::Active(key),
        Some(_) => Found::Revoked(RevokedKey {
            id: key.id,
            name: key.name,
            scope: key.scope,
            revoked_at: time(&row, KEY_WIDTH + 1)?,
            revoked_by: person(&row, names + 5)?,
        }),
    };
    Ok(Some(Kept {
        seq: row.try_get(KEY_WIDTH)?,
        creator: row.try_get(CREATOR)?,
        project: row.try_get(PROJECT)?,
        found,
    }))
}
