//! Making a plan: it is stored as it was shown, and old ones are forgotten.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::api::PLAN_MINUTES;
use crate::server::store::clock::{self, Steady};
use crate::server::store::db::{Change, Db, columns, insert_numbered, one, run_rows, values};
use crate::server::store::for_rows::ForRows;
use crate::server::store::row::unreadable;
use crate::server::store::tables::{Kind, PLANS};
use crate::server::store::value::Value;
use crate::server::store::{MadePlan, NewPlanRecord, StoreError, StoreResult};

const MINUTE: i64 = 60_000_000;
/// How many plans a person may have that are not committed; an older one is forgotten.
const OPEN: usize = 8;
/// How long a plan's outcome can be asked for.
const TOLD: Duration = Duration::from_secs(24 * 3600);
/// How many old plans of all people are forgotten with each new one.
const FORGOTTEN: i64 = 2;

static ADD_KEYS: ForRows = ForRows::new(
    &[
        ("plan", Kind::Number),
        ("place", Kind::Number),
        ("key", Kind::Number),
        ("version", Kind::Number),
    ],
    "INSERT INTO plan_keys (plan, place, key, version) SELECT {plan}, {place}, {key}, {version} FROM {rows}",
);

pub async fn make<C: Change>(change: &mut C, new: &NewPlanRecord, steady: &Steady) -> StoreResult<MadePlan> {
    let by = change.actor()?.clone();
    forget_old(change, by.seq, steady).await?;
    let db = change.db();
    let now = format!("SELECT {}", C::Db::DIALECT.now());
    let made_at: i64 = one(db, &now, &[]).await?;
    let ends_at = made_at.saturating_add(PLAN_MINUTES * MINUTE);
    let (text, asked) = (json(&new.change)?, json(&new.asked)?);
    let keys = new.keys.iter().map(|&(id, version)| (id, version as i64));
    let id = hash(by.person.id, (&text, &asked), made_at, keys.clone());
    let made = MadePlan {
        id,
        ends_at: Timestamp::from_microsecond(ends_at).map_err(unreadable)?,
    };
    if db
        .maybe::<()>("SELECT 1 FROM plans WHERE id = ?", values![id])
        .await?
        .is_some()
    {
        // The same was asked for twice at the same instant.
        return Ok(made);
    }
    let numbers = numbers(db, new).await?;
    let row = columns! {
        id: id,
        person: by.seq,
        change: text,
        asked: asked,
        count: new.keys.len() as i64,
        made_at: made_at,
        ends_at: ends_at,
    };
    let plan = insert_numbered(db, &PLANS, row).await?;
    let rows = (0_i64..).zip(keys).map(|(place, (id, version))| {
        let number = numbers.get(&id).copied();
        let number = number.ok_or_else(|| StoreError::Fault("a key of a plan is gone".into()))?;
        Ok(values![plan, place, number, version].to_vec())
    });
    let rows = rows.collect::<StoreResult<Vec<Vec<Value<'_>>>>>()?;
    run_rows(db, &ADD_KEYS, rows, &[]).await?;
    Ok(made)
}

fn json(of: &impl Serialize) -> StoreResult<String> {
    serde_json::to_string(of).map_err(|error| StoreError::Fault(format!("a plan can't be written: {error}")))
}

/// Of all that a plan says. A change of the plan's tables changes it.
pub fn hash(
    person: Uuid,
    (change, asked): (&str, &str),
    made_at: i64,
    keys: impl Iterator<Item = (Uuid, i64)>,
) -> Uuid {
    let mut hasher = Sha256::new_with_prefix(b"keydeck plan 1");
    hasher.update(person.as_bytes());
    for text in [change, asked] {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
    }
    hasher.update(made_at.to_be_bytes());
    for (id, version) in keys {
        hasher.update(id.as_bytes());
        hasher.update(version.to_be_bytes());
    }
    let hash: [u8; 32] = hasher.finalize().into();
    let mut first = [0; 16];
    first.copy_from_slice(&hash[..16]);
    Uuid::from_bytes(first)
}

/// The numbers of its keys.
async fn numbers<D: Db>(db: &D, new: &NewPlanRecord) -> StoreResult<HashMap<Uuid, i64>> {
    let ids: Vec<Uuid> = new.keys.iter().map(|(id, _)| *id).collect();
    let sql = format!("SELECT id, seq FROM keys WHERE {}", D::DIALECT.among_ids("id"));
    let numbers: Vec<(Uuid, i64)> = db.all(&sql, &[Value::Ids(ids)]).await?;
    Ok(numbers.into_iter().collect())
}

async fn forget_old<C: Change>(change: &C, person: i64, steady: &Steady) -> StoreResult<()> {
    let db = change.db();
    let day_ago = clock::read(db, change.now(), steady).await?.long_ago(TOLD);
    let old = "SELECT seq FROM plans WHERE ends_at < ? AND (committed_at IS NULL OR finished_at IS NOT NULL)
                ORDER BY ends_at LIMIT ?";
    let mut forgotten: Vec<i64> = db.all(old, values![day_ago, FORGOTTEN]).await?;
    let open = "SELECT seq FROM plans WHERE person = ? AND committed_at IS NULL ORDER BY seq DESC";
    let open: Vec<i64> = db.all(open, values![person]).await?;
    forgotten.extend(open.into_iter().skip(OPEN - 1));
    if forgotten.is_empty() {
        return Ok(());
    }
    for (table, column) in [("plan_keys", "plan"), ("plans", "seq")] {
        let sql = format!("DELETE FROM {table} WHERE {}", C::Db::DIALECT.among(column));
        db.run(&sql, values![forgotten.as_slice()]).await?;
    }
    Ok(())
}
