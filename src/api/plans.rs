//! Many keys at once on the wire: a plan says what would be done to which keys, and is then carried out exactly so, or
//! not at all.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};
use utoipa::ToSchema;
use uuid::Uuid;

use super::keys::{KeyFilter, PersonRef};
use super::object::object;
use crate::model::{BulkChange, Scope};

/// The most keys of a plan.
pub const MAX_PLANNED: usize = 10_000;
/// How long a plan is valid, in minutes.
pub const PLAN_MINUTES: i64 = 10;
/// Of more keys, people type how many they are before anything is done.
pub const FEW_KEYS: u64 = 10;

/// What is done to each key of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PlanAction {
    Revoke,
    Disable,
    /// A key that has expired is not enabled: it has to be renewed.
    Enable,
    /// Gives it another end, also to a key that has expired.
    SetExpiry,
    /// Adds labels, removes labels, or both.
    Label,
}

impl From<&BulkChange> for PlanAction {
    fn from(change: &BulkChange) -> Self {
        match change {
            BulkChange::Revoke { .. } => PlanAction::Revoke,
            BulkChange::Disable { .. } => PlanAction::Disable,
            BulkChange::Enable => PlanAction::Enable,
            BulkChange::SetExpiry { .. } => PlanAction::SetExpiry,
            BulkChange::Label { .. } => PlanAction::Label,
        }
    }
}

impl PlanAction {
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// As in "revoke 12 keys".
    pub fn verb(self) -> &'static str {
        match self {
            PlanAction::Revoke => "revoke",
            PlanAction::Disable => "disable",
            PlanAction::Enable => "enable",
            PlanAction::SetExpiry => "set the expiry of",
            PlanAction::Label => "label",
        }
    }

    /// As in "revoked 12 keys".
    pub fn past(self) -> &'static str {
        match self {
            PlanAction::Revoke => "revoked",
            PlanAction::Disable => "disabled",
            PlanAction::Enable => "enabled",
            PlanAction::SetExpiry => "set the expiry of",
            PlanAction::Label => "labelled",
        }
    }
}

/// What is to be done to which keys: those of `ids`, or those that match `filter`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlan {
    pub action: PlanAction,
    /// The keys that match. A filter without conditions needs `all`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "filter")]
    #[schema(value_type = KeyFilter, required = false)]
    pub filter: Option<KeyFilter>,
    /// These keys, 10,000 at most, whatever their state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 10_000)]
    pub ids: Option<Vec<Uuid>>,
    /// `true`: a filter without conditions is meant, so all keys that have not expired.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all: bool,
    /// Of `revoke` and `disable`: why, in a paragraph of at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Of `set_expiry`, which needs it: the instant from which on they are not valid. `null`: they never end.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Option<String>>,
    /// Of `label`: what each key has afterwards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 8)]
    pub add_labels: Vec<String>,
    /// Of `label`: what no key has afterwards; without regard to case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 8)]
    pub remove_labels: Vec<String>,
    /// `keys`: the answer names all keys of the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<PlanExtra>,
}

/// What a plan tells only when it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PlanExtra {
    /// `keys`: each of its keys.
    Keys,
}

fn filter<'de, D: Deserializer<'de>>(d: D) -> Result<Option<KeyFilter>, D::Error> {
    object(d).map(Some)
}

/// Tells `null` (which is `Some(None)`) from an absent field (`None`).
fn present<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(d).map(Some)
}

impl NewPlan {
    /// What is done; which keys are meant, and how, is to be added.
    pub fn new(action: PlanAction) -> Self {
        Self {
            action,
            filter: None,
            ids: None,
            all: false,
            reason: None,
            expires_at: None,
            add_labels: Vec::new(),
            remove_labels: Vec::new(),
            with: None,
        }
    }

    pub fn of_keys(action: PlanAction, ids: Vec<Uuid>) -> Self {
        Self {
            ids: Some(ids),
            ..Self::new(action)
        }
    }

    pub fn of_filter(action: PlanAction, filter: KeyFilter) -> Self {
        Self {
            filter: Some(filter),
            ..Self::new(action)
        }
    }
}

/// What would be done; nothing has been done yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    /// By which it is committed: a hash of all that it says, 32 hexadecimal digits.
    #[schema(example = "5d41402abc4b2a76b9719d911017c592")]
    pub plan: String,
    pub action: PlanAction,
    #[serde(default)]
    #[schema(required = true)]
    pub change: PlannedChange,
    /// How many keys something is done to.
    pub count: u64,
    /// Ten of them at most: those that were used last.
    pub sample: Vec<PlannedKey>,
    /// All of them, those that were used last first. Absent unless it was asked for with `with`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<Vec<PlannedKey>>,
    pub breakdown: PlanBreakdown,
    /// From this instant on it can't be committed; by the clock of the database.
    pub expires_at: Timestamp,
}

/// What is done to each of its keys, as far as the action does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedChange {
    /// Of `revoke` and `disable`: why, if that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Of `set_expiry`: the instant from which on they are not valid. Absent: they never end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Of `label`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_labels: Vec<String>,
    /// Of `label`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_labels: Vec<String>,
}

