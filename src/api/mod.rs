//! The wire of `/v1`: the JSON that client and server share. Times are RFC 3339 in UTC, ids are
//! UUIDs, unknown fields are refused.

mod activity;
mod chain;
mod chain_hash;
mod counts;
mod ended;
mod events;
mod export;
mod gateways;
mod imports;
mod keys;
mod leaks;
mod object;
mod people;
mod plans;
mod policy;
mod preview;
mod problem;
mod projects;
mod request_id;
mod rotations;
mod secrets;
mod usage;
mod verification;
mod webhooks;
mod words;

pub use activity::{
    Activity, ActivityAction, ActivityHead, ActivityPage, ActivityQuery, Comparison, ComparisonQuery, Stated,
};
pub use chain_hash::ChainHash;
pub use counts::{AtLeast, CountExtra, KeyAttention, KeyCounting, KeyCounts};
pub use ended::{KeyCheck, Revoking, TokenCheck};
pub use events::{ChangeEvent, KeyEvent, KeyEventKind, Part};
pub use export::{EXPORT_BEGIN, EXPORT_END, KeyExport, KeyExporting};
pub use gateways::{CreatedGateway, Gateway, NewGateway};
pub use imports::{
    ImportBegun, ImportCommitment, ImportKey, ImportOutcome, ImportPortion, MAX_IMPORTED, MAX_PORTION,
};
pub use keys::{
    Disabled, Disabling, Imported, Key, KeyExtra, KeyFilter, KeyList, KeyMay, KeyPage, KeyRevocation,
    KeyRotation, KeyRow, Order, PageFrom, PersonRef, ProjectRef, Sort,
};
pub use leaks::{
    DecidedLeak, Leak, LeakDeciding, LeakList, LeakReceipt, LeakReport, LeakTypes, ScannedToken,
    TokenFeedback, TokenLabel, TokenToRevoke,
};
pub use people::{
    CreatedUser, KeyDisposition, Me, NewToken, NewUser, OngoingRemoval, Organisation, Permissions, Person,
    RemovalProgress, RemovedUser, User, UserEdit, UserQuery, UserRemoval,
};
pub use plans::{
    FEW_KEYS, KeyDifference, LeftAlone, MAX_PLANNED, NewPlan, PLAN_MINUTES, Plan, PlanAction, PlanBreakdown,
    PlanDifference, PlanExtra, PlanProgress, PlannedChange, PlannedKey, PlannedOwner, PlannedScopes,
};
pub use policy::{Lifetimes, LifetimesEdit, Policy, PolicyEdit};
pub use preview::WouldRefuse;
pub use problem::{Problem, ProblemType};
pub use projects::{
    IssuedSessionToken, NewProject, Project, ProjectEdit, ProjectMay, ProjectQuery, SessionServer,
    SessionServerEdit,
};
pub use request_id::{REQUEST_ID, is_request_id};
pub use rotations::{KeptToken, NewRotation, Rotated, RotationEnd, RotationExtension};
pub use secrets::{Created, Lookup, LookupAnswer, RevealPurpose, Revealed};
pub use usage::{
    Explain, GatewayVerdict, KeyWeek, LastUse, PresentedAt, RefusedBy, RefusedSince, RefusedSource,
    RotationUsage, RotationUses, TokenUsage, USAGE_DAYS, USAGE_HOURS, Usage, UsageCount, UsageSeries,
    UsageSource, Verdict, WEEK_DAYS,
};
pub use verification::{Fault, Verification};
pub use webhooks::{
    CreatedWebhook, DeliveryPage, DeliveryQuery, DisabledWebhook, NewWebhook, NewWebhookSecret, Webhook,
    WebhookDelivery, WebhookEdit, WebhookSecret,
};

pub use crate::model::{FieldError, KeyEdit, KeyFields};

/// The media type of [`Problem`] (RFC 9457).
pub const PROBLEM_JSON: &str = "application/problem+json";
/// The most rows that a page may have.
pub const MAX_LIMIT: u32 = 200;
/// The rows of a page when no limit is given.
pub const DEFAULT_LIMIT: u32 = 50;
/// Counts under a text filter stop here, so that a broad filter costs no more than a narrow one.
pub const COUNT_CAP: u64 = 10_000;
