//! Rotating a key: a new token, beside which the old one is valid until an instant, by the clock of the database. Each with
//! its row of the activity log.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, json};
use uuid::Uuid;

use super::data_keys::expect_newest;
use super::db::{Change, Db, assigned, columns, run_one, values};
use super::key_row::rotating;
use super::keys::{KeyBy, NumberedKey, changed, find, record, select};
use super::report::logged;
use super::row::{Columns, Read, Row};
use super::usage::bucket_of;
use super::value::{NewRow, Value};
use super::{
    Found, FoundToken, KeyRecord, NewKeyToken, RotationChange, RotationEdit, StoreResult, Visible,
    leak_decisions, lifetimes, refusals, token_uses,
};
use crate::api::{ActivityAction, KeyRotation};
use crate::model::rotation::MAX_OVERLAP;
use crate::model::{KeyState, LeakDecision, Rule, TokenHash, WhichToken};

/// The activity log's name for the end of the overlap.
const ENDS: &str = "old_token_ends_at";

const NO_OLD: &str =
    "old_token_hash = NULL, old_hint = NULL, old_ends_at = NULL, old_data_key = NULL, old_sealed = NULL";

/// A key as it is before it is rotated, and its row numbers.
struct Rotating {
    seq: i64,
    creator: i64,
    key: KeyRecord,
}

/// A key that is being rotated gets another token in place of its new one, if that was never used: the answer
/// with it may have been lost.
pub async fn rotate(
    change: &mut impl Change,
    id: Uuid,
    expected_version: u64,
    new: &NewKeyToken,
    overlap: u32,
) -> StoreResult<RotationChange> {
    let rotating = match to_rotate(change, id, Some(expected_version)).await? {
        Ok(rotating) => rotating,
        Err(told) => return Ok(told),
    };
    let (seq, key) = (rotating.seq, &rotating.key);
    if key.state == KeyState::Expired {
        return Ok(RotationChange::Expired(rotating.key));
    }
    if let Some(sentence) = lifetimes::refusal(change, key.scope, key.settings.expires_at).await? {
        return Ok(RotationChange::WrongEnd(sentence));
    }
    let is_running = key.rotation.is_some();
    if is_running && is_in_use(change.db(), seq).await? {
        return Ok(RotationChange::InUse(rotating.key));
    }
    if let Some(sealed) = &new.sealed {
        expect_newest(change.db(), sealed).await?;
    }
    let now = change.now();
    // At most one of the key's tokens stays valid beside the new one.
    if !is_running {
        retire_old(change.db(), seq, None).await?;
        token_uses::begin(change.db(), seq).await?;
        refusals::begin(change.db(), seq, Rule::KeyRotated).await?;
    }
    if is_running || overlap == 0 {
        retire_current(change.db(), seq, now).await?;
    }
    if is_running && overlap == 0 {
        retire_old(change.db(), seq, Some(now)).await?;
    }
    let old = match (is_running, overlap) {
        (_, 0) => NO_OLD.to_owned(),
        (true, _) => ends_after(change.db()),
        (false, _) => format!(
            "old_token_hash = token_hash, old_hint = hint, old_data_key = data_key, old_sealed = sealed, {}",
            ends_after(change.db())
        ),
    };
    let (set, mut values) = assigned(of_token(new, now));
    if overlap > 0 {
        values.insert(0, micros(overlap).into());
    }
    update(change.db(), seq, &format!("{old}, {set}"), values).await?;
    decide_leaks(change, seq, key.rotation.as_ref(), overlap).await?;
    told(change, &rotating, ActivityAction::KeyRotated).await
}

/// About the reports of tokens that are refused from now on. One that leaked and is valid on is still to be decided about.
async fn decide_leaks(
    change: &mut impl Change,
    seq: i64,
    running: Option<&KeyRotation>,
    overlap: u32,
) -> StoreResult<()> {
    match (overlap, running) {
        (0, _) => leak_decisions::of_key(change, seq, LeakDecision::Rotated).await,
        (_, Some(running)) => {
            leak_decisions::of_ended_token(change, seq, WhichToken::New, running.started_at).await
        }
        (_, None) => Ok(()),
    }
}

