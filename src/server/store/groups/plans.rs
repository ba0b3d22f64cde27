//! Plans of many keys.

use async_trait::async_trait;
use uuid::Uuid;

use crate::api::{KeyFilter, PlanDifference, PlanProgress};
use crate::server::store::{
    Actor, KeyQuery, KeyRecord, KeySlice, MadePlan, NewPlanRecord, PlanCommit, PlanRecord, StoreResult,
    Visible,
};

#[async_trait]
pub trait PlanStore: Send + Sync {
    /// As [`KeyStore::keys`], of very many keys.
    ///
    /// [`KeyStore::keys`]: crate::server::store::KeyStore::keys
    async fn many_keys(&self, query: KeyQuery) -> StoreResult<Option<KeySlice>>;
    /// As [`KeyStore::count_keys`], without a cap.
    ///
    /// [`KeyStore::count_keys`]: crate::server::store::KeyStore::count_keys
    async fn count_all_keys(&self, visible: Visible, filter: KeyFilter) -> StoreResult<u64>;
    /// Those of these keys that were not revoked, and may be seen.
    async fn keys_of_ids(&self, ids: Vec<Uuid>, visible: Visible) -> StoreResult<Vec<KeyRecord>>;
    /// Nothing is done yet.
    async fn make_plan(&self, new: NewPlanRecord, by: Actor) -> StoreResult<MadePlan>;
    /// The plan of this person.
    async fn plan(&self, id: Uuid, person: Uuid) -> StoreResult<Option<PlanRecord>>;
    async fn plan_progress(&self, id: Uuid, person: Uuid) -> StoreResult<Option<PlanProgress>>;
    /// Carries out exactly what it showed, or nothing. Of very many keys, only the first had their turn when it returns.
    /// `added` are keys that would be in it if it was made now.
    async fn commit_plan(&self, id: Uuid, added: PlanDifference, by: Actor) -> StoreResult<PlanCommit>;
    /// Those that are committed and not finished, whichever server began them, and how many keys had their turn.
    async fn unfinished_plans(&self) -> StoreResult<Vec<(Uuid, u64)>>;
    /// The next keys have their turn: so many that other changes hardly wait. `None`: nothing is left to do.
    async fn continue_plan(&self, id: Uuid) -> StoreResult<Option<PlanProgress>>;
}

macro_rules! plan_store {
    ($engine:ty) => {
        #[async_trait]
        impl PlanStore for $engine {
            async fn many_keys(&self, query: KeyQuery) -> StoreResult<Option<KeySlice>> {
                self.long_page_of_keys(query).await
            }

            async fn count_all_keys(&self, visible: Visible, filter: KeyFilter) -> StoreResult<u64> {
                self.all_counted(visible, filter).await
            }

            async fn keys_of_ids(&self, ids: Vec<Uuid>, visible: Visible) -> StoreResult<Vec<KeyRecord>> {
                long!(self, |db| plans::active(db, &ids, visible))
            }

            async fn make_plan(&self, new: NewPlanRecord, by: Actor) -> StoreResult<MadePlan> {
                let steady = self.steady.clone();
                change!(self, Some(by), |change| plans::make(change, &new, &steady))
            }

            async fn plan(&self, id: Uuid, person: Uuid) -> StoreResult<Option<PlanRecord>> {
                long!(self, |db| plans::find(db, id, person))
            }

            async fn plan_progress(&self, id: Uuid, person: Uuid) -> StoreResult<Option<PlanProgress>> {
                quick!(self, |db| plans::progress_of(db, id, person))
            }

            async fn commit_plan(
                &self,
                id: Uuid,
                added: PlanDifference,
                by: Actor,
            ) -> StoreResult<PlanCommit> {
                let committed: StoreResult<PlanCommit> =
                    change!(self, Some(by), |change| plans::commit(change, id, &added));
                if let Ok(PlanCommit::Committed(progress)) = &committed
                    && progress.is_finished()
                {
                    self.erase_what_was().await?;
                }
                committed
            }

            async fn unfinished_plans(&self) -> StoreResult<Vec<(Uuid, u64)>> {
                long!(self, |db| plans::unfinished(db))
            }

            async fn continue_plan(&self, id: Uuid) -> StoreResult<Option<PlanProgress>> {
                let turned: StoreResult<Option<(PlanProgress, bool)>> =
                    change!(self, None, |change| plans::resume(change, id));
                let Some((progress, is_much)) = turned? else {
                    return Ok(None);
                };
                if is_much {
                    self.erase_what_was().await?;
                }
                Ok(Some(progress))
            }
        }

        impl $engine {
            /// What was erased leaves the write-ahead log too: every few portions, since to see to it takes about as long
            /// as a portion, and what is left to the end would hold others up.
            async fn erase_what_was(&self) -> StoreResult<()> {
                erase!(self, None, |change| plans::end(change))
            }
        }
    };
}

pub(in crate::server::store) use plan_store;
