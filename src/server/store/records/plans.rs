//! Plans of many keys, and what comes of committing them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::api::{KeyFilter, PlanDifference, PlanProgress};
use crate::model::BulkChange;

/// Which keys were asked for. Kept as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanScope {
    Filter(Box<KeyFilter>),
    Ids(Vec<Uuid>),
}

/// A plan to be stored.
#[derive(Debug, Clone)]
pub struct NewPlanRecord {
    pub change: BulkChange,
    pub asked: PlanScope,
    /// The keys that something is done to, in the order of their turns, each in the version that was shown.
    pub keys: Vec<(Uuid, u64)>,
}

/// What a plan that was stored is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MadePlan {
    pub id: Uuid,
    pub ends_at: Timestamp,
}

/// A plan as it is stored.
#[derive(Debug, Clone)]
pub struct PlanRecord {
    pub change: BulkChange,
    pub asked: PlanScope,
    pub keys: Vec<Uuid>,
    pub progress: PlanProgress,
}

/// What came of committing a plan.
#[derive(Debug, Clone)]
pub enum PlanCommit {
    /// It is so far now; or was committed before, and is so far.
    Committed(PlanProgress),
    /// Its keys are not as it showed them, so that nothing was done.
    Differs(PlanDifference),
    /// It is too old.
    Over,
    /// Keys can't end then: why, in a sentence.
    WrongEnd(String),
    /// There is no such plan of this person.
    Missing,
}
