//! The longest lifetimes of keys: the organisation's policy.

use jiff::Timestamp;
use serde_json::{Map, json};
use strum::IntoEnumIterator;

use super::StoreResult;
use super::changes::Subject;
use super::db::{Change, Db, values};
use crate::api::{ActivityAction, Policy, PolicyEdit};
use crate::model::{Scope, expiry};

/// The activity log's name for it.
const NAME: &str = "key lifetimes";

pub async fn policy(db: &impl Db) -> StoreResult<Policy> {
    let rows: Vec<(Scope, u32)> = db.all("SELECT scope, days FROM lifetimes", &[]).await?;
    let mut policy = Policy::default();
    for (scope, days) in rows {
        *policy.longest_lifetime_days.of_mut(scope) = Some(days);
    }
    Ok(policy)
}

/// What stays the same is not logged.
pub async fn set(change: &mut impl Change, edit: &PolicyEdit) -> StoreResult<Policy> {
    let old = policy(change.db()).await?;
    let mut new = old;
    let mut changes = Map::new();
    for scope in Scope::iter() {
        let before = old.longest_lifetime_days.of(scope);
        let Some(after) = edit
            .longest_lifetime_days
            .of(scope)
            .filter(|after| *after != before)
        else {
            continue;
        };
        *new.longest_lifetime_days.of_mut(scope) = after;
        changes.insert(format!("{}_days", scope.as_str()), json!([before, after]));
        let db = change.db();
        db.run("DELETE FROM lifetimes WHERE scope = ?", values![scope])
            .await?;
        if let Some(days) = after {
            let insert = "INSERT INTO lifetimes (scope, days) VALUES (?, ?)";
            db.run(insert, values![scope, days]).await?;
        }
    }
    if !changes.is_empty() {
        change.record(Subject::of(ActivityAction::PolicyEdited, NAME, changes));
    }
    Ok(new)
}

/// Why a key of this scope can't have this expiry, in a sentence.
pub async fn refusal(
    change: &impl Change,
    scope: Scope,
    ends: Option<Timestamp>,
) -> StoreResult<Option<String>> {
    let sql = "SELECT days FROM lifetimes WHERE scope = ?";
    let longest = change.db().maybe(sql, values![scope]).await?;
    Ok(expiry::refusal(ends, scope, change.now(), longest))
}
