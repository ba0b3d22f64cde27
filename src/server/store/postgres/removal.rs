//! Removing a person, with all that is theirs: in one change as far as others can wait for it, and the rest in portions,
//! each a change of its own. What is still to be done stands in `removals`.

use std::collections::HashMap;
use std::time::Instant;

use serde_json::{Map, Value};
use tokio_postgres::Row;
use uuid::Uuid;

use super::ask::{self, Db};
use super::change::Change;
use super::rows::person;
use super::{count, people};
use crate::api::{ActivityAction, RemovalProgress, User};
use crate::model::compared;
use crate::server::store::alike::{HANDED_KEYS, HANDED_PROJECTS, Handed, tries};
use crate::server::store::changes::{self, Subject};
use crate::server::store::people::{AT_ONCE, PORTION, progress};
use crate::server::store::statement::{Entity, UNFINISHED, unasked};
use crate::server::store::{Fate, Removal, StoreResult};

pub async fn remove(change: &mut Change<'_>, id: Uuid, fate: Option<Fate>) -> StoreResult<Removal> {
    let Some(user) = people::by_id(&change.tx, id).await? else {
        return Ok(Removal::Missing);
    };
    if people::is_last_owner(&change.tx, &user).await? {
        return Ok(Removal::LastOwner);
    }
    let seq = people::user_seq(&change.tx, id).await?;
    if is_heir(&change.tx, seq).await? {
        return Ok(Removal::IsHeir);
    }
    let heir = match fate {
        None => match count::active(&change.tx, seq, 0).await? {
            0 => None,
            keys => return Ok(Removal::HasKeys(keys)),
        },
        Some(Fate::Revoke) => None,
        Some(Fate::HandOver(to)) => {
            let heir = people::by_id(&change.tx, to).await?;
            match heir.filter(|heir| heir.id != user.id) {
                None => return Ok(Removal::NobodyToHandTo),
                Some(heir) => Some(people::user_seq(&change.tx, heir.id).await?),
            }
        }
    };
    let by = change.actor()?;
    let sql = "INSERT INTO removals (person, heir, asked_by, address, begun_at) VALUES ($1, $2, $3, $4, $5)";
    let address = by.address.map(|address| address.to_string());
    let now = change.now.as_microsecond();
    ask::run_one(&change.tx, sql, &[&seq, &heir, &by.seq, &address, &now]).await?;
    let begun = Begun { person: seq, heir };
    let progress = portion(change, &begun).await?;
    strike(change, &user, &begun).await?;
    Ok(match progress.is_finished() {
        true => Removal::Removed(progress.removed),
        false => Removal::Begun(progress),
    })
}

/// A removal that is not finished, by the numbers of who it is about.
struct Begun {
    person: i64,
    heir: Option<i64>,
}

/// In the name of who asked for it, also when they were removed meanwhile. `None`: nothing is left to do.
pub async fn resume(change: &mut Change<'_>, id: Uuid) -> StoreResult<Option<RemovalProgress>> {
    let sql = format!("{} AND t.id = $1", *UNFINISHED);
    let Some(row) = ask::maybe(&change.tx, &sql, &[&id]).await? else {
        return Ok(None);
    };
    if unasked(&row)?.is_some() {
        return Ok(None);
    }
    let address: Option<&str> = row.try_get(11)?;
    change
        .act_for(row.try_get(10)?, address.and_then(|text| text.parse().ok()))
        .await?;
    let begun = Begun {
        person: row.try_get(8)?,
        heir: row.try_get(9)?,
    };
    portion(change, &begun).await.map(Some)
}

const FAR: &str = "SELECT u.id, r.heir, r.keys, r.projects, r.renamed,
           (SELECT coalesce(sum(n), 0)::bigint FROM key_counts WHERE creator = r.person AND project = 0)
               + CASE WHEN r.heir IS NULL THEN 0
                      ELSE (SELECT count(*) FROM projects WHERE creator = r.person AND removed_at IS NULL) END
      FROM removals AS r JOIN users AS u ON u.seq = r.person";

fn far(row: &Row) -> StoreResult<(Uuid, RemovalProgress)> {
    let fate = match row.try_get::<_, Option<i64>>(1)? {
        None => Fate::Revoke,
        // Whose they are now, the rows themselves say.
        Some(_) => Fate::HandOver(Uuid::nil()),
    };
    let figures = [row.try_get(2)?, row.try_get(3)?, row.try_get(4)?, row.try_get(5)?];
    Ok((row.try_get(0)?, progress(fate, figures.map(|n: i64| n as u64))))
}

