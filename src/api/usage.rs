//! A key in use on the wire: how often it was checked and with what outcome, and whether a request
//! would be allowed.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::model::domain::is_plausible;
use crate::model::{Rule, UiDomain};

/// The hours that [`Usage::hours`] covers: 7 days.
pub const USAGE_HOURS: usize = 7 * 24;
/// The days that [`Usage::days`] covers.
pub const USAGE_DAYS: usize = 30;

/// How often a key was presented.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageCount {
    pub allowed: u64,
    pub refused: u64,
}

/// The days that [`KeyWeek`] covers.
pub const WEEK_DAYS: usize = 7;

/// How often a key was presented on each of the last seven days of UTC, oldest first; the last one is today. May lag behind
/// by seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyWeek {
    #[schema(value_type = Vec<u64>, min_items = 7, max_items = 7)]
    pub allowed: [u64; WEEK_DAYS],
    /// By whichever rule.
    #[schema(value_type = Vec<u64>, min_items = 7, max_items = 7)]
    pub refused: [u64; WEEK_DAYS],
}

impl KeyWeek {
    /// All of it.
    pub fn total(&self) -> UsageCount {
        UsageCount {
            allowed: self.allowed.iter().sum(),
            refused: self.refused.iter().sum(),
        }
    }

    pub fn today(&self) -> UsageCount {
        UsageCount {
            allowed: self.allowed[WEEK_DAYS - 1],
            refused: self.refused[WEEK_DAYS - 1],
        }
    }
}

/// Counts by equal slots of time, oldest first; the last slot is the current one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageSeries {
    /// When the first slot begins.
    pub from: Timestamp,
    pub allowed: Vec<u64>,
    /// As many as `allowed`.
    pub refused: Vec<u64>,
}

impl UsageSeries {
    /// All slots together.
    pub fn total(&self) -> UsageCount {
        UsageCount {
            allowed: self.allowed.iter().sum(),
            refused: self.refused.iter().sum(),
        }
    }

    /// The newest `slots` together.
    pub fn newest(&self, slots: usize) -> UsageCount {
        let sum = |counts: &[u64]| counts.iter().rev().take(slots).sum();
        UsageCount {
            allowed: sum(&self.allowed),
            refused: sum(&self.refused),
        }
    }
}

/// When and from where a key was presented last: of the requests that were allowed, or of those that were refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LastUse {
    pub at: Timestamp,
    /// The client's address.
    #[schema(value_type = Option<String>)]
    pub address: Option<IpAddr>,
    /// The page's origin or the app's bundle identifier.
    pub origin: Option<String>,
}

/// Where a key was used from: an origin, a bundle identifier or an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageSource {
    pub name: String,
    pub last_used_at: Timestamp,
}

/// How often a key that is not valid was presented, and refused for that. May lag behind by seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedSince {
    /// When it was revoked, disabled, or expired; of an old token, when the key was rotated.
    pub since: Timestamp,
    pub count: u64,
    /// The last of them; absent when there was none.
    pub last: Option<LastUse>,
}

/// From where a key was refused: an origin, a bundle identifier or an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedSource {
    pub name: String,
    pub last_refused_at: Timestamp,
    /// The rule that refused it last, as in the `rule` of a refusal.
    #[schema(example = "origin-foreign")]
    pub rule: String,
    /// Since it is among the newest.
    pub count: u64,
}

/// How often one rule refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedBy {
    /// As in the `rule` of a refusal.
    #[schema(example = "origin-foreign")]
    pub rule: String,
    /// The rule in words.
    pub sentence: String,
    pub count: u64,
}

