//! Removing a person, with all that is theirs, in one change.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::ask;
use super::change::Change;
use super::{count, people};
use crate::api::{ActivityAction, RemovedUser, User};
use crate::model::compared;
use crate::server::store::alike::{HANDED_KEYS, HANDED_PROJECTS, Handed, tries};
use crate::server::store::changes::{self, Subject};
use crate::server::store::{Fate, Removal, StoreResult};

pub async fn remove(change: &mut Change<'_>, id: Uuid, fate: Option<Fate>) -> StoreResult<Removal> {
    let Some(user) = people::by_id(&change.tx, id).await? else {
        return Ok(Removal::Missing);
    };
    if people::is_last_owner(&change.tx, &user).await? {
        return Ok(Removal::LastOwner);
    }
    let seq = people::user_seq(&change.tx, id).await?;
    let mut removed = RemovedUser {
        keys_revoked: 0,
        keys_handed_over: 0,
        projects_handed_over: 0,
        renamed: 0,
    };
    match fate {
        None => match count::active(&change.tx, seq, 0).await? {
            0 => {}
            keys => return Ok(Removal::HasKeys(keys)),
        },
        Some(Fate::Revoke) => removed.keys_revoked = revoke_keys(change, seq).await?,
        Some(Fate::HandOver(to)) => {
            let heir = people::by_id(&change.tx, to).await?;
            let Some(heir) = heir.filter(|heir| heir.id != user.id) else {
                return Ok(Removal::NobodyToHandTo);
            };
            hand_over_keys(change, seq, &user, &heir, &mut removed).await?;
            hand_over_projects(change, seq, &user, &heir, &mut removed).await?;
        }
    }
    strike(change, &user, seq).await?;
    Ok(Removal::Removed(removed))
}

/// A key of theirs, as the log has to be told of it.
struct Theirs {
    seq: i64,
    id: Uuid,
    name: String,
}

/// Their active keys, in the order in which the log tells of them.
async fn active_keys(change: &Change<'_>, creator: i64) -> StoreResult<Vec<Theirs>> {
    let sql =
        "SELECT seq, id, name FROM keys WHERE creator = $1 AND revoked_at IS NULL ORDER BY created_at, id";
    let rows = ask::all(&change.tx, sql, &[&creator]).await?;
    let theirs = |row: &tokio_postgres::Row| {
        Ok(Theirs {
            seq: row.try_get(0)?,
            id: row.try_get(1)?,
            name: row.try_get(2)?,
        })
    };
    rows.iter().map(theirs).collect()
}

async fn revoke_keys(change: &mut Change<'_>, creator: i64) -> StoreResult<u64> {
    let theirs = active_keys(change, creator).await?;
    let by = change.actor()?.seq;
    let revoked = ask::run(
        &change.tx,
        "UPDATE keys SET revoked_at = $1, revoked_by = $2, data_key = NULL, sealed = NULL, version = version + 1
          WHERE creator = $3 AND revoked_at IS NULL",
        &[&Timestamp::now().as_microsecond(), &by, &creator],
    )
    .await?;
    for Theirs { seq, id, name } in &theirs {
        let action = ActivityAction::KeyRevoked;
        change.record(
            Some(*id),
            Subject::of_key(action, (*seq, creator), name, Map::new()),
        );
    }
    Ok(revoked)
}

/// Gives other names to what the heir could not tell apart from their own: by number, the new ones.
async fn make_room(
    change: &Change<'_>,
    handed: &Handed,
    from: i64,
    to: i64,
) -> StoreResult<HashMap<i64, String>> {
    let mut renamed = HashMap::new();
    for row in ask::all(&change.tx, handed.alike, &[&from, &to]).await? {
        let (seq, project): (i64, i64) = (row.try_get(0)?, row.try_get(2)?);
        for new in tries(row.try_get(1)?) {
            let key = compared(&new);
            if ask::exists(&change.tx, handed.taken, &[&key, &project, &from, &to]).await? {
                continue;
            }
            ask::run_one(&change.tx, handed.rename, &[&new, &key, &seq]).await?;
            renamed.insert(seq, new);
            break;
        }
    }
    Ok(renamed)
}

/// What the log is told of something that got a new name on the way, or kept it.
fn handed_over(user: &User, heir: &User, old: &str, new: &str) -> Map<String, Value> {
    let mut changes = changes::of_creator(&user.email, &heir.email);
    if new != old {
        changes.extend(changes::of_renamed("name", old, new));
    }
    changes
}

async fn hand_over_keys(
    change: &mut Change<'_>,
    from: i64,
    user: &User,
    heir: &User,
    removed: &mut RemovedUser,
) -> StoreResult<()> {
    let theirs = active_keys(change, from).await?;
    let to = people::user_seq(&change.tx, heir.id).await?;
    let renamed = make_room(change, &HANDED_KEYS, from, to).await?;
    let handed =
        "UPDATE keys SET creator = $1, version = version + 1 WHERE creator = $2 AND revoked_at IS NULL";
    let handed = ask::run(&change.tx, handed, &[&to, &from]).await?;
    let seqs: Vec<i64> = theirs.iter().map(|key| key.seq).collect();
    // The keys' rows from now on belong to what the heir may see.
    let log = "UPDATE activity SET key_creator = $1 WHERE key = ANY($2)";
    ask::run(&change.tx, log, &[&to, &seqs]).await?;
    for Theirs { seq, id, name: old } in &theirs {
        let action = ActivityAction::KeyHandedOver;
        let name = renamed.get(seq).unwrap_or(old);
        let changes = handed_over(user, heir, old, name);
        change.record(Some(*id), Subject::of_key(action, (*seq, to), name, changes));
    }
    removed.keys_handed_over = handed;
    removed.renamed += renamed.len() as u64;
    Ok(())
}

async fn hand_over_projects(
    change: &mut Change<'_>,
    from: i64,
    user: &User,
    heir: &User,
    removed: &mut RemovedUser,
) -> StoreResult<()> {
    let to = people::user_seq(&change.tx, heir.id).await?;
    let theirs =
        "SELECT seq, name FROM projects WHERE creator = $1 AND removed_at IS NULL ORDER BY name_key, id";
    let rows = ask::all(&change.tx, theirs, &[&from]).await?;
    let renamed = make_room(change, &HANDED_PROJECTS, from, to).await?;
    let handed = "UPDATE projects SET creator = $1 WHERE creator = $2 AND removed_at IS NULL";
    let handed = ask::run(&change.tx, handed, &[&to, &from]).await?;
    for row in &rows {
        let old: &str = row.try_get(1)?;
        let name = renamed.get(&row.try_get(0)?).map_or(old, String::as_str);
        let changes = handed_over(user, heir, old, name);
        change.record(
            None,
            Subject::of(ActivityAction::ProjectHandedOver, name, changes),
        );
    }
    removed.projects_handed_over = handed;
    removed.renamed += renamed.len() as u64;
    Ok(())
}

/// The row stays, for what they did before; nothing signs them in.
async fn strike(change: &mut Change<'_>, user: &User, seq: i64) -> StoreResult<()> {
    people::record_role(
        change,
        ActivityAction::UserRemoved,
        &user.email,
        Some(user.role),
        None,
    );
    ask::run_one(
        &change.tx,
        "UPDATE users SET removed_at = $1, token_hash = NULL WHERE seq = $2",
        &[&Timestamp::now().as_microsecond(), &seq],
    )
    .await
}
