//! The organisation and its people: each change with its row of the activity log.

use serde_json::Map;
use uuid::Uuid;

use super::acting::Acting;
use super::changes::{self, Subject};
use super::db::{Change, Db, columns, exists, insert_unless, one, run_one, values};
use super::row::{Columns, Read, Record, Row};
use super::sql::Sql;
use super::statement::{Entity, STATED_OF_PERSON, explained};
use super::tables::USERS;
use super::value::Value;
use super::{Actor, NewUserRecord, RoleChange, StoreError, StoreResult, Taken};
use crate::api::{
    ActivityAction, ChainHash, DEFAULT_LIMIT, Organisation, Person, PersonRef, User, UserQuery,
};
use crate::model::{Role, TokenHash, compared};

pub async fn organisation(db: &impl Db) -> StoreResult<Organisation> {
    one(db, "SELECT id, name FROM organisation", &[]).await
}

/// The `seq` of a user, also of one who was removed.
pub async fn find_user(db: &impl Db, id: Uuid) -> StoreResult<Option<i64>> {
    db.maybe("SELECT seq FROM users WHERE id = ?", values![id]).await
}

/// The `seq` of a user who must exist.
pub async fn user_seq(db: &impl Db, id: Uuid) -> StoreResult<i64> {
    let missing = || StoreError::Fault(format!("there is no user {id}"));
    find_user(db, id).await?.ok_or_else(missing)
}

/// The person with this number, also when they were removed.
pub async fn person(db: &impl Db, seq: i64) -> StoreResult<PersonRef> {
    one(db, "SELECT id, email FROM users WHERE seq = ?", values![seq]).await
}

/// Users who were not removed, of whom `condition` holds.
fn users(condition: &str) -> String {
    let columns = User::columns("u");
    format!("SELECT {columns} FROM users AS u WHERE u.removed_at IS NULL AND {condition}")
}

pub async fn by_token(db: &impl Db, token: &TokenHash) -> StoreResult<Option<User>> {
    let sql = format!(
        "SELECT {}, u.seq, {STATED_OF_PERSON} FROM users AS u WHERE u.token_hash = ? AND u.removed_at IS NULL",
        User::columns("u")
    );
    let found: Option<(User, i64, Option<Vec<u8>>)> = db.maybe(&sql, values![*token]).await?;
    Ok(found.and_then(|(user, number, stated)| {
        // What is no hash states nothing.
        let stated = stated.and_then(|stated| stated.try_into().ok());
        explained(user, number, token, stated.map(ChainHash))
    }))
}

pub async fn by_id(db: &impl Db, id: Uuid) -> StoreResult<Option<User>> {
    db.maybe(&users("u.id = ?"), values![id]).await
}

/// Of those with this role, the one who was added first.
pub async fn first(db: &impl Db, role: Role) -> StoreResult<Option<User>> {
    let sql = users("u.role = ? ORDER BY u.created_at, u.id LIMIT 1");
    db.maybe(&sql, values![role]).await
}

impl Read for Person {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        Ok(Self {
            user: columns.next()?,
            keys: columns.next()?,
        })
    }
}

/// A page by email address.
pub async fn page<D: Db>(db: &D, query: &UserQuery) -> StoreResult<Vec<Person>> {
    let mut sql = Sql::default();
    let select = format!(
        "SELECT {}, (SELECT CAST(coalesce(sum(n), 0) AS bigint) FROM key_counts WHERE creator = u.seq AND project = 0)
           FROM users AS u WHERE u.removed_at IS NULL",
        User::columns("u")
    );
    sql.push(&select, []);
    if let Some(text) = &query.q {
        let found = format!(" AND {}", D::DIALECT.contains("u.email_key"));
        sql.push(&found, [Value::sought(&compared(text))]);
    }
    if let Some(after) = query.after {
        // Somebody who was removed since still says where the page goes on.
        let place = " AND u.email_key > (SELECT email_key FROM users WHERE id = ?)";
        sql.push(place, [after.into()]);
    }
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    sql.push(" ORDER BY u.email_key LIMIT ?", [limit.into()]);
    sql.all(db).await
}