/// Prolongs the overlap, at most until the key expires.
pub async fn extend(
    change: &mut impl Change,
    id: Uuid,
    expected_version: Option<u64>,
    by: u32,
) -> StoreResult<RotationChange> {
    let rotating = match to_rotate(change, id, expected_version).await? {
        Ok(rotating) => rotating,
        Err(told) => return Ok(told),
    };
    let Some(rotation) = &rotating.key.rotation else {
        return Ok(RotationChange::NotRotating(rotating.key));
    };
    if let Some(sentence) = too_long(rotation, rotating.key.settings.expires_at, by) {
        return Ok(RotationChange::TooLong(sentence));
    }
    let later = ends_at(change.db(), "old_ends_at");
    update(change.db(), rotating.seq, &later, values![micros(by)].to_vec()).await?;
    told(change, &rotating, ActivityAction::KeyRotationExtended).await
}

fn too_long(rotation: &KeyRotation, expires_at: Option<Timestamp>, by: u32) -> Option<String> {
    if expires_at == Some(rotation.ends_at) {
        return Some(format!(
            "The key itself ends at {}, and the old token with it; renew the key first.",
            rotation.ends_at
        ));
    }
    let most = SignedDuration::from_secs(MAX_OVERLAP.into());
    let latest = rotation.started_at.saturating_add(most).unwrap_or(Timestamp::MAX);
    let extended = rotation
        .ends_at
        .saturating_add(SignedDuration::from_secs(by.into()));
    (extended.unwrap_or(Timestamp::MAX) > latest).then(|| {
        format!("The overlap of a rotation is 30 days at most: this one can be extended until {latest:.0}.")
    })
}

/// Ends a rotation early, which decides about the reports of the token that is refused from now on.
pub async fn finish_and_decide(
    change: &mut impl Change,
    id: Uuid,
    expected_version: Option<u64>,
    edit: RotationEdit,
) -> StoreResult<RotationChange> {
    let before = match to_rotate(change, id, expected_version).await? {
        Ok(rotating) => rotating
            .key
            .rotation
            .map(|rotation| (rotating.seq, rotation.started_at)),
        Err(told) => return Ok(told),
    };
    let finished = finish(change, id, expected_version, edit).await?;
    if let (RotationChange::Changed(_), Some((seq, began))) = (&finished, before) {
        let ended = match edit {
            RotationEdit::End => WhichToken::Old,
            RotationEdit::Cancel => WhichToken::New,
        };
        leak_decisions::of_ended_token(change, seq, ended, began).await?;
    }
    Ok(finished)
}

/// Ends a rotation early: one of the two tokens is refused from now on.
pub async fn finish(
    change: &mut impl Change,
    id: Uuid,
    expected_version: Option<u64>,
    edit: RotationEdit,
) -> StoreResult<RotationChange> {
    let rotating = match to_rotate(change, id, expected_version).await? {
        Ok(rotating) => rotating,
        Err(told) => return Ok(told),
    };
    if rotating.key.rotation.is_none() {
        return Ok(RotationChange::NotRotating(rotating.key));
    }
    let (seq, now) = (rotating.seq, change.now());
    match edit {
        RotationEdit::End => {
            retire_old(change.db(), seq, Some(now)).await?;
            update(change.db(), seq, NO_OLD, Vec::new()).await?;
            told(change, &rotating, ActivityAction::KeyRotationEnded).await
        }
        RotationEdit::Cancel => {
            if is_in_use(change.db(), seq).await? {
                return Ok(RotationChange::InUse(rotating.key));
            }
            retire_current(change.db(), seq, now).await?;
            let back = format!(
                "token_hash = old_token_hash, hint = old_hint, data_key = old_data_key, sealed = old_sealed,
                 rotated_at = NULL, {NO_OLD}"
            );
            update(change.db(), seq, &back, Vec::new()).await?;
            told(change, &rotating, ActivityAction::KeyRotationCancelled).await
        }
    }
}

