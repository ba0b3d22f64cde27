//! The organisation and its users.

use std::net::IpAddr;

use jiff::Timestamp;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::activity;
use super::rows::{USER_COLUMNS, micros, parsed, user, uuid};
use crate::api::{ActivityAction, ChainHash, DEFAULT_LIMIT, Organisation, Person, User, UserQuery};
use crate::model::{Role, TokenHash, compared};
use crate::server::store::changes::{self, Subject};
use crate::server::store::statement::{Entity, STATED_OF_PERSON, explained};
use crate::server::store::{Actor, NewUserRecord, RoleChange, StoreError, StoreResult, Taken, Visible};

pub fn organisation(conn: &Connection) -> StoreResult<Organisation> {
    let mut statement = conn.prepare_cached("SELECT id, name FROM organisation")?;
    Ok(statement.query_row([], |row| {
        Ok(Organisation {
            id: uuid(row, 0)?,
            name: row.get(1)?,
        })
    })?)
}

/// The `seq` of a user, also of one who was removed.
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

/// Somebody of whom it was seen, in this transaction, that they may act.
#[derive(Debug, Clone, Copy)]
pub struct Acting {
    pub seq: i64,
    pub user: Uuid,
    pub address: Option<IpAddr>,
    visible: Visible,
}

impl Acting {
    /// The number of the only one whose things they may see; 0 is anybody's.
    pub fn only_theirs(&self) -> i64 {
        match self.visible {
            Visible::All => 0,
            Visible::CreatedBy(_) => self.seq,
        }
    }
}

/// What was decided about `by` before the transaction must still be so in it.
pub fn acting(conn: &Connection, by: Actor) -> StoreResult<Acting> {
    let found = conn
        .prepare_cached("SELECT seq, role, token_hash FROM users WHERE id = ? AND removed_at IS NULL")?
        .query_row([by.user.as_bytes()], |row| {
            let token = row.get::<_, Option<[u8; 32]>>(2)?.map(TokenHash);
            Ok((row.get(0)?, parsed(row, 1, str::parse::<Role>)?, token))
        })
        .optional()?;
    match found {
        None => Err(StoreError::ActorGone),
        Some((_, _, token)) if by.token.is_some() && by.token != token => Err(StoreError::ActorGone),
        Some((_, role, _)) if role != by.role => Err(StoreError::RoleChanged),
        Some((seq, _, _)) => Ok(Acting {
            seq,
            user: by.user,
            address: by.address,
            visible: by.visible,
        }),
    }
}

