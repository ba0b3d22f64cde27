//! Keys at work: checks, the exchange, and what is counted of them.

use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use crate::api::Usage;
use crate::model::TokenHash;
use crate::server::store::{AskingServer, Checked, SessionSigner, StoreResult, Tallies, Visible};

#[async_trait]
pub trait WorkStore: Send + Sync {
    /// What a check of a presented key needs, from the primary database as it is now.
    async fn check(&self, key: &TokenHash, gateway: Option<&TokenHash>) -> StoreResult<Checked>;
    /// For the exchange: the server and its sealed private key.
    async fn session_signer(&self, project: Uuid) -> StoreResult<Option<SessionSigner>>;
    /// The session server with this token.
    async fn asking_server(&self, token: &TokenHash) -> StoreResult<Option<AskingServer>>;
    /// Adds what was counted. Returns whether some of it waits for [`WorkStore::settle_usage`].
    async fn record_usage(&self, tallies: Arc<Tallies>) -> StoreResult<bool>;
    /// Brings a part of what waits to where filters and sorts see it. Returns whether more waits.
    async fn settle_usage(&self) -> StoreResult<bool>;
    /// How a key is used, revoked or not; what waits is in it. `None`: there is no such key that may be seen.
    async fn usage(&self, id: Uuid, visible: Visible) -> StoreResult<Option<Usage>>;
}

macro_rules! work_store {
    ($engine:ty) => {
        #[async_trait]
        impl WorkStore for $engine {
            async fn check(&self, key: &TokenHash, gateway: Option<&TokenHash>) -> StoreResult<Checked> {
                quick!(self, |db| check::check(db, key, gateway))
            }

            async fn session_signer(&self, project: Uuid) -> StoreResult<Option<SessionSigner>> {
                quick!(self, |db| session_servers::signer(db, project))
            }

            async fn asking_server(&self, token: &TokenHash) -> StoreResult<Option<AskingServer>> {
                quick!(self, |db| session_tokens::asking(db, token))
            }

            async fn record_usage(&self, tallies: Arc<Tallies>) -> StoreResult<bool> {
                let pending = Pending::of(tallies).await?;
                let steady = self.steady.clone();
                change!(self, None, |change| usage::record(
                    change, &pending, &steady
                ))
            }

            async fn settle_usage(&self) -> StoreResult<bool> {
                let steady = self.steady.clone();
                change!(self, None, |change| usage::settle(change, &steady))
            }

            async fn usage(&self, id: Uuid, visible: Visible) -> StoreResult<Option<Usage>> {
                self.usage_of(id, visible).await
            }
        }
    };
}

pub(in crate::server::store) use work_store;
