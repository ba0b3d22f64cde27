//! Which keys a plan has, by what is true now: the same when it is made and when it is committed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::api::{
    KeyDifference, KeyFilter, LeftAlone, MAX_PLANNED, PlanBreakdown, PlanDifference, PlannedKey,
    PlannedOwner, Sort, User,
};
use crate::model::{BulkChange, BulkEffect, Scope};
use crate::server::auth::policy;
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::state::ServerState;
use crate::server::store::{KeyQuery, KeyRecord, PlanScope, Position, Visible};

/// How many keys are shown, and people counted by themselves.
const SHOWN_KEYS: usize = 10;
const SHOWN_OWNERS: usize = 20;
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The keys that something would be done to, and how many others there are.
#[derive(Default)]
pub struct Evaluated {
    pub keys: Vec<KeyRecord>,
    left_out: PlanBreakdown,
}

/// More keys match than a plan may have: so many.
pub struct TooMany(pub u64);

pub async fn evaluate(
    server: &ServerState,
    user: &User,
    change: &BulkChange,
    scope: &PlanScope,
) -> ApiResult<Result<Evaluated, TooMany>> {
    let visible = policy::visible(user);
    let (found, gone) = match scope {
        PlanScope::Ids(ids) => {
            let found = server.plans().keys_of_ids(ids.clone(), visible).await?;
            let gone = ids.len() - found.len();
            (found, gone)
        }
        PlanScope::Filter(filter) => {
            let found = matching(server, filter, visible).await?;
            if found.len() > MAX_PLANNED {
                return Ok(Err(too_many(server, filter, visible).await?));
            }
            (found, 0)
        }
    };
    let mut evaluated = Evaluated::default();
    evaluated.left_out.gone = gone as u64;
    for key in found {
        evaluated.add(user, change, key);
    }
    evaluated.keys.sort_by_cached_key(turn);
    Ok(Ok(evaluated))
}

/// When a key has its turn: those that lie together in the indexes of keys are changed together, which in SQLite writes half
/// as many pages as by age alone.
fn turn(key: &KeyRecord) -> (Option<Uuid>, Timestamp, Uuid) {
    let project = key.project.as_ref().map(|project| project.id);
    (project, key.created_at, key.id)
}

/// One more than a plan may have, at most.
async fn matching(server: &ServerState, filter: &KeyFilter, visible: Visible) -> ApiResult<Vec<KeyRecord>> {
    let query = KeyQuery {
        visible,
        filter: filter.clone(),
        sort: Sort::CreatedAt,
        descending: false,
        position: Position::Start,
        limit: MAX_PLANNED as u32 + 1,
        week: false,
    };
    let slice = server.plans().many_keys(query).await?;
    let items = slice.map(|slice| slice.items).unwrap_or_default();
    Ok(items.into_iter().map(|(key, _)| key).collect())
}

async fn too_many(server: &ServerState, filter: &KeyFilter, visible: Visible) -> ApiResult<TooMany> {
    let keys = server.plans().count_all_keys(visible, filter.clone()).await?;
    // Some may have been revoked in between.
    Ok(TooMany(keys.max(MAX_PLANNED as u64 + 1)))
}

impl TooMany {
    pub fn refused(&self) -> ApiError {
        ApiError::invalid_field(
            "filter",
            format!(
                "{} keys match, and a plan has 10,000 at most: narrow the filter.",
                self.0
            ),
        )
    }
}

impl Evaluated {
    fn add(&mut self, user: &User, change: &BulkChange, key: KeyRecord) {
        if !policy::may_change(user, key.creator.id) {
            self.left_out.not_allowed += 1;
            return;
        }
        match change.effect(key.state, key.disabled.is_some(), &key.settings) {
            BulkEffect::Changes => self.keys.push(key),
            BulkEffect::Unchanged => self.left_out.unchanged += 1,
            BulkEffect::NotPossible => self.left_out.not_possible += 1,
        }
    }

    /// The keys, those that were used last first: all of them, or some.
    pub fn planned(&self, are_all: bool) -> Vec<PlannedKey> {
        let mut keys: Vec<&KeyRecord> = self.keys.iter().collect();
        keys.sort_by_key(|key| Reverse(key.last_used_at));
        let most = if are_all { usize::MAX } else { SHOWN_KEYS };
        keys.into_iter().take(most).map(planned).collect()
    }

    /// The figures.
    pub fn breakdown(&self) -> PlanBreakdown {
        let mut breakdown = self.left_out.clone();
        let day_ago = Timestamp::now().saturating_sub(DAY).unwrap_or(Timestamp::MIN);
        let mut owners: BTreeMap<Uuid, PlannedOwner> = BTreeMap::new();
        for key in &self.keys {
            let used = key.last_used_at.is_some_and(|at| at >= day_ago);
            breakdown.used_within_24h += u64::from(used);
            *match key.scope {
                Scope::Web => &mut breakdown.by_scope.web,
                Scope::Mobile => &mut breakdown.by_scope.mobile,
                Scope::Analytics => &mut breakdown.by_scope.analytics,
            } += 1;
            let owner = owners.entry(key.creator.id).or_insert_with(|| PlannedOwner {
                creator: key.creator.clone(),
                count: 0,
            });
            owner.count += 1;
        }
        breakdown.owners = owners.len() as u64;
        breakdown.by_owner = owners.into_values().collect();
        breakdown
            .by_owner
            .sort_by(|a, b| (Reverse(a.count), &a.creator.email).cmp(&(Reverse(b.count), &b.creator.email)));
        breakdown.by_owner.truncate(SHOWN_OWNERS);
        breakdown
    }

    /// Those that are not among these.
    pub fn added_to(self, planned: &[Uuid]) -> PlanDifference {
        let planned: HashSet<&Uuid> = planned.iter().collect();
        let mut difference = PlanDifference::default();
        for key in self.keys.into_iter().filter(|key| !planned.contains(&key.id)) {
            difference.add(LeftAlone {
                id: key.id,
                name: key.name,
                why: KeyDifference::Added,
            });
        }
        difference
    }
}

fn planned(key: &KeyRecord) -> PlannedKey {
    PlannedKey {
        id: key.id,
        name: key.name.clone(),
        scope: key.scope,
        project: key.project.as_ref().map(|project| project.name.clone()),
        creator: key.creator.clone(),
        last_used_at: key.last_used_at,
    }
}
