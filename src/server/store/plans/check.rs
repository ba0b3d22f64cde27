//! Whether the keys of a plan are as it showed them, all of them together.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::row::PlanRow;
use crate::api::{KeyDifference, LeftAlone, PlanDifference};
use crate::model::{BulkChange, Scope};
use crate::server::store::db::{Change, Db, values};
use crate::server::store::filter::Filter;
use crate::server::store::key_row::expired;
use crate::server::store::sql::Sql;
use crate::server::store::{PlanScope, StoreResult, Visible, lifetimes};

/// What is no longer as the plan says. A key has changed when its version has; whether it still matches is asked again,
/// since use and time change that without changing the version.
pub async fn difference<D: Db>(db: &D, plan: &PlanRow) -> StoreResult<PlanDifference> {
    let planned = "SELECT key, version FROM plan_keys WHERE plan = ? ORDER BY place";
    let planned: Vec<(i64, i64)> = db.all(planned, values![plan.seq]).await?;
    let seqs: Vec<i64> = planned.iter().map(|(key, _)| *key).collect();
    let matching = matching(db, plan, &seqs).await?;
    let differ: HashMap<i64, i64> = planned
        .into_iter()
        .filter(|planned| !matching.contains(planned))
        .collect();
    let mut difference = PlanDifference::default();
    if differ.is_empty() {
        return Ok(difference);
    }
    let sql = format!(
        "SELECT k.seq, k.version, k.revoked_at IS NOT NULL, k.id, k.name FROM keys AS k WHERE {}",
        D::DIALECT.among("k.seq")
    );
    let seqs: Vec<i64> = differ.keys().copied().collect();
    let rows: Vec<(i64, i64, bool, Uuid, String)> = db.all(&sql, values![seqs.as_slice()]).await?;
    for (seq, version, is_revoked, id, name) in rows {
        let why = match differ.get(&seq) {
            _ if is_revoked => KeyDifference::Revoked,
            Some(shown) if *shown == version => KeyDifference::Dropped,
            _ => KeyDifference::Changed,
        };
        difference.add(LeftAlone { id, name, why });
    }
    Ok(difference)
}

/// Those of these keys, each with its version, that would be in the plan if it was made now.
async fn matching<D: Db>(db: &D, plan: &PlanRow, seqs: &[i64]) -> StoreResult<HashSet<(i64, i64)>> {
    let filter = match &plan.asked {
        PlanScope::Ids(_) => None,
        PlanScope::Filter(filter) => match Filter::resolve(db, filter, Visible::All).await? {
            None => return Ok(HashSet::new()),
            filter => filter,
        },
    };
    let mut sql = Sql::new("SELECT k.seq, k.version");
    sql.push(&D::DIALECT.keys_of(false, ""), [seqs.into()]);
    if let Some(filter) = &filter {
        filter.push_to(D::DIALECT, &mut sql);
    }
    if plan.change == BulkChange::Enable {
        sql.push(&format!(" AND NOT {}", expired(D::DIALECT)), []);
    }
    let matching: Vec<(i64, i64)> = sql.all(db).await?;
    Ok(matching.into_iter().collect())
}

/// Why its keys can't be given the end that it says, in a sentence: that was decided when it was made, and may have passed
/// or been forbidden since.
pub async fn wrong_end(change: &impl Change, plan: &PlanRow) -> StoreResult<Option<String>> {
    let BulkChange::SetExpiry { expires_at } = plan.change else {
        return Ok(None);
    };
    let scopes =
        "SELECT DISTINCT k.scope FROM plan_keys AS p JOIN keys AS k ON k.seq = p.key WHERE p.plan = ?";
    let scopes: Vec<Scope> = change.db().all(scopes, values![plan.seq]).await?;
    for scope in scopes {
        let refusal = lifetimes::refusal(change, scope, expires_at).await?;
        if refusal.is_some() {
            return Ok(refusal);
        }
    }
    Ok(None)
}
