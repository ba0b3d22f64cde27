//! Whose deck it is, and how its database is.

use async_trait::async_trait;

use crate::api::Organisation;
use crate::server::store::{DatabaseClock, Latencies, StoreResult};

#[async_trait]
pub trait StatusStore: Send + Sync {
    /// Asks the engine whether it can answer (for `/readyz`), and whether it has a warning for its operators.
    async fn ping(&self) -> StoreResult<Option<String>>;
    async fn clock(&self) -> StoreResult<DatabaseClock>;
    /// How long what it was asked took.
    fn latencies(&self) -> &Latencies;
    async fn organisation(&self) -> StoreResult<Organisation>;
}

macro_rules! status_store {
    ($engine:ty) => {
        #[async_trait]
        impl StatusStore for $engine {
            async fn ping(&self) -> StoreResult<Option<String>> {
                let warning = self.look()?;
                self.organisation().await?;
                Ok(warning)
            }

            async fn clock(&self) -> StoreResult<DatabaseClock> {
                quick!(self, |db| clock::both(db))
            }

            fn latencies(&self) -> &Latencies {
                &self.latencies
            }

            async fn organisation(&self) -> StoreResult<Organisation> {
                quick!(self, |db| people::organisation(db))
            }
        }
    };
}

pub(in crate::server::store) use status_store;
