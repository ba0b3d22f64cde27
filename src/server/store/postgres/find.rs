//! What takes several statements to answer: pages and counts under a filter, and the report of a key's use.

use tokio_postgres::IsolationLevel;
use uuid::Uuid;

use super::filter::kept::kept;
use super::filter::{Candidates, Filter};
use super::list::Listing;
use super::pool::Lease;
use super::{PostgresStore, clock, count};
use crate::api::{KeyCounts, KeyFilter, Usage};
use crate::server::store::db::Db;
use crate::server::store::paging::Run;
use crate::server::store::report;
use crate::server::store::{KeyQuery, KeySlice, Position, StoreResult, Visible};

/// A filter, and of its text the keys that have it; `None`: no key can match.
type Resolved = Option<(Filter, Option<Candidates>)>;

impl PostgresStore {
    /// A page of keys without a text to look for.
    pub(super) async fn quick_page(&self, db: &impl Db, query: &KeyQuery) -> StoreResult<Option<KeySlice>> {
        let filter = Filter::resolve(db, &query.filter, query.visible).await?;
        self.listed(db, query, filter.map(|filter| (filter, None))).await
    }

    async fn listed(
        &self,
        db: &impl Db,
        query: &KeyQuery,
        resolved: Resolved,
    ) -> StoreResult<Option<KeySlice>> {
        let Some((filter, candidates)) = resolved else {
            return Ok(match query.position {
                Position::Around(_) => None,
                _ => Some(KeySlice::of(Run::default(), Run::default(), 0)),
            });
        };
        let listing = Listing {
            query,
            filter,
            candidates,
            names: &self.names,
        };
        listing.page(db).await
    }

    async fn resolve(&self, db: &Lease, filter: &KeyFilter, visible: Visible) -> StoreResult<Resolved> {
        let Some(filter) = Filter::resolve(&**db, filter, visible).await? else {
            return Ok(None);
        };
        if filter.text.is_none() {
            return Ok(Some((filter, None)));
        }
        let trigrams = self.trigrams.lease().await?;
        let candidates = filter.candidates(&**db, &*trigrams).await?;
        trigrams.give_back();
        Ok(Some((filter, candidates)))
    }

    pub(super) async fn page(&self, db: &Lease, query: &KeyQuery) -> StoreResult<Option<KeySlice>> {
        let resolved = self.resolve(db, &query.filter, query.visible).await?;
        self.listed(&**db, query, resolved).await
    }

    pub(super) async fn count(
        &self,
        db: &Lease,
        visible: Visible,
        filter: &KeyFilter,
    ) -> StoreResult<KeyCounts> {
        match self.resolve(db, filter, visible).await? {
            None => Ok(KeyCounts::default()),
            Some((filter, _)) if count::is_kept(&filter) => kept(&**db, &filter).await,
            Some((filter, candidates)) => count::counted(&**db, &filter, candidates.as_ref()).await,
        }
    }

    pub(super) async fn report(&self, id: Uuid, visible: Visible) -> StoreResult<Option<Usage>> {
        let mut client = self.pages.lease().await?;
        // What waits must not be carried over between two of the statements.
        let tx = client
            .build_transaction()
            .read_only(true)
            .isolation_level(IsolationLevel::RepeatableRead)
            .start()
            .await?;
        let usage = report::of_key(&tx, id, visible, clock::now(&tx).await?).await?;
        tx.commit().await?;
        client.give_back();
        Ok(usage)
    }
}
