//! Reports of leaked keys.

use std::net::IpAddr;

use async_trait::async_trait;
use uuid::Uuid;

use crate::model::{LeakDecision, LeakSource};
use crate::server::store::{Actor, LeakOutcome, LeakRecord, NewLeak, StoreResult, Visible};

#[async_trait]
pub trait LeakStore: Send + Sync {
    /// Stores what is new of it, and does what the policy says. Of each, whether it is or was the token of a key.
    async fn report_leaks(
        &self,
        source: LeakSource,
        from: Option<IpAddr>,
        leaks: Vec<NewLeak>,
    ) -> StoreResult<Vec<bool>>;
    /// The newest first, of those that are older than the report `after`.
    async fn leaks(
        &self,
        visible: Visible,
        undecided: bool,
        after: Option<Uuid>,
        limit: u32,
    ) -> StoreResult<Vec<LeakRecord>>;
    async fn leak(&self, id: Uuid, visible: Visible) -> StoreResult<Option<LeakRecord>>;
    async fn decide_leak(
        &self,
        id: Uuid,
        decision: LeakDecision,
        reason: Option<String>,
        by: Actor,
    ) -> StoreResult<LeakOutcome>;
}

macro_rules! leak_store {
    ($engine:ty) => {
        #[async_trait]
        impl LeakStore for $engine {
            async fn report_leaks(
                &self,
                source: LeakSource,
                from: Option<IpAddr>,
                reported: Vec<NewLeak>,
            ) -> StoreResult<Vec<bool>> {
                change!(self, None, |change| leaks::report(
                    change, source, from, &reported
                ))
            }

            async fn leaks(
                &self,
                visible: Visible,
                undecided: bool,
                after: Option<Uuid>,
                limit: u32,
            ) -> StoreResult<Vec<LeakRecord>> {
                long!(self, |db| leaks::list(db, visible, undecided, after, limit))
            }

            async fn leak(&self, id: Uuid, visible: Visible) -> StoreResult<Option<LeakRecord>> {
                long!(self, |db| leaks::one_of(db, id, visible))
            }

            async fn decide_leak(
                &self,
                id: Uuid,
                decision: LeakDecision,
                reason: Option<String>,
                by: Actor,
            ) -> StoreResult<LeakOutcome> {
                erase!(self, Some(by), |change| {
                    leaks::decide(change, id, decision, reason.as_deref())
                })
            }
        }
    };
}

pub(in crate::server::store) use leak_store;
