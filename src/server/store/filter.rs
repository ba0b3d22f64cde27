//! What a filter asks for, as every engine understands it.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::Visible;
use crate::api::KeyFilter;

/// How keys were used; times in microseconds since the epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UsageFilter {
    /// Neither used nor created since.
    pub idle_since: Option<i64>,
    pub never_used: bool,
    pub refused_since: Option<i64>,
}

impl UsageFilter {
    pub fn of(filter: &KeyFilter, now: Timestamp) -> Self {
        // Hours are few enough for any time of today to have room for them.
        let before = |hours: u32| now - SignedDuration::from_hours(hours.into());
        Self {
            idle_since: filter.idle_days.map(|days| before(days * 24).as_microsecond()),
            never_used: filter.never_used == Some(true),
            refused_since: filter.refused_hours.map(|hours| before(hours).as_microsecond()),
        }
    }

    /// ` AND …` for each condition on a table named `k`, and the values of its question marks.
    pub fn conditions(self) -> Vec<(&'static str, Vec<i64>)> {
        let mut conditions = Vec::new();
        if let Some(since) = self.idle_since {
            conditions.push((" AND k.last_used_at < ? AND k.created_at < ?", vec![since, since]));
        }
        if self.never_used {
            conditions.push((" AND k.last_used_at = 0", Vec::new()));
        }
        if let Some(since) = self.refused_since {
            // Said twice: the index is of those that were refused at all.
            conditions.push((
                " AND k.last_refused_at > 0 AND k.last_refused_at >= ?",
                vec![since],
            ));
        }
        conditions
    }
}

/// Whether a page is one walk along an index, so that it costs the same however many keys there are.
pub fn is_quick(filter: &KeyFilter, visible: Visible) -> bool {
    let by_creator = filter.creator.is_some() || visible != Visible::All;
    let conditions = [filter.scope.is_some(), filter.project.is_some(), by_creator];
    filter.q.is_none()
        && !filter.asks_for_usage()
        && conditions.into_iter().filter(|is_set| *is_set).count() <= 1
}

/// Whose keys are asked for, of those that may be seen: `Some(None)` is anybody's, `None` nobody's.
pub fn whose(visible: Visible, creator: Option<Uuid>) -> Option<Option<Uuid>> {
    match (visible, creator) {
        (Visible::CreatedBy(user), Some(creator)) if user != creator => None,
        (Visible::CreatedBy(user), _) => Some(Some(user)),
        (Visible::All, creator) => Some(creator),
    }
}
