//! The data keys, each wrapped under the root key, and the secrets that are sealed under them.

use std::time::Instant;

use async_trait::async_trait;

use super::change::Change;
use super::{PostgresStore, in_change, quick, read};
use crate::api::ChainHash;
use crate::server::store::seals::{Resealed, SealedSecret, SecretPlace};
use crate::server::store::{
    DataKeyStore, Rotation, StoreResult, WrappedDataKey, data_keys, latency, statement,
};

#[async_trait]
impl DataKeyStore for PostgresStore {
    async fn data_keys(&self) -> StoreResult<Vec<WrappedDataKey>> {
        quick!(self, |db| data_keys::all(db))
    }

    async fn baseline(&self) -> StoreResult<ChainHash> {
        read!(self, |db| statement::baseline(&**db))
    }

    async fn bind_data_keys(
        &self,
        old: Vec<WrappedDataKey>,
        bound: Vec<WrappedDataKey>,
    ) -> StoreResult<bool> {
        in_change!(self, of_nobody(), |change| data_keys::replace(
            change, &old, &bound
        ))
    }

    async fn rotate_data_keys(&self, rotation: Rotation) -> StoreResult<bool> {
        in_change!(self, of_nobody(), |change| data_keys::rotate(change, &rotation))
    }

    async fn count_outdated_secrets(&self) -> StoreResult<u64> {
        read!(self, |db| data_keys::count_outdated(&**db))
    }

    async fn sealed_under(
        &self,
        data_key: u32,
        place: SecretPlace,
        after: i64,
        limit: u32,
    ) -> StoreResult<Vec<SealedSecret>> {
        read!(self, |db| data_keys::sealed_under(
            &**db, data_key, place, after, limit
        ))
    }

    async fn reseal(&self, secrets: Vec<Resealed>) -> StoreResult<u64> {
        in_change!(self, of_nobody(), |change| data_keys::reseal(change, &secrets))
    }

    async fn drop_unused_data_keys(&self) -> StoreResult<u64> {
        in_change!(self, of_nobody(), |change| data_keys::drop_unused(change))
    }
}