pub async fn unfinished(db: &impl Db) -> StoreResult<Vec<(Uuid, RemovalProgress)>> {
    let mut asked: Vec<i64> = Vec::new();
    for row in ask::all(db, &UNFINISHED, &[]).await? {
        if unasked(&row)?.is_none() {
            asked.push(row.try_get(8)?);
        }
    }
    let sql = format!("{FAR} WHERE r.person = ANY($1) AND r.finished_at IS NULL");
    let rows = ask::all(db, &sql, &[&asked]).await?;
    rows.iter().map(far).collect()
}

pub async fn find(db: &impl Db, id: Uuid) -> StoreResult<Option<RemovalProgress>> {
    let row = ask::maybe(db, &format!("{FAR} WHERE u.id = $1"), &[&id]).await?;
    Ok(row.as_ref().map(far).transpose()?.map(|(_, progress)| progress))
}

/// Whether what was another's is being handed over to them.
async fn is_heir(db: &impl Db, seq: i64) -> StoreResult<bool> {
    let sql = "SELECT 1 FROM removals WHERE finished_at IS NULL AND heir = $1";
    ask::exists(db, sql, &[&seq]).await
}

/// As much as may be done at once: keys, then projects.
async fn portion(change: &mut Change<'_>, begun: &Begun) -> StoreResult<RemovalProgress> {
    let started = Instant::now();
    let changes = match begun.heir {
        None => Map::new(),
        Some(heir) => {
            let (from, to) = (email(change, begun.person).await?, email(change, heir).await?);
            changes::of_creator(&from, &to)
        }
    };
    let (mut keys, mut projects, mut renamed) = (0, 0, 0);
    let all_keys = loop {
        let (done, with_number) = some_keys(change, begun, &changes).await?;
        keys += done;
        renamed += with_number;
        if done < AT_ONCE || started.elapsed() >= PORTION {
            break done < AT_ONCE;
        }
    };
    // Few are always done at once, however long the keys took.
    while let Some(heir) = begun.heir.filter(|_| all_keys) {
        let (done, with_number) = some_projects(change, begun.person, heir, &changes).await?;
        projects += done;
        renamed += with_number;
        if done < AT_ONCE || started.elapsed() >= PORTION {
            break;
        }
    }
    let sql = "UPDATE removals SET keys = keys + $1, projects = projects + $2, renamed = renamed + $3
                WHERE person = $4";
    let values: [ask::Value; 4] = [
        &(keys as i64),
        &(projects as i64),
        &(renamed as i64),
        &begun.person,
    ];
    ask::run_one(&change.tx, sql, &values).await?;
    let row = ask::one(
        &change.tx,
        &format!("{FAR} WHERE r.person = $1"),
        &[&begun.person],
    )
    .await?;
    let (_, far) = far(&row)?;
    if far.is_finished() {
        let sql = "UPDATE removals SET finished_at = $1 WHERE person = $2";
        let now = change.now.as_microsecond();
        ask::run_one(&change.tx, sql, &[&now, &begun.person]).await?;
    }
    Ok(far)
}

async fn email(change: &Change<'_>, seq: i64) -> StoreResult<String> {
    let sql = "SELECT id, email FROM users WHERE seq = $1";
    let row = ask::one(&change.tx, sql, &[&seq]).await?;
    Ok(person(&row, 0)?.email)
}

/// A key of theirs, as the log has to be told of it.
struct Theirs {
    seq: i64,
    id: Uuid,
    name: String,
}

/// The first of their active keys, in the order in which the log tells of them.
async fn active_keys(change: &Change<'_>, creator: i64) -> StoreResult<Vec<Theirs>> {
    let sql = "SELECT seq, id, name FROM keys WHERE creator = $1 AND revoked_at IS NULL
                ORDER BY created_at, id LIMIT $2";
    let rows = ask::all(&change.tx, sql, &[&creator, &(AT_ONCE as i64)]).await?;
    let theirs = |row: &Row| {
        Ok(Theirs {
            seq: row.try_get(0)?,
            id: row.try_get(1)?,
            name: row.try_get(2)?,
        })
    };
    rows.iter().map(theirs).collect()
}

