//! Carrying out a plan: exactly what it showed, or nothing; then portion by portion.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::check::{difference, wrong_end};
use super::row::{PlanRow, progress};
use crate::api::{ActivityAction, Disabled, KeyDifference, PersonRef, PlanDifference, PlanProgress};
use crate::model::{BulkChange, KeyState, Rule, Settings};
use crate::server::store::acting::Acting;
use crate::server::store::changes;
use crate::server::store::db::{Change, Db, assigned, columns, run_one, values};
use crate::server::store::key_row;
use crate::server::store::keys::{self, NumberedKey};
use crate::server::store::people;
use crate::server::store::refusals;
use crate::server::store::revocations::ERASED;
use crate::server::store::value::Value;
use crate::server::store::{Found, KeyRecord, PlanCommit, StoreError, StoreResult, Visible};

/// How long one portion may hold up other changes, and the most keys between two looks at how long it took.
const PORTION: Duration = Duration::from_millis(25);
const AT_ONCE: usize = 16;
/// The most keys of one portion: to write them down takes time too. After as many, what was erased leaves all files.
const MOST: i64 = 256;

/// `added` are keys that would be in the plan if it was made now: found before, as finding them may take long. A key that
/// is added in between is not touched.
pub async fn commit(change: &mut impl Change, id: Uuid, added: &PlanDifference) -> StoreResult<PlanCommit> {
    let db = change.db();
    let by = change.actor()?;
    let (seq, address) = (by.seq, by.address);
    let Some(mut plan) = PlanRow::find(db, id, "AND p.person = ?", values![seq]).await? else {
        return Ok(PlanCommit::Missing);
    };
    if plan.committed_at.is_some() {
        return progress(db, &plan).await.map(PlanCommit::Committed);
    }
    if plan.is_over {
        return Ok(PlanCommit::Over);
    }
    let differs = difference(db, &plan).await?.and(added);
    if !differs.is_empty() {
        return Ok(PlanCommit::Differs(differs));
    }
    if let Some(sentence) = wrong_end(change, &plan).await? {
        return Ok(PlanCommit::WrongEnd(sentence));
    }
    let sql = "UPDATE plans SET committed_at = ?, address = ? WHERE seq = ?";
    run_one(change.db(), sql, values![change.now(), address, plan.seq]).await?;
    plan.committed_at = Some(change.now());
    portion(change, &mut plan).await?;
    progress(change.db(), &plan).await.map(PlanCommit::Committed)
}

/// In the name of the person who committed it, also when they were removed meanwhile. Returns how far it is, and whether
/// so much was done that what it erased is to leave all files now. `None`: nothing is left to do.
pub async fn resume(change: &mut impl Change, id: Uuid) -> StoreResult<Option<(PlanProgress, bool)>> {
    let unfinished = "AND p.committed_at IS NOT NULL AND p.finished_at IS NULL";
    let Some(mut plan) = PlanRow::find(change.db(), id, unfinished, &[]).await? else {
        return Ok(None);
    };
    let (seq, _) = plan.person;
    let by = Acting {
        seq,
        person: people::person(change.db(), seq).await?,
        address: plan.address,
        // What they may do was decided when they committed it.
        visible: Visible::All,
    };
    change.act_as(by);
    let before = plan.place / MOST;
    portion(change, &mut plan).await?;
    let is_much = plan.is_finished || plan.place / MOST != before;
    let progress = progress(change.db(), &plan).await?;
    Ok(Some((progress, is_much)))
}

/// A change of nothing, behind which what was changed before is gone from all files.
pub async fn end(_: &mut impl Change) -> StoreResult<()> {
    Ok(())
}

/// As many keys as may have their turn at once.
async fn portion(change: &mut impl Change, plan: &mut PlanRow) -> StoreResult<()> {
    let (started, most) = (Instant::now(), plan.place + MOST);
    while plan.place < plan.count.min(most) {
        some_keys(change, plan).await?;
        change.write_down().await?;
        if started.elapsed() >= PORTION {
            break;
        }
    }
    plan.is_finished = plan.place == plan.count;
    let finished_at = plan.is_finished.then_some(change.now());
    let sql = "UPDATE plans SET place = ?, left_alone = ?, finished_at = ? WHERE seq = ?";
    let row = values![plan.place, plan.left_alone, finished_at, plan.seq];
    run_one(change.db(), sql, row).await
}

/// The next keys have their turn. One that is not in the version that was shown is left alone.
async fn some_keys<C: Change>(change: &mut C, plan: &mut PlanRow) -> StoreResult<()> {
    let sql =
        "SELECT place, key, version FROM plan_keys WHERE plan = ? AND place >= ? ORDER BY place LIMIT ?";
    let next = values![plan.seq, plan.place, AT_ONCE as i64];
    let turns: Vec<(i64, i64, u64)> = change.db().all(sql, next).await?;
    if turns.is_empty() {
        return Err(StoreError::Fault("keys of a plan are missing".into()));
    }
    let seqs: Vec<i64> = turns.iter().map(|(_, key, _)| *key).collect();
    let sql = keys::select::<C::Db>("", &C::Db::DIALECT.among("k.seq"));
    let kept: Vec<NumberedKey> = change.db().all(&sql, values![seqs.as_slice()]).await?;
    let mut kept: HashMap<i64, NumberedKey> = kept.into_iter().map(|kept| (kept.seq, kept)).collect();
    let mut found = Vec::with_capacity(turns.len());
    for (place, key, version) in turns {
        plan.place = place + 1;
        match as_shown(&plan.change, kept.remove(&key), version) {
            Ok(key) => found.push(key),
            Err(why) => {
                plan.left_alone += 1;
                let sql = "UPDATE plan_keys SET left_alone = ? WHERE plan = ? AND place = ?";
                run_one(change.db(), sql, values![why.as_str(), plan.seq, place]).await?;
            }
        }
    }
    apply(change, plan, &found).await
}