/// The key, or why it can't be rotated.
async fn to_rotate(
    change: &impl Change,
    id: Uuid,
    expected_version: Option<u64>,
) -> StoreResult<Result<Rotating, RotationChange>> {
    let Some(kept) = find(change.db(), KeyBy::Id(id), Visible::All).await? else {
        return Ok(Err(RotationChange::Missing));
    };
    Ok(match kept.found {
        Found::Revoked(tombstone) => Err(RotationChange::Revoked(tombstone)),
        Found::Active(key) if expected_version.is_some_and(|version| version != key.version) => {
            Err(RotationChange::Conflict(key))
        }
        Found::Active(key) => Ok(Rotating {
            seq: kept.seq,
            creator: kept.creator,
            key,
        }),
    })
}

/// Whether the key's current token was ever used.
async fn is_in_use(db: &impl Db, seq: i64) -> StoreResult<bool> {
    let (token, _) = token_uses::tokens(db, seq).await?;
    let waiting = logged(db, bucket_of(seq)).await?;
    token_uses::is_used(db, seq, &token, &waiting).await
}

/// The tokens of a key that are valid now, as far as that depends on a rotation.
pub async fn valid_tokens<D: Db>(db: &D, id: Uuid) -> StoreResult<Vec<TokenHash>> {
    let sql = format!(
        "SELECT k.token_hash, CASE WHEN {} THEN k.old_token_hash END FROM keys AS k WHERE k.id = ?",
        rotating(D::DIALECT)
    );
    let found: Option<(TokenHash, Option<TokenHash>)> = db.maybe(&sql, values![id]).await?;
    Ok(found.map_or_else(Vec::new, |(token, old)| {
        [Some(token), old].into_iter().flatten().collect()
    }))
}

/// The key that has this token or had it, if it may be seen. In one statement, as a token may change its place.
pub async fn find_token<D: Db>(
    db: &D,
    hash: &TokenHash,
    visible: Visible,
) -> StoreResult<Option<FoundToken>> {
    let before = format!(
        "k.token_hash = ?, CASE WHEN k.old_token_hash = ? THEN k.old_ends_at END, {},
         (SELECT retired_at FROM retired_tokens WHERE token_hash = ?), ",
        rotating(D::DIALECT)
    );
    let mut sql = select::<D>(
        &before,
        "k.seq = (SELECT seq FROM keys WHERE token_hash = ? UNION ALL SELECT seq FROM keys WHERE old_token_hash = ?
                  UNION ALL SELECT key FROM retired_tokens WHERE token_hash = ? LIMIT 1)",
    );
    let mut values = vec![hash.into(); 6];
    if let Visible::CreatedBy(user) = visible {
        sql.push_str(" AND u.id = ?");
        values.push(user.into());
    }
    let found: Option<KeyOfToken> = db.maybe(&sql, &values).await?;
    let Some(KeyOfToken {
        key,
        which,
        replaced_at,
    }) = found
    else {
        return Ok(None);
    };
    Ok(Some(FoundToken {
        found: key.complete(db).await?.found,
        which,
        replaced_at,
    }))
}

/// What [`FoundToken`] is made of.
struct KeyOfToken {
    key: NumberedKey,
    which: WhichToken,
    replaced_at: Option<Timestamp>,
}

impl Read for KeyOfToken {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let (is_current, old_ends_at): (bool, Option<Timestamp>) = columns.next()?;
        let (is_rotating, retired_at): (bool, Option<Timestamp>) = columns.next()?;
        let (which, replaced_at) = match (is_current, is_rotating) {
            (true, true) => (WhichToken::New, None),
            (true, false) => (WhichToken::Current, None),
            (false, true) if old_ends_at.is_some() => (WhichToken::Old, None),
            (false, _) => (WhichToken::Replaced, old_ends_at.or(retired_at)),
        };
        Ok(Self {
            key: columns.next()?,
            which,
            replaced_at,
        })
    }
}

