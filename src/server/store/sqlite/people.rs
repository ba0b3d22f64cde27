//! The organisation and its users.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::activity::{self, Subject};
use super::rows::{USER_COLUMNS, micros, user, uuid};
use crate::api::{ActivityAction, Organisation, User};
use crate::model::{Role, TokenHash};
use crate::server::store::{Actor, NewUserRecord, RoleChange, StoreError, StoreResult, Taken};

pub fn organisation(conn: &Connection) -> StoreResult<Organisation> {
    let mut statement = conn.prepare_cached("SELECT id, name FROM organisation")?;
    Ok(statement.query_row([], |row| {
        Ok(Organisation {
            id: uuid(row, 0)?,
            name: row.get(1)?,
        })
    })?)
}

/// The `seq` of a user.
pub fn find_user(conn: &Connection, id: Uuid) -> StoreResult<Option<i64>> {
    let mut statement = conn.prepare_cached("SELECT seq FROM users WHERE id = ?")?;
    Ok(statement
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?)
}

/// The `seq` of a user who must exist.
pub fn user_seq(conn: &Connection, id: Uuid) -> StoreResult<i64> {
    find_user(conn, id)?.ok_or_else(|| StoreError::Fault(format!("there is no user {id}")))
}

pub fn by_token(conn: &Connection, token: &TokenHash) -> StoreResult<Option<User>> {
    let sql = format!("SELECT {USER_COLUMNS} FROM users AS u WHERE u.token_hash = ?");
    Ok(conn.prepare_cached(&sql)?.query_row([token.0], user).optional()?)
}

pub fn by_id(conn: &Connection, id: Uuid) -> StoreResult<Option<User>> {
    let sql = format!("SELECT {USER_COLUMNS} FROM users AS u WHERE u.id = ?");
    Ok(conn
        .prepare_cached(&sql)?
        .query_row([id.as_bytes()], user)
        .optional()?)
}

pub fn all(conn: &Connection) -> StoreResult<Vec<User>> {
    let sql = format!("SELECT {USER_COLUMNS} FROM users AS u ORDER BY u.email_key, u.id");
    let mut statement = conn.prepare_cached(&sql)?;
    let users = statement.query_map([], user)?;
    Ok(users.collect::<rusqlite::Result<_>>()?)
}

/// Stores the row alone. `false` when the address is taken, in whatever case.
pub fn insert(conn: &Connection, user: &User, token: Option<TokenHash>) -> StoreResult<bool> {
    let inserted = conn
        .prepare_cached(
            "INSERT INTO users (id, email, email_key, role, token_hash, created_at) VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT (email_key) WHERE removed_at IS NULL DO NOTHING",
        )?
        .execute(params![
            user.id.as_bytes(),
            user.email,
            user.email.to_lowercase(),
            user.role.as_str(),
            token.map(|hash| hash.0),
            micros(user.created_at),
        ])?;
    Ok(inserted == 1)
}

pub fn add(conn: &Connection, new: &NewUserRecord, by: Actor) -> StoreResult<Result<User, Taken>> {
    let user = User {
        id: Uuid::now_v7(),
        email: new.email.trim().to_owned(),
        role: new.role,
        created_at: Timestamp::now(),
    };
    if !insert(conn, &user, new.token)? {
        return Ok(Err(Taken));
    }
    record_role(conn, ActivityAction::UserAdded, &user.email, None, user.role, by)?;
    Ok(Ok(by_id(conn, user.id)?.unwrap_or(user)))
}

pub fn set_role(conn: &Connection, id: Uuid, role: Role, by: Actor) -> StoreResult<RoleChange> {
    let Some(user) = by_id(conn, id)? else {
        return Ok(RoleChange::Missing);
    };
    if user.role == role {
        return Ok(RoleChange::Changed(user));
    }
    if user.role == Role::Owner {
        let owners: i64 = conn
            .prepare_cached("SELECT count(*) FROM users WHERE role = 'owner'")?
            .query_row([], |row| row.get(0))?;
        if owners == 1 {
            return Ok(RoleChange::LastOwner);
        }
    }
    conn.prepare_cached("UPDATE users SET role = ? WHERE id = ?")?
        .execute(params![role.as_str(), id.as_bytes()])?;
    record_role(
        conn,
        ActivityAction::UserEdited,
        &user.email,
        Some(user.role),
        role,
        by,
    )?;
    Ok(RoleChange::Changed(User { role, ..user }))
}

fn record_role(
    conn: &Connection,
    action: ActivityAction,
    email: &str,
    old: Option<Role>,
    new: Role,
    by: Actor,
) -> StoreResult<()> {
    let change: Value = json!([old, new]);
    let subject = Subject {
        action,
        key: None,
        name: email,
        changes: Map::from_iter([("role".to_owned(), change)]),
    };
    activity::record(conn, by, subject)
}
