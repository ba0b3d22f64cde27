//! What the server asks of its store, grouped by what a handler needs: a group is a trait, and all of them are
//! [`Store`].
//!
//! Each group is implemented once for both engines, by the macro beside its trait: which operation answers, and in which
//! way an engine comes to it. A way is a macro of the engine's:
//!
//! - `quick!` for a few short walks along indexes, `snapshot!` for several that must see one state;
//! - `page!` for a page or what takes as long, `long!` for what reads whole tables;
//! - `change!` for a change with or without a caller, `erase!` for one that destroys secrets.
//!
//! It is a macro and not a generic implementation since SQLite's connection stays on one thread, and what is awaited in
//! PostgreSQL moves between threads: only of a known engine can the compiler tell that it may. What is truly of one engine
//! (pages under a filter, the report of a key's use) is a method of the engine.

mod activity;
mod data_keys;
mod gateways;
mod imports;
mod keys;
mod leaks;
mod people;
mod plans;
mod projects;
mod status;
mod webhooks;
mod work;

pub use self::activity::ActivityStore;
pub use self::data_keys::DataKeyStore;
pub use self::gateways::GatewayStore;
pub use self::imports::ImportStore;
pub use self::keys::KeyStore;
pub use self::leaks::LeakStore;
pub use self::people::PeopleStore;
pub use self::plans::PlanStore;
pub use self::projects::ProjectStore;
pub use self::status::StatusStore;
pub use self::webhooks::WebhookStore;
pub use self::work::WorkStore;

/// The server's memory.
pub trait Store:
    KeyStore
    + PeopleStore
    + PlanStore
    + ProjectStore
    + GatewayStore
    + ImportStore
    + LeakStore
    + WebhookStore
    + WorkStore
    + ActivityStore
    + DataKeyStore
    + StatusStore
    + 'static
{
}

impl<T> Store for T where
    T: KeyStore
        + PeopleStore
        + PlanStore
        + ProjectStore
        + GatewayStore
        + ImportStore
        + LeakStore
        + WebhookStore
        + WorkStore
        + ActivityStore
        + DataKeyStore
        + StatusStore
        + 'static
{
}

/// For the file in which an engine implements the groups: their macros, and what these name.
pub(super) mod of_engine {
    pub(in crate::server::store) use std::net::IpAddr;
    pub(in crate::server::store) use std::sync::Arc;

    pub(in crate::server::store) use async_trait::async_trait;
    pub(in crate::server::store) use jiff::{SignedDuration, Timestamp};
    pub(in crate::server::store) use tokio::sync::mpsc::Sender;
    pub(in crate::server::store) use uuid::Uuid;

    pub(in crate::server::store) use super::activity::activity_store;
    pub(in crate::server::store) use super::data_keys::data_key_store;
    pub(in crate::server::store) use super::gateways::gateway_store;
    pub(in crate::server::store) use super::imports::import_store;
    pub(in crate::server::store) use super::keys::key_store;
    pub(in crate::server::store) use super::leaks::leak_store;
    pub(in crate::server::store) use super::people::people_store;
    pub(in crate::server::store) use super::plans::plan_store;
    pub(in crate::server::store) use super::projects::project_store;
    pub(in crate::server::store) use super::status::status_store;
    pub(in crate::server::store) use super::webhooks::webhook_store;
    pub(in crate::server::store) use super::work::work_store;
    pub(in crate::server::store) use super::{
        ActivityStore, DataKeyStore, GatewayStore, ImportStore, KeyStore, LeakStore, PeopleStore, PlanStore,
        ProjectStore, StatusStore, WebhookStore, WorkStore,
    };
    pub(in crate::server::store) use crate::api::{
        Activity, ActivityHead, ActivityPage, ActivityQuery, ChainHash, DeliveryPage, Gateway, KeyAttention,
        KeyCounts, KeyFilter, Organisation, Person, PlanDifference, PlanProgress, Policy, PolicyEdit,
        ProjectQuery, RemovalProgress, Usage, User, UserQuery, Webhook, WebhookDelivery,
    };
    pub(in crate::server::store) use crate::model::{LeakDecision, LeakSource, Role, Settings, TokenHash};
    pub(in crate::server::store) use crate::server::store::keys::KeyBy;
    pub(in crate::server::store) use crate::server::store::seals::{Resealed, SealedSecret, SecretPlace};
    pub(in crate::server::store) use crate::server::store::usage::Pending;
    pub(in crate::server::store) use crate::server::store::{
        Actor, AskingServer, Called, ChangeRecord, Checked, ClaimedDelivery, Compared, Cursor, DatabaseClock,
        DueWebhook, Fate, Found, FoundToken, ImportCommit, ImportNames, KeyChange, KeyCreation, KeyQuery,
        KeyRecord, KeySlice, KeySwitch, Latencies, LeakOutcome, LeakRecord, MadePlan, NewGatewayRecord,
        NewKey, NewKeyToken, NewLeak, NewPlanRecord, NewSessionServer, NewUserRecord, NewWebhookRecord,
        NotedAttempt, PlanCommit, PlanRecord, ProjectRecord, ProjectRemoval, Queued, Removal, Revocation,
        RoleChange, Rotation, RotationChange, RotationEdit, Sealed, SessionServerChange, SessionSigner,
        SessionTokenIssue, StagedKey, Staging, StoreResult, Taken, Tallies, ToldEnds, TooManyWebhooks,
        Visible, WebhookBacklog, WebhookChange, WrappedDataKey, activity, called, count, data_keys, gateways,
        imports, keys, leaks, lifetimes, log_readers, marks, people, plans, projects, removal, revocations,
        rotations, session_servers, session_tokens, statement, switch, usage, webhooks,
    };
}