/// A key whose turn it is, with its number and that of its creator.
struct Turn {
    seq: i64,
    creator: i64,
    key: KeyRecord,
}

fn as_shown(change: &BulkChange, kept: Option<NumberedKey>, version: u64) -> Result<Turn, KeyDifference> {
    let Some(NumberedKey {
        seq, creator, found, ..
    }) = kept
    else {
        return Err(KeyDifference::Dropped);
    };
    match found {
        Found::Revoked(_) => Err(KeyDifference::Revoked),
        Found::Active(key) if key.version != version => Err(KeyDifference::Changed),
        Found::Active(key) if *change == BulkChange::Enable && key.state == KeyState::Expired => {
            Err(KeyDifference::Dropped)
        }
        Found::Active(key) => Ok(Turn { seq, creator, key }),
    }
}

async fn apply<C: Change>(change: &mut C, plan: &PlanRow, turns: &[Turn]) -> StoreResult<()> {
    if turns.is_empty() {
        return Ok(());
    }
    let (now, by) = (change.now(), change.actor()?.clone());
    let none = None::<i64>;
    let (set, mut values): (String, Vec<Value<'_>>) = match &plan.change {
        BulkChange::Revoke { reason } => (
            format!("revoked_at = ?, revoked_by = ?, revoked_reason = ?, {ERASED}"),
            values![now, by.seq, reason.as_deref().unwrap_or_default()].to_vec(),
        ),
        BulkChange::Disable { reason } => assigned(columns! {
            disabled_at: now,
            disabled_by: by.seq,
            disabled_reason: reason.as_deref().unwrap_or_default(),
        }),
        BulkChange::Enable => {
            assigned(columns! { disabled_at: none, disabled_by: none, disabled_reason: "" })
        }
        BulkChange::SetExpiry { .. } | BulkChange::Label { .. } => {
            return apply_each(change, plan, turns).await;
        }
    };
    let seqs: Vec<i64> = turns.iter().map(|turn| turn.seq).collect();
    let sql = format!(
        "UPDATE keys SET {set}, version = version + 1 WHERE {} AND revoked_at IS NULL",
        C::Db::DIALECT.among("seq")
    );
    if matches!(plan.change, BulkChange::Disable { .. }) {
        refusals::begin_all(change.db(), &seqs, Rule::KeyDisabled).await?;
    }
    values.push(seqs.into());
    let changed = change.db().run(&sql, &values).await?;
    if changed != turns.len() as u64 {
        return Err(StoreError::Fault(format!(
            "{} keys of a plan were to change, and {changed} would have",
            turns.len()
        )));
    }
    for turn in turns {
        if let Some((action, changes)) = logged(&plan.change, turn, now, &by.person) {
            record(change, plan, turn, action, changes);
        }
    }
    Ok(())
}

/// What the log says of a key whose settings stay; nothing of the others.
fn logged(
    change: &BulkChange,
    turn: &Turn,
    at: Timestamp,
    by: &PersonRef,
) -> Option<(ActivityAction, Map<String, Json>)> {
    let old = turn.key.disabled.as_ref();
    Some(match change {
        BulkChange::Disable { reason } => {
            let new = Disabled {
                at,
                by: by.clone(),
                reason: reason.clone(),
            };
            (ActivityAction::KeyDisabled, changes::of_disabled(old, Some(&new)))
        }
        BulkChange::Enable => (ActivityAction::KeyEnabled, changes::of_disabled(old, None)),
        BulkChange::Revoke { reason } => {
            let changes = changes::of_revocation(reason.as_deref());
            (ActivityAction::KeyRevoked, changes)
        }
        BulkChange::SetExpiry { .. } | BulkChange::Label { .. } => return None,
    })
}

/// Each key has settings of its own.
async fn apply_each(change: &mut impl Change, plan: &PlanRow, turns: &[Turn]) -> StoreResult<()> {
    for turn in turns {
        let new: Option<Settings> = plan.change.applied(&turn.key.settings);
        let new = new.ok_or_else(|| StoreError::Fault("a key of a plan can't have its settings".into()))?;
        let (set, mut values) = assigned(key_row::settings(&new));
        values.push(turn.seq.into());
        let sql =
            format!("UPDATE keys SET {set}, version = version + 1 WHERE seq = ? AND revoked_at IS NULL");
        run_one(change.db(), &sql, &values).await?;
        if new.expires_at != turn.key.settings.expires_at {
            refusals::begin(change.db(), turn.seq, Rule::KeyExpired).await?;
        }
        let changes = changes::of_key(&turn.key, &turn.key.name, &new);
        record(change, plan, turn, ActivityAction::KeyEdited, changes);
    }
    Ok(())
}

/// A row of its own for each key, and in all of them the plan.
fn record(
    change: &mut impl Change,
    plan: &PlanRow,
    turn: &Turn,
    action: ActivityAction,
    mut changes: Map<String, Json>,
) {
    changes.insert(PLAN.to_owned(), json!([null, plan.id.simple().to_string()]));
    let numbers = (turn.key.id, turn.seq, turn.creator);
    keys::record(change, action, numbers, &turn.key.name, changes);
}

/// What the log calls it.
const PLAN: &str = "plan";
