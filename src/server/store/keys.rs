//! Creating, editing, revoking and revealing keys: each with its row of the activity log.

use serde_json::Map;
use uuid::Uuid;

use super::changes::{self, Subject};
use super::clock::{self, Steady};
use super::data_keys::expect_newest;
use super::db::{Change, Db, assigned, columns, exists, insert, insert_numbered, run_one, values};
use super::key_row::{StoredKey, key_columns, settings};
use super::row::{Columns, Read, Record, Row};
use super::statement::unexplained_key;
use super::tables::{IDEMPOTENCY, KEYS};
use super::value::NewRow;
use super::{
    Found, IDEMPOTENT, Idempotency, KeyChange, KeyCreation, KeyRecord, NewKey, Sealed, StoreError,
    StoreResult, Visible, lifetimes, projects, refusals,
};
use crate::api::{ActivityAction, PersonRef, ProjectRef, RevealPurpose};
use crate::model::{KeyField, Rule, Settings, ValidKey, are_alike, compared};

/// A key by a unique column.
#[derive(Clone, Copy)]
pub enum KeyBy {
    Id(Uuid),
    Seq(i64),
}

/// A key with the numbers that the database knows it and what it belongs to by.
pub struct NumberedKey {
    pub seq: i64,
    pub creator: i64,
    pub project: Option<i64>,
    pub found: Found,
}

impl Read for NumberedKey {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let key: StoredKey = columns.next()?;
        let (seq, creator, project) = (key.seq, key.creator, key.project);
        let by: PersonRef = columns.next()?;
        let disabled_by = person(columns)?;
        let of: (Option<Uuid>, Option<String>, Option<bool>) = columns.next()?;
        let of = match of {
            (Some(id), Some(name), Some(deployed)) => Some(ProjectRef { id, name, deployed }),
            _ => None,
        };
        let (is_revoked, revoked_by) = (key.revoked_by().is_some(), person(columns)?);
        if is_revoked && revoked_by.is_none() {
            return Err(StoreError::Fault("nobody revoked a key that is revoked".into()));
        }
        let key = key.record(by, of, [disabled_by, revoked_by]);
        Ok(Self {
            seq,
            creator,
            project,
            found: key.into(),
        })
    }
}

/// Who disabled or revoked it, where somebody did.
fn person(columns: &mut Columns<'_, impl Row>) -> StoreResult<Option<PersonRef>> {
    let (id, email): (Option<Uuid>, Option<String>) = columns.next()?;
    Ok(id.zip(email).map(|(id, email)| PersonRef { id, email }))
}

impl NumberedKey {
    /// With its refused attempts, where it is not active.
    pub async fn complete(mut self, db: &impl Db) -> StoreResult<Self> {
        refusals::add_to(db, &mut [(self.seq, self.found.record_mut())]).await?;
        Ok(self)
    }
}

/// The key that is known by this, if it may be seen.
pub async fn find<D: Db>(db: &D, by: KeyBy, visible: Visible) -> StoreResult<Option<NumberedKey>> {
    let (column, value) = match by {
        KeyBy::Id(id) => ("id", id.into()),
        KeyBy::Seq(seq) => ("seq", seq.into()),
    };
    let mut sql = select::<D>("", &format!("k.{column} = ?"));
    let mut values = vec![value];
    if let Visible::CreatedBy(user) = visible {
        sql.push_str(" AND u.id = ?");
        values.push(user.into());
    }
    match db.maybe::<NumberedKey>(&sql, &values).await? {
        Some(found) => found.complete(db).await.map(Some),
        None => Ok(None),
    }
}

/// What [`Kept`] is read from, behind columns of the caller's.
pub fn select<D: Db>(before: &str, condition: &str) -> String {
    let lookup = D::DIALECT.lookup();
    let (creator, revoker) = (PersonRef::columns("u"), PersonRef::columns("r"));
    let (disabler, columns) = (PersonRef::columns("d"), key_columns(D::DIALECT));
    format!(
        "SELECT {before}{columns}, {creator}, {disabler}, {}, {revoker}
           FROM keys AS k {lookup} users AS u ON u.seq = k.creator LEFT JOIN projects AS p ON p.seq = k.project
           LEFT JOIN users AS d ON d.seq = k.disabled_by LEFT JOIN users AS r ON r.seq = k.revoked_by
          WHERE {condition}",
        ProjectRef::columns("p")
    )
}

/// The key that is known by this, as it is shown.
pub async fn found(db: &impl Db, by: KeyBy, visible: Visible) -> StoreResult<Option<Found>> {
    let kept = find(db, by, visible).await?;
    Ok(kept.map(|kept| kept.found))
}

