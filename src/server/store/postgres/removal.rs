//! Removing a person, with all that is theirs, in one change.

use jiff::Timestamp;
use serde_json::Map;
use uuid::Uuid;

use super::ask;
use super::change::Change;
use super::{count, people};
use crate::api::{ActivityAction, RemovedUser, User};
use crate::server::store::changes::{self, Subject};
use crate::server::store::statement::Entity;
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
            removed.keys_handed_over = hand_over_keys(change, seq, &user, &heir).await?;
            removed.projects_handed_over = hand_over_projects(change, seq, &user, &heir).await?;
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

async fn hand_over_keys(change: &mut Change<'_>, from: i64, user: &User, heir: &User) -> StoreResult<u64> {
    let theirs = active_keys(change, from).await?;
    let to = people::user_seq(&change.tx, heir.id).await?;
    let handed =
        "UPDATE keys SET creator = $1, version = version + 1 WHERE creator = $2 AND revoked_at IS NULL";
    let handed = ask::run(&change.tx, handed, &[&to, &from]).await?;
    let seqs: Vec<i64> = theirs.iter().map(|key| key.seq).collect();
    // The keys' rows from now on belong to what the heir may see.
    let log = "UPDATE activity SET key_creator = $1 WHERE key = ANY($2)";
    ask::run(&change.tx, log, &[&to, &seqs]).await?;
    let changes = changes::of_creator(&user.email, &heir.email);
    for Theirs { seq, id, name } in &theirs {
        let action = ActivityAction::KeyHandedOver;
        change.record(
            Some(*id),
            Subject::of_key(action, (*seq, to), name, changes.clone()),
        );
    }
    Ok(handed)
}

async fn hand_over_projects(
    change: &mut Change<'_>,
    from: i64,
    user: &User,
    heir: &User,
) -> StoreResult<u64> {
    let to = people::user_seq(&change.tx, heir.id).await?;
    let theirs =
        "SELECT name, id FROM projects WHERE creator = $1 AND removed_at IS NULL ORDER BY name_key, id";
    let rows = ask::all(&change.tx, theirs, &[&from]).await?;
    let handed = "UPDATE projects SET creator = $1 WHERE creator = $2 AND removed_at IS NULL";
    let handed = ask::run(&change.tx, handed, &[&to, &from]).await?;
    let changes = changes::of_creator(&user.email, &heir.email);
    for row in &rows {
        let subject = Subject::of(
            ActivityAction::ProjectHandedOver,
            row.try_get(0)?,
            changes.clone(),
        );
        change.record(None, subject.about(Entity::Project(row.try_get(1)?)));
    }
    Ok(handed)
}

/// The row stays, for what they did before; nothing signs them in.
async fn strike(change: &mut Change<'_>, user: &User, seq: i64) -> StoreResult<()> {
    people::record_role(
        change,
        ActivityAction::UserRemoved,
        (user.id, &user.email),
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
