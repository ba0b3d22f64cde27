//! Removing a person, with all that is theirs: in one change as far as others can wait for it, and the rest in portions,
//! each a change of its own. What is still to be done is kept in `removals`.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::acting::Acting;
use super::alike::{HANDED_KEYS, HANDED_PROJECTS, Handed, tries};
use super::changes::{self, Subject};
use super::db::{Change, Db, columns, exists, insert, one, run_one, update, values};
use super::people::{self, person};
use super::revocations::ERASED;
use super::row::{Columns, Lossy, Read, Row};
use super::statement::{Entity, UNFINISHED, Unfinished};
use super::tables::{REMOVALS, USERS};
use super::value::Value;
use super::{Fate, Removal, StoreResult, Visible, count};
use crate::api::{ActivityAction, RemovalProgress, RemovedUser, User};
use crate::model::compared;

/// How long one portion of a removal may hold up other changes, and the most keys or projects between two looks at
/// how long it took.
const PORTION: Duration = Duration::from_millis(15);
const AT_ONCE: usize = 16;

pub async fn remove(change: &mut impl Change, id: Uuid, fate: Option<Fate>) -> StoreResult<Removal> {
    let db = change.db();
    let Some(user) = people::by_id(db, id).await? else {
        return Ok(Removal::Missing);
    };
    if people::is_last_owner(db, &user).await? {
        return Ok(Removal::LastOwner);
    }
    let seq = people::user_seq(db, id).await?;
    if is_heir(db, seq).await? {
        return Ok(Removal::IsHeir);
    }
    let heir = match fate {
        None => match count::active(db, seq, 0).await? {
            0 => None,
            keys => return Ok(Removal::HasKeys(keys)),
        },
        Some(Fate::Revoke) => None,
        Some(Fate::HandOver(to)) => match people::by_id(db, to).await?.filter(|heir| heir.id != user.id) {
            None => return Ok(Removal::NobodyToHandTo),
            Some(heir) => Some(people::user_seq(db, heir.id).await?),
        },
    };
    let by = change.actor()?;
    let row = columns! {
        person: seq,
        heir: heir,
        asked_by: by.seq,
        address: by.address,
        begun_at: change.now(),
    };
    insert(db, &REMOVALS, row).await?;
    let begun = Begun { person: seq, heir };
    let progress = portion(change, &begun).await?;
    mark_removed(change, &user, &begun).await?;
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

/// In the name of the person who asked for it, also when they were removed meanwhile. `None`: nothing is left to do.
pub async fn resume(change: &mut impl Change, id: Uuid) -> StoreResult<Option<RemovalProgress>> {
    let sql = format!("{} AND t.id = ?", *UNFINISHED);
    let found: Option<Lossy<Unfinished>> = change.db().maybe(&sql, values![id]).await?;
    let Some(Lossy(Unfinished {
        unasked: None,
        person,
        heir,
        asked_by,
        address,
    })) = found
    else {
        return Ok(None);
    };
    let by = Acting {
        seq: asked_by,
        person: people::person(change.db(), asked_by).await?,
        address: address.and_then(|text| text.parse().ok()),
        // Only a person who sees everything may ask for a removal.
        visible: Visible::All,
    };
    change.act_as(by);
    let begun = Begun { person, heir };
    portion(change, &begun).await.map(Some)
}

/// So much of a removal is done.
fn progress(fate: Fate, [keys, projects, renamed, left]: [u64; 4]) -> RemovalProgress {
    let (keys_revoked, keys_handed_over) = match fate {
        Fate::Revoke => (keys, 0),
        Fate::HandOver(_) => (0, keys),
    };
    RemovalProgress {
        removed: RemovedUser {
            keys_revoked,
            keys_handed_over,
            projects_handed_over: projects,
            renamed,
        },
        left,
    }
}

const REMOVAL_ROW: &str = "SELECT u.id, r.heir, r.keys, r.projects, r.renamed,
           (SELECT CAST(coalesce(sum(n), 0) AS bigint) FROM key_counts WHERE creator = r.person AND project = 0)
               + CASE WHEN r.heir IS NULL THEN 0
                      ELSE (SELECT count(*) FROM projects WHERE creator = r.person AND removed_at IS NULL) END
      FROM removals AS r JOIN users AS u ON u.seq = r.person";

/// How far a removal is, and whose it is.
struct RemovalRow(Uuid, RemovalProgress);

impl Read for RemovalRow {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let (id, heir): (Uuid, Option<i64>) = columns.next()?;
        let fate = match heir {
            None => Fate::Revoke,
            // Whose they are now, the rows themselves say.
            Some(_) => Fate::HandOver(Uuid::nil()),
        };
        let (keys, projects, renamed, left) = columns.next()?;
        Ok(Self(id, progress(fate, [keys, projects, renamed, left])))
    }
}