/// Stores the row alone. `false` when the address is taken, however it is spelled.
pub async fn insert(db: &impl Db, user: &User, token: Option<TokenHash>) -> StoreResult<bool> {
    let row = columns! {
        id: user.id,
        email: &user.email,
        email_key: compared(&user.email),
        role: user.role,
        token_hash: token,
        created_at: user.created_at,
    };
    insert_unless(db, &USERS, row, "(email_key) WHERE removed_at IS NULL").await
}

pub async fn add(change: &mut impl Change, new: &NewUserRecord) -> StoreResult<Result<User, Taken>> {
    let user = User {
        id: Uuid::now_v7(),
        email: new.email.trim().to_owned(),
        role: new.role,
        created_at: change.now(),
    };
    if !insert(change.db(), &user, new.token).await? {
        return Ok(Err(Taken));
    }
    let person = (user.id, user.email.as_str());
    record_role(change, ActivityAction::UserAdded, person, None, Some(user.role));
    Ok(Ok(user))
}

pub async fn set_role(change: &mut impl Change, id: Uuid, role: Role) -> StoreResult<RoleChange> {
    let Some(user) = by_id(change.db(), id).await? else {
        return Ok(RoleChange::Missing);
    };
    if user.role == role {
        return Ok(RoleChange::Changed(user));
    }
    if is_last_owner(change.db(), &user).await? {
        return Ok(RoleChange::LastOwner);
    }
    run_one(
        change.db(),
        "UPDATE users SET role = ? WHERE id = ?",
        values![role, id],
    )
    .await?;
    let person = (id, user.email.as_str());
    record_role(
        change,
        ActivityAction::UserEdited,
        person,
        Some(user.role),
        Some(role),
    );
    Ok(RoleChange::Changed(User { role, ..user }))
}

pub async fn is_last_owner(db: &impl Db, user: &User) -> StoreResult<bool> {
    let others = "SELECT 1 FROM users WHERE role = 'owner' AND removed_at IS NULL AND id <> ? LIMIT 1";
    Ok(user.role == Role::Owner && !exists(db, others, values![user.id]).await?)
}

/// The previous token becomes invalid. `false`: there is no such user.
pub async fn replace_token(change: &mut impl Change, id: Uuid, token: TokenHash) -> StoreResult<bool> {
    let Some(user) = by_id(change.db(), id).await? else {
        return Ok(false);
    };
    let replaced = "UPDATE users SET token_hash = ? WHERE id = ?";
    run_one(change.db(), replaced, values![token, id]).await?;
    let subject = Subject::of(ActivityAction::TokenReplaced, &user.email, Map::new());
    change.record(subject.about(Entity::Person(id)));
    Ok(true)
}

/// Records a role in the log; none is for somebody who is not in the organisation.
pub fn record_role(
    change: &mut impl Change,
    action: ActivityAction,
    (id, email): (Uuid, &str),
    old: Option<Role>,
    new: Option<Role>,
) {
    let subject = Subject::of(action, email, changes::of_role(old, new));
    change.record(subject.about(Entity::Person(id)));
}

/// What was decided about `by` before the transaction must still be so in it.
pub async fn acting(db: &impl Db, by: Actor) -> StoreResult<Acting> {
    let sql = "SELECT seq, email, role, token_hash FROM users WHERE id = ? AND removed_at IS NULL";
    let found = db.maybe(sql, values![by.user]).await?;
    let (seq, email, role, token): (i64, String, Role, Option<TokenHash>) =
        found.ok_or(StoreError::ActorGone)?;
    if by.token.is_some() && by.token != token {
        return Err(StoreError::ActorGone);
    }
    if role != by.role {
        return Err(StoreError::RoleChanged);
    }
    Ok(Acting {
        seq,
        person: PersonRef { id: by.user, email },
        address: by.address,
        visible: by.visible,
    })
}
