//! Gateways.

use async_trait::async_trait;
use uuid::Uuid;

use crate::api::Gateway;
use crate::server::store::{Actor, NewGatewayRecord, StoreResult, Taken};

#[async_trait]
pub trait GatewayStore: Send + Sync {
    /// By name.
    async fn gateways(&self) -> StoreResult<Vec<Gateway>>;
    async fn add_gateway(&self, new: NewGatewayRecord, by: Actor) -> StoreResult<Result<Gateway, Taken>>;
    /// Its token becomes invalid immediately. `false`: there is no such gateway.
    async fn remove_gateway(&self, id: Uuid, by: Actor) -> StoreResult<bool>;
}

macro_rules! gateway_store {
    ($engine:ty) => {
        #[async_trait]
        impl GatewayStore for $engine {
            async fn gateways(&self) -> StoreResult<Vec<Gateway>> {
                quick!(self, |db| gateways::all(db))
            }

            async fn add_gateway(
                &self,
                new: NewGatewayRecord,
                by: Actor,
            ) -> StoreResult<Result<Gateway, Taken>> {
                change!(self, Some(by), |change| gateways::add(change, &new))
            }

            async fn remove_gateway(&self, id: Uuid, by: Actor) -> StoreResult<bool> {
                change!(self, Some(by), |change| gateways::remove(change, id))
            }
        }
    };
}

pub(in crate::server::store) use gateway_store;