pub async fn unfinished<D: Db>(db: &D) -> StoreResult<Vec<(Uuid, RemovalProgress)>> {
    let found: Vec<Lossy<Unfinished>> = db.all(&UNFINISHED, &[]).await?;
    let asked = found
        .into_iter()
        .filter(|Lossy(removal)| removal.unasked.is_none());
    let asked: Vec<i64> = asked.map(|Lossy(removal)| removal.person).collect();
    let asked_for = D::DIALECT.among("r.person");
    let sql = format!("{REMOVAL_ROW} WHERE {asked_for} AND r.finished_at IS NULL");
    let found: Vec<RemovalRow> = db.all(&sql, values![asked.as_slice()]).await?;
    Ok(found
        .into_iter()
        .map(|RemovalRow(id, progress)| (id, progress))
        .collect())
}

pub async fn find(db: &impl Db, id: Uuid) -> StoreResult<Option<RemovalProgress>> {
    let found: Option<RemovalRow> = db
        .maybe(&format!("{REMOVAL_ROW} WHERE u.id = ?"), values![id])
        .await?;
    Ok(found.map(|RemovalRow(_, progress)| progress))
}

/// Whether what was another's is being handed over to them.
async fn is_heir(db: &impl Db, seq: i64) -> StoreResult<bool> {
    let sql = "SELECT 1 FROM removals WHERE finished_at IS NULL AND heir = ? LIMIT 1";
    exists(db, sql, values![seq]).await
}

/// As much as may be done at once: keys, then projects.
async fn portion(change: &mut impl Change, begun: &Begun) -> StoreResult<RemovalProgress> {
    let started = Instant::now();
    let changes = match begun.heir {
        None => Map::new(),
        Some(heir) => {
            let (from, to) = (
                person(change.db(), begun.person).await?,
                person(change.db(), heir).await?,
            );
            changes::of_creator(&from.email, &to.email)
        }
    };
    let (mut keys, mut projects, mut renamed) = (0, 0, 0);
    let all_keys = loop {
        let (done, with_number) = some_keys(change, begun, &changes).await?;
        change.write_down().await?;
        keys += done;
        renamed += with_number;
        if done < AT_ONCE || started.elapsed() >= PORTION {
            break done < AT_ONCE;
        }
    };
    // Few are always done at once, however long the keys took.
    while let Some(heir) = begun.heir.filter(|_| all_keys) {
        let (done, with_number) = some_projects(change, begun.person, heir, &changes).await?;
        change.write_down().await?;
        projects += done;
        renamed += with_number;
        if done < AT_ONCE || started.elapsed() >= PORTION {
            break;
        }
    }
    let sql = "UPDATE removals SET keys = keys + ?, projects = projects + ?, renamed = renamed + ? WHERE person = ?";
    let figures = values![keys as i64, projects as i64, renamed as i64, begun.person];
    run_one(change.db(), sql, figures).await?;
    let sql = format!("{REMOVAL_ROW} WHERE r.person = ?");
    let RemovalRow(_, far) = one(change.db(), &sql, values![begun.person]).await?;
    if far.is_finished() {
        let sql = "UPDATE removals SET finished_at = ? WHERE person = ?";
        run_one(change.db(), sql, values![change.now(), begun.person]).await?;
    }
    Ok(far)
}

/// Gives another name to each of these that the heir could not tell apart from one of theirs: by number, the new ones.
async fn make_room(
    db: &impl Db,
    handed: &Handed,
    (from, to): (i64, i64),
    theirs: &[(i64, Uuid, String)],
) -> StoreResult<HashMap<i64, String>> {
    let mut renamed = HashMap::new();
    for (seq, _, name) in theirs {
        let alike: Option<i64> = db.maybe(handed.alike, values![from, to, *seq]).await?;
        let Some(project) = alike else { continue };
        for new in tries(name) {
            let key = compared(&new);
            if exists(db, handed.taken, values![&key, project, from, to]).await? {
                continue;
            }
            run_one(db, handed.rename, values![&new, &key, *seq]).await?;
            renamed.insert(*seq, new);
            break;
        }
    }
    Ok(renamed)
}

