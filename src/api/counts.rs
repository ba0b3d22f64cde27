//! Counts of keys on the wire.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::model::filter::filtering;
use crate::model::{Scope, StateFilter};

filtering! {
/// Which keys are counted, and what else is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
KeyCounting {
    /// `attention`: also how many keys need attention, of all that may be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<CountExtra>,
}
}

/// What is counted only when it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CountExtra {
    /// `attention`: keys that need attention.
    Attention,
}

/// How many keys need attention, of all that may be seen and have not ended, whatever the filter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyAttention {
    /// As `refused_hours=24` finds them.
    pub refused: AtLeast,
    /// As `idle_days=90` finds them.
    pub idle: AtLeast,
}

impl KeyAttention {
    /// Keys that were refused within so many hours need attention.
    pub const REFUSED_HOURS: u32 = 24;
    /// So do keys that were neither used nor created within so many days.
    pub const IDLE_DAYS: u32 = 90;
    /// The most that are counted of each: it is asked with each change that is shown, and must not cost more than a page.
    pub const CAP: u64 = 1_000;
}

/// A count that is bounded, so that it takes no longer however many keys there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AtLeast {
    pub count: u64,
    /// Whether there may be more.
    pub capped: bool,
}

impl AtLeast {
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let count = self.count + other.count;
        Self {
            count: count.min(KeyAttention::CAP),
            capped: self.capped || other.capped || count > KeyAttention::CAP,
        }
    }
}

/// How many keys match, by scope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyCounts {
    pub web: u64,
    pub mobile: u64,
    pub analytics: u64,
    /// Whether counting stopped at 10,000 because a text filter matches more than that.
    pub capped: bool,
    /// Absent unless it was asked for with `with=attention`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attention: Option<KeyAttention>,
}

impl KeyCounts {
    pub fn total(&self) -> u64 {
        self.web + self.mobile + self.analytics
    }

    pub fn of(&self, scope: Scope) -> u64 {
        match scope {
            Scope::Web => self.web,
            Scope::Mobile => self.mobile,
            Scope::Analytics => self.analytics,
        }
    }
}