/// How a key is used. Counts may lag behind by seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Usage {
    /// The last 7 days by hour of UTC.
    pub hours: UsageSeries,
    /// The last 30 days by day of UTC.
    pub days: UsageSeries,
    /// The rules that refused in these 30 days, the most frequent first.
    pub refused_by: Vec<RefusedBy>,
    pub last_use: Option<LastUse>,
    /// From where it was allowed in the last 7 days: the newest origins or bundle identifiers.
    pub origins: Vec<UsageSource>,
    /// As `origins`: the newest addresses.
    pub addresses: Vec<UsageSource>,
    /// From where it was refused: the newest origins or bundle identifiers.
    #[serde(default)]
    #[schema(required = true)]
    pub refused_origins: Vec<RefusedSource>,
    /// As `refused_origins`: the newest addresses.
    #[serde(default)]
    #[schema(required = true)]
    pub refused_addresses: Vec<RefusedSource>,
    /// Who still presents it. Absent while it is active.
    #[serde(default)]
    pub refused_since: Option<RefusedSince>,
    /// When it was last refused. Absent when it never was.
    #[serde(default)]
    pub last_refused_at: Option<Timestamp>,
    /// The count of `refused_since` of a key that is disabled. Absent when it is not.
    #[serde(default)]
    pub refused_while_disabled: Option<u64>,
    /// How often a token was presented that the key had before, since it was rotated last. Absent when it never was.
    #[serde(default)]
    pub refused_old_token: Option<RefusedSince>,
    /// Which of its two tokens is used. Absent when it is not being rotated.
    #[serde(default)]
    pub rotation: Option<RotationUsage>,
}

impl RefusedSource {
    /// Whether it was refused as it is not among the key's domains, and is plausibly one of the organisation's own.
    pub fn is_addable(&self, domains: &[UiDomain]) -> bool {
        let is_foreign = self
            .rule
            .parse()
            .is_ok_and(|rule| matches!(rule, Rule::OriginForeign | Rule::BundleForeign));
        is_foreign && is_plausible(domains, &self.name)
    }
}

/// What was allowed by either token of a key since its rotation began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RotationUsage {
    pub old: TokenUsage,
    pub new: TokenUsage,
}

/// How often either token of a key was allowed since its rotation began. May lag behind by seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RotationUses {
    pub old: u64,
    /// Absent when the old one was not used since.
    pub old_last_used_at: Option<Timestamp>,
    pub new: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenUsage {
    /// Since the rotation began.
    pub allowed: u64,
    /// As many as [`Usage::hours`] has, of the same hours.
    pub hours: Vec<u64>,
    pub last_use: Option<LastUse>,
}

impl TokenUsage {
    /// In this hour of the clock and the 24 before.
    pub fn last_day(&self) -> u64 {
        self.hours.iter().rev().take(25).sum()
    }
}

impl Usage {
    /// Of this hour of the clock and the one before, so that no request of the last 60 minutes is left out.
    pub fn last_hour(&self) -> UsageCount {
        self.hours.newest(2)
    }

    pub fn last_week(&self) -> UsageCount {
        self.hours.total()
    }
}

/// A request that might be made with a key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Explain {
    /// The page's address, of which only the origin is used; `null` for a page whose origin is hidden. Absent:
    /// the request comes from no page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The client's IPv4 or IPv6 address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The session of another page that is to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The app's bundle identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<String>,
}

/// Where a key is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PresentedAt {
    /// Web and Mobile keys: `/api/jwt`.
    Connection,
    /// Analytics keys: `/v1/authorize`, which a gateway asks.
    Gateway,
}

/// Whether a request would be allowed now, and the rule that decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    pub allowed: bool,
    pub at: PresentedAt,
    #[schema(example = "origin-listed")]
    pub rule: String,
    /// The rule in words.
    pub sentence: String,
    /// The origin that was judged, as a browser sends it; absent when none was given.
    #[serde(default)]
    pub origin: Option<String>,
    /// Of Web and Mobile keys that are judged at `/api/jwt`: what a gateway would be answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<GatewayVerdict>,
}

/// Whether a gateway would let the same request through, and the rule that decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GatewayVerdict {
    pub allowed: bool,
    #[schema(example = "origin-listed")]
    pub rule: String,
    /// The rule in words.
    pub sentence: String,
}

impl Verdict {
    /// What a gateway would be answered, where that differs.
    pub fn otherwise_at_gateway(&self) -> Option<&GatewayVerdict> {
        self.gateway
            .as_ref()
            .filter(|gateway| gateway.allowed != self.allowed)
    }
}