pub async fn create(change: &mut impl Change, new: &NewKey, steady: &Steady) -> StoreResult<KeyCreation> {
    let creator = change.actor()?.seq;
    if let Some(used) = &new.idempotency
        && let Some(answer) = replay(change, creator, new, used, steady).await?
    {
        return Ok(answer);
    }
    let project = match new.valid.project {
        None => None,
        Some(id) => match projects::find(change.db(), id).await? {
            None => return Ok(KeyCreation::ProjectMissing),
            Some((_, false)) => return Ok(KeyCreation::ProjectNotDeployed),
            Some((seq, true)) => Some(seq),
        },
    };
    if name_is_taken(change, project, &new.valid.name).await? {
        return Ok(KeyCreation::NameTaken);
    }
    if let Some(sentence) = lifetimes::refusal(change, new.valid.scope, new.valid.settings.expires_at).await?
    {
        return Ok(KeyCreation::WrongEnd(sentence));
    }
    if let Some(sealed) = &new.sealed {
        expect_newest(change.db(), sealed).await?;
    }
    let seq = store(change.db(), new, project, creator, 0).await?;
    if let Some(used) = &new.idempotency {
        let row = columns! {
            creator: creator,
            token: &used.key,
            fingerprint: used.fingerprint,
            key: seq,
            created_at: change.now(),
        };
        insert(change.db(), &IDEMPOTENCY, row).await?;
    }
    let made = find(change.db(), KeyBy::Seq(seq), Visible::All).await?;
    let Some(Found::Active(key)) = made.map(|made| made.found) else {
        return Err(StoreError::Fault("a key was gone as soon as it was made".into()));
    };
    let project = key.project.as_ref().map(|project| project.name.as_str());
    let beginnings = changes::beginnings(key.scope, project, &key.settings);
    record(
        change,
        ActivityAction::KeyCreated,
        (key.id, seq, creator),
        &key.name,
        beginnings,
    );
    Ok(KeyCreation::Created(key))
}

/// Stores the row alone. Returns its number.
pub async fn store(
    db: &impl Db,
    new: &NewKey,
    project: Option<i64>,
    creator: i64,
    last_used_at: i64,
) -> StoreResult<i64> {
    let sealed = new.sealed.as_ref();
    let mut row = columns! {
        id: new.id,
        scope: new.valid.scope,
        project: project,
        creator: creator,
        created_at: new.created_at,
        last_used_at: last_used_at,
        hint: &new.hint,
        token_hash: new.token_hash,
        data_key: sealed.map(|sealed| sealed.data_key),
        sealed: sealed.map(|sealed| &sealed.bytes),
    };
    row.extend(named(&new.valid.name));
    row.extend(settings(&new.valid.settings));
    insert_numbered(db, &KEYS, row).await
}

fn named(name: &str) -> NewRow<'_> {
    columns! { name: name, name_key: compared(name) }
}

/// What to answer when this idempotency key was used in the last 24 hours; forgets older ones.
async fn replay(
    change: &impl Change,
    creator: i64,
    new: &NewKey,
    used: &Idempotency,
    steady: &Steady,
) -> StoreResult<Option<KeyCreation>> {
    let db = change.db();
    let day_ago = clock::read(db, change.now(), steady).await?.long_ago(IDEMPOTENT);
    db.run("DELETE FROM idempotency WHERE created_at < ?", values![day_ago])
        .await?;
    let before = "SELECT fingerprint, key FROM idempotency WHERE creator = ? AND token = ?";
    let before: Option<([u8; 32], i64)> = db.maybe(before, values![creator, &used.key]).await?;
    let Some((fingerprint, seq)) = before else {
        return Ok(None);
    };
    if fingerprint != used.fingerprint {
        return Ok(Some(KeyCreation::Mismatch));
    }
    let made = find(db, KeyBy::Seq(seq), Visible::All).await?;
    if !is_made_by(db, made.as_ref(), creator, &new.valid).await? {
        tracing::error!(
            "an Idempotency-Key is refused: its row of the table idempotency leads to a key that the caller did not \
             create with this request, by the log; run keydeck activity verify"
        );
        return Ok(Some(KeyCreation::Mismatch));
    }
    Ok(Some(KeyCreation::Replayed(match made.map(|made| made.found) {
        Some(Found::Active(key)) => Some(key),
        _ => None,
    })))
}

/// Whether the log says that this person created the key with such a request: where the row of an idempotency key
/// leads, whoever can write the database decides. Where its project is renamed since, the log has the old name.
async fn is_made_by(
    db: &impl Db,
    made: Option<&NumberedKey>,
    creator: i64,
    asked: &ValidKey,
) -> StoreResult<bool> {
    let Some(made) = made.filter(|made| made.creator == creator) else {
        return Ok(false);
    };
    let sql = "SELECT actor, subject, changes FROM activity WHERE key = ? AND action = 'key_created'
                ORDER BY seq LIMIT 1";
    let told: Option<(Option<i64>, String, Option<String>)> = db.maybe(sql, values![made.seq]).await?;
    let Some((actor, name, told)) = told else {
        return Ok(false);
    };
    let project = match &made.found {
        Found::Active(key) => key.project.as_ref().map(|project| project.id),
        // Nothing of it is answered.
        Found::Revoked(_) => asked.project,
    };
    let mut told: Map<String, serde_json::Value> = told
        .and_then(|told| serde_json::from_str(&told).ok())
        .unwrap_or_default();
    told.remove("project");
    let mut began = changes::beginnings(asked.scope, None, &asked.settings);
    // Where the request left it open, it was given by the clock; the fingerprint covers what the request says.
    for beginnings in [&mut told, &mut began] {
        beginnings.remove(KeyField::LocalDevelopmentEndsAt.wire_name());
    }
    Ok(actor == Some(creator) && name == asked.name && project == asked.project && told == began)
}

