//! What is asked of the server about marked keys, and what it answers.

use uuid::Uuid;

use crate::api::{Key, KeyFilter, KeyList, NewPlan, Plan, PlanProgress};
use crate::client::Error;
use crate::model::KeyState;

#[derive(Debug)]
pub enum MarksRequest {
    /// Goes through a list from where it begins, to its end or to this key.
    Walk {
        number: u64,
        list: KeyList,
        until: Option<Uuid>,
    },
    /// Which of these keys a filter lets through, and which are gone.
    Check {
        number: u64,
        filter: KeyFilter,
        ids: Vec<Uuid>,
    },
    /// The keys that were asked for are no longer wanted.
    Stop,
    /// What would be done.
    Plan { number: u64, new: Box<NewPlan> },
    /// Does it.
    Commit { number: u64, plan: String },
}

impl MarksRequest {
    /// Whether the server is to change something.
    pub fn is_change(&self) -> bool {
        matches!(self, MarksRequest::Commit { .. })
    }
}

#[derive(Debug)]
pub enum MarksReply {
    /// So many keys have been gone through.
    Walking { number: u64, so_far: usize },
    Walked {
        number: u64,
        until: Option<Uuid>,
        result: Result<Walked, Error>,
    },
    Checked {
        number: u64,
        result: Result<Vec<(Uuid, Whereabouts)>, Error>,
    },
    Planned {
        number: u64,
        new: Box<NewPlan>,
        result: Result<Box<Plan>, Error>,
    },
    Committing {
        number: u64,
        progress: Box<PlanProgress>,
    },
    Committed {
        number: u64,
        result: Result<Box<PlanProgress>, Error>,
    },
}

impl MarksReply {
    /// Whether it answers a change.
    pub fn answers_change(&self) -> bool {
        matches!(self, MarksReply::Committed { .. })
    }

    /// Why it failed.
    pub fn error(&self) -> Option<&Error> {
        match self {
            MarksReply::Walking { .. } | MarksReply::Committing { .. } => None,
            MarksReply::Walked { result, .. } => result.as_ref().err(),
            MarksReply::Checked { result, .. } => result.as_ref().err(),
            MarksReply::Planned { result, .. } => result.as_ref().err(),
            MarksReply::Committed { result, .. } => result.as_ref().err(),
        }
    }
}

/// A key, as far as its mark needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedKey {
    pub id: Uuid,
    pub name: String,
    /// It is only in the list of keys that have expired.
    pub has_expired: bool,
}

impl From<&Key> for MarkedKey {
    fn from(key: &Key) -> Self {
        Self {
            id: key.id,
            name: key.name.clone(),
            has_expired: key.state == KeyState::Expired,
        }
    }
}

/// The keys that were gone through.
#[derive(Debug)]
pub struct Walked {
    pub keys: Vec<MarkedKey>,
    /// There are more than can be marked.
    pub are_more: bool,
}

/// Where a marked key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    Shown,
    /// The filter doesn't let it through.
    NotShown,
    /// It was revoked, or may no longer be seen.
    Gone,
}