/// The tokens that a key has, revoked or not, each with its hint: the current one first.
pub async fn tokens(db: &impl Db, id: Uuid) -> StoreResult<Vec<(TokenHash, String)>> {
    let sql = "SELECT token_hash, hint, old_token_hash, old_hint FROM keys WHERE id = ?";
    type Tokens = (TokenHash, String, Option<TokenHash>, Option<String>);
    let found: Option<Tokens> = db.maybe(sql, values![id]).await?;
    Ok(found.map_or_else(Vec::new, |(token, hint, old, old_hint)| {
        let old = old.zip(old_hint);
        [Some((token, hint)), old].into_iter().flatten().collect()
    }))
}

/// A retired token is never issued again, and is recognised when it is presented.
async fn retire_current(db: &impl Db, seq: i64, at: Timestamp) -> StoreResult<()> {
    let sql = "INSERT INTO retired_tokens (token_hash, key, retired_at)
               SELECT token_hash, seq, CAST(? AS bigint) FROM keys WHERE seq = ?";
    run_one(db, sql, values![at, seq]).await
}

/// If there is one. `at`: it ended by itself.
async fn retire_old(db: &impl Db, seq: i64, at: Option<Timestamp>) -> StoreResult<()> {
    let sql = "INSERT INTO retired_tokens (token_hash, key, retired_at)
               SELECT old_token_hash, seq, coalesce(CAST(? AS bigint), old_ends_at) FROM keys
                WHERE seq = ? AND old_token_hash IS NOT NULL";
    db.run(sql, values![at, seq]).await.map(drop)
}

fn of_token(new: &NewKeyToken, now: Timestamp) -> NewRow<'_> {
    let sealed = new.sealed.as_ref();
    columns! {
        token_hash: new.hash,
        hint: &new.hint,
        data_key: sealed.map(|sealed| sealed.data_key),
        sealed: sealed.map(|sealed| &sealed.bytes),
        rotated_at: now,
    }
}

/// So long from now.
fn ends_after<D: Db>(_: &D) -> String {
    ends_from::<D>(D::DIALECT.now())
}

fn ends_at<D: Db>(_: &D, from: &str) -> String {
    ends_from::<D>(from)
}

/// Never later than the key itself.
fn ends_from<D: Db>(from: &str) -> String {
    let least = D::DIALECT.least();
    format!("old_ends_at = {least}({from} + CAST(? AS bigint), expires_at)")
}

fn micros(seconds: u32) -> i64 {
    i64::from(seconds) * 1_000_000
}

async fn update(db: &impl Db, seq: i64, set: &str, mut values: Vec<Value<'_>>) -> StoreResult<()> {
    values.push(seq.into());
    let sql = format!("UPDATE keys SET {set}, version = version + 1 WHERE seq = ? AND revoked_at IS NULL");
    run_one(db, &sql, &values).await
}

/// With a row of the log that says until when the old token was and is valid.
async fn told(
    change: &mut impl Change,
    rotating: &Rotating,
    action: ActivityAction,
) -> StoreResult<RotationChange> {
    let key = changed(change.db(), rotating.seq).await?;
    let [before, after] =
        [&rotating.key, &key].map(|key| key.rotation.as_ref().map(|rotation| rotation.ends_at));
    let mut changes = Map::new();
    if action != ActivityAction::KeyRotationCancelled {
        changes.insert(ENDS.into(), json!([before, after.unwrap_or(change.now())]));
    }
    let numbers = (key.id, rotating.seq, rotating.creator);
    record(change, action, numbers, &key.name, changes);
    Ok(RotationChange::Changed(key))
}