pub fn by_token(conn: &Connection, token: &TokenHash) -> StoreResult<Option<User>> {
    let sql = format!(
        "SELECT {USER_COLUMNS}, u.seq, {STATED_OF_PERSON} FROM users AS u
          WHERE u.token_hash = ? AND u.removed_at IS NULL"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let found = statement.query_row([token.0], |row| Ok((user(row)?, row.get(4)?, row.get(5)?)));
    Ok(found
        .optional()?
        .and_then(|(user, number, stated): (User, i64, Option<[u8; 32]>)| {
            explained(user, number, token, stated.map(ChainHash))
        }))
}

pub fn by_id(conn: &Connection, id: Uuid) -> StoreResult<Option<User>> {
    let sql = format!("SELECT {USER_COLUMNS} FROM users AS u WHERE u.id = ? AND u.removed_at IS NULL");
    Ok(conn
        .prepare_cached(&sql)?
        .query_row([id.as_bytes()], user)
        .optional()?)
}

pub fn first(conn: &Connection, role: Role) -> StoreResult<Option<User>> {
    let sql = format!(
        "SELECT {USER_COLUMNS} FROM users AS u WHERE u.role = ? AND u.removed_at IS NULL
          ORDER BY u.created_at, u.id LIMIT 1"
    );
    Ok(conn
        .prepare_cached(&sql)?
        .query_row([role.as_str()], user)
        .optional()?)
}

pub fn page(conn: &Connection, query: &UserQuery) -> StoreResult<Vec<Person>> {
    let mut sql = format!(
        "SELECT {USER_COLUMNS},
                (SELECT coalesce(sum(n), 0) FROM key_counts WHERE creator = u.seq AND project = 0)
           FROM users AS u WHERE u.removed_at IS NULL"
    );
    let mut values: Vec<Sql> = Vec::new();
    if let Some(text) = &query.q {
        sql.push_str(" AND instr(u.email_key, ?) > 0");
        values.push(compared(text).into());
    }
    if let Some(after) = query.after {
        // Somebody who was removed since still says where the page goes on.
        sql.push_str(" AND u.email_key > (SELECT email_key FROM users WHERE id = ?)");
        values.push(after.as_bytes().to_vec().into());
    }
    sql.push_str(" ORDER BY u.email_key LIMIT ?");
    values.push(i64::from(query.limit.unwrap_or(DEFAULT_LIMIT)).into());
    let mut statement = conn.prepare_cached(&sql)?;
    let people = statement.query_map(params_from_iter(values), |row| {
        Ok(Person {
            user: user(row)?,
            keys: row.get::<_, i64>(4)? as u64,
        })
    })?;
    Ok(people.collect::<rusqlite::Result<_>>()?)
}

/// Stores the row alone. `false` when the address is taken, however it is spelled.
pub fn insert(conn: &Connection, user: &User, token: Option<TokenHash>) -> StoreResult<bool> {
    let inserted = conn
        .prepare_cached(
            "INSERT INTO users (id, email, email_key, role, token_hash, created_at) VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT (email_key) WHERE removed_at IS NULL DO NOTHING",
        )?
        .execute(params![
            user.id.as_bytes(),
            user.email,
            compared(&user.email),
            user.role.as_str(),
            token.map(|hash| hash.0),
            micros(user.created_at),
        ])?;
    Ok(inserted == 1)
}

pub fn add(conn: &Connection, new: &NewUserRecord, by: Acting) -> StoreResult<Result<User, Taken>> {
    let user = User {
        id: Uuid::now_v7(),
        email: new.email.trim().to_owned(),
        role: new.role,
        created_at: Timestamp::now(),
    };
    if !insert(conn, &user, new.token)? {
        return Ok(Err(Taken));
    }
    record_role(
        conn,
        ActivityAction::UserAdded,
        (user.id, &user.email),
        None,
        Some(user.role),
        by,
    )?;
    Ok(Ok(by_id(conn, user.id)?.unwrap_or(user)))
}

pub fn set_role(conn: &Connection, id: Uuid, role: Role, by: Acting) -> StoreResult<RoleChange> {
    let Some(user) = by_id(conn, id)? else {
        return Ok(RoleChange::Missing);
    };
    if user.role == role {
        return Ok(RoleChange::Changed(user));
    }
    if is_last_owner(conn, &user)? {
        return Ok(RoleChange::LastOwner);
    }
    conn.prepare_cached("UPDATE users SET role = ? WHERE id = ?")?
        .execute(params![role.as_str(), id.as_bytes()])?;
    record_role(
        conn,
        ActivityAction::UserEdited,
        (user.id, &user.email),
        Some(user.role),
        Some(role),
        by,
    )?;
    Ok(RoleChange::Changed(User { role, ..user }))
}

pub fn is_last_owner(conn: &Connection, user: &User) -> StoreResult<bool> {
    let others = "SELECT 1 FROM users WHERE role = 'owner' AND removed_at IS NULL AND id <> ?";
    Ok(user.role == Role::Owner && !conn.prepare_cached(others)?.exists([user.id.as_bytes()])?)
}

pub fn replace_token(conn: &Connection, id: Uuid, token: TokenHash, by: Acting) -> StoreResult<bool> {
    let Some(user) = by_id(conn, id)? else {
        return Ok(false);
    };
    conn.prepare_cached("UPDATE users SET token_hash = ? WHERE id = ?")?
        .execute(params![token.0, id.as_bytes()])?;
    record(
        conn,
        ActivityAction::TokenReplaced,
        (id, &user.email),
        Map::new(),
        by,
    )?;
    Ok(true)
}

/// Of somebody's role; none is not being here.
pub fn record_role(
    conn: &Connection,
    action: ActivityAction,
    person: (Uuid, &str),
    old: Option<Role>,
    new: Option<Role>,
    by: Acting,
) -> StoreResult<()> {
    record(conn, action, person, changes::of_role(old, new), by)
}

pub fn record(
    conn: &Connection,
    action: ActivityAction,
    (id, email): (Uuid, &str),
    changes: Map<String, Value>,
    by: Acting,
) -> StoreResult<()> {
    activity::record(
        conn,
        by,
        Subject::of(action, email, changes).about(Entity::Person(id)),
    )
}
