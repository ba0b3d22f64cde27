//! A plan as a row.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::api::{KeyDifference, LeftAlone, PlanAction, PlanProgress, PlannedChange};
use crate::model::BulkChange;
use crate::server::store::db::{Db, values};
use crate::server::store::row::{Columns, Read, Row, unreadable};
use crate::server::store::value::Value;
use crate::server::store::{PlanScope, StoreResult};

/// How many keys that were left alone are named.
const NAMED: i64 = 100;

/// A row of `plans`.
pub struct PlanRow {
    pub seq: i64,
    pub id: Uuid,
    /// Who made it.
    pub person: (i64, Uuid),
    pub change: BulkChange,
    pub asked: PlanScope,
    /// As they are stored, which the id is a hash of.
    pub texts: (String, String),
    pub count: i64,
    pub made_at: i64,
    /// Whether it is too old to be committed.
    pub is_over: bool,
    pub address: Option<IpAddr>,
    pub committed_at: Option<Timestamp>,
    pub is_finished: bool,
    /// How many keys had their turn, and how many of them were left alone.
    pub place: i64,
    pub left_alone: i64,
}

impl Read for PlanRow {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let (seq, id) = columns.next()?;
        let person = columns.next()?;
        let texts: (String, String) = columns.next()?;
        let (count, made_at, is_over) = columns.next()?;
        let address: Option<String> = columns.next()?;
        let (committed_at, finished_at): (_, Option<Timestamp>) = columns.next()?;
        let (place, left_alone) = columns.next()?;
        Ok(Self {
            seq,
            id,
            person,
            change: json(&texts.0)?,
            asked: json(&texts.1)?,
            texts,
            count,
            made_at,
            is_over,
            address: address.and_then(|text| text.parse().ok()),
            committed_at,
            is_finished: finished_at.is_some(),
            place,
            left_alone,
        })
    }
}

fn json<T: DeserializeOwned>(text: &str) -> StoreResult<T> {
    serde_json::from_str(text).map_err(unreadable)
}

impl PlanRow {
    /// Rows of which `condition` holds: `p` is the plan, `u` the person.
    pub fn select<D: Db>(condition: &str) -> String {
        let now = D::DIALECT.now();
        format!(
            "SELECT p.seq, p.id, p.person, u.id, p.change, p.asked, p.count, p.made_at, p.ends_at <= {now}, p.address,
                    p.committed_at, p.finished_at, p.place, p.left_alone
               FROM plans AS p JOIN users AS u ON u.seq = p.person WHERE {condition}"
        )
    }

    /// The plan of this id, if the condition holds.
    pub async fn find<D: Db>(
        db: &D,
        id: Uuid,
        condition: &str,
        more: &[Value<'_>],
    ) -> StoreResult<Option<Self>> {
        let mut values = vec![Value::Id(id)];
        values.extend_from_slice(more);
        db.maybe(&Self::select::<D>(&format!("p.id = ? {condition}")), &values)
            .await
    }
}

impl Read for LeftAlone {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let (id, name): (Uuid, String) = columns.next()?;
        let why: String = columns.next()?;
        Ok(Self {
            id,
            name,
            why: why.parse().unwrap_or(KeyDifference::Changed),
        })
    }
}

/// How far it is.
pub async fn progress(db: &impl Db, plan: &PlanRow) -> StoreResult<PlanProgress> {
    let sql = "SELECT k.id, k.name, p.left_alone FROM plan_keys AS p JOIN keys AS k ON k.seq = p.key
                WHERE p.plan = ? AND p.left_alone IS NOT NULL ORDER BY p.place LIMIT ?";
    let left_alone_keys = match plan.left_alone {
        0 => Vec::new(),
        _ => db.all(sql, values![plan.seq, NAMED]).await?,
    };
    let number = |n: i64| u64::try_from(n).unwrap_or_default();
    Ok(PlanProgress {
        plan: plan.id.simple().to_string(),
        action: PlanAction::from(&plan.change),
        change: PlannedChange::from(&plan.change),
        committed_at: plan.committed_at,
        count: number(plan.count),
        done: number(plan.place - plan.left_alone),
        left_alone: number(plan.left_alone),
        left_alone_keys,
        left: number(plan.count - plan.place),
    })
}
