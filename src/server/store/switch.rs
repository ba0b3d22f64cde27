//! Disabling a key for a while, and enabling it again: each with its row of the activity log. Changes come one after the
//! other, so that of a switch and a revocation at once the revocation stays, whichever is first.

use uuid::Uuid;

use super::changes;
use super::db::{Change, assigned, columns, run_one};
use super::keys::{KeyBy, changed, find, record};
use super::value::NewRow;
use super::{Found, KeyRecord, KeySwitch, StoreResult, Visible, leak_decisions, refusals};
use crate::api::ActivityAction;
use crate::model::{KeyState, LeakDecision, Rule};

/// A key that is disabled already gets the reason, where one is given, and stays so since when it was.
pub async fn disable(change: &mut impl Change, id: Uuid, reason: Option<&str>) -> StoreResult<KeySwitch> {
    let (kept, key) = match to_switch(change, id).await? {
        Ok(found) => found,
        Err(switch) => return Ok(switch),
    };
    if key.disabled.is_none() {
        refusals::begin(change.db(), kept.0, Rule::KeyDisabled).await?;
    }
    let set = match &key.disabled {
        Some(old) if reason.is_none() || reason == old.reason.as_deref() => {
            return Ok(KeySwitch::Switched(key));
        }
        Some(_) => columns! { disabled_reason: reason.unwrap_or_default() },
        None => {
            columns! {
                disabled_at: change.now(),
                disabled_by: change.actor()?.seq,
                disabled_reason: reason.unwrap_or_default(),
            }
        }
    };
    switch(change, &kept, &key, set, ActivityAction::KeyDisabled).await
}

/// Whoever wants to enable what has expired has to renew it, which says until when.
pub async fn enable(change: &mut impl Change, id: Uuid) -> StoreResult<KeySwitch> {
    let (kept, key) = match to_switch(change, id).await? {
        Ok(found) => found,
        Err(switch) => return Ok(switch),
    };
    if key.state == KeyState::Expired {
        return Ok(KeySwitch::Expired(key));
    }
    if key.disabled.is_none() {
        return Ok(KeySwitch::Switched(key));
    }
    // Whoever enables a key that is reported has decided that it may stay.
    leak_decisions::of_key(change, kept.0, LeakDecision::Dismissed).await?;
    let none = None::<i64>;
    let set = columns! { disabled_at: none, disabled_by: none, disabled_reason: "" };
    switch(change, &kept, &key, set, ActivityAction::KeyEnabled).await
}

/// Where it is and its state; or the outcome, where there is nothing to switch.
async fn to_switch(
    change: &impl Change,
    id: Uuid,
) -> StoreResult<Result<((i64, i64), KeyRecord), KeySwitch>> {
    let Some(kept) = find(change.db(), KeyBy::Id(id), Visible::All).await? else {
        return Ok(Err(KeySwitch::Missing));
    };
    Ok(match kept.found {
        Found::Active(key) => Ok(((kept.seq, kept.creator), key)),
        Found::Revoked(tombstone) => Err(KeySwitch::Revoked(tombstone)),
    })
}

async fn switch(
    change: &mut impl Change,
    &(seq, creator): &(i64, i64),
    key: &KeyRecord,
    set: NewRow<'_>,
    action: ActivityAction,
) -> StoreResult<KeySwitch> {
    let (set, mut values) = assigned(set);
    values.push(seq.into());
    let sql = format!("UPDATE keys SET {set}, version = version + 1 WHERE seq = ? AND revoked_at IS NULL");
    run_one(change.db(), &sql, &values).await?;
    let switched = changed(change.db(), seq).await?;
    let changes = changes::of_disabled(key.disabled.as_ref(), switched.disabled.as_ref());
    record(change, action, (key.id, seq, creator), &key.name, changes);
    Ok(KeySwitch::Switched(switched))
}
