//! Keys on the wire: one, pages, and counts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr, VariantArray};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::usage::{KeyWeek, RefusedSince, RotationUses};
use crate::model::field::FieldValue;
pub use crate::model::filter::KeyFilter;
use crate::model::filter::filtering;
use crate::model::{KeyField, KeyState, Scope, Settings, StateFilter};

/// The project of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectRef {
    pub id: Uuid,
    pub name: String,
    /// Keys of a project that is not deployed refuse to connect.
    pub deployed: bool,
}

/// A user by id and email address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonRef {
    pub id: Uuid,
    pub email: String,
}

/// What the signed-in user may do with a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyMay {
    pub reveal: bool,
    pub edit: bool,
    pub revoke: bool,
    #[serde(default)]
    pub rotate: bool,
}

/// An API key without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Key {
    pub id: Uuid,
    pub name: String,
    pub scope: Scope,
    /// Absent for Analytics.
    pub project: Option<ProjectRef>,
    pub creator: PersonRef,
    pub created_at: Timestamp,
    /// Absent when it was never used.
    pub last_used_at: Option<Timestamp>,
    /// Absent when it was never refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_refused_at: Option<Timestamp>,
    /// Absent when it was created here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imported>,
    /// Grows with each change; the `ETag` is this number in quotes.
    pub version: u64,
    /// What may be shown of the token: its prefix and last four characters.
    #[schema(example = "kdw_…x9Qz")]
    pub hint: String,
    #[serde(flatten)]
    pub settings: Settings,
    /// Its state now, by the clock of the database.
    #[serde(default)]
    #[schema(required = true)]
    pub state: KeyState,
    /// Absent when it is not disabled.
    pub disabled: Option<Disabled>,
    /// Absent when it has one token only.
    #[serde(default)]
    pub rotation: Option<KeyRotation>,
    /// Absent when it was not revoked.
    #[serde(default)]
    pub revoked: Option<KeyRevocation>,
    /// Who still presents it. Absent while it is active.
    #[serde(default)]
    pub refused_since: Option<RefusedSince>,
    /// How it was used in the last seven days. Absent unless a page was asked for `with=week`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub week: Option<KeyWeek>,
    pub may: KeyMay,
}

/// That a key comes from another product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Imported {
    pub at: Timestamp,
    /// Whether nothing but the SHA-256 of its token is known, so that a Web or Mobile key can't be revealed either. Once it
    /// is rotated, it can.
    pub hash_only: bool,
}

/// A key that has two tokens for a while: the new one, which stays, and the old one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyRotation {
    pub started_at: Timestamp,
    /// From this instant on the old token is not valid.
    pub ends_at: Timestamp,
    /// The prefix and the last characters of the old token.
    pub old_hint: String,
    /// Which of its tokens is used. Absent outside of a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<RotationUses>,
}

/// A key that refuses until it is enabled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Disabled {
    pub at: Timestamp,
    pub by: PersonRef,
    pub reason: Option<String>,
}

/// A revocation, as it stays known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyRevocation {
    pub at: Timestamp,
    pub by: PersonRef,
    pub reason: Option<String>,
}

/// Why a key is disabled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Disabling {
    /// A paragraph of at most 500 characters, for whoever sees the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Key {
    /// A key with these settings, and nothing else yet.
    pub fn with_settings(settings: Settings) -> Self {
        Self {
            id: Uuid::nil(),
            name: String::new(),
            scope: Scope::Web,
            project: None,
            creator: PersonRef::default(),
            created_at: Timestamp::UNIX_EPOCH,
            last_used_at: None,
            last_refused_at: None,
            imported: None,
            version: 0,
            hint: String::new(),
            settings,
            state: KeyState::default(),
            disabled: None,
            rotation: None,
            revoked: None,
            refused_since: None,
            week: None,
            may: KeyMay::default(),
        }
    }

    /// What one of its fields holds.
    pub fn value(&self, field: KeyField) -> FieldValue {
        match field {
            KeyField::Name => FieldValue::Text(self.name.clone()),
            KeyField::Project => self.project.as_ref().map(|project| project.id.to_string()).into(),
            setting => self.settings.value(setting),
        }
    }

    /// Whether it was imported by the hash of a token that nobody here has.
    pub fn is_hash_only(&self) -> bool {
        self.imported.is_some_and(|imported| imported.hash_only)
    }
}

/// A key in a page, with the cursor of its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyRow {
    #[serde(flatten)]
    pub key: Key,
    pub cursor: String,
}

/// A page of keys in the order that was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyPage {
    pub items: Vec<KeyRow>,
    /// `after` of the following page; absent on the last one.
    pub next: Option<String>,
    /// `before` of the preceding page; absent on the first one.
    pub previous: Option<String>,
}

/// The sorts that are offered. Each is a total order: ties are broken by id.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    ToSchema
)]
#[derive(EnumIter, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Sort {
    /// Without regard to case.
    Name,
    /// Web, Mobile, Analytics; by name within.
    Scope,
    #[default]
    CreatedAt,
    /// Keys that were never used come before all others in ascending order.
    LastUsedAt,
    /// What ends first comes first; keys that never end come behind all others.
    ExpiresAt,
    /// By the project's name, then by the key's; keys without a project come behind all others.
    Project,
    /// By the email address of who created it, then by name.
    Creator,
    /// Keys that were never refused come before all others in ascending order.
    LastRefusedAt,
    /// Disabled keys, keys that are being rotated, all others; what ends first comes first within.
    State,
    /// By how often they were allowed in the last seven days of UTC, today being one of them; by the last use within.
    Requests,
}

#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    ToSchema
)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    #[serde(alias = "ascending")]
    Asc,
    #[default]
    #[serde(alias = "descending")]
    Desc,
}

impl Order {
    pub fn reversed(self) -> Self {
        match self {
            Order::Asc => Order::Desc,
            Order::Desc => Order::Asc,
        }
    }
}

/// What a page has of each key only when it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyExtra {
    /// `week`: how it was used in the last seven days.
    Week,
}

/// Where a page begins when no cursor says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PageFrom {
    Start,
    End,
}

filtering! {
/// A page of keys: filter, order, and at most one of `after`, `before`, `at`, `around`, `from`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
KeyList {
    /// Revoked keys have one order, in which they were revoked: leave it out.
    #[serde(default)]
    pub sort: Sort,
    /// Absent: the natural order of the sort, newest first for times, A to Z otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// The page after this cursor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The page before this cursor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The page that begins at this cursor, whether or not its key still exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The page with this key in its middle; 404 when the key is not among the filtered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub around: Option<Uuid>,
    /// `end`: the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PageFrom>,
    /// `week`: of each key how often it was allowed and refused on each of the last seven days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<KeyExtra>,
}
}

impl KeyList {
    /// The first page of what a filter lets through.
    pub fn of(filter: KeyFilter) -> Self {
        Self::default().filtered_by(filter)
    }

    pub fn order(&self) -> Order {
        self.order.unwrap_or(self.sort.natural_order())
    }
}

impl Sort {
    /// Newest first for past times, the busiest first, A to Z and what ends or stands out first otherwise.
    pub fn natural_order(self) -> Order {
        match self {
            Sort::Scope | Sort::Name | Sort::ExpiresAt => Order::Asc,
            Sort::Project | Sort::Creator | Sort::State => Order::Asc,
            Sort::CreatedAt | Sort::LastUsedAt | Sort::LastRefusedAt | Sort::Requests => Order::Desc,
        }
    }
}