/// Revokes or hands over the first keys of those that are left. Returns how many, and how many of them got a number.
async fn some_keys<C: Change>(
    change: &mut C,
    begun: &Begun,
    changes: &Map<String, Json>,
) -> StoreResult<(usize, usize)> {
    let db = change.db();
    // As an index has them.
    let sql = "SELECT seq, id, name FROM keys WHERE creator = ? AND revoked_at IS NULL
                ORDER BY marked_expired, created_at, id LIMIT ?";
    let theirs: Vec<(i64, Uuid, String)> = db.all(sql, values![begun.person, AT_ONCE as i64]).await?;
    let seqs: Vec<i64> = theirs.iter().map(|(seq, ..)| *seq).collect();
    let [keys, of_keys] = ["seq", "key"].map(|column| C::Db::DIALECT.among(column));
    let (action, creator, renamed) = match begun.heir {
        None => {
            let sql = format!(
                "UPDATE keys SET revoked_at = ?, revoked_by = ?, {ERASED}, version = version + 1
                  WHERE {keys} AND revoked_at IS NULL"
            );
            let by = change.actor()?.seq;
            db.run(&sql, values![change.now(), by, seqs.as_slice()]).await?;
            (ActivityAction::KeyRevoked, begun.person, HashMap::new())
        }
        Some(heir) => {
            let renamed = make_room(db, &HANDED_KEYS, (begun.person, heir), &theirs).await?;
            let sql = format!(
                "UPDATE keys SET creator = ?, version = version + 1 WHERE {keys} AND revoked_at IS NULL"
            );
            db.run(&sql, values![heir, seqs.as_slice()]).await?;
            // The keys' rows from now on belong to what the heir may see.
            let log = format!("UPDATE activity SET key_creator = ? WHERE {of_keys}");
            db.run(&log, values![heir, seqs.as_slice()]).await?;
            (ActivityAction::KeyHandedOver, heir, renamed)
        }
    };
    for (seq, id, name) in &theirs {
        let new = renamed.get(seq).unwrap_or(name);
        let changes = changes::with_new_name(changes, name, new);
        change.record(Subject::of_key(action, (*seq, creator), new, changes).with_id(*id));
    }
    Ok((theirs.len(), renamed.len()))
}

/// Hands over the first projects of those that are left. Returns how many, and how many of them got a number.
async fn some_projects<C: Change>(
    change: &mut C,
    from: i64,
    to: i64,
    changes: &Map<String, Json>,
) -> StoreResult<(usize, usize)> {
    let db = change.db();
    let sql = "SELECT seq, id, name FROM projects WHERE creator = ? AND removed_at IS NULL
                ORDER BY name_key, id LIMIT ?";
    let theirs: Vec<(i64, Uuid, String)> = db.all(sql, values![from, AT_ONCE as i64]).await?;
    let renamed = make_room(db, &HANDED_PROJECTS, (from, to), &theirs).await?;
    let seqs: Vec<i64> = theirs.iter().map(|(seq, ..)| *seq).collect();
    let handed = format!(
        "UPDATE projects SET creator = ? WHERE {}",
        C::Db::DIALECT.among("seq")
    );
    db.run(&handed, values![to, seqs.as_slice()]).await?;
    for (seq, id, name) in &theirs {
        let new = renamed.get(seq).unwrap_or(name);
        let changes = changes::with_new_name(changes, name, new);
        let subject = Subject::of(ActivityAction::ProjectHandedOver, new, changes);
        change.record(subject.about(Entity::Project(*id)));
    }
    Ok((theirs.len(), renamed.len()))
}

/// The row stays, for what they did before; nothing signs them in.
async fn mark_removed(change: &mut impl Change, user: &User, begun: &Begun) -> StoreResult<()> {
    let heir = match begun.heir {
        Some(heir) => Some(person(change.db(), heir).await?.email),
        None => None,
    };
    let struck = columns! {
        removed_at: change.now(),
        token_hash: Value::Null,
    };
    update(change.db(), &USERS, begun.person, struck).await?;
    let changes = changes::of_removal(user.role, heir.as_deref());
    let subject = Subject::of(ActivityAction::UserRemoved, &user.email, changes);
    change.record(subject.about(Entity::Person(user.id)));
    Ok(())
}