impl From<&BulkChange> for PlannedChange {
    fn from(change: &BulkChange) -> Self {
        let nothing = Self::default();
        match change.clone() {
            BulkChange::Revoke { reason } | BulkChange::Disable { reason } => Self { reason, ..nothing },
            BulkChange::Enable => nothing,
            BulkChange::SetExpiry { expires_at } => Self {
                expires_at,
                ..nothing
            },
            BulkChange::Label { add, remove } => Self {
                add_labels: add,
                remove_labels: remove,
                ..nothing
            },
        }
    }
}

/// A key of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedKey {
    pub id: Uuid,
    pub name: String,
    pub scope: Scope,
    /// The name of its project; absent for Analytics.
    pub project: Option<String>,
    pub creator: PersonRef,
    /// Absent when it was never used.
    pub last_used_at: Option<Timestamp>,
}

/// The keys of a plan by what they are, and how many others are left out of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanBreakdown {
    /// Of those that something is done to: let through within the last 24 hours.
    pub used_within_24h: u64,
    pub by_scope: PlannedScopes,
    /// By who created them, most keys first; 20 people at most.
    pub by_owner: Vec<PlannedOwner>,
    /// How many people created them.
    pub owners: u64,
    /// Left out: the caller may see them and not change them.
    pub not_allowed: u64,
    /// Left out: they are already as they would be afterwards.
    pub unchanged: u64,
    /// Left out: it can't be done to them. A key that has expired is not enabled, and none gets a ninth label.
    pub not_possible: u64,
    /// Left out, of `ids`: they were revoked, or there are none of this id that the caller may see.
    pub gone: u64,
}

/// How many keys of a plan, by scope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedScopes {
    pub web: u64,
    pub mobile: u64,
    pub analytics: u64,
}

/// How many keys of a plan a person created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedOwner {
    #[serde(flatten)]
    pub creator: PersonRef,
    pub count: u64,
}

/// What a plan has done so far. `done`, `left_alone` and `left` together are `count`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanProgress {
    pub plan: String,
    pub action: PlanAction,
    #[serde(default)]
    #[schema(required = true)]
    pub change: PlannedChange,
    /// Absent until it is committed, so that nothing is done.
    pub committed_at: Option<Timestamp>,
    /// How many keys it has.
    pub count: u64,
    pub done: u64,
    /// Keys that nothing was done to, because someone changed them after the plan was committed.
    pub left_alone: u64,
    /// The first hundred of them.
    pub left_alone_keys: Vec<LeftAlone>,
    /// Keys whose turn is still to come; 0 when it is finished.
    pub left: u64,
}

impl PlanProgress {
    pub fn is_finished(&self) -> bool {
        self.committed_at.is_some() && self.left == 0
    }
}

/// A key that was not as the plan showed it when its turn came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftAlone {
    pub id: Uuid,
    pub name: String,
    pub why: KeyDifference,
}

/// How keys differ from what a plan showed of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum KeyDifference {
    /// It is not in the plan, and would be in one that is made now.
    Added,
    /// It would not be in a plan that is made now: it was used, it expired, or it no longer matches otherwise.
    Dropped,
    /// Someone changed it.
    Changed,
    /// Someone revoked it.
    Revoked,
}

impl KeyDifference {
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// As in "Checkout: someone changed it".
    pub fn words(self) -> &'static str {
        match self {
            KeyDifference::Added => "it matches now, and did not before",
            KeyDifference::Dropped => "it no longer matches",
            KeyDifference::Changed => "someone changed it",
            KeyDifference::Revoked => "someone revoked it",
        }
    }
}

/// Why a plan was not carried out: how many keys are not as it showed them, and ten of these at most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanDifference {
    pub added: u64,
    pub dropped: u64,
    pub changed: u64,
    pub revoked: u64,
    pub sample: Vec<LeftAlone>,
}

impl PlanDifference {
    /// How many keys are named.
    const NAMED: usize = 10;

    pub fn is_empty(&self) -> bool {
        self.total() == 0
    }

    pub fn total(&self) -> u64 {
        self.added + self.dropped + self.changed + self.revoked
    }

    /// `2 changed, 1 revoked`: what became of the keys since the plan was made.
    pub fn words(&self) -> String {
        let parts = [
            (self.changed, "changed"),
            (self.revoked, "revoked"),
            (self.dropped, "no longer in it"),
            (self.added, "new in it"),
        ];
        let parts = parts.into_iter().filter(|(keys, _)| *keys > 0);
        let parts: Vec<String> = parts.map(|(keys, what)| format!("{keys} {what}")).collect();
        parts.join(", ")
    }

    /// Counts a key that differs, and names it if few were named before.
    pub fn add(&mut self, key: LeftAlone) {
        let count = match key.why {
            KeyDifference::Added => &mut self.added,
            KeyDifference::Dropped => &mut self.dropped,
            KeyDifference::Changed => &mut self.changed,
            KeyDifference::Revoked => &mut self.revoked,
        };
        *count += 1;
        if self.sample.len() < Self::NAMED {
            self.sample.push(key);
        }
    }

    /// Both together.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.added += other.added;
        self.dropped += other.dropped;
        self.changed += other.changed;
        self.revoked += other.revoked;
        let room = Self::NAMED.saturating_sub(self.sample.len());
        self.sample.extend(other.sample.iter().take(room).cloned());
        self
    }
}
