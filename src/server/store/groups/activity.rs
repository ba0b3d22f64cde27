//! The activity log: its pages, its events, and comparing the tables with it.

use std::net::IpAddr;

use async_trait::async_trait;

use crate::api::{ActivityHead, ActivityPage, ActivityQuery};
use crate::server::store::{ChangeRecord, Compared, Cursor, StoreResult, Visible};

#[async_trait]
pub trait ActivityStore: Send + Sync {
    async fn activity(&self, query: &ActivityQuery, visible: Visible) -> StoreResult<ActivityPage>;
    /// The newest row of the activity log, as it was noted when it was written.
    async fn activity_head(&self) -> StoreResult<ActivityHead>;
    /// Compares a part of the tables with what the log states of them.
    async fn compare(&self, from: Cursor) -> StoreResult<Compared>;
    /// Records that an invalid token was presented.
    async fn refuse_sign_in(&self, from: Option<IpAddr>) -> StoreResult<()>;

    /// The changes of keys and people after `seq`, oldest first, at most `limit`.
    async fn changes_since(&self, seq: u64, limit: u32) -> StoreResult<Vec<ChangeRecord>>;
    /// The newest `seq` of the activity log.
    async fn last_seq(&self) -> StoreResult<u64>;
    /// Returns when something may have been committed since the last call, by this process or another one; sleeps
    /// otherwise. For one listener at a time.
    async fn changed(&self);
}

macro_rules! activity_store {
    ($engine:ty) => {
        #[async_trait]
        impl ActivityStore for $engine {
            async fn activity(&self, query: &ActivityQuery, visible: Visible) -> StoreResult<ActivityPage> {
                self.page_of_activity(query, visible).await
            }

            async fn activity_head(&self) -> StoreResult<ActivityHead> {
                quick!(self, |db| activity::head(db))
            }

            async fn compare(&self, from: Cursor) -> StoreResult<Compared> {
                self.compare_part(from).await
            }

            async fn refuse_sign_in(&self, from: Option<IpAddr>) -> StoreResult<()> {
                change!(self, None, |change| activity::refuse_sign_in(change, from))
            }

            async fn changes_since(&self, seq: u64, limit: u32) -> StoreResult<Vec<ChangeRecord>> {
                self.changes_after(seq, limit).await
            }

            async fn last_seq(&self) -> StoreResult<u64> {
                quick!(self, |db| activity::last_seq(db))
            }

            async fn changed(&self) {
                self.committed.notified().await;
            }
        }
    };
}

pub(in crate::server::store) use activity_store;
