//! What takes several statements to answer: pages and counts under a filter, and the report of a key's use.

use deadpool_postgres::Transaction;
use tokio::sync::mpsc::Sender;
use tokio_postgres::IsolationLevel;
use uuid::Uuid;

use super::pool::Lease;
use super::{PostgresStore, search};
use crate::api::{KeyCounts, KeyFilter, Sort, Usage};
use crate::server::store::db::Db;
use crate::server::store::filter::{Filter, is_kept};
use crate::server::store::search::Search;
use crate::server::store::{KeyQuery, KeyRecord, KeySlice, StoreResult, Visible};
use crate::server::store::{count, list, report};

/// Whoever takes the keys of an export may take so long over a portion of them.
const HELD_UP: &str = "SET LOCAL idle_in_transaction_session_timeout = '60s'";

/// All of its statements see one state.
async fn read_only(client: &mut Lease) -> StoreResult<Transaction<'_>> {
    let transaction = client
        .build_transaction()
        .read_only(true)
        .isolation_level(IsolationLevel::RepeatableRead);
    Ok(transaction.start().await?)
}

impl PostgresStore {
    /// A page of keys that is one walk along an index.
    pub(super) async fn quick_page(&self, db: &impl Db, query: &KeyQuery) -> StoreResult<Option<KeySlice>> {
        let filter = Filter::resolve(db, &query.filter, query.visible).await?;
        let search = filter.map(|filter| Search::walk(filter, query.sort));
        list::page(db, &self.names, query, search).await
    }

    pub(super) async fn page(&self, db: &Lease, query: &KeyQuery) -> StoreResult<Option<KeySlice>> {
        let search = match Filter::resolve(&**db, &query.filter, query.visible).await? {
            None => None,
            Some(filter) => Some(search::of(&**db, &self.trigrams, filter, query.sort).await?),
        };
        list::page(&**db, &self.names, query, search).await
    }

    pub(super) async fn count(
        &self,
        db: &Lease,
        visible: Visible,
        filter: &KeyFilter,
    ) -> StoreResult<KeyCounts> {
        let Some(resolved) = Filter::resolve(&**db, filter, visible).await? else {
            return Ok(KeyCounts::default());
        };
        if is_kept(filter) {
            return count::kept(&**db, &resolved).await;
        }
        let search = search::of(&**db, &self.trigrams, resolved, Sort::CreatedAt).await?;
        count::counted(&**db, &search).await
    }

    pub(super) async fn count_all(
        &self,
        db: &Lease,
        visible: Visible,
        filter: &KeyFilter,
    ) -> StoreResult<u64> {
        let Some(resolved) = Filter::resolve(&**db, filter, visible).await? else {
            return Ok(0);
        };
        let search = search::of(&**db, &self.trigrams, resolved, Sort::CreatedAt).await?;
        count::all(&**db, &search).await
    }

    /// In one transaction, by walks along an index: what the trigram index is asked, it answers of another moment.
    pub(super) async fn hand_over(&self, query: KeyQuery, to: &Sender<Vec<KeyRecord>>) -> StoreResult<()> {
        let mut client = self.pages.lease().await?;
        let tx = read_only(&mut client).await?;
        tx.batch_execute(HELD_UP).await?;
        let mut next = Some(query);
        while let Some(query) = next {
            let filter = Filter::resolve(&tx, &query.filter, query.visible).await?;
            let search = filter.map(|filter| match filter.is_revoked() {
                true => Search::revoked(filter, None),
                false => Search::walk(filter, query.sort),
            });
            let Some(slice) = list::page(&tx, &self.names, &query, search).await? else {
                break;
            };
            next = query.continued_after(&slice);
            if to.send(slice.into_keys()).await.is_err() {
                break;
            }
        }
        tx.commit().await?;
        client.give_back();
        Ok(())
    }

    pub(super) async fn report(&self, id: Uuid, visible: Visible) -> StoreResult<Option<Usage>> {
        let mut client = self.pages.lease().await?;
        // What waits must not be carried over between two of the statements.
        let tx = read_only(&mut client).await?;
        let usage = report::of_key(&tx, id, visible).await?;
        tx.commit().await?;
        client.give_back();
        Ok(usage)
    }
}