/// Gives another name to each of these that the heir could not tell apart from one of theirs: by number, the new ones.
async fn make_room(
    change: &Change<'_>,
    handed: &Handed,
    (from, to): (i64, i64),
    theirs: impl Iterator<Item = (i64, &str)>,
) -> StoreResult<HashMap<i64, String>> {
    let mut renamed = HashMap::new();
    for (seq, name) in theirs {
        let alike = ask::maybe(&change.tx, handed.alike, &[&from, &to, &seq]).await?;
        let Some(row) = alike else { continue };
        let project: i64 = row.try_get(0)?;
        for new in tries(name) {
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

/// Revokes or hands over the first keys of those that are left. Returns how many, and how many of them got a number.
async fn some_keys(
    change: &mut Change<'_>,
    begun: &Begun,
    changes: &Map<String, Value>,
) -> StoreResult<(usize, usize)> {
    let theirs = active_keys(change, begun.person).await?;
    let seqs: Vec<i64> = theirs.iter().map(|key| key.seq).collect();
    let (action, creator) = match begun.heir {
        None => (ActivityAction::KeyRevoked, begun.person),
        Some(heir) => (ActivityAction::KeyHandedOver, heir),
    };
    let mut renamed = HashMap::new();
    match begun.heir {
        None => {
            let (now, by) = (change.now.as_microsecond(), change.actor()?.seq);
            let sql = "UPDATE keys SET revoked_at = $1, revoked_by = $2, data_key = NULL, sealed = NULL,
                                       version = version + 1
                        WHERE seq = ANY($3) AND revoked_at IS NULL";
            ask::run(&change.tx, sql, &[&now, &by, &seqs]).await?;
        }
        Some(heir) => {
            let names = theirs.iter().map(|key| (key.seq, key.name.as_str()));
            renamed = make_room(change, &HANDED_KEYS, (begun.person, heir), names).await?;
            let sql = "UPDATE keys SET creator = $1, version = version + 1
                        WHERE seq = ANY($2) AND revoked_at IS NULL";
            ask::run(&change.tx, sql, &[&heir, &seqs]).await?;
            // The keys' rows from now on belong to what the heir may see.
            let log = "UPDATE activity SET key_creator = $1 WHERE key = ANY($2)";
            ask::run(&change.tx, log, &[&heir, &seqs]).await?;
        }
    }
    for Theirs { seq, id, name } in &theirs {
        let new = renamed.get(seq).unwrap_or(name);
        let changes = changes::with_new_name(changes, name, new);
        change.record(Some(*id), Subject::of_key(action, (*seq, creator), new, changes));
    }
    Ok((theirs.len(), renamed.len()))
}

/// Hands over the first projects of those that are left. Returns how many, and how many of them got a number.
async fn some_projects(
    change: &mut Change<'_>,
    from: i64,
    to: i64,
    changes: &Map<String, Value>,
) -> StoreResult<(usize, usize)> {
    let theirs = "SELECT seq, name, id FROM projects WHERE creator = $1 AND removed_at IS NULL
                   ORDER BY name_key, id LIMIT $2";
    let rows = ask::all(&change.tx, theirs, &[&from, &(AT_ONCE as i64)]).await?;
    let theirs = rows
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)));
    let theirs: Vec<(i64, &str, Uuid)> = theirs.collect::<StoreResult<_>>()?;
    let names = theirs.iter().map(|(seq, name, _)| (*seq, *name));
    let renamed = make_room(change, &HANDED_PROJECTS, (from, to), names).await?;
    let seqs: Vec<i64> = theirs.iter().map(|(seq, ..)| *seq).collect();
    let handed = "UPDATE projects SET creator = $1 WHERE seq = ANY($2)";
    ask::run(&change.tx, handed, &[&to, &seqs]).await?;
    for (seq, name, id) in &theirs {
        let new = renamed.get(seq).map_or(*name, String::as_str);
        let changes = changes::with_new_name(changes, name, new);
        let subject = Subject::of(ActivityAction::ProjectHandedOver, new, changes);
        change.record(None, subject.about(Entity::Project(*id)));
    }
    Ok((theirs.len(), renamed.len()))
}

/// The row stays, for what they did before; nothing signs them in.
async fn strike(change: &mut Change<'_>, user: &User, begun: &Begun) -> StoreResult<()> {
    let heir = match begun.heir {
        Some(heir) => Some(email(change, heir).await?),
        None => None,
    };
    let changes = changes::of_removal(user.role, heir.as_deref());
    let subject = Subject::of(ActivityAction::UserRemoved, &user.email, changes);
    change.record(None, subject.about(Entity::Person(user.id)));
    let sql = "UPDATE users SET removed_at = $1, token_hash = NULL WHERE seq = $2";
    ask::run_one(&change.tx, sql, &[&change.now.as_microsecond(), &begun.person]).await
}
