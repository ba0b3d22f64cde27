//! The data keys, each wrapped under the root key, and what is sealed under them.

use async_trait::async_trait;

use crate::api::ChainHash;
use crate::server::store::seals::{Resealed, SealedSecret, SecretPlace};
use crate::server::store::{Rotation, StoreResult, WrappedDataKey};

#[async_trait]
pub trait DataKeyStore: Send + Sync {
    async fn data_keys(&self) -> StoreResult<Vec<WrappedDataKey>>;
    /// The digest of what there was before the activity log stated it, as the table `baseline` has it.
    async fn baseline(&self) -> StoreResult<ChainHash>;
    /// Puts the data keys, bound to the baseline, in the place of the old ones. `false` when they are no longer wrapped as
    /// they were; then nothing is changed.
    async fn bind_data_keys(&self, old: Vec<WrappedDataKey>, bound: Vec<WrappedDataKey>)
    -> StoreResult<bool>;
    /// Puts the data keys as wrapped under a new root key in the place of the old ones, adds the newest, and records it
    /// without an actor. `false` when they are no longer wrapped as they were; then nothing is changed.
    async fn rotate_data_keys(&self, rotation: Rotation) -> StoreResult<bool>;
    /// How many secrets are sealed under another data key than the newest.
    async fn count_outdated_secrets(&self) -> StoreResult<u64>;
    /// At most `limit` secrets that are sealed under this data key, those after the row `after`.
    async fn sealed_under(
        &self,
        data_key: u32,
        place: SecretPlace,
        after: i64,
        limit: u32,
    ) -> StoreResult<Vec<SealedSecret>>;
    /// Puts them in the place of what they were made from, where that is still there. Returns of how many it was.
    async fn reseal(&self, secrets: Vec<Resealed>) -> StoreResult<u64>;
    /// Drops the data keys that seal nothing, except the newest, and records it without an actor. Returns how many are left.
    async fn drop_unused_data_keys(&self) -> StoreResult<u64>;
}

macro_rules! data_key_store {
    ($engine:ty) => {
        #[async_trait]
        impl DataKeyStore for $engine {
            async fn data_keys(&self) -> StoreResult<Vec<WrappedDataKey>> {
                quick!(self, |db| data_keys::all(db))
            }

            async fn baseline(&self) -> StoreResult<ChainHash> {
                long!(self, |db| statement::baseline(db))
            }

            // What was not bound would open with another baseline too, so it is not to stay in the log.
            async fn bind_data_keys(
                &self,
                old: Vec<WrappedDataKey>,
                bound: Vec<WrappedDataKey>,
            ) -> StoreResult<bool> {
                erase!(self, None, |change| data_keys::replace(
                    change, &old, &bound
                ))
            }

            // The old root key may be in wrong hands, so what it opens is not to stay in the log.
            async fn rotate_data_keys(&self, rotation: Rotation) -> StoreResult<bool> {
                erase!(self, None, |change| data_keys::rotate(change, &rotation))
            }

            async fn count_outdated_secrets(&self) -> StoreResult<u64> {
                long!(self, |db| data_keys::count_outdated(db))
            }

            async fn sealed_under(
                &self,
                data_key: u32,
                place: SecretPlace,
                after: i64,
                limit: u32,
            ) -> StoreResult<Vec<SealedSecret>> {
                page!(self, |db| data_keys::sealed_under(
                    db, data_key, place, after, limit
                ))
            }

            // The log is emptied when the data keys before are dropped: to empty it with each portion would hold others up.
            async fn reseal(&self, secrets: Vec<Resealed>) -> StoreResult<u64> {
                change!(self, None, |change| data_keys::reseal(change, &secrets))
            }

            async fn drop_unused_data_keys(&self) -> StoreResult<u64> {
                erase!(self, None, |change| data_keys::drop_unused(change))
            }
        }
    };
}

pub(in crate::server::store) use data_key_store;
