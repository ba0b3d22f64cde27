//! What the server asks of its store, as PostgreSQL answers it.

use std::time::Instant;

use deadpool_postgres::ClientWrapper;

use super::change::PostgresChange;
use super::{PostgresStore, check};
use crate::server::store::filter::is_quick;
use crate::server::store::groups::of_engine::*;
use crate::server::store::{clock, latency};

/// Down a lane.
macro_rules! quick {
    ($store:expr, |$db:ident| $question:expr) => {{
        let lane = $store.lanes.lane()?;
        let $db = lane.client();
        lane.answer($question).await
    }};
}

/// In one statement, which sees one state.
macro_rules! snapshot {
    ($store:expr, |$db:ident| $question:expr) => {
        quick!($store, |$db| $question)
    };
}

/// On a borrowed connection.
macro_rules! borrowed {
    ($store:expr, |$lease:ident| $question:expr) => {{
        let started = Instant::now();
        let lease = $store.pages.lease().await?;
        let $lease = &lease;
        let answer = $question.await;
        latency::note(&$store.latencies.search, started);
        let answer = answer?;
        lease.give_back();
        Ok(answer)
    }};
}

macro_rules! page {
    ($store:expr, |$db:ident| $question:expr) => {
        borrowed!($store, |lease| {
            let $db: &ClientWrapper = lease;
            $question
        })
    };
}

macro_rules! long {
    ($store:expr, |$db:ident| $question:expr) => {
        page!($store, |$db| $question)
    };
}

/// One transaction; nothing stays of it when it fails.
macro_rules! change {
    ($store:expr, $by:expr, |$change:ident| $work:expr) => {{
        let started = Instant::now();
        let mut client = $store.changes.lease().await?;
        let mut begun = PostgresChange::begin(&mut client, $by).await?;
        let $change = &mut begun;
        let done = $work.await?;
        begun.commit().await?;
        client.give_back();
        latency::note(&$store.latencies.write, started);
        Ok(done)
    }};
}

/// What is erased is gone with the next vacuum.
macro_rules! erase {
    ($store:expr, $by:expr, |$change:ident| $work:expr) => {
        change!($store, $by, |$change| $work)
    };
}

key_store!(PostgresStore);
people_store!(PostgresStore);
plan_store!(PostgresStore);
project_store!(PostgresStore);
gateway_store!(PostgresStore);
import_store!(PostgresStore);
leak_store!(PostgresStore);
webhook_store!(PostgresStore);
work_store!(PostgresStore);
activity_store!(PostgresStore);
data_key_store!(PostgresStore);
status_store!(PostgresStore);

impl PostgresStore {
    /// It knows of nothing to warn of.
    fn look(&self) -> StoreResult<Option<String>> {
        Ok(None)
    }

    async fn page_of_keys(&self, query: &KeyQuery) -> StoreResult<Option<KeySlice>> {
        if is_quick(query) {
            return quick!(self, |db| self.quick_page(db, query));
        }
        self.long_page_of_keys(query.clone()).await
    }

    async fn long_page_of_keys(&self, query: KeyQuery) -> StoreResult<Option<KeySlice>> {
        borrowed!(self, |lease| self.page(lease, &query))
    }

    async fn hand_over_keys(&self, query: KeyQuery, to: Sender<Vec<KeyRecord>>) -> StoreResult<()> {
        self.hand_over(query, &to).await
    }

    async fn counted_keys(&self, visible: Visible, filter: &KeyFilter) -> StoreResult<KeyCounts> {
        borrowed!(self, |lease| self.count(lease, visible, filter))
    }

    async fn all_counted(&self, visible: Visible, filter: KeyFilter) -> StoreResult<u64> {
        borrowed!(self, |lease| self.count_all(lease, visible, &filter))
    }

    async fn usage_of(&self, id: Uuid, visible: Visible) -> StoreResult<Option<Usage>> {
        let started = Instant::now();
        let usage = self.report(id, visible).await;
        latency::note(&self.latencies.search, started);
        usage
    }

    async fn page_of_activity(&self, query: &ActivityQuery, visible: Visible) -> StoreResult<ActivityPage> {
        page!(self, |db| activity::page(db, query, visible))
    }

    async fn compare_part(&self, from: Cursor) -> StoreResult<Compared> {
        page!(self, |db| statement::compare(db, from))
    }

    async fn changes_after(&self, seq: u64, limit: u32) -> StoreResult<Vec<ChangeRecord>> {
        quick!(self, |db| activity::changes_since(db, seq, limit))
    }
}
