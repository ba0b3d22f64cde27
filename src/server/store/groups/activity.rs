//! The activity log: its pages, its events, and comparing the tables with it.

use std::net::IpAddr;

use async_trait::async_trait;
use jiff::SignedDuration;
use uuid::Uuid;

use crate::api::{Activity, ActivityHead, ActivityPage, ActivityQuery};
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

    /// The rows of the log after `after`, up to `to`, oldest first.
    async fn rows(&self, after: u64, to: u64) -> StoreResult<Vec<Activity>>;
    /// How far this reader of the log is. `None`: it never began.
    async fn log_reader(&self, name: &str) -> StoreResult<Option<u64>>;
    /// Takes the reader for so long; one that never began begins after the row `first`. Returns how far it is. `None`: another
    /// server has it.
    async fn claim_log_reader(
        &self,
        name: &str,
        first: u64,
        holder: Uuid,
        lease: SignedDuration,
    ) -> StoreResult<Option<u64>>;
    /// Notes how far it is, and lets go. `false`: another server has taken it since.
    async fn advance_log_reader(&self, name: &str, seq: u64, holder: Uuid) -> StoreResult<bool>;
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

            async fn rows(&self, after: u64, to: u64) -> StoreResult<Vec<Activity>> {
                long!(self, |db| log_readers::rows(db, after, to))
            }

            async fn log_reader(&self, name: &str) -> StoreResult<Option<u64>> {
                quick!(self, |db| log_readers::place(db, name))
            }

            async fn claim_log_reader(
                &self,
                name: &str,
                first: u64,
                holder: Uuid,
                lease: SignedDuration,
            ) -> StoreResult<Option<u64>> {
                let name = name.to_owned();
                change!(self, None, |change| log_readers::claim(
                    change, &name, first, holder, lease
                ))
            }

            async fn advance_log_reader(&self, name: &str, seq: u64, holder: Uuid) -> StoreResult<bool> {
                let name = name.to_owned();
                change!(self, None, |change| log_readers::advance(
                    change, &name, seq, holder
                ))
            }
        }
    };
}

pub(in crate::server::store) use activity_store;