/// Whether a key that the actor may see has the name; nothing is said of the others, and a unique index holds the
/// keys of one person apart. Asks instead of waiting for that index to refuse: changes come one after the other, so
/// that the answer holds.
async fn name_is_taken(change: &impl Change, project: Option<i64>, name: &str) -> StoreResult<bool> {
    let name = compared(name);
    let Some(project) = project else {
        // Whoever may create them sees all of them.
        let sql = "SELECT 1 FROM keys WHERE project IS NULL AND name_key = ? AND revoked_at IS NULL LIMIT 1";
        return exists(change.db(), sql, values![name]).await;
    };
    let sql = "SELECT 1 FROM keys
                WHERE project = ? AND name_key = ? AND CAST(? AS bigint) IN (0, creator)
                  AND revoked_at IS NULL AND project IS NOT NULL LIMIT 1";
    let whose = change.actor()?.only_theirs();
    exists(change.db(), sql, values![project, name, whose]).await
}

pub async fn edit(
    change: &mut impl Change,
    id: Uuid,
    expected_version: u64,
    name: &str,
    settings: &Settings,
) -> StoreResult<KeyChange> {
    let Some(kept) = find(change.db(), KeyBy::Id(id), Visible::All).await? else {
        return Ok(KeyChange::Missing);
    };
    let Found::Active(key) = kept.found else {
        return Ok(KeyChange::Missing);
    };
    if key.version != expected_version {
        return Ok(KeyChange::Conflict(key));
    }
    let changes = changes::of_key(&key, name, settings);
    if changes.is_empty() {
        return Ok(KeyChange::Changed(key));
    }
    if settings.expires_at != key.settings.expires_at
        && let Some(sentence) = lifetimes::refusal(change, key.scope, settings.expires_at).await?
    {
        return Ok(KeyChange::WrongEnd(sentence));
    }
    // Another spelling of its own name is free.
    if !are_alike(name, &key.name) && name_is_taken(change, kept.project, name).await? {
        return Ok(KeyChange::NameTaken);
    }
    let mut set = named(name);
    set.extend(super::key_row::settings(settings));
    let (set, mut values) = assigned(set);
    values.extend([kept.seq.into(), (expected_version as i64).into()]);
    let sql = format!(
        "UPDATE keys SET {set}, version = version + 1 WHERE seq = ? AND version = ? AND revoked_at IS NULL"
    );
    run_one(change.db(), &sql, &values).await?;
    if settings.expires_at != key.settings.expires_at {
        refusals::begin(change.db(), kept.seq, Rule::KeyExpired).await?;
    }
    let numbers = (id, kept.seq, kept.creator);
    record(change, ActivityAction::KeyEdited, numbers, name, changes);
    changed(change.db(), kept.seq).await.map(KeyChange::Changed)
}

/// As it is in this transaction.
pub async fn changed(db: &impl Db, seq: i64) -> StoreResult<KeyRecord> {
    match find(db, KeyBy::Seq(seq), Visible::All)
        .await?
        .map(|kept| kept.found)
    {
        Some(Found::Active(key)) => Ok(key),
        _ => Err(StoreError::Fault(
            "a key was gone as soon as it was changed".into(),
        )),
    }
}

/// The sealed token goes out only after the row that tells of it was committed, and of no key that somebody made
/// another one's, or another one, in the table alone.
pub async fn reveal(
    change: &mut impl Change,
    id: Uuid,
    purpose: RevealPurpose,
) -> StoreResult<Option<Sealed>> {
    let sql = "SELECT seq, creator, name, data_key, sealed FROM keys
                WHERE id = ? AND revoked_at IS NULL AND sealed IS NOT NULL";
    let found: Option<(i64, i64, String, Sealed)> = change.db().maybe(sql, values![id]).await?;
    let Some((seq, creator, name, sealed)) = found else {
        return Ok(None);
    };
    if let Some(sentence) = unexplained_key(change.db(), seq).await? {
        return Err(StoreError::Fault(format!(
            "a secret is not revealed: {sentence}; run keydeck activity verify"
        )));
    }
    let action = match purpose {
        RevealPurpose::Show => ActivityAction::KeyRevealed,
        RevealPurpose::Copy => ActivityAction::KeyCopied,
    };
    record(change, action, (id, seq, creator), &name, Map::new());
    Ok(Some(sealed))
}

pub fn record(
    change: &mut impl Change,
    action: ActivityAction,
    (id, seq, creator): (Uuid, i64, i64),
    name: &str,
    changes: Map<String, serde_json::Value>,
) {
    change.record(Subject::of_key(action, (seq, creator), name, changes).with_id(id));
}
