//! The store of several servers: a PostgreSQL database.
//!
//! What is quick and one statement goes down `lanes` that all share; what takes several statements or
//! longer borrows a connection of a pool; changes come one after the other, on all servers together
//! (`change`). Every answer is of the primary as it is when it is asked; nothing is cached but the names of people
//! and projects, and these until the next change (`names`).

mod address;
mod alike;
mod ask;
mod catalog;
mod change;
mod check;
mod error;
mod find;
mod lanes;
mod listen;
mod passfile;
mod pool;
mod rows;
mod schema;
mod search;
mod startup;
mod store;

use std::sync::Arc;

use tokio::sync::Notify;
use tokio::task::JoinHandle;

pub use self::address::{Address, AddressError};
use self::lanes::Lanes;
pub use self::passfile::{PassFile, PassFileError};
use self::pool::Pool;
pub(super) use self::schema::lay_foundation;
use super::clock::Steady;
use super::names::Remembered;
use super::{Founding, Latencies, StoreResult, WrappedDataKey};

/// Connections of one server for pages that may take long, for looks into the trigram index, and for changes. With the
/// lanes and the listener they stay far below what PostgreSQL allows by default, 100, for two or three servers.
const PAGES: usize = 8;
const SEARCHES: usize = 4;
const CHANGES: usize = 8;
/// All that one server has at most, the listener's too.
const CONNECTIONS: usize = lanes::LANES + PAGES + SEARCHES + CHANGES + 1;

/// A keydeck database in PostgreSQL. Made and used inside one tokio runtime.
pub struct PostgresStore {
    lanes: Lanes,
    pages: Pool,
    trigrams: Pool,
    changes: Pool,
    names: Remembered,
    committed: Arc<Notify>,
    listener: JoinHandle<()>,
    latencies: Latencies,
    steady: Arc<Steady>,
}

impl PostgresStore {
    /// Lays the foundation of a deck in an empty database.
    pub async fn create(
        address: &Address,
        founding: &Founding,
        data_key: &WrappedDataKey,
    ) -> StoreResult<Self> {
        Self::found(address, founding, data_key, || Ok(())).await?;
        Self::open(address).await
    }

    /// As [`PostgresStore::create`]; nothing of it stays when `before_it_stays` fails.
    pub async fn found(
        address: &Address,
        founding: &Founding,
        data_key: &WrappedDataKey,
        before_it_stays: impl FnOnce() -> StoreResult<()>,
    ) -> StoreResult<()> {
        let pool = one_connection(address).await?;
        schema::create(&pool, &address.to_string(), founding, data_key, before_it_stays).await
    }

    pub async fn open(address: &Address) -> StoreResult<Self> {
        startup::examine(address, CONNECTIONS).await?;
        let changes = Pool::new(address, CHANGES, "")?;
        schema::prepare(&changes, &address.to_string()).await?;
        let latencies = Latencies::default();
        let committed = Arc::new(Notify::new());
        Ok(Self {
            lanes: Lanes::open(address, latencies.read.clone()).await?,
            pages: Pool::new(address, PAGES, "")?,
            trigrams: Pool::new(address, SEARCHES, search::BY_TRIGRAMS)?,
            changes,
            names: Remembered::default(),
            listener: listen::start(address.clone(), committed.clone()),
            committed,
            latencies,
            steady: Arc::default(),
        })
    }
}

/// For what is done once.
pub(super) async fn one_connection(address: &Address) -> StoreResult<Pool> {
    startup::examine(address, CONNECTIONS).await?;
    Pool::new(address, 1, "")
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.listener.abort();
    }
}
