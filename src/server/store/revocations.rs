//! Revoking a key: its row stays as a tombstone, and its secrets are destroyed.

use jiff::Timestamp;
use uuid::Uuid;

use super::changes;
use super::db::{Change, Db, run_one, values};
use super::keys::{KeyBy, find, record};
use super::{Found, Revocation, StoreResult, Visible};
use crate::api::ActivityAction;

pub async fn revoke(change: &mut impl Change, id: Uuid, reason: Option<&str>) -> StoreResult<Revocation> {
    let Some(kept) = find(change.db(), KeyBy::Id(id), Visible::All).await? else {
        return Ok(Revocation::Missing);
    };
    let key = match kept.found {
        Found::Revoked(tombstone) => return Ok(Revocation::AlreadyRevoked(tombstone)),
        Found::Active(key) => key,
    };
    let (by, at) = (change.actor()?.seq, change.now());
    wipe(change.db(), kept.seq, (by, reason), at).await?;
    let numbers = (id, kept.seq, kept.creator);
    let changes = changes::of_revocation(reason);
    record(change, ActivityAction::KeyRevoked, numbers, &key.name, changes);
    Ok(Revocation::Revoked)
}

/// What is set of a key whose secrets are destroyed.
pub const ERASED: &str = "data_key = NULL, sealed = NULL, old_data_key = NULL, old_sealed = NULL";

/// Makes an active key a tombstone, without a row of the log.
async fn wipe(db: &impl Db, seq: i64, (by, reason): (i64, Option<&str>), at: Timestamp) -> StoreResult<()> {
    let sql = format!(
        "UPDATE keys SET revoked_at = ?, revoked_by = ?, revoked_reason = ?, {ERASED}, version = version + 1
                WHERE seq = ? AND revoked_at IS NULL"
    );
    run_one(db, &sql, values![at, by, reason.unwrap_or_default(), seq]).await
}
