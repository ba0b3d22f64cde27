//! Plans of many keys: made, and once they are committed carried out in portions, each a change of its own, between which
//! others write. What is still to be done is kept in `plans` and `plan_keys`.

mod carry_out;
mod check;
pub mod explained;
mod make;
mod row;

pub use self::carry_out::{commit, end, resume};
pub use self::explained::unfinished;
pub use self::make::make;
use self::row::{PlanRow, progress};

use uuid::Uuid;

use super::db::{Db, values};
use super::keys::{self, NumberedKey};
use super::value::Value;
use super::{Found, KeyRecord, PlanRecord, StoreResult, Visible};
use crate::api::PlanProgress;

/// The plan of this person, committed or not.
pub async fn find<D: Db>(db: &D, id: Uuid, person: Uuid) -> StoreResult<Option<PlanRecord>> {
    let Some(plan) = PlanRow::find(db, id, "AND u.id = ?", &[person.into()]).await? else {
        return Ok(None);
    };
    let keys =
        "SELECT k.id FROM plan_keys AS p JOIN keys AS k ON k.seq = p.key WHERE p.plan = ? ORDER BY p.place";
    Ok(Some(PlanRecord {
        keys: db.all(keys, values![plan.seq]).await?,
        progress: progress(db, &plan).await?,
        change: plan.change,
        asked: plan.asked,
    }))
}

/// How far the plan of this person is.
pub async fn progress_of<D: Db>(db: &D, id: Uuid, person: Uuid) -> StoreResult<Option<PlanProgress>> {
    match PlanRow::find(db, id, "AND u.id = ?", &[person.into()]).await? {
        None => Ok(None),
        Some(plan) => progress(db, &plan).await.map(Some),
    }
}

/// Those of these keys that were not revoked, if they may be seen.
pub async fn active<D: Db>(db: &D, ids: &[Uuid], visible: Visible) -> StoreResult<Vec<KeyRecord>> {
    let mut condition = format!("{} AND k.revoked_at IS NULL", D::DIALECT.among_ids("k.id"));
    let mut values = vec![Value::Ids(ids.to_vec())];
    if let Visible::CreatedBy(user) = visible {
        condition.push_str(" AND u.id = ?");
        values.push(user.into());
    }
    let sql = keys::select::<D>("", &format!("{condition} ORDER BY k.created_at, k.id"));
    let kept: Vec<NumberedKey> = db.all(&sql, &values).await?;
    let keys = kept.into_iter().filter_map(|kept| match kept.found {
        Found::Active(key) => Some(key),
        Found::Revoked(_) => None,
    });
    Ok(keys.collect())
}
