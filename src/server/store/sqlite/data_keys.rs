//! The data keys, each wrapped under the root key, and the secrets that are sealed under them.

use async_trait::async_trait;
use rusqlite::Connection;

use super::SqliteStore;
use super::db::change;
use crate::api::ChainHash;
use crate::server::store::db::at_once;
use crate::server::store::seals::{Resealed, SealedSecret, SecretPlace};
use crate::server::store::{DataKeyStore, Rotation, StoreResult, WrappedDataKey, data_keys, statement};

#[async_trait]
impl DataKeyStore for SqliteStore {
    async fn data_keys(&self) -> StoreResult<Vec<WrappedDataKey>> {
        self.pool.read(|conn| at_once(data_keys::all(conn)))
    }

    async fn baseline(&self) -> StoreResult<ChainHash> {
        self.readers.read(|conn| at_once(statement::baseline(conn))).await
    }

    async fn bind_data_keys(
        &self,
        old: Vec<WrappedDataKey>,
        bound: Vec<WrappedDataKey>,
    ) -> StoreResult<bool> {
        // What was not bound would open with another baseline too, so it is not to stay in the log.
        let replace = move |conn: &Connection| {
            change(conn, None, |change| {
                at_once(data_keys::replace(change, &old, &bound))
            })
        };
        self.writer.erase(replace).await
    }

    async fn rotate_data_keys(&self, rotation: Rotation) -> StoreResult<bool> {
        // The old root key may be in wrong hands, so what it opens is not to stay in the log.
        let rotate = move |conn: &Connection| {
            change(conn, None, |change| at_once(data_keys::rotate(change, &rotation)))
        };
        self.writer.erase(rotate).await
    }

    async fn count_outdated_secrets(&self) -> StoreResult<u64> {
        self.readers
            .read(|conn| at_once(data_keys::count_outdated(conn)))
            .await
    }

    async fn sealed_under(
        &self,
        data_key: u32,
        place: SecretPlace,
        after: i64,
        limit: u32,
    ) -> StoreResult<Vec<SealedSecret>> {
        self.pool
            .read(|conn| at_once(data_keys::sealed_under(conn, data_key, place, after, limit)))
    }

    async fn reseal(&self, secrets: Vec<Resealed>) -> StoreResult<u64> {
        // The log is emptied when the data keys before are dropped: to empty it with each portion would hold others up.
        let reseal = move |conn: &Connection| {
            change(conn, None, |change| at_once(data_keys::reseal(change, &secrets)))
        };
        self.writer.run(reseal).await
    }

    async fn drop_unused_data_keys(&self) -> StoreResult<u64> {
        let drop_unused =
            |conn: &Connection| change(conn, None, |change| at_once(data_keys::drop_unused(change)));
        self.writer.erase(drop_unused).await
    }
}
