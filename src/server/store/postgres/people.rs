//! The organisation and its users.

use serde_json::Map;
use uuid::Uuid;

use super::ask::{self, Db};
use super::change::Change;
use super::rows::{USER_COLUMNS, user};
use super::sql::Sql;
use crate::api::{ActivityAction, ChainHash, DEFAULT_LIMIT, Organisation, Person, User, UserQuery};
use crate::model::{Role, TokenHash, compared};
use crate::server::store::changes::{self, Subject};
use crate::server::store::statement::{Entity, STATED_OF_PERSON, explained};
use crate::server::store::{NewUserRecord, RoleChange, StoreError, StoreResult, Taken};

pub async fn organisation(db: &impl Db) -> StoreResult<Organisation> {
    let row = ask::one(db, "SELECT id, name FROM organisation", &[]).await?;
    Ok(Organisation {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
    })
}

/// The `seq` of a user, also of one who was removed.
pub async fn find_user(db: &impl Db, id: Uuid) -> StoreResult<Option<i64>> {
    let row = ask::maybe(db, "SELECT seq FROM users WHERE id = $1", &[&id]).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// The `seq` of a user who must exist.
pub async fn user_seq(db: &impl Db, id: Uuid) -> StoreResult<i64> {
    let missing = || StoreError::Fault(format!("there is no user {id}"));
    find_user(db, id).await?.ok_or_else(missing)
}

pub async fn by_token(db: &impl Db, token: &TokenHash) -> StoreResult<Option<User>> {
    let sql = format!(
        "SELECT {USER_COLUMNS}, u.seq, {STATED_OF_PERSON} FROM users AS u
          WHERE u.token_hash = $1 AND u.removed_at IS NULL"
    );
    let Some(row) = ask::maybe(db, &sql, &[&token.0.as_slice()]).await? else {
        return Ok(None);
    };
    let stated = row
        .try_get::<_, Option<&[u8]>>(5)?
        .and_then(|stated| stated.try_into().ok());
    Ok(explained(
        user(&row)?,
        row.try_get(4)?,
        token,
        stated.map(ChainHash),
    ))
}

pub async fn by_id(db: &impl Db, id: Uuid) -> StoreResult<Option<User>> {
    let sql = format!("SELECT {USER_COLUMNS} FROM users AS u WHERE u.id = $1 AND u.removed_at IS NULL");
    let row = ask::maybe(db, &sql, &[&id]).await?;
    row.as_ref().map(user).transpose()
}

pub async fn first(db: &impl Db, role: Role) -> StoreResult<Option<User>> {
    let sql = format!(
        "SELECT {USER_COLUMNS} FROM users AS u WHERE u.role = $1 AND u.removed_at IS NULL
          ORDER BY u.created_at, u.id LIMIT 1"
    );
    let row = ask::maybe(db, &sql, &[&role.as_str()]).await?;
    row.as_ref().map(user).transpose()
}

pub async fn page(db: &impl Db, query: &UserQuery) -> StoreResult<Vec<Person>> {
    let mut sql = Sql::new(format!(
        "SELECT {USER_COLUMNS},
                (SELECT coalesce(sum(n), 0)::bigint FROM key_counts WHERE creator = u.seq AND project = 0)
           FROM users AS u WHERE u.removed_at IS NULL"
    ));
    if let Some(text) = &query.q {
        sql.push(" AND strpos(u.email_key, ?) > 0", [compared(text).into()]);
    }
    if let Some(after) = query.after {
        // Somebody who was removed since still says where the page goes on.
        sql.push(
            " AND u.email_key > (SELECT email_key FROM users WHERE id = ?)",
            [after.into()],
        );
    }
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    sql.push(" ORDER BY u.email_key LIMIT ?", [i64::from(limit).into()]);
    let rows = sql.all(db).await?;
    let person = |row| {
        Ok(Person {
            user: user(row)?,
            keys: row.try_get::<_, i64>(4)? as u64,
        })
    };
    rows.iter().map(person).collect()
}

pub async fn add(change: &mut Change<'_>, new: &NewUserRecord) -> StoreResult<Result<User, Taken>> {
    let user = User {
        id: Uuid::now_v7(),
        email: new.email.trim().to_owned(),
        role: new.role,
        created_at: change.now,
    };
    let inserted = ask::run(
        &change.tx,
        "INSERT INTO users (id, email, email_key, role, token_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (email_key) WHERE removed_at IS NULL DO NOTHING",
        &[
            &user.id,
            &user.email,
            &compared(&user.email),
            &user.role.as_str(),
            &new.token.map(|hash| hash.0.to_vec()),
            &user.created_at.as_microsecond(),
        ],
    )
    .await?;
    if inserted == 0 {
        return Ok(Err(Taken));
    }
    record_role(
        change,
        ActivityAction::UserAdded,
        (user.id, &user.email),
        None,
        Some(user.role),
    );
    Ok(Ok(by_id(&change.tx, user.id).await?.unwrap_or(user)))
}

pub async fn set_role(change: &mut Change<'_>, id: Uuid, role: Role) -> StoreResult<RoleChange> {
    let Some(user) = by_id(&change.tx, id).await? else {
        return Ok(RoleChange::Missing);
    };
    if user.role == role {
        return Ok(RoleChange::Changed(user));
    }
    if is_last_owner(&change.tx, &user).await? {
        return Ok(RoleChange::LastOwner);
    }
    let set = "UPDATE users SET role = $1 WHERE id = $2";
    ask::run_one(&change.tx, set, &[&role.as_str(), &id]).await?;
    record_role(
        change,
        ActivityAction::UserEdited,
        (user.id, &user.email),
        Some(user.role),
        Some(role),
    );
    Ok(RoleChange::Changed(User { role, ..user }))
}

pub async fn is_last_owner(db: &impl Db, user: &User) -> StoreResult<bool> {
    let others = "SELECT 1 FROM users WHERE role = 'owner' AND removed_at IS NULL AND id <> $1 LIMIT 1";
    Ok(user.role == Role::Owner && !ask::exists(db, others, &[&user.id]).await?)
}

pub async fn replace_token(change: &mut Change<'_>, id: Uuid, token: TokenHash) -> StoreResult<bool> {
    let Some(user) = by_id(&change.tx, id).await? else {
        return Ok(false);
    };
    let replaced = "UPDATE users SET token_hash = $1 WHERE id = $2";
    ask::run_one(&change.tx, replaced, &[&token.0.as_slice(), &id]).await?;
    let subject = Subject::of(ActivityAction::TokenReplaced, &user.email, Map::new());
    change.record(None, subject.about(Entity::Person(id)));
    Ok(true)
}

/// Of somebody's role; none is not being here.
pub fn record_role(
    change: &mut Change<'_>,
    action: ActivityAction,
    (id, email): (Uuid, &str),
    old: Option<Role>,
    new: Option<Role>,
) {
    let subject = Subject::of(action, email, changes::of_role(old, new));
    change.record(None, subject.about(Entity::Person(id)));
}
